"""A day at the registrar's: a call, somebody without a booking, a doctor who falls ill."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.system.judge import PROMISED, Judge
from tests.system.people import Citizen, Operator

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def finds(registrar: Operator, whom: str, how: str) -> None:
    """Look for who calls or stands at the window, and go on with them."""
    registrar.opens("/desk/booking/new/")
    registrar.types(text=whom)
    registrar.chooses("how", how)
    registrar.presses("Найти")
    registrar.page.locator("main tbody th a").first.click()
    registrar.page.wait_for_load_state()
    registrar.on_each_page(registrar)


def first_time(registrar: Operator) -> str:
    """Choose the first free time there is; return how it is told."""
    registrar.page.locator("main .times a").first.click()
    registrar.page.wait_for_load_state()
    registrar.on_each_page(registrar)
    return str(registrar.page.locator("main .times a[aria-current]").inner_text().split()[0])


def test_a_call_is_booked_moved_and_cancelled(
    operator: Operator, citizen: Citizen, judge: Judge
) -> None:
    # given somebody who calls the clinic
    operator.enters_as("mironova")
    operator.on_each_page = judge.judge
    operator.sees("Приём", "Свободно")

    # when the registrar finds her by name and birth date, and books a time
    finds(operator, "Климова Анна 14.03.1985", "call")
    operator.sees("Запись к врачу по звонку", "Записан у нас")
    operator.page.locator("main .list a", has_text="Бирюков").first.click()
    operator.page.wait_for_load_state()
    operator.presses("Поставить в лист ожидания")
    operator.sees("Бирюков", "До какого дня ждать")
    operator.page.go_back()
    begins = first_time(operator)
    operator.types(complaint="Кружится голова")
    operator.presses("Записать")
    operator.sees("Готово. Номер записи", begins, "Кружится голова", "Телефон")
    number = re.search(r"З-\w{4}-\w{4}", operator.text)[0]  # type: ignore[index]

    # then she sees it in her cabinet
    citizen.enters_as("klimova")
    citizen.opens(f"/visits/{number}/")
    citizen.sees("Бирюков", begins)

    # and the registrar moves it and cancels it as she asks
    operator.presses("Перенести")
    operator.page.locator("main .chips a").last.click()
    operator.page.wait_for_load_state()
    later = first_time(operator)
    operator.presses("Перенести")
    operator.sees("Запись перенесена", later)
    operator.presses("Отменить")
    operator.presses("Отменить запись")
    operator.sees("Выберите, почему отменяете")
    operator.chooses("reason", "asked")
    operator.presses("Отменить запись")
    operator.sees("Запись отменена", "Вы попросили об этом")
    citizen.opens(f"/visits/{number}/")
    citizen.sees("Отменена", "Вы попросили об этом")


def test_who_comes_without_a_booking_is_let_in_without_script(
    somebody: Callable[..., Any], judge: Judge
) -> None:
    # given a registrar with a phone and no script
    registrar = somebody(Operator, viewport=PHONE, java_script_enabled=False)
    registrar.enters_as("mironova")

    # when somebody comes without a booking, to the doctor who is there every day
    finds(registrar, "Климова Анна 14.03.1985", "window")
    registrar.page.locator("main .list a", has_text="Николаева").first.click()
    registrar.page.wait_for_load_state()
    registrar.presses("Принять сегодня без записи")

    # then she is on today's list at once, and is seen
    registrar.sees("Готово. Номер записи", "Пришла")
    registrar.presses("Приём прошёл")
    registrar.sees("приём отмечен как прошедший")


def test_a_closed_day_offers_another_time_and_shows_who_agreed(
    operator: Operator, citizen: Citizen, judge: Judge
) -> None:
    # given somebody booked at the cardiologist's
    operator.enters_as("mironova")
    operator.on_each_page = judge.judge
    operator.types(text="Тихонов Николай")
    operator.presses("Найти")
    operator.sees("Тихонов Николай")
    rows = operator.page.locator("main tbody tr", has_text="Записаны")
    rows.locator("th a").first.click()
    operator.page.wait_for_load_state()
    operator.presses("К приёму")
    day, doctor = re.search(r"day=([\d-]+)&doctor=(\d+)", operator.path).groups()  # type: ignore[union-attr]

    # when the doctor falls ill, the registrar looks at who is concerned, then closes the day
    operator.opens(f"/desk/booking/days/?day={day}&doctor={doctor}")
    operator.types(reason="Врач заболел")
    operator.presses("Показать, кого касается")
    operator.sees("Записаны", "Тихонов Николай")
    operator.presses("Отменить приём")
    operator.sees("Всем, кого это касается, ушло сообщение", "Кто что ответил", "Ждём ответа")
    closed = operator.path

    # then he is offered another time and takes it
    citizen.enters_as("tihonov")
    citizen.opens("/visits/")
    citizen.presses("Коновалова")
    citizen.sees("Врач заболел", "держим для вас другое время")
    citizen.page.locator("main form[action*='/offer/'] button").first.click()
    citizen.page.wait_for_load_state()
    operator.opens(closed)
    operator.sees("Тихонов Николай", "Согласие")


def test_a_request_is_answered_with_another_time(
    operator: Operator, citizen: Citizen, judge: Judge
) -> None:
    # given somebody who cannot come tomorrow
    operator.enters_as("mironova")
    operator.on_each_page = judge.judge
    operator.sees("ответа. Ответить")
    operator.presses("Ответить")
    operator.presses("Громова")
    operator.sees("Просит перенести", "Задерживают на работе")

    # when the registrar agrees, a new time is needed
    operator.page.locator("main .chips a").last.click()
    operator.page.wait_for_load_state()
    begins = first_time(operator)
    operator.presses("Ответить")
    operator.sees("Выберите решение")
    operator.chooses("verdict", "yes")
    operator.types(answer="Ждём вас")
    operator.presses("Ответить")
    operator.sees("Ответ отправлен", "Ждём вас")

    # then she comes then
    citizen.enters_as("gromova")
    citizen.opens("/visits/")
    citizen.sees(begins)


def test_every_page_promised_here_was_looked_at(all_pages: Judge) -> None:
    assert PROMISED["test_registrar"] <= set(all_pages.names), "run the whole file"
