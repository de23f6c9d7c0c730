"""Passport and СНИЛС checked with the registers: the form, the progress, the result by field."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts import queries as accounts
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Level, User
from oms.domain.documents import queries as files
from oms.domain.documents.models import Document
from oms.domain.identity import queries
from oms.domain.identity.method import TITLES, Field, Outcome
from oms.domain.identity.methods import documents as method
from oms.domain.identity.models import Confirmation
from oms.faces.design.parts import Task
from oms.faces.portal.account import browser
from oms.faces.portal.identity.document_form import DocumentsForm, start
from oms.faces.portal.identity.people import identity_page, me
from oms.faces.portal.uploads.component import Slot, slot
from oms.faces.portal.uploads.places import place

Kept = Confirmation.State
QUESTIONS = (("document", "Паспорт в реестре документов"), ("snils", "СНИЛС в реестре"))
SCANS = (
    ("passport", Document.Kind.PASSPORT, "Скан или фото паспорта", "Разворот с фотографией"),
    ("snils", Document.Kind.SNILS, "Скан или фото СНИЛС", "Карточка или выписка"),
)


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest) -> HttpResponse:
    """The form; while registers are asked, the progress; then what agreed and what did not."""
    user, at = me(request), timezone.now()
    own = queries.mine(user=user, method=method.METHOD.code)
    if own and own.state == Kept.WAITING:
        return _waiting(request, own)
    if own and own.state == Kept.CONFIRMED and request.method != "POST":
        return _done(request, own)
    if user.level == Level.CONFIRMED:
        return redirect("identity_menu")
    own = method.begin(user=user, at=at)
    scans = files.of(about=own.key)
    form = _form(request, own, scans, at)
    if request.method == "POST" and form.is_valid():
        method.submit(confirmation=own, told=form.told(), paper=form.paper(), at=at)
        return redirect("identity_documents")
    context: dict[str, Any] = {
        "title": "Паспорт и СНИЛС",
        "form": form,
        "own": own,
        "results": results(own) if own.state == Kept.FIX else (),
        "due_at": own.due_at,
        "slots": _slots(request, own, user, scans),
        "is_all": "all" in request.GET,
    }
    return identity_page(request, "documents", context)


@never_cache
@sign_in_required
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """The part of the page that is asked for again while registers answer."""
    own = queries.mine(user=me(request), method=method.METHOD.code)
    if own is None or own.state != Kept.WAITING:
        response = HttpResponse()
        response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "portal/identity/progress.html", {"tasks": under_way(own)})


def results(own: Confirmation) -> list[Task]:
    """Return the result of each field in words."""
    return [_task(name, one) for name, one in method.kept(own).items()]


def under_way(own: Confirmation) -> list[Task]:
    """Return the questions to registers and how each stands."""
    found = method.kept(own)
    shown = []
    for name, title in QUESTIONS:
        one = found.get(name)
        if one is None:
            shown.append(Task(title, icon="hourglass", state="info", word="Спрашиваем"))
        elif one.outcome is Outcome.DOWN:
            shown.append(Task(title, text=one.text, icon="clock", state="warn", word="Повторим"))
        else:
            shown.append(Task(title, icon="check", state="ok", word="Ответ есть"))
    return shown


def _task(name: str, one: Field) -> Task:
    if one.outcome is Outcome.MATCH:
        return Task(TITLES[name], icon="check", state="ok", word="Совпало")
    word = {Outcome.DIFFERS: "Не совпало", Outcome.UNKNOWN: "Не найдено"}.get(
        one.outcome, "Нет ответа"
    )
    return Task(TITLES[name], text=one.text, icon="circle-alert", state="warn", word=word)


def _form(
    request: HttpRequest, own: Confirmation, scans: list[Document], at: datetime
) -> DocumentsForm:
    known = accounts.profile(own.user)
    values, is_read = start(known, own.details, scans)
    right = {} if "all" in request.GET or own.state != Kept.FIX else method.kept(own)
    checked = {name for name, line in known.items() if line.is_checked}
    form = DocumentsForm(
        browser.posted(request),
        initial=values,
        right=right,
        checked=checked,
        on=timezone.localdate(at),
    )
    form.is_read = is_read  # type: ignore[attr-defined]  # for the page
    return form


def _slots(
    request: HttpRequest, own: Confirmation, user: User, scans: Sequence[Document]
) -> list[Slot]:
    offered = files.mine(user=user)
    return [
        slot(
            request,
            place(request, about=own.key, slot=code, kind=kind, back=request.path),
            title=title,
            hint=hint,
            optional=True,
            files=[one for one in scans if one.slot == code],
            offered=offered,
        )
        for code, kind, title, hint in SCANS
    ]


def _waiting(request: HttpRequest, own: Confirmation) -> HttpResponse:
    context = {"title": "Проверяем документы", "tasks": under_way(own)}
    return identity_page(request, "documents_waiting", context)


def _done(request: HttpRequest, own: Confirmation) -> HttpResponse:
    context = {
        "title": "Документы совпали",
        "results": results(own),
        "is_confirmed": own.user.level == Level.CONFIRMED,
        "at": own.state_at,
    }
    return identity_page(request, "documents_done", context)
