"""Who stands before the pages of identity: a citizen in their own cabinet."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from oms.domain.accounts.access import subject
from oms.domain.accounts.models import Level, User
from oms.faces.design.parts import Crumb
from oms.faces.portal.account.page import account_page
from oms.faces.portal.pages import address
from oms.kit.denied import Denied

NEXT = "identity_next"
LEVELS = (
    (Level.SIMPLE, "Простая", "Телефон и почта подтверждены. Можно подать заявление на полис."),
    (Level.STANDARD, "Стандартная", "Документы сверены с реестрами. Доступны выписки."),
    (Level.CONFIRMED, "Подтверждённая", "Личность подтверждена. Доступны все услуги."),
)


def level_title(level: str) -> str:
    """Return the word for a level."""
    return next(title for code, title, _ in LEVELS if code == level)


class NotForStaff(Denied):
    """Staff are known by their employer."""

    status = 403
    text = "Личность подтверждают граждане. Войдите в личный кабинет, а не в служебный."


class NotForAnother(Denied):
    """Nobody confirms for another who they are."""

    text = "Подтвердить личность может только сам человек. Вернитесь в свой кабинет."


def me(request: HttpRequest) -> User:
    """Return the person signed in. Raises `NotForStaff`, `NotForAnother`."""
    user = request.user
    assert isinstance(user, User)
    if user.is_staff_member:
        raise NotForStaff
    if subject(request).pk != user.pk:
        raise NotForAnother
    return user


def identity_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page of a method, with the way back to the menu."""
    crumbs = [
        Crumb("Главная", "/"),
        Crumb("Подтверждение личности", address("identity_menu")),
        Crumb(context["title"]),
    ]
    return account_page(request, f"portal/identity/{template}.html", {"crumbs": crumbs, **context})
