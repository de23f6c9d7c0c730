"""The demo clinic's own program: it uses the FHIR API by a token that everybody may read."""

from datetime import datetime

from oms.domain.accounts import clients
from oms.domain.journal.actions import SYSTEM

TOKEN = "oms_demo-clinic-779901"  # noqa: S105  printed by the demo on purpose
CLINIC = "clinic:779901"
SCOPES = ("system/Appointment.*", "system/Patient.read")


def let_in(*, at: datetime) -> None:
    """Let the program in, once; one that was shut out stays out."""
    if clients.digest(TOKEN) not in {one.token_digest for one in clients.every()}:
        clients.make(
            name="МИС учебной поликлиники",
            organization=CLINIC,
            scopes=SCOPES,
            by=SYSTEM,
            at=at,
            token=TOKEN,
        )
