"""People of the register: found by one box, opened for a purpose, each look written down."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.cases import queries
from oms.cases.models import Case
from oms.cases.states import OPEN
from oms.domain.accounts.access import staff_required
from oms.domain.register import asking, matching
from oms.domain.register.models import InsuredPerson
from oms.faces.design.on_day import on_day
from oms.faces.design.parts import Chip, Crumb
from oms.faces.desk.card import PERSON_TINTS, card, past, why_found
from oms.faces.desk.forms import PurposeForm, SearchForm
from oms.faces.desk.looks import case_purpose, look_at_person, search_made
from oms.faces.desk.pages import KEYS, OPERATORS, page, staff
from oms.faces.desk.quality.of_person import quality
from oms.law import names

SHOWN = 25
PARTS = {"history": "История и просмотры", "day": "На дату", "quality": "Качество данных"}
"""Parts of a person's card beside the first; each is a page of its own."""
LASTS = timedelta(minutes=30)
"""How long a purpose told once opens the people it was told for."""
_PURPOSES = "desk_purposes"
_SOUGHT = "desk_people"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def people(request: HttpRequest) -> HttpResponse:
    """Look for people. What is typed never stands in an address: it is personal data."""
    at = timezone.now()
    if request.method == "POST":
        form = SearchForm(request.POST)
        if form.is_valid():
            request.session[_SOUGHT] = {
                "text": form.cleaned_data["text"],
                "purpose": form.cleaned_data["purpose"],
                "comment": form.cleaned_data["comment"],
                "new": True,
            }
            return redirect(f"{reverse('desk:people')}?found=1")
        return _people_page(request, form, None, status=422)
    sought: Mapping[str, Any] = request.session.get(_SOUGHT) or {}
    if "found" not in request.GET or not sought:
        return _people_page(request, SearchForm(), None)
    form = SearchForm(dict(sought))
    if not form.is_valid():
        return _people_page(request, SearchForm(), None)
    return _people_page(request, form, _found(request, form, sought, at))


def _found(
    request: HttpRequest, form: SearchForm, sought: Mapping[str, Any], at: datetime
) -> list[dict[str, Any]]:
    """Search, write the search down once, and let the people found be opened for its purpose."""
    text = form.cleaned_data["text"]
    found = matching.search(text, staff(request), limit=SHOWN)
    if sought.get("new"):
        search_made(request, text=text, purpose=form.words(), found=found, at=at)
        request.session[_SOUGHT] = {**sought, "new": False}
        for person in found:
            _allow(request, person.pk, form.words(), at)
    asked = asking.understand(text)
    merged = asking.led_on(asked) if found else set()
    return [
        {"person": person, "why": why_found(person, asked, led_on=person.pk in merged)}
        for person in found
    ]


def _people_page(
    request: HttpRequest, form: SearchForm, found: list[dict[str, Any]] | None, status: int = 200
) -> HttpResponse:
    return page(
        request,
        "desk/people.html",
        section="people",
        title="Люди",
        status=status,
        keys=(KEYS[-1],),
        form=form,
        found=found,
        full=found is not None and len(found) >= SHOWN,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def person(request: HttpRequest, pk: int, part: str = "") -> HttpResponse:
    """Show a person's card (or its history), once it is said why."""
    at, found = timezone.now(), find_person(request, pk)
    form = PurposeForm(request.POST or None)
    if request.method == "POST":
        if not form.is_valid():
            return _ask_purpose(request, found, form, status=422)
        _allow(request, pk, form.words(), at)
        return redirect(request.path)
    purpose = purpose_told(request, pk, at)
    if not purpose:
        return _ask_purpose(request, found, form)
    look_at_person(request, found, purpose=purpose, at=at)
    name = names.full(found.family_name, found.given_name, found.patronymic)
    template, shown = _shown(request, found, part, at)
    return page(
        request,
        template,
        section="people",
        title=name,
        crumbs=[*_crumbs(), Crumb(name)],
        tabs=_tabs(pk, part),
        person=found,
        purpose=purpose,
        card=shown,
    )


def _shown(
    request: HttpRequest, found: InsuredPerson, part: str, at: datetime
) -> tuple[str, object]:
    """Return the template of a part of the card and what it shows."""
    if part == "history":
        return "desk/person_history.html", past(found)
    if part == "quality":
        return "desk/quality/person.html", quality(found, at=at)
    if part == "day":
        tint = PERSON_TINTS.get(found.state, "neutral")
        today = timezone.localdate(at)
        return "desk/person_day.html", on_day(found, request.GET, today=today, tint=tint)
    return "desk/person.html", card(found, staff(request), at=at)


def find_person(request: HttpRequest, pk: int) -> InsuredPerson:
    """Return a person of the register the user may see; raise Http404."""
    rows = InsuredPerson.objects.visible_to(staff(request))
    found = rows.select_related("insurer", "region").filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def _ask_purpose(
    request: HttpRequest, found: InsuredPerson, form: PurposeForm, status: int = 200
) -> HttpResponse:
    """Ask why, showing nothing of the person yet."""
    return page(
        request,
        "desk/purpose.html",
        section="people",
        title="Зачем открываете данные",
        status=status,
        crumbs=[*_crumbs(), Crumb("Цель")],
        form=form,
    )


def purpose_told(request: HttpRequest, pk: int, at: datetime) -> str:
    """Return the purpose in force: told in the last half hour, or the case one comes from."""
    number = request.GET.get("case", "")
    if number and "\0" not in number:
        open_cases = Case.objects.visible_to(staff(request)).filter(state__in=OPEN)
        case = open_cases.filter(number=number).select_related("applicant", "person").first()
        if case and _is_about(case, pk):
            _allow(request, pk, case_purpose(case), at)
    words, told = request.session.get(_PURPOSES, {}).get(str(pk), ("", 0))
    return str(words) if at.timestamp() - told < LASTS.total_seconds() else ""


def _is_about(case: Case, pk: int) -> bool:
    """Whether deciding the case asks for this person: its own, or one it may mean."""
    if case.person_id == pk:
        return True
    assert case.submitted_at is not None  # `visible_to` shows the staff no other
    compared = queries.comparison(case, on=queries.day(case.submitted_at))
    own = compared.known.person
    return pk in {match.person.pk for match in compared.matches} or bool(own and own.pk == pk)


def _allow(request: HttpRequest, pk: int, words: str, at: datetime) -> None:
    since = (at - LASTS).timestamp()
    kept = {k: v for k, v in request.session.get(_PURPOSES, {}).items() if v[1] > since}
    if kept.get(str(pk), [""])[0] == words:
        return
    request.session[_PURPOSES] = {**kept, str(pk): [words, at.timestamp()]}


def _crumbs() -> list[Crumb]:
    return [Crumb("Люди", reverse("desk:people"))]


def _tabs(pk: int, part: str) -> list[Chip]:
    return [
        Chip("Сведения", reverse("desk:person", args=[pk]), current=not part),
        *(
            Chip(title, reverse(f"desk:person_{name}", args=[pk]), current=part == name)
            for name, title in PARTS.items()
        ),
    ]
