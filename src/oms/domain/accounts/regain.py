"""Everything lost: the support looks at a document and lets the person in again (ACC-7).

The request tells nobody whether there is an account. A grant is a single-use way in for the new
contacts, both proven by codes. While an old contact is still confirmed it waits a day, and
whoever holds the old contact can stop it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from oms.domain.accounts import codes, contacts, limits, permits, recovery, requests
from oms.domain.accounts.codes import Checked, Issued, Outcome
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import AccountRequest, OneTimeCode, Permit, Role, User
from oms.domain.journal.actions import record
from oms.kit.denied import Denied
from oms.law import names
from oms.law.calendar import Calendar

WAIT = timedelta(hours=24)
LIFE = timedelta(hours=72)
CHECKS: Mapping[str, str] = {
    "document": "Лично: документ сверен с человеком",
    "call": "Перезвонили и сверили документ по видео",
}
REFUSALS: Mapping[str, str] = {
    "unproven": (
        "Мы не смогли убедиться, что кабинет ваш. Подайте обращение ещё раз или придите "
        "с паспортом в страховую организацию."
    ),
    "data": (
        "По указанным данным помочь не получилось. Проверьте фамилию, имя, дату рождения и номер, "
        "затем подайте обращение ещё раз."
    ),
    "silent": (
        "Мы не дозвонились до вас и не смогли сверить документ. Подайте обращение ещё раз "
        "и укажите удобное время."
    ),
}
STOPPED = "Владелец кабинета сообщил, что не просил вернуть доступ."
FOUND = 5
_ACCESS = (Permit.Purpose.ACCESS,)
_STOP = (Permit.Purpose.STOP,)
_RECOVERY = OneTimeCode.Purpose.RECOVERY
_CONTACT = OneTimeCode.Purpose.CONTACT
_DAY = timedelta(hours=24)
_FROM = limits.Limit("access-from", _DAY, lambda n: _DAY if n >= 5 else timedelta(0))
_FOR = limits.Limit("access-for", _DAY, lambda n: _DAY if n >= 3 else timedelta(0))


class NotFoundAccount(Denied):
    """The account is not one this member of staff may let somebody into."""

    status = 403
    text = "Доступ к этому кабинету вы вернуть не можете. Обратитесь к администратору."


class ContactElsewhere(Denied):
    """A new contact opens another account."""

    text = "Новый телефон или почта уже в другом кабинете. Попросите человека указать другие."


class TooLate(Denied):
    """The new password is set, or the right to stop is over."""

    text = (
        "Остановить уже нельзя: доступ вернули или срок вышел. "
        "Если это были не вы, сразу подайте обращение «Нет доступа ни к чему»."
    )


@dataclass(frozen=True)
class Typed:
    """What a person without any access types, in normal form."""

    family_name: str
    given_name: str
    patronymic: str
    birth_date: date
    snils: str
    policy: str
    reach: str
    phone: str
    email: str

    def as_json(self) -> dict[str, str]:
        """Return it as a request keeps it."""
        return {**asdict(self), "birth_date": self.birth_date.isoformat()}


@dataclass(frozen=True)
class Candidate:
    """An account that may be the asker's, and why."""

    user: User
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Granted:
    """What was decided: the tokens, from when it works, and the old contacts to be told."""

    request: AccountRequest
    user: User
    token: str
    opens_at: datetime
    old: tuple[tuple[contacts.Channel, str], ...]
    stop: str


def charge(*, typed: Typed, origin: str, at: datetime) -> datetime | None:
    """Count a request for a name and from a place; return until when to wait, if so."""
    who = f"{names.fold(typed.family_name + typed.given_name)}:{typed.birth_date}"
    return limits.take(limit=_FROM, key=fingerprint(f"origin:{origin}"), at=at) or limits.take(
        limit=_FOR, key=fingerprint(f"access:{who}"), at=at
    )


def send_contact_code(
    *, browser: str, channel: contacts.Channel, value: str, origin: str, at: datetime
) -> Issued:
    """Issue a code for a new contact; everybody gets one, whoever's contact it is."""
    return codes.issue(
        purpose=_CONTACT,
        address=f"{browser}:{channel}:{value}",
        origin=origin,
        decoy=False,
        at=at,
    )


def check_contact_code(
    *, browser: str, channel: contacts.Channel, value: str, code_key: str, typed: str, at: datetime
) -> Checked:
    """Check the code of a new contact."""
    return codes.check(
        purpose=_CONTACT, key=code_key, address=f"{browser}:{channel}:{value}", typed=typed, at=at
    )


def ask(*, typed: Typed, at: datetime, calendar: Calendar) -> AccountRequest:
    """Write the request down once both new contacts are proven."""
    return requests.ask(
        kind=AccountRequest.Kind.ACCESS,
        user=None,
        typed=typed.as_json(),
        text=typed.reach,
        about="",
        at=at,
        calendar=calendar,
    )


def candidates(
    *, request: AccountRequest, by: User, by_policy: User | None = None
) -> list[Candidate]:
    """Return the accounts that may be meant, of those `by` may let somebody into.

    `by_policy` is the account of the typed policy, which a higher floor knows.
    """
    typed = request.typed
    if not typed:
        return []
    reasons: dict[int, list[str]] = {}
    found: dict[int, User] = {}

    def note(user: User, reason: str) -> None:
        found[user.pk] = user
        reasons.setdefault(user.pk, []).append(reason)

    if typed.get("snils"):
        for user in User.objects.filter(snils=typed["snils"]):
            note(user, "СНИЛС совпал")
    if by_policy is not None:
        note(by_policy, "Полис совпал")
    for user in User.objects.filter(birth_date=typed["birth_date"])[:200]:
        if _name(user.family_name, user.given_name) == _name(
            typed["family_name"], typed["given_name"]
        ):
            note(user, "Имя и дата рождения совпали")
    open_to = [user for user in found.values() if may_grant(by=by, user=user)]
    ranked = sorted(open_to, key=lambda user: -len(reasons[user.pk]))
    return [Candidate(user, tuple(reasons[user.pk])) for user in ranked[:FOUND]]


