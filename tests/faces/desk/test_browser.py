"""The desk in a real browser: quick with keys, whole without script."""

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer
from tests.chromium import violations
from tests.faces.desk.worlds import change_of
from tests.signing_in import sign_in

from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def enter(browser: Browser, server: LiveServer, user: User, **options: object) -> Page:
    """A tab in which the user is signed in."""
    context = browser.new_context(locale="ru-RU", reduced_motion="reduce", **options)
    session = sign_in(Client(), user).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
    tab = context.new_page()
    tab.set_default_timeout(15_000)
    return tab


def test_keys_walk_the_queue_and_decide(desk, live_server, browser) -> None:
    case = change_of(desk)
    wide = {"width": 1440, "height": 900}
    tab = enter(browser, live_server, desk.irina, viewport=wide)
    tab.goto(f"{live_server.url}/desk/cases/?filter=all")
    tab.wait_for_selector("html.js")
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.dataset.case") == desk.case.number
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.dataset.case") == case.number
    tab.keyboard.press("k")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#pane [data-pane-title]")
    assert f"case={desk.case.number}" in tab.url
    assert tab.locator("tr.selected").count() == 1
    tab.keyboard.press("t")
    tab.wait_for_selector("#pane >> text=Одобрить")
    assert Case.objects.get(pk=desk.case.pk).assignee == desk.irina
    assert violations(tab) == []
    tab.keyboard.press("a")
    tab.wait_for_url("**/approve/")
    tab.click("main button:has-text('Одобрить')")
    tab.wait_for_selector("text=Взять следующее")
    assert Case.objects.get(pk=desk.case.pk).state == State.APPROVED


def test_without_script_a_case_is_found_taken_and_refused(desk, live_server, browser) -> None:
    wide = {"width": 1280, "height": 900}
    tab = enter(browser, live_server, desk.irina, viewport=wide, java_script_enabled=False)
    tab.goto(f"{live_server.url}/desk/")
    tab.click("text=Взять следующее")
    tab.click("text=Отклонить")
    tab.check("input[value=data-differ]")
    tab.check("input[name=about-data-differ][value=snils]")
    tab.fill("#id_note", "Позвоните нам.")
    tab.click("text=Показать, что прочитает")
    assert "Поле «СНИЛС» не совпадает с реестром" in tab.inner_text(".preview")
    tab.click("text=Отклонить заявление")
    assert tab.is_visible("text=Причины отказа")
    assert Case.objects.get(pk=desk.case.pk).state == State.REJECTED
