"""The report: how the work of one's organisation stands. Numbers only, nobody's data."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from oms.cases import assignment, queries
from oms.cases.states import TITLES, State
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.faces.design.parts import Bar, Chip, Fact
from oms.faces.design.parts import State as Tint
from oms.faces.desk import figures, words
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.kit.denied import Denied
from oms.law.plural import counted, plural
from oms.law.refusal import REASONS
from oms.law.typed import NBSP

PERIODS = {14: "Две недели", 28: "Четыре недели", 91: "Три месяца", 182: "Полгода"}
"""Days → what the chip says. Up to two weeks are drawn by days, more by weeks."""
KEYS = (("G", "Раздать ждущие дела"), ("E", "Выгрузить дела таблицей"))
AGE_TITLES = ("Меньше суток", "От 1 до 3 дней", "От 3 до 7 дней", "Больше 7 дней")
AGE_TINTS: tuple[Tint, ...] = ("ok", "brand", "warn", "danger")


@require_safe
@staff_required(*OPERATORS, Role.SUPERVISOR)
def report(request: HttpRequest) -> HttpResponse:
    """Finding first, then the numbers, then the charts inside their tables."""
    at, user = timezone.now(), staff(request)
    period = _period(request.GET.get("period", ""))
    found = queries.workload(organization=user.organization, at=at, period=period)
    leads = user.role == Role.SUPERVISOR
    return page(
        request,
        "desk/report.html",
        section="report",
        title="Отчёт",
        keys=KEYS if leads else (),
        at=at,
        chips=_chips(period),
        label="Период",
        finding=finding(found),
        stats=_stats(found),
        states=_states(found),
        ages=[
            Bar(title, number, str(number), tint)
            for title, number, tint in zip(AGE_TITLES, found.ages, AGE_TINTS, strict=True)
        ],
        flow=figures.flow(found.days),
        high=figures.HIGH,
        weekly=period > figures.BY_DAYS,
        reasons=[
            Bar(REASONS[code].title if code in REASONS else code, number, state="neutral")
            for code, number in found.reasons
        ],
        services=figures.loads(found.services, by_service=True),
        clerks=figures.loads(found.clerks) if leads else (),
        found=found,
        may_export=leads,
        may_assign=leads and found.unassigned > 0,
    )


@require_POST
@staff_required(Role.SUPERVISOR)
def assign(request: HttpRequest) -> HttpResponse:
    """Give the waiting cases to those on duty."""
    try:
        given = assignment.assign_waiting(by=staff(request), at=timezone.now())
        told = counted(given, "дело", "дела", "дел")
        messages.success(request, f"Роздано: {told}." if given else "Раздавать нечего.")
    except Denied as no:
        messages.warning(request, no.text)
    return redirect("desk:report")


def finding(found: queries.Workload) -> str:
    """Say in one sentence what matters most today."""
    if found.overdue:
        many = counted(found.overdue, "дело", "дела", "дел")
        passed = plural(found.overdue, "просрочено", "просрочены", "просрочены")
        which = plural(found.overdue, "него", "них", "них")
        return f"{many} {passed}. Начните с {which}."
    if not found.in_work and not found.decided:
        return "Заявлений пока не было."
    days = f"{len(found.days)}{NBSP}{plural(len(found.days), 'день', 'дня', 'дней')}"
    if found.late:
        many = counted(found.late, "решение", "решения", "решений")
        return f"Сейчас просроченных дел нет, но за {days} {many} приняты после срока."
    if found.decided:
        return f"Все решения за {days} приняты в срок, просроченных дел нет."
    return "Просроченных дел нет."


def _period(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) in PERIODS else 14


def _chips(current: int) -> list[Chip]:
    base = reverse("desk:report")
    return [
        Chip(title, f"{base}?period={days}", current=days == current)
        for days, title in PERIODS.items()
    ]


def _stats(found: queries.Workload) -> Sequence[Fact]:
    in_time = figures.share(found.decided - found.late, found.decided)
    return (
        Fact("Ждут решения", str(found.in_work)),
        Fact("Без исполнителя", str(found.unassigned)),
        Fact("Просрочены сейчас", str(found.overdue)),
        Fact("Решено в срок", in_time if found.decided else "нет решений"),
        Fact("Половина решений быстрее", _length(found.median)),
        Fact("Девять из десяти быстрее", _length(found.longest)),
    )


def _length(span: timedelta | None) -> str:
    return words.length(span) if span is not None else "нет решений"


def _states(found: queries.Workload) -> list[Bar]:
    tints: dict[State, Tint] = {State.CLARIFICATION: "warn"}
    bars = [
        Bar(TITLES[state], number, str(number), tints.get(state, "brand"))
        for state, number in found.states.items()
    ]
    return [*bars, Bar("Из них просрочены", found.overdue, str(found.overdue), "danger")]
