"""What people tell of themselves: a new name, an error, a policy, a clinic, the service."""

import pytest
from django.utils.timezone import localdate

from oms.faces.demo.people import CAST
from tests.system.people import Citizen, Operator
from tests.system.scans import scan
from tests.system.test_services import waits_for

pytestmark = pytest.mark.browser
PHONES = {one.code: one.phone for one in CAST}
TODAY = f"{localdate():%d.%m.%Y}"


def decide(operator: Operator, number: str, *, code: str) -> None:
    """Enter, take the case, approve it."""
    operator.enters_as(code)
    operator.takes_case(number)
    operator.presses("Одобрить")
    operator.presses("Одобрить", within="main form")


def test_a_new_name_goes_from_a_phone_to_the_register(citizen: Citizen, operator: Operator) -> None:
    # given somebody married this month, who looks what there is to do
    citizen.enters_as("uvarova")
    citizen.opens("/services/?q=вышла замуж")
    citizen.presses("Обновление данных")
    citizen.presses("Оформить")

    # when she says what has changed, only that is asked, with what the register says
    citizen.sees("Об этом просят сообщать в течение месяца")
    citizen.chooses("reason", "name")
    citizen.types(changed_on=TODAY)
    citizen.presses("Продолжить")
    assert citizen.holds("family_name") == "Уварова"
    assert citizen.page.locator("main [name=birth_date]").count() == 0
    citizen.types(family_name="орлова-соколовская")
    citizen.presses("Продолжить")
    citizen.fills("document", citizen.passport.pages["document"] | {"issued_on": TODAY})
    citizen.presses("Продолжить")
    citizen.brings("passport", scan())
    citizen.brings("name-change", scan("other"))
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["uvarova"])

    # then the operator sees new beside old, and the register says the new
    operator.enters_as("petrova")
    operator.takes_case(number)
    operator.sees("Орлова-Соколовская", "Уварова")
    operator.presses("Одобрить")
    operator.sees("Фамилия: Уварова → Орлова-Соколовская")
    operator.presses("Одобрить", within="main form")
    waits_for(citizen, f"/cases/{number}/", "Скачать PDF")
    citizen.opens("/account/profile/")
    citizen.sees("Орлова-Соколовская")


def test_an_error_is_told_beside_the_value_without_script(
    no_script: Citizen, operator: Operator
) -> None:
    # given somebody who sees a wrong place of birth among his data
    no_script.enters_as("nefedov")
    no_script.opens("/")
    no_script.unfolds("Сообщить об ошибке")
    no_script.sees("Номер полиса", "Страховая организация")
    no_script.opens("/services/error-report/start/?about=birth_place")
    no_script.presses("Начать")

    # when he tells the right one, after a wrong try
    no_script.sees("Сейчас у нас: место рождения", "г. Москва")
    no_script.presses("Продолжить")
    no_script.sees("место рождения: укажите, как в документе")
    no_script.types(right_value="г. Тверь")
    no_script.presses("Продолжить")
    no_script.presses("Продолжить")
    number = no_script.signs(phone=PHONES["nefedov"])
    decide(operator, number, code="sedov")

    # then it is put right, and a second report of it may be made
    no_script.opens(f"/cases/{number}/")
    no_script.sees("Исправлено: место рождения")


def test_a_policy_is_found_by_its_photo(citizen: Citizen, operator: Operator) -> None:
    # given somebody insured whose cabinet does not know it
    citizen.enters_as("tarasov")
    citizen.sees("Полиса здесь пока нет")
    citizen.begins("attach-policy")

    # when a number does not fit, it says nothing of whose it is, and the photo is another way
    citizen.chooses("way", "number")
    citizen.types(number="7756 4108 3599 9915")
    citizen.presses("Продолжить")
    citizen.sees("Полиса с таким номером на ваше имя и дату рождения мы не нашли")
    assert citizen.holds("number") == "7756 4108 3599 9915"
    citizen.chooses("way", "photo")
    citizen.types(number="")
    citizen.presses("Продолжить")
    citizen.brings("policy", scan("other"))
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["tarasov"])
    decide(operator, number, code="egorov")

    # then the card is there
    waits_for(citizen, "/", "Единый номер полиса")
    citizen.sees("Северная звезда")


def test_a_clinic_is_chosen_and_may_be_chosen_again_in_a_year(
    citizen: Citizen, operator: Operator
) -> None:
    # given somebody without a clinic
    citizen.enters_as("sychev")
    citizen.begins("clinic-attachment")
    assert citizen.holds("region") == "77"
    citizen.presses("Продолжить")
    box = citizen.page.locator("main [name=clinic]").first
    citizen.chooses("clinic", box.get_attribute("value") or "")
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["sychev"])

    # when the fund agrees
    decide(operator, number, code="egorov")

    # then it stands on the card, and the service says when another may be chosen
    waits_for(citizen, "/", "Поликлиника")
    waits_for(citizen, f"/cases/{number}/", "Готово")
    citizen.opens("/services/clinic-attachment/start/")
    citizen.presses("Начать")
    citizen.sees("Сейчас", "можно снова с")


def test_a_policy_is_confirmed_with_a_reference(citizen: Citizen, operator: Operator) -> None:
    # given somebody whose policy was confirmed last week
    citizen.enters_as("efremova")
    citizen.sees("Подтверждён")
    former = citizen.page.locator(".policy").inner_text()

    # when she asks the insurer again
    citizen.begins("confirm-policy")
    citizen.chooses("body", "insurer")
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["efremova"])
    decide(operator, number, code="sedov")

    # then another reference stands on the card and in the application
    waits_for(citizen, f"/cases/{number}/", "Номер подтверждения")
    citizen.opens("/")
    assert citizen.page.locator(".policy").inner_text() != former


def test_the_policy_waits_for_a_soldier(citizen: Citizen, operator: Operator) -> None:
    # given somebody called up today for a year
    citizen.enters_as("harlamov")
    citizen.begins("policy-suspension")
    citizen.presses("Продолжить")
    citizen.types(service_begins_on=TODAY, service_months="12")
    citizen.presses("Продолжить")
    citizen.brings("call-up", scan("other"))
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["harlamov"])

    # when the insurer agrees
    decide(operator, number, code="sedov")

    # then the cabinet says until when
    waits_for(citizen, "/", "Полис приостановлен")
    citizen.sees("Возобновится")
