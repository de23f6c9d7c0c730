"""Access lost and found again: by a confirmed contact, then every other hurdle there is (ACC-7).

One code to the phone or the e-mail, then the second factor if the account has one, then the
control question if it has one, then a new password. What was passed is kept in a `Permit` that
one browser holds for half an hour; the second factor stays. A name without an account walks the
same way up to the code, which never fits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from django.db import transaction

from oms.domain.accounts import (
    actions,
    codes,
    contacts,
    control_question,
    factors,
    limits,
    masks,
    permits,
)
from oms.domain.accounts.codes import Checked, Issued, Outcome
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.identifiers import Identifier, find_user, recognize
from oms.domain.accounts.models import ControlQuestion, OneTimeCode, Permit, User
from oms.domain.journal.actions import record
from oms.kit.denied import Denied

LIFE = timedelta(minutes=30)
Channel = Literal["phone", "email"]
CHANNELS: tuple[Channel, ...] = ("phone", "email")
_RECOVERY = OneTimeCode.Purpose.RECOVERY
_PERMIT = (Permit.Purpose.RECOVERY,)


class Step(StrEnum):
    """What is still to pass, in this order."""

    FACTOR = "factor"
    QUESTION = "question"
    PASSWORD = "password"  # noqa: S105  the name of a page


class Over(Denied):
    """The half hour is over, or the recovery was used."""

    text = "Время на восстановление вышло. Начните ещё раз: пришлём новый код."


class TooMany(Denied):
    """A hurdle was tried too often; `until` says how long it waits."""

    status = 429

    def __init__(self, until: datetime) -> None:
        super().__init__("Слишком много неверных ответов.")
        self.until = until


@dataclass(frozen=True)
class Sending:
    """A code for `address` of `user` by `channel`; for a decoy there is nobody."""

    issued: Issued
    channel: Channel
    user: User | None = None
    address: str = ""


@dataclass(frozen=True)
class Recovery:
    """One recovery under way: whose, by which contact, what is still to pass."""

    permit: Permit
    ahead: tuple[Step, ...]
    factors: tuple[Kind, ...] = ()
    question: str = ""

    @property
    def user(self) -> User:
        """Whose."""
        return self.permit.user

    @property
    def by(self) -> Channel:
        """The contact that was proven."""
        return "phone" if self.permit.data["by"] == "phone" else "email"

    @property
    def other(self) -> Channel:
        """The contact that was not."""
        return "email" if self.by == "phone" else "phone"

    @property
    def takes_typed(self) -> bool:
        """Whether a code of the app or a recovery code passes the second step."""
        return bool({Kind.APP, Kind.CODES} & set(self.factors))

    @property
    def takes_other(self) -> bool:
        """Whether a code to the other contact does: where SMS is the factor, and it is proven."""
        return Kind.SMS in self.factors and bool(confirmed(self.user, self.other))

    @property
    def step(self) -> Step:
        """What is to be passed now."""
        return self.ahead[0]

    @property
    def by_support(self) -> bool:
        """Whether the staff let the person in after looking at a document."""
        return bool(self.permit.data.get("regained"))


def ways(*, identifier: str) -> Mapping[Channel, str]:
    """Return both contacts half hidden: those of the account, else ones made of the name."""
    name = recognize(identifier)
    user = _owner(name)
    phone, email = confirmed(user, "phone"), confirmed(user, "email")
    return {
        "phone": masks.phone(phone) if phone else masks.decoy_phone(name),
        "email": masks.email(email) if email else masks.decoy_email(name),
    }


def send_code(*, identifier: str, channel: Channel, origin: str, at: datetime) -> Sending:
    """Issue a code for a contact of the account behind a typed name, else a decoy."""
    name = recognize(identifier)
    user = _owner(name)
    address = confirmed(user, channel)
    issued = codes.issue(
        purpose=_RECOVERY,
        address=f"{name.fingerprint}:{channel}",
        origin=origin,
        decoy=not address,
        user=user if address else None,
        at=at,
    )
    return Sending(issued, channel, user if address else None, address)


@transaction.atomic
def check_code(
    *, identifier: str, channel: Channel, code_key: str, typed: str, at: datetime
) -> tuple[Checked, str]:
    """Check a code; the right one begins a recovery and returns the token of its holder."""
    address = f"{recognize(identifier).fingerprint}:{channel}"
    checked = codes.check(purpose=_RECOVERY, key=code_key, address=address, typed=typed, at=at)
    user = checked.user
    if checked.outcome is not Outcome.RIGHT or user is None or user.erased_at:
        return checked, ""
    record(
        act="user.recovery-begin",
        subject=user.key,
        by=user.actor,
        at=at,
        person=user.key,
        details={"by": channel},
    )
    return checked, _begin(user, channel, at)


def find(*, token: str, at: datetime) -> Recovery | None:
    """Return the recovery a browser holds, if it is still of use."""
    permit = permits.find(token=token, purposes=_PERMIT, at=at) if token else None
    return _recovery(permit) if permit else None


def check_factor(*, token: str, typed: str, at: datetime) -> bool:
    """Check a code of the app or a recovery code. Raises `Over`, `factors.TooManyTries`."""
    found = _at(token, Step.FACTOR, at)
    if factors.check(user=found.user, code=typed, at=at) is None:
        return False
    _pass(found, Step.FACTOR)
    return True


def send_other(*, token: str, origin: str, at: datetime) -> Sending:
    """Issue a code for the other contact, where that is the second factor. Raises `Over`."""
    found = _at(token, Step.FACTOR, at)
    address = confirmed(found.user, found.other) if found.takes_other else ""
    issued = codes.issue(
        purpose=_RECOVERY,
        address=f"{found.user.key}:{found.other}",
        origin=origin,
        decoy=not address,
        user=found.user,
        at=at,
    )
    return Sending(issued, found.other, found.user, address)


def check_other(*, token: str, code_key: str, typed: str, at: datetime) -> Checked:
    """Check the code sent to the other contact. Raises `Over`."""
    found = _at(token, Step.FACTOR, at)
    address = f"{found.user.key}:{found.other}"
    checked = codes.check(purpose=_RECOVERY, key=code_key, address=address, typed=typed, at=at)
    if checked.outcome is Outcome.RIGHT:
        _pass(found, Step.FACTOR)
    return checked


def check_answer(*, token: str, typed: str, at: datetime) -> bool:
    """Check the answer to the control question. Raises `Over`, `TooMany`."""
    found = _at(token, Step.QUESTION, at)
    wait = limits.take(limit=control_question.TRIES, key=found.user.key, at=at)
    if wait:
        raise TooMany(wait)
    if not control_question.fits(user=found.user, answer=typed):
        return False
    limits.clear(limit=control_question.TRIES, key=found.user.key)
    _pass(found, Step.QUESTION)
    return True


@transaction.atomic
def finish(*, token: str, password: str, at: datetime) -> Recovery:
    """Give the new password; all sessions end, counters are forgotten, factors stay.

    After a decision of the support the new contacts are written too, and the old factors and the
    question go. Raises `Over`; two at once set one password.
    """
    _at(token, Step.PASSWORD, at)
    permit = permits.take(token=token, purposes=_PERMIT, at=at)
    if permit is None:
        raise Over
    user = User.objects.select_for_update().get(pk=permit.user_id)
    actions.set_password(user=user, password=password, by=user.actor, at=at)
    limits.clear(limit=factors.TRIES, key=user.key)
    limits.clear(limit=control_question.TRIES, key=user.key)
    regained = permit.data.get("regained")
    if regained:
        contacts.replace_all(
            user=user, phone=regained["phone"], email=regained["email"], by=user.actor, at=at
        )
        factors.switch_off(user=user, at=at, by=user.actor)
        ControlQuestion.objects.filter(user=user).delete()
    permits.withdraw(user=user, purpose=Permit.Purpose.RECOVERY, at=at)
    record(act="user.recovery", subject=user.key, by=user.actor, at=at, person=user.key)
    permit.user = user
    return Recovery(permit, ())


def begin_regained(*, user: User, phone: str, email: str, at: datetime) -> str:
    """Begin a recovery that the support allowed: only the password is left to give."""
    data = {"regained": {"phone": phone, "email": email}}
    return _begin(user, "phone", at, **data)


def _owner(name: Identifier) -> User | None:
    user = find_user(name)
    return None if user is None or user.erased_at else user


def confirmed(user: User | None, channel: Channel) -> str:
    """Return the contact if it is proven, else an empty text."""
    if user is None or getattr(user, f"{channel}_confirmed_at") is None:
        return ""
    return getattr(user, channel) or ""


def _begin(user: User, by: Channel, at: datetime, **data: object) -> str:
    return permits.give(
        purpose=Permit.Purpose.RECOVERY,
        user=user,
        at=at,
        life=LIFE,
        data={"by": by, "passed": [], **data},
    )


def _recovery(permit: Permit) -> Recovery:
    if permit.data.get("regained"):
        return Recovery(permit, (Step.PASSWORD,))
    passed = set(permit.data["passed"])
    ahead: list[Step] = []
    kinds = tuple(factors.ways(user=permit.user))
    if factors.has_factor(user=permit.user) and Step.FACTOR not in passed:
        ahead.append(Step.FACTOR)
    asked = control_question.of(user=permit.user)
    if asked and Step.QUESTION not in passed:
        ahead.append(Step.QUESTION)
    return Recovery(permit, (*ahead, Step.PASSWORD), kinds, asked.question if asked else "")


def _at(token: str, step: Step, at: datetime) -> Recovery:
    """Return the recovery if this is the step it stands at; nobody jumps over a hurdle."""
    found = find(token=token, at=at)
    if found is None or found.step != step:
        raise Over
    return found


@transaction.atomic
def _pass(found: Recovery, step: Step) -> None:
    permit = Permit.objects.select_for_update().get(pk=found.permit.pk)
    permit.data["passed"] = [*permit.data["passed"], step.value]
    permit.save(update_fields=["data"])
