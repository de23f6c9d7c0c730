"""Every service, page after page, on a phone: applied for without JavaScript, and fit for all."""

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer
from tests import factories as make
from tests.chromium import is_built_anew, violations
from tests.faces.portal.applications.conftest import about, code, draft, typed, world
from tests.signing_in import sign_in

from oms.cases.models import Case
from oms.cases.states import State
from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
BUILT: set[str] = set()
"""What axe has seen: services share most of their pages' parts."""


def phone_of(browser: Browser, server: LiveServer, user: User, **options: Any) -> BrowserContext:
    context = browser.new_context(
        viewport=PHONE, locale="ru-RU", reduced_motion="reduce", **options
    )
    session = sign_in(Client(), user).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
    context.set_default_timeout(20_000)
    return context


def fill(page: Page, values: dict[str, Any]) -> None:
    """Type, choose and tick what is shown of these values."""
    for name, value in values.items():
        box = page.locator(f"main [name='{name}']:not([type=hidden])")
        kinds = box.evaluate_all("all => all.map(one => one.type)") if value else []
        if not kinds:
            continue
        if kinds[0] in {"radio", "checkbox"}:
            own = f"[value='{value}']" if kinds[0] == "radio" else ""
            one = page.locator(f"main [name='{name}']{own}").first
            page.locator(f"label[for='{one.get_attribute('id')}']").first.click()
            assert one.is_checked()
        elif kinds[0].startswith("select"):
            box.first.select_option(str(value))
        else:
            box.first.fill(str(value))


def go_on(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=re.compile(words)).first.click()
    page.wait_for_load_state()


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_applied_for_without_javascript(
    live_server: LiveServer, browser: Browser, service: str
) -> None:
    # given somebody to whom the service is open, with a phone that runs no script
    user = make.user()
    world(service, user)
    concerns = about(service, user)
    context = phone_of(browser, live_server, user, java_script_enabled=False)
    page = context.new_page()

    # when they go from page to page
    page.goto(f"{live_server.url}/services/{service}/start/?about={concerns}")
    go_on(page, "Начать")
    case, answers, seen = Case.objects.latest("pk"), typed(service), []
    while (step := page.url.rstrip("/").rpartition("/")[2].partition("#")[0]) != "check":
        assert step not in seen, page.inner_text("main")
        seen.append(step)
        if step == "documents":
            make.bring_documents(Case.objects.get(pk=case.pk))
            page.reload()
        else:
            fill(page, answers[step])
        go_on(page, "Продолжить")

    # and sign with the code of the SMS
    fill(page, {"truth": "on"})
    go_on(page, "Получить код и подписать")
    fill(page, {"code": code()})
    go_on(page, "Подписать")

    # then it is in, with a number
    assert page.url.endswith(f"/cases/{case.number}/submitted/"), page.inner_text("main")
    assert case.number in page.inner_text("main")
    case.refresh_from_db()
    assert case.state == State.AWAITING
    context.close()


@pytest.mark.parametrize("service", SERVICES)
def test_every_page_of_it_is_accessible_and_fits(
    live_server: LiveServer, browser: Browser, service: str
) -> None:
    user = make.user()
    case = draft(service, user)
    context = phone_of(browser, live_server, user)
    page = context.new_page()
    steps = [step.code for step in SERVICES[service].steps if not step.signs]
    for path in ("", *(f"{step}/" for step in steps), "check/"):
        page.set_viewport_size(PHONE)
        page.goto(f"{live_server.url}/cases/{case.number}/{path}")
        if is_built_anew(page, BUILT):
            assert violations(page) == [], path
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
