"""What happens after the policy: another insurer, an extract, a refusal, two at one case, keys."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from oms.faces.demo.people import CAST
from tests.system.conftest import DESK
from tests.system.people import Citizen, Operator, Somebody
from tests.system.scans import scan

pytestmark = pytest.mark.browser
PHONES = {one.code: one.phone for one in CAST}


def test_a_move_changes_the_insurer_and_replaces_the_extract(
    citizen: Citizen, operator: Operator, visitor: Somebody
) -> None:
    # given somebody insured who moved this month
    citizen.enters_as("gromova")
    former = number_of_the_paper(citizen)
    citizen.begins("change-insurer")
    citizen.chooses("ground", "3")
    citizen.types(
        moved_on=f"{localdate():%d.%m.%Y}", residence="г. Москва, ул. Примерная, д. 5, кв. 21"
    )
    citizen.presses("Продолжить")
    assert citizen.page.locator("main [name=insurer][value='77901']").count() == 0
    citizen.fills_and_goes_on("insurer", insurer="77902")
    citizen.brings("address", scan("other"))
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["gromova"])

    # when the new insurer approves
    operator.enters_as("lukina")
    operator.takes_case(number)
    operator.presses("Одобрить")
    operator.presses("Одобрить", within="main form")
    citizen.portal.waits_for("gromova@people.example", number)
    waits_for(citizen, f"/cases/{number}/", "Скачать PDF")

    # then the cabinet names it, and the former extract says that it was replaced
    citizen.opens("/")
    citizen.sees("Ладога-Мед")
    citizen.does_not_see("Северная звезда")
    second = number_of_the_paper(citizen)
    assert second != former
    visitor.opens("/verify/")
    visitor.types(code=former)
    visitor.presses("Проверить")
    assert visitor.title == "Документ подлинный, но заменён более новым"


def test_an_extract_comes_without_anybody(citizen: Citizen) -> None:
    # given somebody with a policy and an extract
    citizen.enters_as("klimova")
    former = number_of_the_paper(citizen)
    replaced = citizen.text.count("Заменена")

    # when she asks for another
    citizen.begins("policy-extract")
    number = citizen.signs(phone=PHONES["klimova"])
    waits_for(citizen, f"/cases/{number}/", "Скачать PDF")

    # then it is there, and the former is shown as replaced
    assert number_of_the_paper(citizen) != former
    assert citizen.text.count("Заменена") == replaced + 1


def number_of_the_paper(one: Somebody) -> str:
    """The number of the newest paper in «Документы»."""
    one.opens("/documents/")
    return one.page.locator("main .number").first.inner_text()


def waits_for(one: Somebody, path: str, words: str) -> None:
    """Look at a page until the worker has done its part."""
    for _ in range(60):
        one.opens(path)
        if words in one.text:
            return
        one.page.wait_for_timeout(500)
    one.sees(words)


def test_after_a_refusal_everything_right_is_kept(citizen: Citizen) -> None:
    # given somebody refused for two reasons
    citizen.enters_as("zaharov")
    citizen.opens("/cases/")
    citizen.presses("Оформление полиса")
    citizen.sees("Почему отказали и что делать", "Место рождения", "Паспорт")
    refused = citizen.path.split("/")[2]
    told = dict(summary(citizen))

    # when he applies again
    citizen.presses("Подать повторно")
    if not citizen.path.endswith("/check/"):
        citizen.opens(f"/cases/{citizen.path.split('/')[2]}/check/")

    # then every answer stands there; one is mended, and the new case names the former
    kept = dict(summary(citizen))
    assert len(kept) >= 15
    assert {name: told.get(name) for name in kept} == kept
    citizen.opens(citizen.path.replace("/check/", "/person/"))
    citizen.types(birth_place="г. Москва, район Учебный")
    citizen.presses("Проверить заявление")
    number = citizen.signs(phone=PHONES["zaharov"])
    citizen.opens(f"/cases/{number}/")
    citizen.sees("Подано вместо", refused, "г. Москва, район Учебный")


def summary(one: Somebody) -> list[tuple[str, str]]:
    """What one has told: labels and values of the lists of answers."""
    found = one.page.eval_on_selector_all(
        "main dl.checked:not(.enclosed) > div, main dl.summary > div",
        "all => all.map(d => [d.querySelector('dt').innerText,"
        " d.querySelector('dd > span:last-child, dd').innerText])",
    )
    clean = [(name, re.sub(r"Верно:|\s+", " ", text).strip()) for name, text in found]
    return [(name, text) for name, text in clean if text]


def test_two_operators_at_one_case(
    citizen: Citizen, operator: Operator, somebody: Callable[..., Any]
) -> None:
    # given a case in work, with its refusal being typed
    citizen.registers()
    citizen.begins("issue-policy")
    citizen.fills_and_goes_on("person", "document", "address", "insurer", "contacts")
    citizen.encloses()
    number = citizen.signs()
    operator.enters_as("petrova")
    operator.takes_case(number)
    operator.presses("Отклонить")
    operator.chooses("reasons", "data-differ")
    operator.page.locator("[name=about-data-differ]").first.check()
    operator.types(note="Пришлите снимок разворота целиком.")
    operator.presses("Показать, что прочитает")

    # when a colleague takes it over and approves
    other = somebody(Operator, viewport=DESK)
    other.enters_as("sedov")
    other.finds(number)
    other.presses("Забрать себе")
    other.presses("Одобрить")
    other.presses("Одобрить", within="main form")
    other.sees("одобрено")

    # then the first is told who decided what, and loses nothing typed
    operator.presses("Отклонить заявление")
    operator.sees("Решение не изменено", "Седов", "Введённое вами осталось на странице")
    assert operator.holds("note") == "Пришлите снимок разворота целиком."
    citizen.opens(f"/cases/{number}/")
    citizen.sees("Полис оформлен")


def test_the_first_step_with_the_keyboard_alone(visitor: Somebody) -> None:
    # given a visitor without a mouse: the first stop skips to the content
    visitor.opens("/")
    keys = visitor.page.keyboard
    keys.press("Tab")
    assert focused(visitor) == "Перейти к содержанию"
    keys.press("Enter")
    for _ in range(6):
        keys.press("Tab")
        if focused(visitor) == "Зарегистрироваться":
            break
    keys.press("Enter")
    visitor.page.wait_for_url("**/account/signup/")

    # when the form is sent empty by Enter
    for _ in range(12):
        keys.press("Tab")
        if visitor.page.evaluate("document.activeElement.name") == "family_name":
            break
    keys.press("Enter")

    # then the list of mistakes has the focus and leads to the field
    expect(visitor.page.locator("[data-error-summary]")).to_be_focused()
    assert visitor.page.title().startswith("Ошибка: ")
    keys.press("Tab")
    keys.press("Enter")
    assert visitor.page.evaluate("document.activeElement.name") == "family_name"
    keys.type("Проверкина")
    assert visitor.holds("family_name") == "Проверкина"


def focused(one: Somebody) -> str:
    return str(one.page.evaluate("document.activeElement.innerText")).strip()
