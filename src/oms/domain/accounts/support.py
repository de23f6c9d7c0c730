"""What the support sees of accounts: one at a time, by its exact phone or e-mail, never a list.

Each search and each look is written down with its purpose; the person sees the look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from oms.domain.accounts import blocking, limits
from oms.domain.accounts.identifiers import find_user, recognize
from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.domain.journal.models import Entry
from oms.kit.denied import Denied

SEARCHES = limits.Limit(
    "account-search", timedelta(hours=1), lambda n: timedelta(hours=1) if n >= 60 else timedelta(0)
)
_TOLD = {
    "user.register": "Кабинет открыт",
    "user.block": "Заблокирован",
    "user.unblock": "Открыт снова",
    "user.sign-out-all": "Завершены все сеансы",
    "user.sign-in-stopped": "Вход остановлен: неверный пароль",
    "user.password": "Пароль изменён",
    "user.recovery-begin": "Начато восстановление доступа",
    "user.recovery": "Доступ восстановлен",
    "user.access-grant": "Поддержка вернула доступ",
    "user.access-stop": "Владелец остановил возврат доступа",
    "user.factor-on": "Второй фактор включён",
    "user.factor-off": "Второй фактор отключён",
    "user.contact-undo": "Смена контакта отменена",
}
_SHOWN = 20


class TooManySearches(Denied):
    """Nobody looks people up by the hundred."""

    status = 429
    text = "За час уже было много поисков. Подождите час или попросите коллегу."


@dataclass(frozen=True)
class Event:
    """Something that happened to an account, for who helps its owner."""

    at: datetime
    title: str
    by_owner: bool
    reason: str = ""


@transaction.atomic
def find(*, text: str, purpose: str, by: User, at: datetime) -> User | None:
    """Return the account of exactly this phone or e-mail, if `by` may deal with it.

    The search is written down, found or not. Raises `TooManySearches`.
    """
    if limits.take(limit=SEARCHES, key=by.key, at=at):
        raise TooManySearches
    name = recognize(text)
    by_contact = name.readings[0][0] in ("phone", "email")
    user = find_user(name) if by_contact else None
    found = user if user is not None and blocking.may(by=by, user=user) else None
    record(
        act="account.search",
        subject=by.key,
        by=by.actor,
        at=at,
        person=found.key if found else "",
        details={"text": text, "purpose": purpose, "found": bool(found)},
    )
    return found


@transaction.atomic
def look(*, user: User, by: User, purpose: str, at: datetime) -> None:
    """Write down that somebody of the staff looked at an account, and why."""
    details = {"purpose": purpose}
    record(
        act="person.read", subject=user.key, by=by.actor, at=at, person=user.key, details=details
    )


def events(*, user: User) -> Sequence[Event]:
    """Return what happened to an account of late, newest first. One query."""
    rows = Entry.objects.filter(subject=user.key, act__in=list(_TOLD)).select_related("payload")
    return [
        Event(row.at, _TOLD[row.act], row.actor in (user.key, "visitor", "system"), _reason(row))
        for row in rows.order_by("-at", "-pk")[:_SHOWN]
    ]


def _reason(row: Entry) -> str:
    payload = getattr(row, "payload", None)
    data = payload.data if payload else {}
    if row.act == "user.block":
        return blocking.words(reason=data.get("reason", "other"), text=data.get("text", ""))
    return str(data.get("text", "")) if row.act == "user.unblock" else ""
