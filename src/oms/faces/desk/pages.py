"""The frame of every page of the desk: sections by role, who is signed in, the keys."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from oms.domain.accounts.models import Role, User
from oms.faces.design.parts import MenuItem, NavItem, PersonChip
from oms.law import names

OPERATORS = (Role.INSURER, Role.FUND)
HELPERS = (Role.SUPPORT, Role.ADMINISTRATOR)

# section: title, icon, address by name, roles
SECTIONS = (
    ("booking", "Приём", "calendar-days", "desk:booking", (Role.REGISTRAR,)),
    ("booking_new", "Записать", "phone", "desk:booking_new", (Role.REGISTRAR,)),
    ("booking_schedules", "Расписание", "clock", "desk:booking_schedules", (Role.REGISTRAR,)),
    ("booking_late", "Просьбы", "message-square", "desk:booking_late", (Role.REGISTRAR,)),
    ("booking_waiting", "Лист ожидания", "hourglass", "desk:booking_waiting", (Role.REGISTRAR,)),
    ("cases", "Дела", "inbox", "desk:queue", OPERATORS),
    ("people", "Люди", "users", "desk:people", OPERATORS),
    ("copies", "Выдача", "printer", "desk:copies", OPERATORS),
    ("duplicates", "Двойники", "columns-2", "desk:duplicates", (Role.FUND,)),
    ("wards", "Представители", "baby", "desk:wards", (Role.FUND,)),
    ("identity", "Личность", "user-check", "desk:identity", OPERATORS),
    ("exchange", "Обмен", "refresh-cw", "desk:exchange", OPERATORS),
    ("requests", "Обращения", "message-square", "desk:requests", HELPERS),
    ("reviews", "Отзывы", "star", "desk:reviews", (*HELPERS, *OPERATORS)),
    ("accounts", "Кабинеты", "key-round", "desk:accounts", HELPERS),
    ("quality", "Качество", "heart-pulse", "desk:quality", (*OPERATORS, Role.SUPERVISOR)),
    ("report", "Отчёт", "chart-column", "desk:report", (*OPERATORS, Role.SUPERVISOR)),
    ("texts", "Тексты", "mail", "desk:texts", (Role.ADMINISTRATOR,)),
    ("works", "Работы и сбои", "settings", "desk:works", (Role.ADMINISTRATOR,)),
    (
        "journal",
        "Журнал",
        "scroll-text",
        "desk:journal",
        (Role.ADMINISTRATOR, Role.SUPERVISOR),
    ),
    ("reference", "Справочники", "folder-open", "desk:reference", (Role.ADMINISTRATOR,)),
)
KEYS = (
    ("J", "Следующее дело"),
    ("K", "Предыдущее дело"),
    ("Enter", "Открыть дело"),
    ("T", "Взять в работу или забрать себе"),
    ("V", "Вернуть в очередь"),
    ("S", "Взять следующее"),
    ("M", "Решить несколько"),
    ("N", "Написать заметку"),
    ("A", "Одобрить"),
    ("Q", "Запросить уточнение"),
    ("R", "Отклонить"),
    ("/", "Поиск"),
)


def page(
    request: HttpRequest,
    template: str,
    *,
    section: str = "",
    status: int = 200,
    count: int = 0,
    **context: Any,
) -> HttpResponse:
    """Render a page of the desk inside its frame. No query.

    `section` is a key of `SECTIONS`, `count` stands beside its title.
    """
    user = staff(request)
    frame = {
        "nav": _sections(user, section, count),
        "person_chip": person_chip(user),
        "home_url": reverse("desk:home"),
        "footer_text": "Рабочее место. Каждое обращение к данным человека записывается и видно ему",
    }
    return render(request, template, {**frame, **context}, status=status)


def staff(request: HttpRequest) -> User:
    """Return who works here: `staff_required` has let them in."""
    assert isinstance(request.user, User)
    return request.user


def person_chip(user: User) -> PersonChip:
    """Return who is signed in, with the menu of the account."""
    menu = (
        MenuItem("Безопасность", reverse("account_security"), "shield-check"),
        MenuItem("Мои данные", reverse("account_profile"), "id-card"),
        MenuItem("Каталог услуг для граждан", reverse("portal:services"), "folder"),
        MenuItem("Выйти", reverse("account_logout"), "log-out", post=True),
    )
    name = names.short(user.family_name, user.given_name, user.patronymic)
    letters = f"{user.given_name[:1]}{user.family_name[:1]}".upper()
    return PersonChip(letters, name, str(user.get_role_display()), menu)


def _sections(user: User, current: str, count: int) -> list[NavItem]:
    return [
        NavItem(
            title,
            reverse(name),
            icon,
            current=key == current,
            count=count if key == current else 0,
        )
        for key, title, icon, name, roles in SECTIONS
        if user.role in roles
    ]
