"""What the register of civil status says of a birth certificate: asked once it is handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from oms.domain.accounts.models import Representation, User
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.wards.naming import document_of
from oms.gateways.errors import Permanent
from oms.gateways.registers import civil_status
from oms.gateways.registers.words import Asked
from oms.law.identity_documents import BIRTH_CERTIFICATE_RF

KEY = "civil_status"


@dataclass(frozen=True)
class Answer:
    """The register's answer: whether the record is there, what agrees of the child and parent."""

    found: bool
    child: Mapping[str, bool]
    parent: Mapping[str, bool]
    at: str
    refused: bool = False

    @property
    def is_child(self) -> bool:
        """Whether everything told of the child agrees."""
        return bool(self.child) and all(self.child.values())

    @property
    def is_parent(self) -> bool:
        """Whether everything told of the parent agrees."""
        return bool(self.parent) and all(self.parent.values())


def can_ask(right: Representation) -> bool:
    """Tell whether the right rests on a Russian certificate, which that register knows."""
    paper = document_of(right.basis)
    return paper is not None and paper.kind == str(BIRTH_CERTIFICATE_RF)


def answer(right: Representation) -> Answer | None:
    """Return what the register said; None while it has not."""
    kept = right.basis.get(KEY)
    return Answer(**kept) if kept else None


def ask(*, representation: Representation, at: datetime) -> None:
    """Ask and keep the answer, once. Raises `RegisterDown`: then it is worth asking later."""
    if not can_ask(representation) or answer(representation):
        return
    told = _told(representation, at)
    with transaction.atomic():
        own = Representation.objects.select_for_update().get(pk=representation.pk)
        own.basis = {**own.basis, KEY: told}
        own.save(update_fields=["basis"])
        details = {"register": civil_status.CODE, "found": told["found"]}
        record(
            act="representation.register", subject=own.key, by=SYSTEM, at=at,
            person=f"user:{own.ward_id}", details=details,
        )  # fmt: skip


def _told(right: Representation, at: datetime) -> dict[str, Any]:
    kept = {"found": False, "child": {}, "parent": {}, "at": at.isoformat()}
    try:
        birth = civil_status.birth(
            series=right.basis["series"],
            number=right.basis["number"],
            child=_asked(right.ward),
            parent=_asked(right.representative),
        )
    except Permanent:
        return {**kept, "refused": True}
    return {
        **kept,
        "found": birth.found,
        "child": dict(birth.child),
        "parent": dict(birth.parent),
    }


def _asked(user: User) -> Asked:
    assert user.birth_date is not None  # both are asked for theirs
    return Asked(user.family_name, user.given_name, user.patronymic, user.birth_date)
