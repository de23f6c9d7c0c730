"""At the office: an operator types the code, looks at the document, confirms (IDN-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from oms.domain.accounts import limits
from oms.domain.accounts import queries as accounts
from oms.domain.accounts.models import Role, Source, User
from oms.domain.accounts.queries import ProfileLine
from oms.domain.identity import actions
from oms.domain.identity.method import Field, Outcome
from oms.domain.identity.methods.in_person import METHOD, code_hash
from oms.domain.identity.models import OPEN, Confirmation
from oms.domain.journal.actions import record
from oms.domain.register.data import DocumentData, document_key
from oms.kit.denied import Denied

ROLES = frozenset({Role.FUND, Role.INSURER})
SEEN = ("photo", "names", "birth_date")
"""What must be looked at: the face, the names, the birth date."""
TRIES = limits.Limit("visit-code", timedelta(minutes=30), limits.ladder(free=10))


PURPOSE = "Подтверждение личности в офисе"


@dataclass(frozen=True)
class Visit:
    """A try in person and what the profile says."""

    confirmation: Confirmation
    known: dict[str, ProfileLine]


class NoSuchCode(Denied):
    """The code opens nothing: mistyped, used, too old, or the operator's own."""

    text = "Такого кода нет. Проверьте его с человеком или попросите взять новый в кабинете."


class TooManyCodes(Denied):
    """An operator types codes at random."""

    status = 429
    text = "Слишком много неверных кодов. Подождите несколько минут."


class NotYourWork(Denied):
    """The role does not confirm people."""

    status = 403
    text = "Личность подтверждают операторы фонда и страховых организаций."


class NotSeen(Denied):
    """Not everything was looked at."""

    text = "Отметьте всё, что сверили с паспортом: лицо, имя, дату рождения."


class OtherDocument(Denied):
    """The document shown is not the one of the profile."""

    text = (
        "Документ отличается от указанного в профиле. Проверьте номер. Если он верный, "
        "попросите человека исправить «Мои данные»."
    )


def find(*, code: str, by: User, at: datetime) -> Confirmation:
    """Return the try behind a code told at the office; its sheet is now this operator's.

    Each try of a code is counted. Raises `NotYourWork`, `TooManyCodes`, `NoSuchCode`.
    """
    _refuse_others(by)
    if limits.take(limit=TRIES, key=by.key, at=at):
        raise TooManyCodes
    own = _open(by).filter(code_hash=code_hash(code)).select_related("user").first()
    if own is None or (own.due_at and own.due_at <= at):
        raise NoSuchCode
    limits.clear(limit=TRIES, key=by.key)
    Confirmation.objects.filter(pk=own.pk).update(assignee=by)
    return own


@transaction.atomic
def look(*, pk: int, by: User, at: datetime, again: bool = False) -> Visit:
    """Open the sheet of a visit found by its code; a look is journaled unless made `again`."""
    _refuse_others(by)
    own = _open(by).select_related("user").filter(pk=pk, assignee=by).first()
    if own is None or (own.due_at and own.due_at <= at):
        raise NoSuchCode
    if not again:
        record(
            act="person.read", subject=own.key, by=by.actor, at=at, person=own.user.key,
            details={"purpose": PURPOSE},
        )  # fmt: skip
    return Visit(own, accounts.profile(own.user))


@transaction.atomic
def confirm(
    *,
    confirmation: Confirmation,
    seen: Sequence[str],
    document: DocumentData,
    paper: dict[str, Any],
    snils_seen: bool,
    by: User,
    at: datetime,
) -> Confirmation:
    """Confirm on sight of the document; `document` is typed from it, `paper` is kept of it.

    Raises `NotYourWork`, `NoSuchCode` for one's own, `NotSeen`, `OtherDocument`, and what
    `actions.confirm` does.
    """
    _refuse_others(by)
    own = Confirmation.objects.filter(pk=confirmation.pk, method=METHOD.code, assignee=by).first()
    if own is None or own.user_id == by.pk:
        raise NoSuchCode
    if not set(SEEN) <= set(seen):
        raise NotSeen
    user = own.user
    known = accounts.profile(user).get("document")
    if known and known.value and _key(known.value) != document_key(document):
        raise OtherDocument
    values: dict[str, Any] = {"document": (known.value if known else None) or paper}
    if snils_seen and user.snils:
        values["snils"] = user.snils
    names = ("family_name", "given_name", "birth_date", "document", *(["snils"] * snils_seen))
    return actions.confirm(
        confirmation=own,
        fields=[Field(name, Outcome.MATCH) for name in names],
        values=values,
        by=by.actor,
        at=at,
        source=Source.OPERATOR,
    )


def _open(by: User) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(method=METHOD.code, state__in=OPEN).exclude(user=by)


def _refuse_others(by: User) -> None:
    if by.role not in ROLES:
        raise NotYourWork


def _key(value: dict[str, Any]) -> str:
    return document_key(
        DocumentData(
            kind=str(value["kind"]), series=value.get("series", ""), number=value["number"]
        )
    )
