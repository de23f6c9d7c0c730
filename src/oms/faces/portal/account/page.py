"""The frame of a signed-in person's account pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from oms.faces.design.parts import Crumb
from oms.faces.portal.pages import page


def account_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page of the account in the portal's frame, with the way back."""
    own = {"crumbs": _crumbs(request, context["title"]), "of_oneself": True}
    return page(request, template, **{**own, **context})


def _crumbs(request: HttpRequest, title: str) -> list[Crumb]:
    crumbs = [Crumb("Главная", "/")]
    above_all = (
        ("account_profile", "Мои данные"),
        ("account_security", "Безопасность"),
        ("account_wards", "Дети и подопечные"),
    )
    for name, words in above_all:
        above = reverse(name)
        if request.path.startswith(above) and request.path != above:
            crumbs.append(Crumb(words, above))
    return [*crumbs, Crumb(title)]
