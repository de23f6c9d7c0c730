"""Booking a doctor as people do it: on a phone, without JavaScript, from search to visit."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.system.judge import PROMISED, Judge
from tests.system.people import Somebody

pytestmark = pytest.mark.browser


def as_demo(somebody: Callable[..., Any], code: str, judge: Judge, **options: Any) -> Somebody:
    """One of the demo's citizens with a phone; every page they come to is looked at.

    Without JavaScript nobody looks: axe is JavaScript itself.
    """
    one: Somebody = somebody(Somebody, **options)
    one.enters_as(code)
    if options.get("java_script_enabled", True):
        one.on_each_page = judge.judge
    return one


def follows(one: Somebody, selector: str, number: int = 0) -> None:
    """Press a link of the page by what it is."""
    links = one.page.locator(f"main {selector}")
    links.nth(number if number >= 0 else links.count() - 1).click()
    one.page.wait_for_load_state()
    one.on_each_page(one)


def number_on(one: Somebody) -> str:
    found = re.search(r"З-[0-9A-Z]{4}-[0-9A-Z]{4}", one.text)
    assert found, one.text
    return found[0]


SCRIPT = pytest.mark.parametrize("script", [False, True], ids=["no-javascript", "javascript"])


@SCRIPT
def test_a_patient_books_moves_and_cancels_by_phone(
    somebody: Callable[..., Any], judge: Judge, script: bool
) -> None:
    # given a citizen who says in plain words what hurts
    one = as_demo(somebody, "ladina" if script else "krylov", judge, java_script_enabled=script)
    one.opens("/doctors/")
    one.types(q="болит горло")
    one.presses("Найти")
    one.sees("Это подсказка, а не диагноз", "103")
    follows(one, ".notice a")

    # when she takes the last free day of the first doctor, and a time of it
    follows(one, ".doctors a.title")
    one.sees("Выберите день", "Под числом — сколько талонов свободно")
    follows(one, ".month a", -1)
    follows(one, ".times button")
    one.sees("Держим время до")

    # then she confirms it with a word to the doctor, and learns all there is to know
    one.types(complaint="Болит горло третий день")
    one.presses("Записаться", within="main form")
    one.sees("Вы записаны", "Что взять с собой", "Как добраться")
    number = number_on(one)
    one.presses("Открыть запись")
    one.sees("Болит горло третий день", "Перенести")

    # and moves it: the old time stands until the new one is confirmed
    one.presses("Перенести")
    one.sees("остаётся за вами")
    follows(one, ".month a", -1)
    follows(one, ".times a")
    one.sees("Перенести запись?", "Станет")
    one.presses("Перенести", within="main form")
    one.sees("Запись перенесли", number)

    # and cancels it after a question
    one.presses("Отменить запись")
    one.sees("Отменить запись?")
    one.presses("Отменить запись", within="main form")
    one.sees("Отменена", "Время уже свободно для других")
    one.opens("/visits/?show=cancelled")
    one.sees("Отменена")


def test_two_who_want_one_time_and_one_gets_it(somebody: Callable[..., Any], judge: Judge) -> None:
    # given two people who look at the same free times
    first = as_demo(somebody, "tihonov", judge, java_script_enabled=False)
    second = as_demo(somebody, "gromova", judge)
    first.opens("/doctors/?speciality=ophthalmology")
    follows(first, ".doctors a.title")
    follows(first, ".month a", -1)
    second.opens(first.path)

    # when both press the same time
    follows(first, ".times button")
    first.sees("Держим время до")
    follows(second, ".times button")

    # then the second is told beside the other times, and the first lets it go again
    second.sees("Это время уже занято")
    first.presses("Не записываться и отпустить время")
    first.sees("Время отпустили")


def test_a_visit_of_tomorrow_is_asked_about(somebody: Callable[..., Any], judge: Judge) -> None:
    # given a citizen who books the nearest time there is
    one = as_demo(somebody, "frolov", judge)
    one.opens("/doctors/")
    follows(one, ".doctors .btn")
    follows(one, ".times button")
    one.presses("Записаться", within="main form")
    one.sees("Вы записаны")
    one.presses("Открыть запись")

    # when it is nearer than a day, the clinic is asked instead
    one.presses("Попросить отменить")
    one.sees("До приёма меньше суток")
    one.presses("Отправить просьбу")
    one.sees("выберите один вариант")
    one.chooses("wish", "cancel")
    one.types(words="Не успеваю приехать")
    one.presses("Отправить просьбу")
    one.sees("Просьба у регистратуры", "запись остаётся")


@SCRIPT
def test_a_place_in_the_waiting_list_by_phone(
    somebody: Callable[..., Any], judge: Judge, script: bool
) -> None:
    # given a citizen for whom no time suits
    one = as_demo(somebody, "ladina" if script else "gromova", judge, java_script_enabled=script)
    one.opens("/doctors/?speciality=neurology")
    follows(one, ".doctors a.title")
    one.presses("Встать в лист ожидания")
    one.presses("Встать в очередь")

    # then the place is told, its days and hours may change, and it may be left
    one.sees("Ваше место", "Когда удобно")
    one.presses("Изменить дни и часы")
    one.types(from_hour="10")
    one.presses("Сохранить")
    one.sees("с 10:00", "Место в очереди прежнее")
    one.presses("Весь лист ожидания")
    one.sees("Как устроена очередь")
    one.page.go_back()
    one.presses("Выйти из очереди")
    one.sees("Выйти из очереди?")
    one.presses("Выйти из очереди", within="main form")
    one.sees("Вы вышли из очереди")


def test_a_mother_books_her_child(somebody: Callable[..., Any], judge: Judge) -> None:
    # given a mother who chooses for whom on the page of times
    one = as_demo(somebody, "sokolova", judge, java_script_enabled=False)
    one.opens("/doctors/?speciality=child-dentistry&whom=all")
    follows(one, ".doctors a.title")
    follows(one, ".month a", -1)
    one.sees("Кого записываем")
    son = one.page.locator("main label.choice", has_text="Соколов Михаил").locator("input")
    son.check()
    follows(one, ".times button")

    # then the time is held in the child's cabinet
    one.sees("Кабинет: Соколов Михаил", "Держим время до")
    one.presses("Записаться", within="main form")
    one.sees("Вы записаны", "Свидетельство о рождении ребёнка")


def test_other_pages_of_booking(somebody: Callable[..., Any], judge: Judge) -> None:
    one = as_demo(somebody, "klimova", judge)
    one.opens("/doctors/?speciality=therapy&whom=all")
    boxes = one.page.locator("main input[name=place]")
    for n in range(2):
        boxes.nth(n).check()
    one.presses("Сравнить отмеченных")
    one.sees("Ближайшее время", "Свободно на две недели")
    one.opens("/visits/calendar/")
    one.presses("Взять адрес")
    one.sees("Он показан один раз", "/calendar/")
    one.opens("/visits/")
    one.sees("Прошедшие и отменённые")
    follows(one, "section[aria-labelledby=past] a.title", -1)
    one.presses("Оставить отзыв о враче")
    one.sees("Ваша оценка")
    one.opens("/doctors/compare/")
    one.opens("/visit/AAAA-AAAA/")


def test_the_pages_promised_were_looked_at(all_pages: Judge) -> None:
    assert PROMISED["test_booking"] <= set(all_pages.names), "run the whole file"
