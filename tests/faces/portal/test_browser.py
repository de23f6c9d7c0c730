"""The reading pages in a real browser: axe finds nothing, nothing runs sideways."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext
from tests.chromium import RULES, launched

from oms.domain.directory.models import MedicalOrganization

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PUBLIC = [
    "/", "/services/", "/services/change-insurer/", "/check-policy/", "/verify/", "/insurers/",
    "/insurers/77001/", "/clinics/", "/clinics/770001/", "/help/", "/accessibility/", "/privacy/",
]  # fmt: skip


@pytest.fixture
def own(anna: Any, insured_anna: Any, paper_of: Any, message_to: Any) -> list[str]:
    """Addresses of a citizen with everything there is."""
    paper, message = paper_of(insured_anna), message_to(anna)
    MedicalOrganization.objects.create(
        code="770001", region=insured_anna.region, full_name="Клиника", short_name="Клиника № 1",
        phone="+7 495 000-00-00", specialities=["Терапия"], rating="4.5",
    )  # fmt: skip
    return [
        "/", "/policy/code/", "/documents/", f"/documents/{paper.number}/", "/messages/",
        f"/messages/{message.pk}/", "/services/policy-extract/", f"/verify/{paper.check_code}/",
    ]  # fmt: skip


@pytest.fixture
def browser(own: list[str]) -> Iterator[Browser]:
    """Started after the papers are signed: signing has an event loop of its own."""
    with launched() as chromium:
        yield chromium


def looked_through(context: BrowserContext, server: str, addresses: list[str]) -> None:
    tab, said = context.new_page(), []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    for address in addresses:
        answer = tab.goto(f"{server}{address}")
        assert answer is not None
        assert answer.status == 200, address
        found = Axe().run(tab, options={"runOnly": RULES}).response
        assert len(found["passes"]) > 15
        wrong = [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]]
        assert wrong == [], address
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert said == []


@pytest.mark.parametrize(("width", "theme"), [(320, "light"), (1280, "dark")])
def test_pages_are_accessible_and_fit(
    live_server: Any, browser: Browser, own: list[str], anna: Any, entered: Any, width: int,
    theme: Any,
) -> None:  # fmt: skip
    look = {"viewport": {"width": width, "height": 800}, "color_scheme": theme}
    context = browser.new_context(**look, reduced_motion="reduce")
    looked_through(context, live_server.url, PUBLIC)
    session = entered(anna).cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    context.add_cookies([cookie])
    looked_through(context, live_server.url, own)
    context.close()


def test_a_policy_is_checked_and_services_are_searched_without_script(
    live_server: Any, browser: Browser, insured_anna: Any
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(live_server.url)
    tab.get_by_label("Номер полиса").fill(insured_anna.enp)
    tab.get_by_label("Дата рождения").fill("14.03.1985")
    tab.get_by_role("button", name="Проверить").click()
    assert tab.get_by_role("heading", name="Действует", exact=True).is_visible()
    assert insured_anna.enp not in tab.url
    tab.goto(f"{live_server.url}/services/")
    tab.get_by_label("Найти услугу").fill("выписка")
    tab.get_by_role("button", name="Найти").click()
    assert tab.get_by_role("link", name="Выписка о полисе ОМС").is_visible()
    context.close()


def test_results_follow_the_typing(live_server: Any, browser: Browser) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(f"{live_server.url}/services/")
    tab.get_by_label("Найти услугу").press_sequentially("апелляция", delay=20)
    tab.get_by_text("Нашли 1").wait_for(timeout=10_000)
    assert tab.url.endswith("?q=%D0%B0%D0%BF%D0%B5%D0%BB%D0%BB%D1%8F%D1%86%D0%B8%D1%8F")
    context.close()
