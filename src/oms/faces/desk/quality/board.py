"""The board of data quality and the work list: numbers and records by number, nobody named."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role, User
from oms.domain.quality import exporting, following, queries
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.declaration import SEVERITIES
from oms.domain.quality.queries import Board
from oms.faces.design.parts import Bar, Crumb, Fact
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.quality import words
from oms.faces.desk.quality.forms import ExportForm, FilterForm
from oms.law.plural import counted
from oms.law.typed import NBSP

TITLE = "Качество данных"
READERS = (*OPERATORS, Role.SUPERVISOR)
"""Who sees numbers; records are opened and repaired by operators."""


@require_safe
@staff_required(*READERS)
def board(request: HttpRequest) -> HttpResponse:
    """How many records are without a fault, what is wrong with the others, which way it goes."""
    user, at = staff(request), timezone.now()
    found = queries.board(user, on=timezone.localdate())
    leads = user.role == Role.SUPERVISOR
    houses = queries.houses(user, on=found.on) if found.on and _sees_region(user) else []
    return page(
        request,
        "desk/quality/board.html",
        section="quality",
        title=TITLE,
        found=found,
        finding=finding(found),
        stats=_stats(found),
        trend=_trend(found),
        severities=_severities(found),
        ages=_ages(found),
        rules=[(one, *_of_rule(one)) for one in found.rules],
        houses=[(one, words.change(one.found, one.before)) for one in houses],
        batches=[
            (one, RULES[one.rule].title, words.age(one.made_at, at=at))
            for one in queries.batches(user, limit=5)
        ]
        if not leads
        else [],
        repairs=queries.repairs_by_operator(user, at=at) if leads else None,
        sweep=words.sweep(following.latest()),
    )


@require_safe
@staff_required(*READERS)
def work_list(request: HttpRequest) -> HttpResponse:
    """Open findings, the earliest found first."""
    return _list_page(request, ExportForm(initial={"kind": "xlsx"}))


@require_http_methods(["POST"])
@staff_required(*READERS)
def export(request: HttpRequest) -> HttpResponse:
    """Give the list under its filter as a table, for a purpose."""
    user, form = staff(request), ExportForm(request.POST)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    asked = FilterForm(request.GET, insurers=queries.insurers(user)).asked()
    content, media = exporting.table(
        asked=asked,
        purpose=form.cleaned_data["purpose"],
        kind=form.cleaned_data["kind"],
        by=user,
        at=timezone.now(),
    )
    answer = HttpResponse(content, content_type=media)
    name = f"{TITLE} {timezone.localdate():%Y-%m-%d}.{form.cleaned_data['kind']}"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def finding(found: Board) -> str:
    """Say in one sentence what matters most."""
    if found.on is None:
        return "Проверки ещё не было: первая пройдёт ночью."
    faulty = found.records - found.clean
    if not faulty:
        return "Во всех записях ошибок не нашли."
    worst = max(found.rules, key=lambda one: (one.rule.severity, one.total))
    many = counted(faulty, "запись", "записи", "записей")
    return f"Есть что исправить: {many}. Начните с «{worst.rule.title}»: {worst.total}."


def _list_page(request: HttpRequest, wish: ExportForm, *, status: int = 200) -> HttpResponse:
    user, at = staff(request), timezone.now()
    form = FilterForm(request.GET, insurers=queries.insurers(user))
    asked = form.asked()
    told = request.GET.get("after", "")
    after = int(told) if told.isascii() and told.isdigit() and len(told) < 18 else 0
    found = queries.work_list(user, asked, at=at, after=after)
    kept = urlencode({name: value for name, value in vars(asked).items() if value})
    return page(
        request,
        "desk/quality/list.html",
        section="quality",
        status=status,
        title="Что исправить",
        crumbs=[Crumb(TITLE, reverse("desk:quality")), Crumb("Что исправить")],
        form=form,
        wish=wish,
        wished=status != 200,
        kept=kept,
        lines=[words.line(one, at=at) for one in found.rows],
        opens=user.role in OPERATORS,
        mend=asked.rule
        if user.role in OPERATORS and any(one.mendable for one in found.rows)
        else "",
        first_url=f"?{kept}" if after else "",
        next_url=f"?{kept}&after={found.after}" if found.after else "",
    )


def _sees_region(user: User) -> bool:
    """Whether there are several insurers to tell apart: at a fund, not at an insurer."""
    return user.organization.partition(":")[0] == Role.FUND


def _stats(found: Board) -> Sequence[Fact]:
    return (
        Fact("Записей", str(found.records)),
        Fact("Без ошибок", f"{words.share(found.clean, found.records)}{NBSP}%"),
        Fact("Найдено всего", str(sum(one.total for one in found.rules))),
        Fact("Новых за неделю", str(sum(one.fresh for one in found.rules))),
        Fact("Старше месяца", str(sum(one.old for one in found.rules))),
    )


def _trend(found: Board) -> list[Bar]:
    """Return the share of records without a fault, a day a week, latest first."""
    return [
        Bar(
            words.day(on),
            clean * 100 / (records or 1),
            f"{words.share(clean, records)}{NBSP}%",
            "brand",
        )
        for on, records, clean in reversed(found.trend)
    ]


def _severities(found: Board) -> list[Bar]:
    return [
        Bar(title, number, str(number), words.TINTS[severity])
        for severity, title in SEVERITIES.items()
        for number in [sum(one.total for one in found.rules if one.rule.severity == severity)]
    ]


def _ages(found: Board) -> list[Bar]:
    told = (("fresh", "ok"), ("month", "warn"), ("old", "danger"))
    return [
        Bar(title, number, str(number), tint)  # type: ignore[arg-type]
        for (name, tint), title in zip(told, queries.AGES.values(), strict=True)
        for number in [sum(getattr(one, name) for one in found.rules)]
    ]


def _of_rule(one: queries.Standing) -> tuple[str, str, str]:
    """Return tint, word and change since a week ago of a rule's line."""
    severity = one.rule.severity
    return words.TINTS[severity], SEVERITIES[severity], words.change(one.total, one.before)
