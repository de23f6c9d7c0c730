"""The frame of a signed-in person's account pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from oms.domain.accounts.models import User
from oms.faces.design.parts import Crumb, MenuItem, PersonChip
from oms.law import names


def account_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of the account with the person's menu and the way back."""
    user = request.user
    assert isinstance(user, User)
    frame = {"person_chip": person_chip(user), "crumbs": _crumbs(request, context["title"])}
    return render(request, template, frame | context, status=status)


def person_chip(user: User) -> PersonChip:
    """Return who is signed in, with the menu of the account."""
    menu = [
        MenuItem("Мои данные", reverse("account_profile"), "id-card"),
        MenuItem("Безопасность", reverse("account_security"), "shield-check"),
        MenuItem("Выйти", reverse("account_logout"), "log-out", post=True),
    ]
    letters = f"{user.given_name[:1]}{user.family_name[:1]}".upper()
    name = names.short(user.family_name, user.given_name, user.patronymic)
    role = user.get_role_display() if user.is_staff_member else ""
    return PersonChip(letters, name, role, menu)


def _crumbs(request: HttpRequest, title: str) -> list[Crumb]:
    crumbs = [Crumb("Главная", "/")]
    for name, words in (("account_profile", "Мои данные"), ("account_security", "Безопасность")):
        above = reverse(name)
        if request.path.startswith(above) and request.path != above:
            crumbs.append(Crumb(words, above))
    return [*crumbs, Crumb(title)]
