"""Pages of the guide, and the pages that appear when something went wrong."""

from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from lxml import html

from oms.faces.design import views
from oms.faces.design.parts import NavItem, PersonChip

PAGES = ["home", "step", "desk", "sign-in"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", *PAGES])
def test_each_page_of_the_guide_is_whole(client: Client, name: str) -> None:
    url = reverse("design:sample", args=[name]) if name else reverse("design:guide")
    answer = client.get(url)
    page = html.fromstring(answer.content.decode())
    assert answer.status_code == 200
    assert len(page.xpath("//h1")) == len(page.xpath("//main")) == len(page.xpath("//title")) == 1
    assert page.get("lang") == "ru"
    assert page.xpath("//a[@class='skip']/@href") == ["#main"]
    assert len(page.xpath("//@id")) == len(set(page.xpath("//@id")))
    levels = [int(tag.tag[1]) for tag in page.xpath("//main//h1|//main//h2|//main//h3")]
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.django_db
def test_the_theme_chosen_is_in_the_first_byte_of_the_page(client: Client) -> None:
    def theme() -> str | None:
        page = html.fromstring(client.get(reverse("design:guide")).content.decode())
        found: str | None = page.get("data-theme")
        return found

    assert theme() is None
    for typed, used in (("dark", "dark"), ("light", "light"), ('"><b>', None)):
        client.cookies["theme"] = typed
        assert theme() == used


@pytest.mark.parametrize(
    ("view", "error", "status"),
    [
        (views.bad_request, BadRequest(), 400),
        (views.forbidden, PermissionDenied(), 403),
        (views.not_found, Http404(), 404),
    ],
)
def test_errors_say_what_is_safe_and_lead_home(view: object, error: Exception, status: int) -> None:
    assert callable(view)
    answer = view(RequestFactory().get("/nowhere"), error)
    page = html.fromstring(answer.content.decode())
    assert answer.status_code == status
    assert page.xpath("//h1")
    assert page.xpath("//main//a[@href='/']")
    assert "ошибка системы" not in page.text_content().lower()


def test_the_500_page_needs_neither_request_nor_database() -> None:
    answer = views.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "в сохранности" in answer.content.decode()


def test_the_500_page_does_without_static_files(settings: Any) -> None:
    manifest = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}
    answer = views.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "в сохранности" in answer.content.decode()
    assert "stylesheet" not in answer.content.decode()


@pytest.mark.django_db
def test_a_wrong_csrf_token_gets_the_page_too() -> None:
    answer = views.csrf_failure(RequestFactory().post("/"), reason="CSRF cookie not set")
    assert answer.status_code == 403
    assert "обновите её" in answer.content.decode()


def test_texts_of_faces_are_escaped() -> None:
    from django.template.loader import render_to_string

    bad = "<script>alert(1)</script>"
    context = {
        "title": bad,
        "nav": [NavItem(bad, bad, "home")],
        "person_chip": PersonChip(bad, bad, bad),
        "footer_text": bad,
    }
    text = render_to_string("design/layout_portal.html", context)
    assert bad not in text
    assert "&lt;script&gt;alert(1)" in text
