"""Documents checked with the state's registers (IDN-1): passport and СНИЛС, field by field.

The person is answered at once; a worker asks. A register that is down is asked again with
growing pauses for a day.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from oms.domain.accounts.models import Source, User
from oms.domain.identity import actions, queries, registers
from oms.domain.identity.method import NOW, Availability, Field, Method, Outcome, Part, fields_of
from oms.domain.identity.models import Confirmation
from oms.domain.identity.registers import Told
from oms.domain.journal.actions import SYSTEM, record

State = Confirmation.State
GIVE_UP_AFTER = timedelta(hours=24)
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))


def available(_user: User, _at: datetime) -> Availability:
    """Tell whether the registers answer."""
    return NOW if registers.both_answer() else Availability(False, "Реестры сейчас не отвечают")


METHOD = Method(
    code="documents",
    title="Паспорт и СНИЛС",
    summary="Укажите документы, мы сверим их с государственными реестрами.",
    takes="5 минут",
    icon="id-card",
    order=10,
    gives=frozenset({Part.DATA}),
    page="identity_documents",
    available=available,
    needs="Паспорт гражданина России и СНИЛС",
)


def begin(*, user: User, at: datetime) -> Confirmation:
    """Begin, or go on. Raises what `actions.begin` does."""
    return actions.begin(user=user, method=METHOD.code, at=at)


@transaction.atomic
def submit(
    *, confirmation: Confirmation, told: Told, paper: Mapping[str, Any], at: datetime
) -> Confirmation:
    """Take what the person says and let a worker ask. Sent twice, it is asked once.

    `paper` is the document as the profile keeps it. Raises `actions.Ended`.
    """
    from oms.domain.identity.tasks import ask_registers

    own = Confirmation.objects.select_for_update().get(pk=confirmation.pk)
    if own.state == State.WAITING:
        return own
    details = {"asked": told.plain, "paper": dict(paper), "asked_at": at.isoformat(), "tries": 0}
    proofs = {told.passport_proof, told.snils_proof}
    right = [field for field in fields_of(own.fields) if field.proof in proofs]
    own = actions.wait(confirmation=own, at=at, details=details, fields=right)
    ask_registers.enqueue(own.pk)
    return own


def ask(*, confirmation: Confirmation, at: datetime) -> timedelta | None:
    """Ask the registers and decide; return after what pause to ask again, if it must be.

    Asked outside of any transaction; a try that is decided meanwhile is left as it is.
    """
    if confirmation.state != State.WAITING:
        return None
    told = Told.read(confirmation.details["asked"])
    fields: list[Field] = []
    known = queries.remembered(user=confirmation.user, at=at)
    for fields in registers.check(told, known):
        actions.note(confirmation=confirmation, fields=fields, at=at)
    _journal(confirmation, fields, at)
    if any(field.outcome is Outcome.DOWN for field in fields):
        return _later(confirmation, fields, at)
    wrong = [field for field in fields if field.outcome is not Outcome.MATCH]
    if wrong:
        reason = wrong[0].text
        actions.fix(confirmation=confirmation, fields=fields, reason=reason, by=SYSTEM, at=at)
    else:
        _confirm(confirmation, told, fields, at)
    return None


def kept(confirmation: Confirmation) -> dict[str, Field]:
    """Return results of the last check by field, the worst of each."""
    found: dict[str, Field] = {}
    for field in fields_of(confirmation.fields):
        known = found.get(field.name)
        if known is None or known.outcome is Outcome.MATCH:
            found[field.name] = field
    return found


def _confirm(confirmation: Confirmation, told: Told, fields: list[Field], at: datetime) -> None:
    values: dict[str, Any] = {name: getattr(told, name) for name in registers.NAMES}
    values |= {"snils": told.snils, "document": confirmation.details["paper"]}
    if told.sex:
        values["sex"] = told.sex
    inn = registers.find_inn(told)
    if inn:
        values["inn"] = inn
    try:
        actions.confirm(
            confirmation=confirmation, fields=fields, values=values,
            by=SYSTEM, at=at, source=Source.REGISTER,
        )  # fmt: skip
    except actions.Taken as no:
        actions.refuse(confirmation=confirmation, reason=no.text, by=SYSTEM, at=at)


def _later(confirmation: Confirmation, fields: list[Field], at: datetime) -> timedelta | None:
    """Come back after a pause; after a day give up, and say so."""
    asked_at = datetime.fromisoformat(confirmation.details["asked_at"])
    if at - asked_at >= GIVE_UP_AFTER:
        reason = "Реестры не ответили за сутки. Повторите позже или выберите другой способ."
        actions.refuse(confirmation=confirmation, fields=fields, reason=reason, by=SYSTEM, at=at)
        return None
    tries = int(confirmation.details["tries"])
    actions.wait(confirmation=confirmation, at=at, details={"tries": tries + 1})
    return PAUSES[min(tries, len(PAUSES) - 1)]


@transaction.atomic
def _journal(confirmation: Confirmation, fields: list[Field], at: datetime) -> None:
    outcomes = {field.name: field.outcome.value for field in fields}
    record(
        act="register.ask", subject=confirmation.key, by=SYSTEM, at=at,
        person=confirmation.user.key, details=outcomes,
    )  # fmt: skip
