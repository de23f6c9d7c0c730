"""Adding a child or a ward: whom, then who it is and what the right rests on."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Representation
from oms.domain.wards import actions
from oms.faces.design.parts import Crumb, Task
from oms.faces.portal.account import browser
from oms.faces.portal.account.page import account_page
from oms.faces.portal.pages import address
from oms.faces.portal.wards.finding import citizen
from oms.faces.portal.wards.forms import FORMS
from oms.kit.denied import Denied

Kind = Representation.Kind
KINDS = (
    (Kind.PARENT, "Своего ребёнка", "До 18 лет, по свидетельству о рождении", "baby"),
    (
        Kind.GUARDIAN,
        "Подопечного, я опекун",
        "До 14 лет или недееспособного взрослого, по акту опеки или решению суда",
        "users",
    ),
    (
        Kind.TRUSTEE,
        "Подопечного, я попечитель",
        "С 14 до 18 лет или ограниченно дееспособного взрослого, по акту или решению суда",
        "users",
    ),
)
TITLES = {
    Kind.PARENT: "Кто ваш ребёнок?",
    Kind.GUARDIAN: "Кого вы опекаете?",
    Kind.TRUSTEE: "Чей вы попечитель?",
}


@never_cache
@sign_in_required
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Ask whom to add."""
    _refuse_staff(request)
    tasks = [
        Task(title, address("account_ward_add", str(kind)), text, icon, "brand")
        for kind, title, text, icon in KINDS
    ]
    context = {"title": "Кого добавить?", "tasks": tasks, "crumbs": _crumbs("Кого добавить")}
    return account_page(request, "portal/wards/choose.html", context)


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Take the data; the document is brought on the page that follows."""
    _refuse_staff(request)
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](
        browser.posted(request),
        on=timezone.localdate(),
        initial={"scope": [str(scope) for scope in Representation.Scope]},
    )
    if request.method == "POST" and form.is_valid():
        made = _ask(request, Kind(kind), form)
        if made:
            messages.success(request, "Добавили. Осталось приложить документ.")
            return redirect("account_ward", made.pk)
    context = {
        "title": TITLES[Kind(kind)],
        "lead": "Заполните, как в документе. Потом приложите его фото или скан",
        "form": form,
        "is_parent": kind == Kind.PARENT,
        "crumbs": _crumbs("Новый"),
    }
    return account_page(request, "portal/wards/add.html", context)


def _ask(request: HttpRequest, kind: Kind, form: Any) -> Representation | None:
    try:
        return actions.ask(
            representative=citizen(request),
            kind=kind,
            ward=form.ward,
            basis=form.basis,
            scope=form.cleaned_data["scope"],
            at=timezone.now(),
        )
    except actions.AgainstLaw as no:
        form.refuse(no.refusals)
    except Denied as no:
        form.add_error(None, no.text)
    return None


def _refuse_staff(request: HttpRequest) -> None:
    if citizen(request).is_staff_member:
        raise PermissionDenied


def _crumbs(title: str) -> list[Crumb]:
    return [
        Crumb("Главная", "/"),
        Crumb("Дети и подопечные", address("account_wards")),
        Crumb(title),
    ]
