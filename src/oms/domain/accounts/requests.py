"""What people ask of the staff about their accounts: asked once, due by a term, answered once.

The number is random within its year, with a check digit: it tells nobody how many there are.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from oms.domain.accounts import blocking
from oms.domain.accounts.models import AccountRequest, Role, User
from oms.domain.journal.actions import VISITOR, record
from oms.domain.journal.models import Entry
from oms.kit.denied import Denied
from oms.law import terms
from oms.law.calendar import Calendar
from oms.law.case_number import paper_number

Kind = AccountRequest.Kind
State = AccountRequest.State
SERIES = "П"
TERMS: Mapping[str, str] = {
    Kind.ACCESS: "support-answer",
    Kind.CONTEST: "appeal",
    Kind.LOOK: "personal-data-answer",
    Kind.ERASE: "personal-data-answer",
}
LONGEST = 2000
KEEP = timedelta(days=365)
_A_YEAR = 10**6 - 1
_PLAIN = Calendar()


class AlreadyDecided(Denied):
    """Somebody else was faster."""

    text = "На это обращение уже ответили. Обновите страницу, чтобы увидеть ответ."


class NotYourRequest(Denied):
    """One's own, or of a kind this role does not decide."""

    status = 403
    text = "Это обращение решает другой сотрудник."


class SameHands(Denied):
    """Who blocked does not judge the block."""

    status = 403
    text = "Кабинет заблокировали вы. Обращение должен решить другой сотрудник."


@transaction.atomic
def ask(
    *,
    kind: AccountRequest.Kind,
    user: User | None,
    typed: Mapping[str, Any],
    text: str,
    about: str,
    at: datetime,
    calendar: Calendar = _PLAIN,
) -> AccountRequest:
    """Write a request down; of a known user the open one about the same is returned instead.

    `typed` is JSON-able. The term is counted by `calendar`, which knows the days moved by decree.
    """
    if user is not None:
        User.objects.select_for_update().get(pk=user.pk)
        known = user.requests.filter(kind=kind, about=about, state=State.OPEN).first()
        if known:
            return known
    made = AccountRequest.objects.create(
        number=_free_number(at),
        kind=kind,
        user=user,
        typed=dict(typed),
        about=about,
        text=text,
        asked_at=at,
        due_at=_due(kind, at, calendar),
    )
    record(
        act="request.ask",
        subject=made.key,
        by=user.actor if user else VISITOR,
        at=at,
        person=user.key if user else "",
        details={"kind": kind.value, "number": made.number, "about": about},
    )
    return made


@transaction.atomic
def decide(
    *, request: AccountRequest, done: bool, answer: str, by: User, at: datetime
) -> AccountRequest:
    """Answer a request. A contested block that was wrong is lifted with it.

    Raises `AlreadyDecided`, `NotYourRequest`, `SameHands`, `blocking.NotYours`.
    """
    locked = lock(request=request, by=by)
    if locked.kind == Kind.CONTEST and locked.user is not None:
        if blocked_by(user=locked.user) == by.key:
            raise SameHands
        if done and not locked.user.is_active:
            blocking.unblock(user=locked.user, text=answer, by=by, at=at)
    return close(request=locked, done=done, answer=answer, by=by, at=at)


def lock(*, request: AccountRequest, by: User) -> AccountRequest:
    """Return the open request under its row lock. Raises `AlreadyDecided`, `NotYourRequest`."""
    mine = AccountRequest.objects.visible_to(by)
    if by.role not in {Role.SUPPORT, Role.ADMINISTRATOR} or not mine.filter(pk=request.pk).exists():
        raise NotYourRequest
    AccountRequest.objects.select_for_update().values_list("pk").get(pk=request.pk)
    locked = AccountRequest.objects.select_related("user").get(pk=request.pk)
    if locked.state != State.OPEN:
        raise AlreadyDecided
    return locked


def close(
    *, request: AccountRequest, done: bool, answer: str, by: User, at: datetime
) -> AccountRequest:
    """Write the answer of a locked request, inside the transaction of what it does."""
    request.state = State.DONE if done else State.REFUSED
    request.answer, request.decided_at, request.decided_by = answer, at, by.key
    request.save(update_fields=["state", "answer", "decided_at", "decided_by", "user"])
    record(
        act="request.decide",
        subject=request.key,
        by=by.actor,
        at=at,
        person=request.user.key if request.user else "",
        details={"kind": request.kind, "done": done, "answer": answer},
    )
    return request


def blocked_by(*, user: User) -> str:
    """Return the key of who closed the account last."""
    last = Entry.objects.filter(act="user.block", subject=user.key).order_by("-at", "-pk").first()
    return last.actor if last else ""


def queue(*, by: User) -> list[AccountRequest]:
    """Return the open requests this member of staff may decide, the nearest term first."""
    rows = AccountRequest.objects.visible_to(by).filter(state=State.OPEN)
    return list(rows.select_related("user").order_by("due_at", "pk")[:_SHOWN])


def decided(*, by: User) -> list[AccountRequest]:
    """Return the last answered requests, newest first."""
    rows = AccountRequest.objects.visible_to(by).exclude(state=State.OPEN)
    return list(rows.select_related("user").order_by("-decided_at", "-pk")[:_SHOWN])


def complaints(*, user: User) -> dict[str, AccountRequest]:
    """Return what the user complained of, by what it is about. One query."""
    rows = AccountRequest.objects.filter(user=user, kind=Kind.LOOK).order_by("pk")
    return {row.about: row for row in rows}


def mine(*, user: User) -> list[AccountRequest]:
    """Return what the user asked, newest first."""
    return list(AccountRequest.objects.filter(user=user).order_by("-asked_at", "-pk")[:_SHOWN])


def forget_old(*, before: datetime) -> int:
    """Erase what was typed by people no account was found for; return of how many."""
    rows = AccountRequest.objects.filter(user=None, decided_at__lt=before).exclude(typed={})
    return rows.update(typed={}, text="")


def _due(kind: AccountRequest.Kind, at: datetime, calendar: Calendar) -> datetime:
    zone = timezone.get_default_timezone()
    term = terms.term_at(TERMS[kind], on=timezone.localtime(at, zone).date())
    return terms.due_at(term, received_at=at, calendar=calendar, zone=zone)


def _free_number(at: datetime) -> str:
    year = timezone.localtime(at, timezone.get_default_timezone()).year
    while True:
        number = paper_number(series=SERIES, year=year, sequence=secrets.randbelow(_A_YEAR) + 1)
        if not AccountRequest.objects.filter(number=number).exists():
            return number


_SHOWN = 100
