"""«Полиса нет в кабинете»: a lost record comes back, an application is begun, works are told."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.system.people import Citizen, Operator, Somebody

pytestmark = pytest.mark.browser


WATCH = """() => { window.told = [];
  new MutationObserver(() => {
    const line = document.querySelector('#diagnosis [role=status]')?.innerText;
    if (line && !window.told.includes(line)) window.told.push(line);
  }).observe(document.querySelector('main'), {childList: true, subtree: true}); }"""
"""Keeps every line of progress the page shows, however short."""


def checks(one: Somebody, words: str = "Проверить") -> None:
    """Press the button and wait for the verdict."""
    one.presses(words)
    one.page.wait_for_selector("#verdict")


def test_a_lost_record_comes_back_while_one_looks(citizen: Citizen) -> None:
    # given somebody whose record is not bound to the cabinet
    citizen.enters_as("bykova")
    citizen.opens("/")
    citizen.sees("Полиса здесь пока нет")
    citizen.presses("Полиса нет в кабинете")
    citizen.sees("Что мы проверим", "Работают ли реестр и портал")

    # when she lets it check, she sees it go step by step
    citizen.page.evaluate(WATCH)
    checks(citizen)
    told = citizen.page.evaluate("window.told")
    assert [line[:5] for line in told] == [f"Шаг {number}" for number in range(1, 7)], told

    # then it is mended, and the policy is there
    citizen.sees("Исправлено", "Связали кабинет с вашей записью", "Что проверили")
    assert citizen.page.evaluate("document.activeElement.id") == "verdict"
    citizen.presses("Посмотреть полис")
    citizen.sees("Полис действует")


def test_an_application_is_begun_without_scripts(no_script: Citizen) -> None:
    # given somebody known whom the register does not know, and no scripts
    no_script.enters_as("dolgova")
    no_script.opens("/services/?q=полис пропал")
    no_script.presses("Полиса нет в кабинете")
    no_script.presses("Проверить")
    no_script.sees("Нашли причину", "Записи о вас в реестре застрахованных нет")

    # when she goes on, the first page is filled in
    no_script.presses("Оформить полис")
    no_script.sees("Какой документ удостоверяет личность?")

    # then the next look says that the application waits for her, and a third is too soon
    no_script.opens("/policy/missing/")
    no_script.presses("Проверить ещё раз")
    no_script.sees("меньше минуты назад")


def test_whom_an_outage_concerns_hears_of_it_first(
    citizen: Citizen, visitor: Somebody, somebody: Callable[..., Any]
) -> None:
    citizen.enters_as("arhipova")
    citizen.opens("/policy/missing/")
    checks(citizen)
    citizen.sees("Нет обмена со страховой организацией", "Полис действует")
    citizen.presses("Состояние портала")
    citizen.sees("Идут работы", "Не у всех")

    # an administrator tells of another, which is not for everybody, and ends it
    boss = somebody(Operator, viewport={"width": 1280, "height": 900})
    boss.signs_in_as("kozlov")
    boss.opens("/desk/works/")
    boss.chooses("kind", "planned")
    boss.types(
        part="papers",
        audience="region:50",
        title="Обновляем подпись выписок",
        ends_at="01.01.2020 00:00",
    )
    boss.presses("Сообщить")
    boss.sees("время позже начала")
    assert boss.holds("title") == "Обновляем подпись выписок"
    boss.types(ends_at="")
    boss.presses("Сообщить")
    boss.sees("Люди увидят это")
    visitor.opens("/status/")
    visitor.sees("Обновляем подпись выписок", "срок пока неизвестен")
    row = boss.page.locator("main li", has_text="Обновляем подпись выписок")
    row.get_by_role("button").first.click()
    boss.sees("Отмечено: закончено")
    visitor.opens("/status/")
    visitor.sees("Недавно")
