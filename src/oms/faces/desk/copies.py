"""«Выдача»: printed copies that wait at points or travel, and their hand-over (SRV-10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from oms.catalog.fields import TextField
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.papers import deliveries
from oms.domain.papers.models import Delivery
from oms.faces.design.parts import Chip, Crumb, Fact, State
from oms.faces.design.templatetags.design import datetime_words
from oms.faces.desk.looks import look_at_person
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied
from oms.law import dates, names
from oms.law.typed import NBSP

PAGE, LAST_PAGE = 25, 400
LARGEST_KEY = 2**63 - 1
PURPOSE = "Выдача документа на бумаге"
TINTS: dict[str, State] = {
    Delivery.State.WAITING: "info",
    Delivery.State.SENT: "info",
    Delivery.State.HANDED: "ok",
    Delivery.State.RETURNED: "warn",
}
SHOWN = {"": "На выдаче", "handed": "Вручены", "returned": "Вернулись"}
STATES: dict[str, Sequence[str]] = {
    "": (Delivery.State.WAITING, Delivery.State.SENT),
    "handed": (Delivery.State.HANDED,),
    "returned": (Delivery.State.RETURNED,),
}


class HandOverForm(forms.Form):
    """Who took the copy, and by which document."""

    taken_by = TextField(
        label="Кто забрал",
        longest=deliveries.LONGEST_NAME,
        empty="укажите фамилию, имя и отчество",
        help_text="Фамилия, имя и отчество, как в документе",
    )
    document = TextField(
        label="По какому документу",
        longest=deliveries.LONGEST_DOCUMENT,
        empty="укажите вид, серию и номер",
        help_text="Например, паспорт 45 10 123456. Представитель: ещё и чем подтвердил право",
    )


class ReturnForm(forms.Form):
    """Why the copy came back."""

    note = TextField(
        label="Почему вернулся",
        longest=deliveries.LONGEST_NOTE,
        empty="укажите причину, её увидит человек",
        help_text="Например, не забрали за 30 дней. Человек увидит это в кабинете",
    )


@dataclass(frozen=True)
class Row:
    """A copy in the list."""

    copy: Delivery
    who: str
    paper: str
    place: str
    tint: State
    since: str


@require_safe
@staff_required(Role.INSURER, Role.FUND)
def queue(request: HttpRequest) -> HttpResponse:
    """Show copies of one's own organisation, those longest on the way first. One query."""
    asked = request.GET.get("state", "")
    state = asked if asked in SHOWN else ""
    number = _page_number(request.GET.get("page", ""))
    rows = Delivery.objects.visible_to(staff(request)).filter(state__in=STATES[state])
    order = ("prepared_at", "pk") if state == "" else ("-state_at", "-pk")
    rows = rows.select_related("paper__person", "point").order_by(*order)
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    return page(
        request,
        "desk/copies.html",
        section="copies",
        title="Выдача на бумаге",
        chips=[Chip(title, _url(code), current=code == state) for code, title in SHOWN.items()],
        rows=[_row(one) for one in found[:PAGE]],
        first_url=_url(state, number - 1) if number > 1 else "",
        next_url=_url(state, number + 1) if len(found) > PAGE else "",
    )


@require_safe
@staff_required(Role.INSURER, Role.FUND)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a copy and what may be recorded of it; the look is written down."""
    return _sheet(request, _find(request, pk))


@require_POST
@staff_required(Role.INSURER, Role.FUND)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the hand-over; a mistake keeps what was typed."""
    found, form = _find(request, pk), HandOverForm(request.POST)
    if not form.is_valid():
        return _sheet(request, found, hand=form)
    told = form.cleaned_data
    try:
        deliveries.hand_over(
            delivery=found,
            taken_by=told["taken_by"],
            document=told["document"],
            by=staff(request),
            at=timezone.now(),
        )
    except Denied as no:
        return _sheet(request, _find(request, pk), hand=form, no=no)
    messages.success(request, "Вручение записано. Человек видит его в своём кабинете.")
    return redirect("desk:copy", pk)


@require_POST
@staff_required(Role.INSURER, Role.FUND)
def return_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the copy came back."""
    found, form = _find(request, pk), ReturnForm(request.POST)
    if not form.is_valid():
        return _sheet(request, found, back=form)
    note, at = form.cleaned_data["note"], timezone.now()
    try:
        deliveries.return_copy(delivery=found, note=note, by=staff(request), at=at)
    except Denied as no:
        return _sheet(request, _find(request, pk), back=form, no=no)
    messages.success(request, "Возврат записан. Человек видит его в своём кабинете.")
    return redirect("desk:copy", pk)


def _sheet(
    request: HttpRequest,
    found: Delivery,
    *,
    hand: HandOverForm | None = None,
    back: ReturnForm | None = None,
    no: Denied | None = None,
) -> HttpResponse:
    at, title = timezone.now(), f"{found.paper.get_kind_display()} №{NBSP}{found.paper.number}"
    look_at_person(request, found.paper.person, purpose=PURPOSE, at=at)
    return page(
        request,
        "desk/copy.html",
        section="copies",
        status=no.status if no else 200,
        title=title,
        crumbs=[Crumb("Выдача", reverse("desk:copies")), Crumb(f"№ {found.paper.number}")],
        copy=found,
        tint=TINTS[found.state],
        facts=_facts(found),
        bring=deliveries.TO_BRING[Delivery.Way(found.way)],
        hand=hand or HandOverForm(initial={"taken_by": _who(found)}),
        back=back or ReturnForm(),
        no=no,
    )


def _find(request: HttpRequest, pk: int) -> Delivery:
    rows = Delivery.objects.visible_to(staff(request)).select_related("paper__person", "point")
    found = rows.filter(pk=pk).first() if pk <= LARGEST_KEY else None
    if found is None:
        raise Http404
    return found


def _facts(found: Delivery) -> list[Fact]:
    person = found.paper.person
    lines = (
        ("Кому", _who(found)),
        ("Дата рождения", dates.long(person.birth_date)),
        ("Как передать", str(found.get_way_display())),
        ("Пункт" if found.point else "Адрес", deliveries.place_words(found)),
        ("Часы работы", found.point.hours if found.point else ""),
        ("Распечатан", datetime_words(found.prepared_at)),
        (
            str(found.get_state_display()),
            "" if found.is_on_the_way else datetime_words(found.state_at),
        ),
        ("Кто забрал", found.taken_by),
        ("По документу", found.taken_by_document),
        ("Почему вернулся", found.note),
    )
    return [Fact(title, value) for title, value in lines if value]


def _row(one: Delivery) -> Row:
    return Row(
        copy=one,
        who=_who(one),
        paper=str(one.paper.get_kind_display()),
        place=deliveries.place_words(one),
        tint=TINTS[one.state],
        since=datetime_words(one.state_at),
    )


def _who(one: Delivery) -> str:
    person = one.paper.person
    return names.full(person.family_name, person.given_name, person.patronymic)


def _page_number(typed: str) -> int:
    right = typed.isascii() and typed.isdigit() and len(typed) < 4
    return min(max(int(typed), 1), LAST_PAGE) if right else 1


def _url(state: str, number: int = 1) -> str:
    asked = {"state": state} if state else {}
    more = {"page": str(number)} if number > 1 else {}
    query = urlencode({**asked, **more})
    return reverse("desk:copies") + (f"?{query}" if query else "")
