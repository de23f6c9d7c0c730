"""A mother and her child: added, confirmed by the fund, served in the child's own cabinet."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.system.judge import PROMISED, Judge
from tests.system.people import Citizen, Operator
from tests.system.scans import scan

pytestmark = pytest.mark.browser


def child(number: int) -> dict[str, str]:
    """A child nobody else has: what the mother types."""
    return {
        "family_name": "Проверкин",
        "given_name": "Пётр",
        "patronymic": "Ильич",
        "birth_date": f"{number % 27 + 1:02}.04.2021",
        "birth_place": "г. Москва",
        "citizenship": "RUS",
        "series": "II-МЮ",
        "number": f"{number:06}",
        "issued_on": "20.05.2021",
        "issued_by": "Учебный отдел ЗАГС",
    }


def test_a_mother_adds_a_child_the_fund_confirms_she_gets_the_childs_policy(
    citizen: Citizen,
    operator: Operator,
    somebody: Callable[..., Any],
    judge: Judge,
) -> None:
    # given a mother with a phone and a cabinet of her own
    citizen.registers()
    number = Random().randrange(100_000, 900_000)

    # when she adds her child and hands the certificate in
    citizen.opens("/account/wards/")
    citizen.sees("Пока никого нет")
    citizen.presses("Добавить ребёнка")
    citizen.presses("Своего ребёнка")
    citizen.types(**child(number))
    citizen.chooses("sex", "1")
    citizen.chooses("parent", "mother")
    citizen.ticks("agreed")
    citizen.presses("Добавить и приложить документ")
    citizen.sees("Осталось приложить документ", "Проверкин Пётр")
    citizen.brings("basis", scan("birth-certificate"))
    citizen.presses("Отправить на проверку")
    citizen.sees("Документы на проверке. Ответим до")

    # and the fund's operator confirms it
    operator.signs_in_as("egorov")
    operator.on_each_page = judge.judge
    operator.opens("/desk/wards/")
    operator.presses("Проверкин Пётр")
    card = operator.path
    operator.opens(f"{card}refuse/")
    operator.opens(card)
    operator.sees("Данные и реестр", "ЗАГС", "Документы")
    operator.presses("Подтвердить")
    operator.sees("Обеим сторонам сообщили")

    # then she is told, and one press opens the child's cabinet
    assert "Пётр" in citizen.portal.waits_for(citizen.passport.email, "подтверждено")
    citizen.on_each_page = judge.judge
    citizen.opens("/account/wards/")
    right = citizen.page.locator("main .list a.title").first.get_attribute("href")
    citizen.opens(f"{right}open/")
    citizen.opens("/account/wards/")
    citizen.presses("Открыть кабинет")
    citizen.sees("Кабинет: Проверкин Пётр, ребёнок", "Полиса здесь пока нет")

    # and the application for the policy knows the child and the certificate
    citizen.presses("Оформить полис")
    citizen.presses("Оформить")
    assert citizen.holds("given_name") == "Пётр"
    citizen.presses("Продолжить")
    assert citizen.holds("document_number") == f"{number:06}"
    citizen.presses("Продолжить")
    citizen.fills_and_goes_on("address", "insurer")
    citizen.presses("Продолжить")
    citizen.sees("Паспорт представителя", "Фонд его уже видел")
    citizen.brings("representative", scan())
    citizen.presses("Продолжить")
    case = citizen.signs()

    # when the insurer approves it
    insurer = somebody(Operator, viewport={"width": 1280, "height": 900})
    insurer.signs_in_as("petrova")
    insurer.takes_case(case)
    insurer.sees("Проверкин Пётр Ильич", "Проверкина А. В., представитель")
    insurer.presses("Одобрить")
    insurer.presses("Одобрить")

    # then the policy and its extract are the child's, not hers
    citizen.portal.waits_for(citizen.passport.phone, "готов")
    citizen.opens("/")
    citizen.sees("Полис действует", "Северная звезда")
    citizen.opens("/documents/")
    citizen.sees("Выписка о полисе ОМС")
    citizen.page.locator(".cabinet-bar button").click()
    citizen.page.wait_for_load_state()
    citizen.sees("Здравствуйте, Анна", "Полиса здесь пока нет")
    citizen.opens("/messages/")
    citizen.sees("Для кого сообщение: Пётр")

    # and she reads what was done, and gives the right back
    citizen.opens("/account/wards/")
    citizen.presses("Проверкин Пётр")
    citizen.sees("Заявление подано", "Открыт кабинет")
    citizen.presses("Отозвать право")
    citizen.page.locator("main form button").click()
    citizen.page.wait_for_load_state()
    citizen.sees("Отозвали", "Было раньше")


def test_the_pages_promised_were_looked_at(all_pages: Judge) -> None:
    assert PROMISED["test_wards"] <= set(all_pages.names), "run the whole file"
