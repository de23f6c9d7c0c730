"""Signing an application with a code sent by SMS, and handing it in (APP-4)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from oms.cases import clock
from oms.cases.actions import perform
from oms.cases.models import Case
from oms.cases.refused import NotReady, NotYours, WrongState
from oms.cases.review import look_through, walk
from oms.cases.rights import acts_for
from oms.cases.states import State
from oms.domain.accounts import codes, wards
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.models import OneTimeCode, User
from oms.domain.notifications.actions import send_now
from oms.kit.denied import Denied
from oms.law.typed import NBSP

_PURPOSE = OneTimeCode.Purpose.SIGNATURE


class NoPhone(Denied):
    """There is no confirmed phone to send a code to."""

    text = "Подтвердите телефон в разделе «Мои данные»: на него придёт код для подписи."


@dataclass(frozen=True)
class Requested:
    """A code on its way: `key` for the session, `revision` it signs; or when to ask again."""

    key: str = ""
    revision: int = 0
    wait_until: datetime | None = None


@dataclass(frozen=True)
class Signed:
    """The case as it is now, what became of the typed code, the tries left."""

    case: Case
    outcome: Outcome
    left: int = 0


@transaction.atomic
def request_code(*, case: Case, by: User, origin: str, at: datetime) -> Requested:
    """Send a code to the confirmed phone of who acts; it signs the case as it is now.

    `origin` is the network address the wish came from (limits count by it). Raises `NotYours`,
    `WrongState`, `NoPhone`, `NotReady` for an application with gaps.
    """
    rows = Case.objects.select_related("applicant", "representative")
    case = rows.select_for_update(of=("self",)).get(pk=case.pk)
    if not acts_for(by, case.applicant_id, at=at):
        raise NotYours
    if case.state != State.DRAFT:
        raise WrongState("Заявление уже подано.")
    if not by.phone or not by.phone_confirmed_at:
        raise NoPhone
    seen = look_through(case, walk(case, on=clock.day(at)))
    if not seen.complete:
        raise NotReady(seen)
    issued = codes.issue(
        purpose=_PURPOSE, address=by.phone, origin=origin, decoy=False, at=at, user=by
    )
    if issued.wait_until is None:
        send_now(
            channel="sms",
            address=by.phone,
            title="Код для подписи заявления",
            text=f"{issued.code} — код для подписи заявления №{NBSP}{case.number}. "
            "Никому его не сообщайте.",
            key=f"{case.key}:sign:{issued.key}",
            at=at,
            user=by,
        )
    return Requested(issued.key, case.revision, issued.wait_until)


@transaction.atomic
def sign(*, case: Case, key: str, typed: str, revision: int, by: User, at: datetime) -> Signed:
    """Check the code and hand the application in: both or neither.

    A second click finds the code used and the case submitted: that is `RIGHT` as well. Raises
    `Changed` when the draft is not the one the code was asked for, `NotReady`, `NotYours`.
    """
    phone = by.phone or ""
    checked = codes.check(purpose=_PURPOSE, key=key, address=phone, typed=typed, at=at)
    if checked.outcome is Outcome.RIGHT:
        signature = {"kind": "sms-code", "phone": phone, "at": at.isoformat()}
        if by.pk != case.applicant_id:
            signature["by"] = wards.signed(by)
        done = perform("submit", case, by=by, at=at, revision=revision, signature=signature)
        return Signed(done, Outcome.RIGHT)
    now = Case.objects.get(pk=case.pk)
    if now.submitted_at is not None and acts_for(by, now.applicant_id, at=at):
        return Signed(now, Outcome.RIGHT)
    return Signed(now, checked.outcome, checked.left)
