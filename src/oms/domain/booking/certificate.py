"""The certificate of insurance a clinic may ask for before a visit: shown to it with the visit."""

from dataclasses import dataclass
from datetime import datetime

from oms.domain.booking import rules
from oms.domain.booking.journaling import tell_journal
from oms.domain.booking.models import Appointment
from oms.domain.booking.reading import clinic_day, locked_visit
from oms.domain.booking.refused import Settled
from oms.domain.booking.taking import all_or_nothing
from oms.domain.journal.actions import Actor
from oms.domain.papers.models import Paper
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied


class NoCertificate(Denied):
    """There is nothing to send."""

    status = 422
    text = "Справки о страховании ещё нет. Закажите её: она готова за несколько минут."


@dataclass(frozen=True)
class Standing:
    """What the clinic wants: the number of the certificate sent, and of one that could be."""

    sent: str
    newest: str


def standing(*, appointment: Appointment) -> Standing | None:
    """Return how the certificate stands; None where the clinic asks for none. A query at most.

    Needs the visit's position with its clinic.
    """
    if not appointment.position.clinic.wants_certificate:
        return None
    found = _newest(appointment.person)
    return Standing(appointment.paper, found.number if found else "")


@all_or_nothing
def attach(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """Show the clinic the person's newest certificate in force; the same again changes nothing.

    Raises `NoCertificate`, `Settled`, `NotYours`.
    """
    row = locked_visit(appointment)
    rules.refuse_stranger(row.person, by, on=clinic_day(row, at))
    if row.state not in Appointment.KEPT or not row.position.clinic.wants_certificate:
        raise Settled
    found = _newest(row.person)
    if found is None:
        raise NoCertificate
    if row.paper != found.number:
        row.paper = found.number
        row.save(update_fields=["paper"])
        tell_journal("certificate", row, by=by, at=at, paper=found.number)
    return row


def _newest(person: InsuredPerson) -> Paper | None:
    rows = Paper.objects.filter(
        person=person, kind=Paper.Kind.INSURANCE_CERTIFICATE, state=Paper.State.ISSUED
    )
    return rows.order_by("-issued_at", "-pk").first()
