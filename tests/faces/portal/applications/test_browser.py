"""Applications in a real browser: drafts save themselves, a card is a choice."""

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer
from tests import factories as make
from tests.faces.portal.applications.conftest import draft
from tests.signing_in import sign_in

from oms.cases.models import Case
from oms.domain.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def enter(browser: Browser, server: LiveServer, user: User, width: int = 1280) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="ru-RU", reduced_motion="reduce"
    )
    session = sign_in(Client(), user).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
    return context


def page_of(context: BrowserContext, server: LiveServer, path: str) -> Page:
    page = context.new_page()
    answer = page.goto(f"{server.url}{path}")
    assert answer is not None
    assert answer.status == 200
    page.wait_for_selector("html.js")
    return page


def test_a_draft_saves_itself_and_is_there_on_another_device(
    live_server: LiveServer, browser: Browser
) -> None:
    user = make.user()
    case = draft("issue-policy", user)
    url = f"/cases/{case.number}/contacts/"
    context = enter(browser, live_server, user)
    page = page_of(context, live_server, url)
    for email in ("другая", "anna@example.ru"):  # typed over, then taken back
        with page.expect_response("**/autosave/"):
            page.fill("#id_email", email)
            page.press("#id_email", "Tab")
        page.wait_for_selector("[data-saved-text]:has-text('Черновик сохранён в')")
        assert Case.objects.get(pk=case.pk).typed["contacts"]["email"] == email
    other = enter(browser, live_server, user)
    assert page_of(other, live_server, url).input_value("#id_email") == "anna@example.ru"
    context.clear_cookies(name="sessionid")
    page.fill("#id_email", "late@example.ru")
    page.wait_for_selector(".saved.failed:has-text('Сеанс закончился')")
    page.click("text=Продолжить")
    page.wait_for_url("**/account/login/**")
    context.close()
    other.close()


def test_an_insurer_is_chosen_anywhere_on_its_card(
    live_server: LiveServer, browser: Browser
) -> None:
    user = make.user()
    case = draft("issue-policy", user)
    context = enter(browser, live_server, user, 390)
    page = page_of(context, live_server, f"/cases/{case.number}/insurer/")
    page.click(".choice.pick:has-text('СМО 77002')", position={"x": 250, "y": 90})
    assert page.is_checked("input[value='77002']")
    page.click("text=Продолжить")
    page.wait_for_url("**/contacts/")
    assert Case.objects.get(pk=case.pk).typed["insurer"] == {"insurer": "77002"}
    context.close()
