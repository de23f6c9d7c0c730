"""The frame of every page of the portal: sections, the person's menu, the footer.

`page` is the only function others need; it costs at most one query (unread messages), and one
more for who represents somebody (the cabinets they may open).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from oms.domain.accounts import access, wards
from oms.domain.accounts.models import User
from oms.domain.notifications import queries as notifications
from oms.domain.works import queries as works
from oms.faces.design.parts import CabinetBar, Link, MenuItem, NavItem, PersonChip
from oms.faces.design.templatetags.design import datetime_words
from oms.law import names

# section: title, icon, address by name, word for a phone's tab bar
CITIZEN = (
    ("home", "Главная", "home", "portal:home", ""),
    ("services", "Услуги", "folder", "portal:services", ""),
    ("applications", "Заявления", "file-text", "portal:applications", ""),
    ("doctors", "Врачи", "stethoscope", "portal:doctors", ""),
    ("documents", "Документы", "id-card", "portal:documents", ""),
    ("messages", "Сообщения", "mail", "portal:messages", ""),
)
VISITOR = (
    ("services", "Услуги", "folder", "portal:services", ""),
    ("check-policy", "Проверить полис", "badge-check", "portal:check_policy", "Проверка"),
    ("insurers", "Страховые организации", "building-2", "portal:insurers", "Страховые"),
    ("clinics", "Поликлиники", "hospital", "portal:clinics", ""),
    ("doctors", "Врачи", "stethoscope", "portal:doctors", ""),
)
STAFF = tuple(row for row in VISITOR if row[0] != "doctors")
"""Staff book people at the desk; a tab bar holds five."""
NO_TAB = frozenset({"applications"})
"""On a phone in the person's menu, not in the tab bar."""
FOOTER = (
    ("Вопросы и ответы", "portal:help"),
    ("Проверить полис", "portal:check_policy"),
    ("Проверить документ", "portal:verify"),
    ("Состояние портала", "portal:status"),
    ("Доступность", "portal:accessibility"),
    ("Обработка данных", "portal:privacy"),
)


def page(
    request: HttpRequest,
    template: str,
    *,
    section: str = "",
    status: int = 200,
    of_oneself: bool = False,
    **context: Any,
) -> HttpResponse:
    """Render a page of the portal inside its frame.

    `section` names the current one of `CITIZEN` or `VISITOR`; `title` in the context is both
    the browser's title and what the templates show as `h1`. `of_oneself`: the page concerns who
    is signed in, whoever's cabinet is open. One query for a signed-in person.
    """
    around = frame(request, section=section, of_oneself=of_oneself)
    return render(request, template, {**around, **context}, status=status)


def frame(request: HttpRequest, *, section: str = "", of_oneself: bool = False) -> dict[str, Any]:
    """Return what the layout shows around every page."""
    user = request.user
    links = [Link(title, address(name)) for title, name in FOOTER]
    banner = works_banner(request)
    if not isinstance(user, User):
        nav = _sections(VISITOR, section)
        return {
            "nav": nav,
            "sign_in_url": sign_in_url(request),
            "footer_links": links,
            "banner": banner,
        }
    if user.is_staff_member:
        nav = [*_sections(STAFF, section), _desk()]
    else:
        right = access.representation(request)
        holder = right.ward if right else user
        nav = _sections(CITIZEN, section, unread=notifications.unread_count(user=holder))
    return {
        "nav": nav,
        "person_chip": person_chip(user, cabinets(request)),
        "cabinet_bar": cabinet_bar(request, of_oneself=of_oneself),
        "footer_links": links,
        "banner": banner,
    }


def works_banner(request: HttpRequest) -> dict[str, str] | None:
    """Return the line about works that concern everybody.

    No query while there are none: whether there are comes along with who is signed in. Visitors
    pay one on the first page, where they look first.
    """
    user = request.user
    asks = getattr(user, "has_works", False) if isinstance(user, User) else request.path == "/"
    work = works.for_everybody(at=timezone.now()) if asks else None
    if work is None:
        return None
    until = f" Закончим: {datetime_words(work.ends_at)}." if work.ends_at else ""
    state = "danger" if work.kind == work.Kind.OUTAGE else "warn"
    return {"state": state, "text": f"{work.title}.{until}", "url": address("portal:status")}


