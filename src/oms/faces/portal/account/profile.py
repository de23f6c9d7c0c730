"""«Мои данные»: what is known of a person, from where and since when (ACC-9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from oms.catalog.countries import COUNTRIES
from oms.catalog.values import VALUES
from oms.domain.accounts import actions, queries
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Sex, Source, User
from oms.domain.accounts.queries import ProfileLine
from oms.domain.notifications import wishes
from oms.faces.portal.account import browser
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.profile_forms import PARTS
from oms.faces.portal.account.telling import bad_contacts
from oms.faces.portal.pages import address
from oms.law import dates, identity_documents, phone, snils


@dataclass(frozen=True)
class Shown:
    """A line of the page: what, the value in words, where it is from."""

    title: str
    value: str
    line: ProfileLine | None
    report_url: str = ""


@dataclass(frozen=True)
class Card:
    """A group of lines and the part to edit, if it is edited here."""

    title: str
    lines: list[Shown]
    part: str = ""


@never_cache
@sign_in_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All values with their source and date."""
    user = _me(request)
    warnings = bad_contacts(user, wishes.preferences(user))
    context = {"title": "Мои данные", "warnings": warnings, **_shown(user)}
    return account_page(request, "portal/account/profile.html", context)


@never_cache
@sign_in_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """All values once more, to say that they are still true (ACC-9)."""
    user = _me(request)
    if request.method == "POST":
        actions.confirm_profile(user=user, at=timezone.now())
        messages.success(request, "Спасибо. Спросим снова через год или после переезда")
        return redirect("account_profile")
    context = {
        "title": "Проверьте свои данные",
        "checked_at": user.profile_checked_at,
        **_shown(user),
    }
    return account_page(request, "portal/account/profile_check.html", context)


@never_cache
@sign_in_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, part: str) -> HttpResponse:
    """One part, to correct or complete."""
    if part not in PARTS:
        raise Http404
    user = _me(request)
    form = PARTS[part](
        browser.posted(request), known=queries.profile(user), on=timezone.localdate()
    )
    if request.method == "POST" and form.is_valid():
        changed = actions.set_profile_values(
            user=user, values=form.values, source=Source.TYPED, at=timezone.now(), by=user.actor
        )
        messages.success(request, "Сохранили" if changed else "Ничего не изменилось")
        return redirect("account_profile")
    context = {"title": form.title, "form": form}
    return account_page(request, "portal/account/profile_part.html", context)


def _shown(user: User) -> dict[str, Any]:
    """Return all values by cards; one query."""
    known, told = queries.profile(user), not user.is_staff_member
    cards = [
        Card("Личные данные", _lines(known, _PERSON, reported=told), "person"),
        Card("Документ", _lines(known, _DOCUMENT, reported=told), "document"),
        Card("Адреса", _lines(known, _ADDRESSES, reported=told), "addresses"),
    ]
    return {"cards": cards, "contacts": _lines(known, _CONTACTS, reported=told)}


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _day(value: Any) -> str:
    return dates.long(date.fromisoformat(value))


def _document(value: Mapping[str, Any]) -> str:
    kind = value["kind"]
    document = identity_documents.Document(kind, value["series"], value["number"])
    name = identity_documents.KINDS[kind].name
    issued = f"выдан {_day(value['issued_on'])}, {value['issued_by']}"
    code = value.get("department_code")
    return f"{name} {identity_documents.display(document)}, {issued}" + (
        f", {code}" if code else ""
    )


def _address(value: Mapping[str, str]) -> str:
    return ", ".join(part for part in (value["postal_code"], value["text"]) if part)


_Line = tuple[str, str, Callable[[Any], str]]
_PERSON: tuple[_Line, ...] = (
    ("family_name", "Фамилия", str),
    ("given_name", "Имя", str),
    ("patronymic", "Отчество", str),
    ("birth_date", "Дата рождения", _day),
    ("sex", "Пол", lambda value: str(Sex(value).label)),
    ("birth_place", "Место рождения", str),
    ("citizenship", "Гражданство", lambda value: COUNTRIES.get(value, "Без гражданства")),
    ("snils", "СНИЛС", snils.display),
    ("inn", "ИНН", str),
)
_DOCUMENT: tuple[_Line, ...] = (("document", "Документ", _document),)
_ADDRESSES: tuple[_Line, ...] = (
    ("registration_address", "Адрес регистрации", _address),
    ("residence_address", "Адрес проживания", _address),
)
_CONTACTS: tuple[_Line, ...] = (
    ("phone", "Телефон", phone.display),
    ("email", "Почта", str),
)


def _lines(
    known: Mapping[str, ProfileLine], lines: tuple[_Line, ...], *, reported: bool
) -> list[Shown]:
    shown = []
    for field, title, say in lines:
        line = known.get(field)
        value = say(line.value) if line and line.value else ""
        url = _report_url(field) if reported and value else ""
        shown.append(Shown(title, value, line if value else None, url))
    return shown


def _report_url(field: str) -> str:
    """Where an error in the value is reported; empty for one the register does not keep."""
    name = field.removesuffix("_address")
    url = address("portal:start", "error-report")
    return f"{url}?about={name}" if name in VALUES else ""
