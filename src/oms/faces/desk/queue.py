"""The queue: what waits, most urgent first, with the chosen case beside it on a wide screen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.cases import actions, queries, saved_filters
from oms.cases.models import Case, SavedFilter
from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role, User
from oms.faces.design.parts import Chip, Crumb
from oms.faces.desk import words
from oms.faces.desk.pages import KEYS, OPERATORS, page, staff
from oms.faces.desk.sheet import Sheet, find_case, sheet
from oms.law import case_number, names
from oms.law.verdict import Invalid

TITLES = {
    "mine": "Мои",
    "unassigned": "Без исполнителя",
    "confirm": "На подтверждение",
    "today": "Срок сегодня",
    "waiting": "Ждут заявителя",
    "overdue": "Просрочены",
    "leaving": "Уходят от нас",
    "all": "Все",
}
EMPTY = {
    "mine": ("У вас нет дел в работе", "Возьмите следующее: первым идёт самое срочное."),
    "unassigned": ("Все дела разобраны", "Новые появятся здесь сами."),
    "confirm": ("Подтверждать нечего", "Здесь будут решения коллег, которым нужен второй."),
    "today": ("Сегодня сроков нет", "Можно взять дела со сроком завтра."),
    "waiting": ("Никто не должен ответа", "Здесь будут дела с вопросом к заявителю."),
    "overdue": ("Просроченных дел нет", "Так и держать."),
    "leaving": ("Никто не уходит", "Здесь будут заявления о переходе в другую организацию."),
    "all": ("Дел пока нет", "Новые заявления появятся здесь сами."),
    "found": ("Ничего не нашлось", "Проверьте номер дела или начало фамилии."),
}
_SOUGHT = "desk_sought"
LONGEST = 100


@dataclass(frozen=True)
class Row:
    """A case as the queue shows it."""

    case: Case
    service: str
    who: str
    holder: str
    standing: words.Standing


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def queue(request: HttpRequest) -> HttpResponse:
    """The list under one filter or one search; a POST is a search."""
    if request.method == "POST":
        return _search(request)
    user, at = staff(request), timezone.now()
    counts = queries.queue_counts(user, at=at)
    text = request.session.get(_SOUGHT, "") if "found" in request.GET else ""
    chosen = _filter(request, counts, found=bool(text))
    services, saved = services_of(user), saved_filters.of(user)
    service = request.GET.get("service", "")
    service = service if service in dict(services) else ""
    found = queries.queue(
        user,
        at=at,
        filter=chosen,
        service=service,
        text=text,
        after=request.GET.get("after", ""),
    )
    prefetch_related_objects(found.cases, "pauses")
    return page(
        request,
        "desk/queue.html",
        section="cases",
        title="Дела",
        count=counts.all,
        keys=KEYS,
        chips=_chips(user, counts, "" if text else chosen),
        label="Отборы дел",
        services=services,
        service=service,
        saved=[(one, _leads_to(one)) for one in saved],
        current=next((o for o in saved if (o.filter, o.service) == (chosen, service)), None),
        rows=[_row(case, user, at) for case in found.cases],
        text=text,
        filter=chosen,
        empty=EMPTY["found" if text else chosen],
        sheet=_chosen(request, at),
        next_url=_address(request, found.after) if found.after else "",
        first_url=_address(request, "") if request.GET.get("after") else "",
        can_take=counts.unassigned > 0,
    )


@require_POST
@staff_required(*OPERATORS)
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent case that nobody has."""
    case = actions.take_next(by=staff(request), at=timezone.now())
    if case is None:
        messages.info(request, "Свободных дел нет. Новые появятся в очереди сами.")
        return redirect("desk:queue")
    messages.success(request, f"Дело №\N{NO-BREAK SPACE}{case.number} у вас в работе.")
    return redirect("desk:case", case.number)


def crumb() -> Crumb:
    """Return the way back from a case."""
    return Crumb("Дела", reverse("desk:queue"))


def _search(request: HttpRequest) -> HttpResponse:
    """Keep what is sought out of the address: names are personal data."""
    text = " ".join(request.POST.get("text", "").replace("\0", "").split())[:LONGEST]
    if not text:
        request.session.pop(_SOUGHT, None)
        return redirect("desk:queue")
    try:
        number = case_number.parse(text).text
    except Invalid:
        number = ""
    if number and Case.objects.visible_to(staff(request)).filter(number=number).exists():
        return redirect("desk:case", number)
    request.session[_SOUGHT] = text
    return redirect(f"{reverse('desk:queue')}?found=1")


def _filter(request: HttpRequest, counts: queries.QueueCounts, *, found: bool) -> str:
    asked = request.GET.get("filter", "")
    if found:
        return "all"
    return asked if asked in TITLES else "mine" if counts.mine else "all"


def _leads_to(one: SavedFilter) -> str:
    asked = {"filter": one.filter, "service": one.service}
    return f"{reverse('desk:queue')}?{urlencode(asked)}"


def services_of(user: User) -> list[tuple[str, str]]:
    """Return code and title of the services that may come to the user, by title.

    A fund may be an insurer too: everything may come to it.
    """
    own = (
        one
        for one in SERVICES.values()
        if not one.is_automatic and user.role in {Role.FUND, one.decided_by}
    )
    return sorted(((one.code, one.title) for one in own), key=lambda row: row[1])


def _chips(user: User, counts: queries.QueueCounts, current: str) -> list[Chip]:
    base = reverse("desk:queue")
    hidden = {"leaving"} if user.role != Role.INSURER else set()
    if not counts.confirm and current != "confirm":
        hidden.add("confirm")  # most services are decided by one
    return [
        Chip(title, f"{base}?filter={name}", getattr(counts, name, None), current=name == current)
        for name, title in TITLES.items()
        if name not in hidden
    ]


def _row(case: Case, user: User, at: datetime) -> Row:
    holder = case.assignee
    by = names.short(holder.family_name, holder.given_name, holder.patronymic) if holder else ""
    return Row(
        case=case,
        service=queries.service_title(case),
        who=short(case.applicant_name),
        holder="Вы" if holder == user else by,
        standing=words.standing(case, at=at),
    )


def short(full: str) -> str:
    """Return a whole name with initials.

    >>> short("Климова Анна Викторовна").replace("\N{NO-BREAK SPACE}", " ")
    'Климова А. В.'
    """
    family, given, patronymic = (*full.split(maxsplit=2), "", "", "")[:3]
    return names.short(family, given, patronymic)


def _chosen(request: HttpRequest, at: datetime) -> Sheet | None:
    number = request.GET.get("case", "")
    case = find_case(request, number) if number else None
    return sheet(request, case, at=at) if case else None


def _address(request: HttpRequest, after: str) -> str:
    asked = ("filter", "service", "found")
    kept: dict[str, Any] = {n: request.GET[n] for n in asked if n in request.GET}
    return f"{reverse('desk:queue')}?{urlencode({**kept, **({'after': after} if after else {})})}"
