"""One right in hand: its state, term, scope, ground, what was done by it, and its end (BEY-8)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.catalog.countries import COUNTRIES
from oms.domain.accounts import access
from oms.domain.accounts import wards as rights
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Representation
from oms.domain.documents.models import Document
from oms.domain.wards import actions, queries
from oms.domain.wards.telling import scope_words, words_of
from oms.faces.design.parts import Crumb, Fact
from oms.faces.portal.account.page import account_page
from oms.faces.portal.pages import address
from oms.faces.portal.uploads.component import Slot, slot
from oms.faces.portal.uploads.places import place
from oms.faces.portal.wards.deeds import lines
from oms.faces.portal.wards.finding import about, citizen, lasts, own_right, standing, term_words
from oms.faces.portal.wards.forms import ReasonForm, ScopeForm
from oms.kit.denied import Denied
from oms.law import dates, identity_documents
from oms.law.representation import has_own_voice
from oms.law.snils import display
from oms.law.typed import NBSP

State = Representation.State
NO_FILES = "Приложите документ, чтобы отправить на проверку"


@never_cache
@sign_in_required
@require_safe
def right(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a right to either side of it."""
    return _page(request, own_right(request, pk))


@require_POST
@sign_in_required
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass the documents to the fund."""
    found = own_right(request, pk)
    try:
        actions.hand_in(representation=found, by=citizen(request), at=timezone.now())
    except actions.NoDocument:
        return _page(request, found, no_files=True, status=422)
    except Denied as no:
        messages.warning(request, no.text)
    else:
        messages.success(request, "Отправили на проверку. О решении сообщим.")
    return redirect("account_ward", pk)


@require_POST
@sign_in_required
def scope(request: HttpRequest, pk: int) -> HttpResponse:
    """Narrow what may be done at once; ask the fund for more."""
    found, form = own_right(request, pk), ScopeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        now = actions.set_scope(
            representation=found,
            scope=form.cleaned_data["scope"],
            by=citizen(request),
            at=timezone.now(),
        )
    except Denied as no:
        messages.warning(request, no.text)
    else:
        words = "Сохранили." if not now.wanted else "Передали фонду: расширить права может он."
        messages.success(request, words)
    return redirect("account_ward", pk)


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to end the right, and end it."""
    found = own_right(request, pk)
    if found.state not in actions.OPEN:
        return redirect("account_ward", pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _revoked(request, found, form.cleaned_data["reason"] or "")
    context = {
        "title": "Отозвать право?" if found.state == State.CONFIRMED else "Отозвать заявку?",
        "right": found,
        "name": rights.called(found.ward),
        "by": rights.called(found.representative),
        "is_mine": found.representative_id == citizen(request).pk,
        "form": form,
        "crumbs": _crumbs(found, request, "Отозвать"),
    }
    return account_page(request, "portal/wards/revoke.html", context)


def _revoked(request: HttpRequest, found: Representation, reason: str) -> HttpResponse:
    was_open = access.representation(request) == found
    try:
        actions.revoke(representation=found, by=citizen(request), at=timezone.now(), reason=reason)
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("account_ward", found.pk)
    if was_open:
        access.close_cabinet(request)
    messages.success(request, "Отозвали. Сообщили обеим сторонам.")
    return redirect("account_wards")


def _page(
    request: HttpRequest,
    found: Representation,
    *,
    form: ScopeForm | None = None,
    no_files: bool = False,
    status: int = 200,
) -> HttpResponse:
    user, on = citizen(request), timezone.localdate()
    is_mine = found.representative_id == user.pk
    word, tint = standing(found, on=on)
    asked = is_mine and found.state == State.ASKED
    away = access.subject(request) != user if request.method == "GET" else False
    name = rights.called(found.ward if is_mine else found.representative)
    context: dict[str, Any] = {
        "title": name,
        "right": found,
        "is_mine": is_mine,
        "about": about(found, on=on) if is_mine else str(found.get_kind_display()).lower(),
        "word": word,
        "tint": tint,
        "may_open": is_mine and lasts(found, on=on),
        "is_open": access.representation(request) == found,
        "facts": _facts(found),
        "ward": _ward_facts(found) if is_mine and _is_near(found, on) else [],
        "basis": basis_facts(found),
        "slot": _slot(request, found, error=NO_FILES if no_files else "")
        if asked and not away
        else None,
        "away": asked and away,
        "papers": queries.papers(found) if is_mine and not asked else [],
        "form": form or _scope_form(found, is_mine=is_mine),
        "may_scope": found.state == State.CONFIRMED and _may_end(found, user.pk, on),
        "may_revoke": found.state in actions.OPEN and _may_end(found, user.pk, on),
        "deeds": lines(found),
        "crumbs": _crumbs(found, request, ""),
        "status": status,
    }
    return account_page(request, "portal/wards/right.html", context)


def _is_near(found: Representation, on: date) -> bool:
    """Tell whether the ward's data are the representative's business: asked for, or in force."""
    return found.state == State.ASKED or lasts(found, on=on)


def _scope_form(found: Representation, *, is_mine: bool) -> ScopeForm:
    form = ScopeForm(initial={"scope": [*found.scope, *found.wanted]})
    if not is_mine:
        form.fields["scope"].label = "Что можно делать от вашего имени"
    return form


def _may_end(found: Representation, user_pk: int, on: date) -> bool:
    if found.representative_id == user_pk:
        return True
    born = found.ward.birth_date
    return born is not None and has_own_voice(ward_born=born, on=on)


def _slot(request: HttpRequest, found: Representation, *, error: str) -> Slot:
    is_parent = found.kind == Representation.Kind.PARENT
    kind = Document.Kind.BIRTH_CERTIFICATE if is_parent else Document.Kind.COURT_ACT
    here = address("account_ward", str(found.pk))
    return slot(
        request,
        place(request, about=found.key, slot=actions.SLOT, kind=kind, back=here),
        title="Свидетельство о рождении" if is_parent else "Акт опеки или решение суда",
        hint="Все страницы документа. Если ваша фамилия менялась, ещё и свидетельство о браке"
        if is_parent
        else "Все страницы, с печатью и подписью",
        error=error,
    )


def _facts(found: Representation) -> list[Fact]:
    facts = [
        Fact("Представитель", str(found.get_kind_display()).lower()),
        Fact("Действует", term_words(found)),
        Fact("Можно", scope_words(found)),
    ]
    if found.wanted:
        facts.append(Fact("Попросили добавить", f"{words_of(found.wanted)}. Ответит фонд"))
    if found.due_at:
        facts.append(Fact("Ответим до", dates.long(timezone.localdate(found.due_at))))
    if found.reason and found.state != State.ASKED:
        facts.append(Fact("Причина", found.reason))
    return facts


def _ward_facts(found: Representation) -> list[Fact]:
    ward = found.ward
    country = COUNTRIES.get(ward.citizenship, "Без гражданства")
    return [
        Fact("Фамилия", ward.family_name),
        Fact("Имя", ward.given_name),
        Fact("Отчество", ward.patronymic or "нет"),
        Fact("Дата рождения", dates.long(ward.birth_date) if ward.birth_date else ""),
        Fact("Пол", str(ward.get_sex_display() or "")),
        Fact("Место рождения", ward.birth_place),
        Fact("Гражданство", country),
        Fact("СНИЛС", display(ward.snils) if ward.snils else "появится после проверки"),
    ]


def basis_facts(found: Representation) -> Sequence[Fact]:
    """Return what the right rests on, in lines."""
    basis = found.basis
    issued = dates.long(date.fromisoformat(basis["issued_on"]))
    if basis["type"] == "act":
        rows = [("Акт или решение", f"№{NBSP}{basis['number']} от {issued}")]
    else:
        paper = identity_documents.Document(basis["kind"], basis["series"], basis["number"])
        shown = identity_documents.display(paper)
        words = {"mother": "мать", "father": "отец"}
        rows = [
            ("Свидетельство о рождении", f"{shown}, выдано {issued}"),
            ("В свидетельстве", words.get(basis.get("parent", ""), "")),
            ("Записано как", basis.get("named_as", "")),
        ]
    rows.append(("Кем выдано", basis["issued_by"]))
    if basis.get("until"):
        rows.append(("Действует до", dates.long(date.fromisoformat(basis["until"]))))
    return [Fact(title, value) for title, value in rows if value]


def _crumbs(found: Representation, request: HttpRequest, last: str) -> list[Crumb]:
    is_mine = found.representative_id == citizen(request).pk
    name = rights.called(found.ward if is_mine else found.representative)
    way = [Crumb("Главная", "/"), Crumb("Дети и подопечные", address("account_wards"))]
    if not last:
        return [*way, Crumb(name)]
    return [*way, Crumb(name, address("account_ward", str(found.pk))), Crumb(last)]