def cabinets(request: HttpRequest) -> list[MenuItem]:
    """Return the cabinets one may go over to, the open one left out."""
    user = request.user
    if not isinstance(user, User) or user.is_staff_member:
        return []
    opened = access.representation(request)
    others = [
        MenuItem(
            f"{wards.called(right.ward)}, {wards.word(right)}",
            reverse("account_ward_switch", args=[right.pk]),
            "baby" if right.kind == wards.Kind.PARENT else "users",
            post=True,
        )
        for right in access.cabinets(request)
        if right != opened
    ]
    if opened:
        others.append(MenuItem("Мой кабинет", address("account_ward_own"), "undo-2", post=True))
    return others


def cabinet_bar(request: HttpRequest, *, of_oneself: bool) -> CabinetBar | None:
    """Return the line that says another's cabinet is open."""
    right = access.representation(request)
    if right is None:
        return None
    aside = "Эта страница о вас самих: ваши данные и вход" if of_oneself else ""
    back = address("account_ward_own")
    return CabinetBar(wards.called(right.ward), wards.word(right), back, aside)


def cabinet_key(request: HttpRequest) -> str:
    """Return what a form says of the cabinet it was drawn in: the right's key, empty for own."""
    right = access.representation(request)
    return str(right.pk) if right else ""


def person_chip(user: User, cabinets: Sequence[MenuItem] = ()) -> PersonChip:
    """Return who is signed in, with the menu of the account and the cabinets to go over to."""
    menu = [
        MenuItem("Мои данные", address("account_profile"), "id-card"),
        MenuItem("Безопасность", address("account_security"), "shield-check"),
        MenuItem("Ваши данные и доступ", address("account_data"), "eye"),
        MenuItem("Выйти", address("account_logout"), "log-out", post=True),
    ]
    if not user.is_staff_member:
        menu.insert(0, MenuItem("Мои записи", address("portal:visits"), "calendar-days"))
        menu.insert(1, MenuItem("Дети и подопечные", address("account_wards"), "users"))
    else:
        menu.insert(0, MenuItem("Рабочее место", "/desk/", "layout-dashboard"))
        name = names.short(user.family_name, user.given_name, user.patronymic)
        return PersonChip(letters(user), name, user.get_role_display(), menu)
    return PersonChip(letters(user), called(user), menu=menu, cabinets=cabinets)


def called(user: User) -> str:
    """Return how to address the person: name and patronymic."""
    return f"{user.given_name} {user.patronymic}".strip()


def letters(user: User) -> str:
    """Return the two letters of the circle."""
    second = user.patronymic or user.family_name
    return f"{user.given_name[:1]}{second[:1]}".upper()


def sign_in_url(request: HttpRequest) -> str:
    """Return the sign-in page that leads back here (to the home page after a sent form)."""
    back = request.get_full_path() if request.method == "GET" else "/"
    return f"{address('account_login')}?{urlencode({'next': back})}"


@lru_cache(maxsize=1024)
def address(name: str, *parts: str) -> str:
    """Return the address of a page of the house by its name: asked some twenty times a page."""
    return reverse(name, args=parts)


def _sections(
    rows: tuple[tuple[str, str, str, str, str], ...], current: str, *, unread: int = 0
) -> list[NavItem]:
    return [
        NavItem(
            title,
            address(name),
            icon,
            current=section == current,
            count=unread if section == "messages" else 0,
            tab=section not in NO_TAB,
            short=short,
        )
        for section, title, icon, name, short in rows
    ]


def _desk() -> NavItem:
    return NavItem("Рабочее место", "/desk/", "layout-dashboard", short="Дела")
