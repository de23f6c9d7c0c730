"""The frame of a signed-in person's account pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from oms.faces.design.parts import Crumb
from oms.faces.portal.pages import page


def account_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page of the account in the portal's frame, with the way back."""
    return page(request, template, **{"crumbs": _crumbs(request, context["title"]), **context})


def _crumbs(request: HttpRequest, title: str) -> list[Crumb]:
    crumbs = [Crumb("Главная", "/")]
    for name, words in (("account_profile", "Мои данные"), ("account_security", "Безопасность")):
        above = reverse(name)
        if request.path.startswith(above) and request.path != above:
            crumbs.append(Crumb(words, above))
    return [*crumbs, Crumb(title)]
