"""The frame of every page of the portal: sections, the person's menu, the footer.

`page` is the only function others need; it costs at most one query (unread messages).
"""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from oms.domain.accounts.models import User
from oms.domain.notifications import queries as notifications
from oms.faces.design.parts import Link, MenuItem, NavItem, PersonChip
from oms.law import names

# section: title, icon, address by name, word for a phone's tab bar
CITIZEN = (
    ("home", "Главная", "home", "portal:home", ""),
    ("services", "Услуги", "folder", "portal:services", ""),
    ("applications", "Заявления", "file-text", "portal:applications", ""),
    ("documents", "Документы", "id-card", "portal:documents", ""),
    ("messages", "Сообщения", "mail", "portal:messages", ""),
)
VISITOR = (
    ("services", "Услуги", "folder", "portal:services", ""),
    ("check-policy", "Проверить полис", "badge-check", "portal:check_policy", "Проверка"),
    ("insurers", "Страховые организации", "building-2", "portal:insurers", "Страховые"),
    ("clinics", "Поликлиники", "hospital", "portal:clinics", ""),
)
FOOTER = (
    ("Вопросы и ответы", "portal:help"),
    ("Проверить полис", "portal:check_policy"),
    ("Проверить документ", "portal:verify"),
    ("Доступность", "portal:accessibility"),
    ("Обработка данных", "portal:privacy"),
)


def page(
    request: HttpRequest, template: str, *, section: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of the portal inside its frame.

    `section` names the current one of `CITIZEN` or `VISITOR`; `title` in the context is both
    the browser's title and what the templates show as `h1`. One query for a signed-in person.
    """
    return render(request, template, {**frame(request, section=section), **context}, status=status)


def frame(request: HttpRequest, *, section: str = "") -> dict[str, Any]:
    """Return what the layout shows around every page."""
    user = request.user
    links = [Link(title, address(name)) for title, name in FOOTER]
    if not isinstance(user, User):
        nav = _sections(VISITOR, section)
        return {"nav": nav, "sign_in_url": sign_in_url(request), "footer_links": links}
    if user.is_staff_member:
        nav = [*_sections(VISITOR, section), _desk()]
    else:
        nav = _sections(CITIZEN, section, unread=notifications.unread_count(user=user))
    return {"nav": nav, "person_chip": person_chip(user), "footer_links": links}


def person_chip(user: User) -> PersonChip:
    """Return who is signed in, with the menu of the account."""
    menu = [
        MenuItem("Мои данные", address("account_profile"), "id-card"),
        MenuItem("Безопасность", address("account_security"), "shield-check"),
        MenuItem("Кто смотрел данные", address("portal:readers"), "eye"),
        MenuItem("Выйти", address("account_logout"), "log-out", post=True),
    ]
    if user.is_staff_member:
        menu.insert(0, MenuItem("Рабочее место", "/desk/", "layout-dashboard"))
        name = names.short(user.family_name, user.given_name, user.patronymic)
        return PersonChip(letters(user), name, user.get_role_display(), menu)
    return PersonChip(letters(user), called(user), menu=menu)


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
            short=short,
        )
        for section, title, icon, name, short in rows
    ]


def _desk() -> NavItem:
    return NavItem("Рабочее место", "/desk/", "layout-dashboard", short="Дела")
