"""The report: how the work of one's organisation stands. Numbers only, nobody's data."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from oms.cases import assignment, queries
from oms.cases.states import TITLES, State
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.faces.design.parts import Bar, Fact
from oms.faces.design.parts import State as Tint
from oms.faces.desk import words
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.kit.denied import Denied
from oms.law.plural import counted, plural
from oms.law.refusal import REASONS
from oms.law.typed import NBSP

PERIOD = 14
AGE_TITLES = ("Меньше суток", "От 1 до 3 дней", "От 3 до 7 дней", "Больше 7 дней")
AGE_TINTS: tuple[Tint, ...] = ("ok", "brand", "warn", "danger")


@require_safe
@staff_required(*OPERATORS, Role.SUPERVISOR)
def report(request: HttpRequest) -> HttpResponse:
    """Finding first, then the numbers, then the charts inside their tables."""
    at = timezone.now()
    found = queries.workload(organization=staff(request).organization, at=at, period=PERIOD)
    return page(
        request,
        "desk/report.html",
        section="report",
        title="Отчёт",
        at=at,
        period=PERIOD,
        finding=finding(found),
        stats=_stats(found),
        states=_states(found),
        ages=[
            Bar(title, number, str(number), tint)
            for title, number, tint in zip(AGE_TITLES, found.ages, AGE_TINTS, strict=True)
        ],
        days=_days(found, at),
        reasons=[
            Bar(REASONS[code].title if code in REASONS else code, number, state="neutral")
            for code, number in found.reasons
        ],
        found=found,
        may_export=staff(request).role == Role.SUPERVISOR,
        may_assign=staff(request).role == Role.SUPERVISOR and found.unassigned > 0,
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
    if found.late:
        many = counted(found.late, "решение", "решения", "решений")
        return f"Сейчас просроченных дел нет, но за {PERIOD}{NBSP}дней {many} приняты после срока."
    if found.decided:
        return f"Все решения за {PERIOD}{NBSP}дней приняты в срок, просроченных дел нет."
    return "Просроченных дел нет."


def _stats(found: queries.Workload) -> Sequence[Fact]:
    in_time = found.decided - found.late
    share = f"{in_time * 100 / (found.decided or 1):.1f}".replace(".", ",").removesuffix(",0")
    return (
        Fact("Ждут решения", str(found.in_work)),
        Fact("Без исполнителя", str(found.unassigned)),
        Fact("Просрочены сейчас", str(found.overdue)),
        Fact("Решено в срок", f"{share}{NBSP}%" if found.decided else "нет решений"),
        Fact("Среднее время решения", _average(found.average)),
    )


def _average(span: timedelta | None) -> str:
    return words.length(span) if span is not None else "нет решений"


def _states(found: queries.Workload) -> list[Bar]:
    tints: dict[State, Tint] = {State.CLARIFICATION: "warn"}
    bars = [
        Bar(TITLES[state], number, str(number), tints.get(state, "brand"))
        for state, number in found.states.items()
    ]
    return [*bars, Bar("Из них просрочены", found.overdue, str(found.overdue), "danger")]


def _days(found: queries.Workload, at: datetime) -> list[Bar]:
    """Return decisions by day, latest first; the words part approvals from refusals."""
    return [
        Bar(
            words.calendar_day(one.on, at=at).capitalize(),
            one.decided,
            f"{one.decided}, отказов {one.rejected}" if one.rejected else str(one.decided),
            "danger" if one.late else "brand",
        )
        for one in reversed(found.days)
    ]
