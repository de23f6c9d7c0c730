"""Messages: chosen, sifted, taken along; a browser woken; a text changed by an administrator."""

import csv
import io
import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.system.conftest import DESK
from tests.system.people import Citizen, Somebody
from tests.system.test_recovery import agent

pytestmark = pytest.mark.browser


def test_a_person_says_how_to_be_told(citizen: Citizen) -> None:
    citizen.registers()
    citizen.opens("/messages/")
    citizen.presses("Как сообщать")
    citizen.sees("Что придёт всегда", "Безопасность кабинета")
    citizen.types(cases_email="daily", news_email="off", quiet_from="23:00", time_zone="Asia/Omsk")
    citizen.presses("Сохранить")
    citizen.sees("Сохранили. Так и будем сообщать")
    assert citizen.holds("cases_email") == "daily"
    assert citizen.holds("quiet_from") == "23:00"
    assert citizen.holds("time_zone") == "Asia/Omsk"


def test_messages_are_sifted_and_taken_along(somebody: Callable[..., Any]) -> None:
    anna = somebody(Somebody, viewport=DESK)
    anna.enters_as("klimova")
    anna.opens("/messages/")
    every = anna.page.locator("main ul.list > li").count()
    anna.types(q="одобрено", group="cases")
    anna.presses("Показать")
    found = anna.page.locator("main ul.list > li").count()
    assert 0 < found < every
    with anna.page.expect_download() as download:
        anna.page.get_by_role("link", name="CSV").click()
    rows = list(
        csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig")), delimiter=";")
    )
    assert len({(row["Когда"], row["Заголовок"]) for row in rows}) == found
    assert all("одобрено" in (row["Заголовок"] + row["Текст"]).lower() for row in rows)
    anna.opens("/messages/?since=32.13.2026")
    anna.sees("Укажите день в виде ДД.ММ.ГГГГ")
    anna.page.locator("main ul.list a").first.click()
    anna.sees("Как мы сообщили", "Электронная почта", "Текст сохранён таким, каким ушёл")


SUBSCRIBED = """told => {
  PushManager.prototype.subscribe = async function (asked) {
    if (!asked.userVisibleOnly || asked.applicationServerKey.byteLength !== 65) throw new Error();
    return told;
  };
}"""


def subscription(page: Page, outbox: str) -> dict[str, Any]:
    """What a push service would have answered: the browser's own is far away."""
    key = page.locator("[data-push]").get_attribute("data-push-key")
    body = json.dumps({"server": key}).encode()
    request = urllib.request.Request(f"{outbox}/push/subscriptions", body, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def test_a_browser_is_woken(citizen: Citizen) -> None:
    citizen.registers()
    citizen.context.grant_permissions(["notifications"], origin=citizen.portal.base)
    citizen.opens("/account/telling/")
    citizen.page.locator("main [name=quiet]").uncheck()  # it may be night where tests run
    citizen.presses("Сохранить")
    told = subscription(citizen.page, citizen.portal.outbox)
    citizen.page.evaluate(SUBSCRIBED, told)
    citizen.page.get_by_role("button", name="Включить в этом браузере").click()
    citizen.page.get_by_role("button", name="Отключить").wait_for()
    citizen.sees("Уведомления в этом браузере включены")
    citizen.opens("/account/security/question/")
    citizen.types(question="Кличка первой кошки?", answer="Мурка")
    citizen.presses("Сохранить вопрос")
    number = told["endpoint"].rpartition("/")[2]
    text = citizen.portal.waits_for(number, "Контрольный вопрос изменён")
    assert "/messages/" in text
    citizen.opens("/account/telling/")
    citizen.presses("Отключить")
    citizen.does_not_see("последнее уведомление")


def test_a_changed_text_is_in_the_next_message(
    citizen: Citizen, somebody: Callable[..., Any]
) -> None:
    citizen.registers()
    boss = agent(somebody, "kozlov")
    boss.opens("/desk/texts/")
    boss.presses("Контрольный вопрос изменён")
    changed = "Контрольный вопрос {{ what }} ({{ when }}). Не вы? Смените пароль сейчас же."
    boss.types(body="{% if what %}", note="Короче")
    boss.presses("Сохранить")
    boss.sees("Команды {% … %}")
    boss.types(body=changed)
    boss.presses("Показать, что получится")
    boss.sees("Ещё не сохранено", "Смените пароль сейчас же")
    boss.presses("Сохранить")
    boss.sees("Следующие сообщения уйдут с этим текстом", "Короче")
    try:
        citizen.opens("/account/security/question/")
        citizen.types(question="Кличка первой кошки?", answer="Мурка")
        citizen.presses("Сохранить вопрос")
        citizen.portal.waits_for(citizen.passport.email, "Смените пароль сейчас же")
        citizen.opens("/messages/")
        citizen.presses("Контрольный вопрос изменён")
        citizen.sees("Контрольный вопрос задан", "правка")
    finally:
        boss.presses("Вернуть встроенный текст")
        boss.sees("Вернули встроенный текст")
