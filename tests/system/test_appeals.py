"""A late decision complained of, a refusal appealed against, a planned change given up."""

from collections.abc import Callable
from typing import Any

import pytest

from oms.faces.demo.people import CAST
from tests.system.judge import PROMISED, Judge
from tests.system.people import Citizen, Operator

pytestmark = pytest.mark.browser
PHONES = {one.code: one.phone for one in CAST}
DESK = {"width": 1280, "height": 900}


def test_a_late_decision_is_complained_of_and_answered(
    citizen: Citizen, operator: Operator, judge: Judge
) -> None:
    # given somebody whose application was not decided in time
    citizen.enters_as("borisova")
    citizen.on_each_page = judge.judge
    citizen.opens("/services/deadline-complaint/start/")
    citizen.sees("Откройте заявление, по которому прошёл срок")
    citizen.presses("Оформление полиса")
    citizen.sees("Срок решения прошёл", "Вы вправе подать жалобу")

    # when she complains, the term is counted anew before her eyes
    citizen.presses("Пожаловаться на срок")
    citizen.presses("Начать")
    citizen.sees("Мы пересчитали срок", "Срок по услуге", "5 рабочих дней", "Опоздание")
    citizen.types(words="Не могу записаться к врачу")
    citizen.presses("Продолжить")
    citizen.chooses("wanted", "yes")
    citizen.presses("Продолжить")
    citizen.sees("Что вы просите и почему: напишите")
    citizen.types(wish="Вернуть 1500 рублей за приём")
    citizen.presses("Продолжить")
    citizen.sees("Документ о потерях из-за задержки")
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["borisova"])

    # and the fund confirms the breach and answers the wish
    operator.enters_as("egorov")
    operator.takes_case(number)
    operator.on_each_page = judge.judge
    operator.opens(f"/desk/cases/{number}/")
    operator.sees("Вернуть 1500 рублей за приём", "Опоздание")
    operator.types(text="Организация признала задержку")
    operator.presses("Сохранить заметку")
    operator.sees("Организация признала задержку")
    operator.presses("Одобрить")
    operator.presses("Одобрить")
    operator.sees("Ответ о компенсации: напишите ответ")
    operator.types(reply="Организация вернёт деньги до 15 декабря")
    operator.presses("Одобрить")
    operator.sees("одобрено")

    # then she reads both, and not what was noted for colleagues
    citizen.portal.waits_for(PHONES["borisova"], "готов")
    citizen.opens(f"/cases/{number}/")
    citizen.sees("подтверждено", "Организация вернёт деньги до 15 декабря")
    citizen.does_not_see("признала задержку")


def test_a_refusal_is_appealed_and_the_case_comes_back(
    citizen: Citizen, operator: Operator, somebody: Callable[..., Any], judge: Judge
) -> None:
    # given somebody refused
    citizen.enters_as("kotov")
    citizen.opens("/cases/?state=rejected")
    citizen.presses("Оформление полиса")
    first = citizen.path.split("/")[2]

    # when he appeals
    citizen.on_each_page = judge.judge
    citizen.opens(f"/cases/{first}/")
    citizen.sees("Не согласны с отказом?")
    citizen.presses("Обжаловать отказ")
    citizen.presses("Начать")
    citizen.sees("С чем вы не согласны?", "Причина отказа", "Сведения в заявлении не подтвердились")
    citizen.types(words="Паспорт настоящий, приложила его снова")
    citizen.presses("Продолжить")
    citizen.presses("Продолжить")
    appeal = citizen.signs(phone=PHONES["kotov"])

    # then one operator of the fund proposes, and another confirms
    egorov = somebody(Operator, viewport=DESK)
    egorov.enters_as("egorov")
    egorov.takes_case(appeal)
    egorov.presses("Одобрить")
    egorov.types(reply="Примите паспорт и рассмотрите заново")
    egorov.presses("Предложить одобрить")
    egorov.sees("ждёт второго сотрудника")
    frolova = somebody(Operator, viewport=DESK)
    frolova.enters_as("frolova")
    frolova.on_each_page = judge.judge
    frolova.finds(appeal)
    frolova.presses("Проверить и подтвердить")
    frolova.sees("Примите паспорт и рассмотрите заново")
    frolova.presses("Подтвердить одобрение")
    frolova.sees("одобрено")

    # and the application is with the insurer again, which reads the instruction
    citizen.portal.waits_for(PHONES["kotov"], "отменён")
    citizen.opens(f"/cases/{first}/")
    citizen.sees("Отказ отменён, заявление рассмотрят заново", "Отказ обжалован")
    operator.enters_as("petrova")
    operator.takes_case(first)
    operator.sees("Фонд отменил отказ по жалобе", "Примите паспорт и рассмотрите заново")
    operator.presses("Одобрить")
    operator.presses("Одобрить")
    operator.sees("одобрено")


def test_a_planned_change_is_objected_to_and_given_up(
    citizen: Citizen, operator: Operator, judge: Judge
) -> None:
    # given a change of the insurer that begins on a day ahead
    operator.enters_as("petrova")
    operator.opens("/desk/cases/?filter=leaving")
    operator.page.locator("main .queue th a").first.click()
    operator.page.wait_for_load_state()
    operator.opens(operator.page.locator("main .queue th a").first.get_attribute("href") or "")
    operator.chooses("objects", "yes")
    operator.types(text="Человек проходит лечение")
    operator.page.locator("form[action$='/left/'] button").click()
    operator.page.wait_for_load_state()
    operator.sees("Ответ записан", "Прежняя организация: возражение")

    # when the person looks and gives it up
    citizen.enters_as("nefedov")
    citizen.on_each_page = judge.judge
    citizen.opens("/cases/")
    citizen.presses("Замена страховой")
    citizen.sees("Одобрено. Начнёт действовать", "Прежняя организация возражает", "лечение")
    citizen.presses("Отменить")
    citizen.presses("Отменить заявление")

    # then nothing will change
    citizen.sees("Отозвано", "Отменено до начала действия")
    citizen.opens("/cases/?state=withdrawn")
    citizen.sees("Замена страховой")


def test_the_pages_promised_were_looked_at(all_pages: Judge) -> None:
    assert PROMISED["test_appeals"] <= set(all_pages.names), "run the whole file"