def may_grant(*, by: User, user: User) -> bool:
    """Support lets citizens in, an administrator the staff; nobody oneself."""
    if user.pk == by.pk or user.erased_at:
        return False
    own = Role.ADMINISTRATOR if user.is_staff_member else Role.SUPPORT
    return by.role == own


@transaction.atomic
def grant(
    *, request: AccountRequest, user: User, how: str, note: str, by: User, at: datetime
) -> Granted:
    """Let the asker into an account after `how` (of `CHECKS`) proved who they are.

    Raises `requests.AlreadyDecided`, `requests.NotYourRequest`, `NotFoundAccount`,
    `ContactElsewhere`.
    """
    locked = requests.lock(request=request, by=by)
    if locked.kind != AccountRequest.Kind.ACCESS or not may_grant(by=by, user=user):
        raise NotFoundAccount
    owner = User.objects.select_for_update().get(pk=user.pk)
    new = {"phone": locked.typed["phone"], "email": locked.typed["email"]}
    _require_free(owner, new)
    old = _old_contacts(owner, new)
    opens_at = at + WAIT if old else at
    permits.withdraw(user=owner, purpose=Permit.Purpose.ACCESS, at=at)
    permits.withdraw(user=owner, purpose=Permit.Purpose.STOP, at=at)
    token = permits.give(
        purpose=Permit.Purpose.ACCESS, user=owner, request=locked, at=at, opens_at=opens_at,
        life=LIFE, data=new,
    )  # fmt: skip
    stop = permits.give(
        purpose=Permit.Purpose.STOP, user=owner, request=locked, at=at, life=WAIT + LIFE
    )
    locked.user = owner
    requests.close(request=locked, done=True, answer=CHECKS[how], by=by, at=at)
    record(
        act="user.access-grant",
        subject=owner.key,
        by=by.actor,
        at=at,
        person=owner.key,
        details={"request": locked.number, "how": how, "note": note, "waits": bool(old)},
    )
    return Granted(locked, owner, token, opens_at, old, stop)


@transaction.atomic
def stop(*, token: str, at: datetime) -> AccountRequest:
    """«Это не я»: take the way in back. Raises `TooLate`."""
    permit = permits.take(token=token, purposes=_STOP, at=at)
    if permit is None or permit.request is None:
        raise TooLate
    taken = permits.withdraw(user=permit.user, purpose=Permit.Purpose.ACCESS, at=at)
    taken += permits.withdraw(user=permit.user, purpose=Permit.Purpose.RECOVERY, at=at)
    if not taken:
        raise TooLate
    request = AccountRequest.objects.select_for_update().get(pk=permit.request.pk)
    request.state, request.answer = AccountRequest.State.REFUSED, STOPPED
    request.save(update_fields=["state", "answer"])
    record(
        act="user.access-stop",
        subject=permit.user.key,
        by=permit.user.actor,
        at=at,
        person=permit.user.key,
        details={"request": request.number},
    )
    return request


def opened(*, token: str, at: datetime) -> Permit | None:
    """Return the way in behind a token, even before it opens; None when it is over."""
    return permits.find(token=token, purposes=_ACCESS, at=at)


def send_code(*, token: str, origin: str, at: datetime) -> tuple[Issued, str]:
    """Issue a code for the new phone; return it with the phone. Raises `recovery.Over`."""
    permit = _open_now(token, at)
    issued = codes.issue(
        purpose=_RECOVERY, address=_address(permit), origin=origin, decoy=False,
        user=permit.user, at=at,
    )  # fmt: skip
    return issued, permit.data["phone"]


@transaction.atomic
def check_code(*, token: str, code_key: str, typed: str, at: datetime) -> tuple[Checked, str]:
    """Check the code of the new phone; the right one uses the way in up and begins a recovery.

    Returns the token of the recovery. Raises `recovery.Over`.
    """
    address = _address(_open_now(token, at))
    checked = codes.check(purpose=_RECOVERY, key=code_key, address=address, typed=typed, at=at)
    if checked.outcome is not Outcome.RIGHT:
        return checked, ""
    permit = permits.take(token=token, purposes=_ACCESS, at=at)
    if permit is None:
        raise recovery.Over
    begun = recovery.begin_regained(user=permit.user, at=at, **_new_contacts(permit.data))
    return checked, begun


def _open_now(token: str, at: datetime) -> Permit:
    permit = opened(token=token, at=at)
    if permit is None or permit.opens_at > at:
        raise recovery.Over
    return permit


def _address(permit: Permit) -> str:
    return f"permit:{permit.pk}"


def _new_contacts(data: Mapping[str, Any]) -> dict[str, str]:
    return {"phone": data["phone"], "email": data["email"]}


def _name(family_name: str, given_name: str) -> str:
    return f"{names.fold(family_name)} {names.fold(given_name)}"


def _require_free(user: User, new: Mapping[str, str]) -> None:
    for channel in recovery.CHANNELS:
        owner = contacts.owner_of(channel=channel, value=new[channel])
        if owner is not None and owner.pk != user.pk:
            raise ContactElsewhere


def _old_contacts(user: User, new: Mapping[str, str]) -> tuple[tuple[contacts.Channel, str], ...]:
    """Return the confirmed contacts that the new ones would replace."""
    pairs = ((one, recovery.confirmed(user, one)) for one in recovery.CHANNELS)
    return tuple((one, value) for one, value in pairs if value and value != new[one])
