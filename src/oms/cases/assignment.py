"""Giving waiting cases to those on duty: the most urgent first, to who has the fewest."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from oms.cases.actions import perform
from oms.cases.models import Case
from oms.cases.refused import NotYours
from oms.cases.rights import decides
from oms.cases.states import State
from oms.domain.accounts.models import Role, User
from oms.domain.journal.actions import SYSTEM, record
from oms.kit.denied import Denied

ON_DUTY = timedelta(hours=12)
AT_ONCE = 200
_ROLES = {"insurer": Role.INSURER, "fund": Role.FUND}


class NobodyOnDuty(Denied):
    """No operator of the organisation has signed in of late."""

    text = "Сегодня никто из операторов ещё не входил. Дела раздать некому."


def on_duty(organization: str, *, at: datetime) -> list[User]:
    """Operators of `insurer:77001` who signed in within twelve hours. One query."""
    role = _ROLES.get(organization.partition(":")[0])
    rows = User.objects.filter(organization=organization, role=role, is_active=True)
    return list(rows.filter(last_login__gte=at - ON_DUTY).order_by("pk"))


def assign_waiting(*, by: User, at: datetime) -> int:
    """Give out the waiting cases of the supervisor's organisation; return how many.

    Each case in its own transaction; nobody gets what they may not decide. Cases taken meanwhile
    are passed over. Raises `NotYours` for other roles, `NobodyOnDuty`.
    """
    if by.role != Role.SUPERVISOR:
        raise NotYours
    people = on_duty(by.organization, at=at)
    if not people:
        raise NobodyOnDuty
    held = _held(people)
    given = sum(_give(case, people, held, at=at) for case in _waiting(by.organization))
    with transaction.atomic():
        record(
            act="case.assign_waiting",
            subject=f"organization:{by.organization}",
            by=by.actor,
            at=at,
            details={"given": given, "to": [user.pk for user in people]},
        )
    return given


def _give(case: Case, people: list[User], held: Counter[int], *, at: datetime) -> bool:
    for user in sorted(people, key=lambda one: (held[one.pk], one.pk)):
        if not decides(user, case):
            continue
        try:
            perform("assign", case, by=SYSTEM, at=at, assignee=user)
        except Denied:  # a colleague took it in this very moment
            return False
        held[user.pk] += 1
        return True
    return False


def _held(people: list[User]) -> Counter[int]:
    rows = Case.objects.filter(assignee__in=people, state=State.IN_WORK)
    return Counter(rows.values_list("assignee_id", flat=True))


def _waiting(organization: str) -> list[Case]:
    kind, _, code = organization.partition(":")
    field = {"insurer": "insurer_id", "fund": "fund_id"}.get(kind)
    if field is None:
        return []
    rows = Case.objects.filter(state=State.AWAITING, assignee=None, **{field: code})
    rows = rows.exclude(submitted_at=None).exclude(decided_by="automatic")
    return list(rows.order_by("due_at", "pk")[:AT_ONCE])
