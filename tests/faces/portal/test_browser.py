"""The reading pages in a real browser: whole without script, quick with it."""

from typing import Any

import pytest
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
