"""Bringing documents on a phone, and a better scan asked for at the desk."""

import pytest

from tests.system.people import Citizen, Operator
from tests.system.scans import nonsense, scan

pytestmark = pytest.mark.browser


def test_a_poor_photo_is_told_shown_and_taken_anew(citizen: Citizen) -> None:
    # given somebody who photographs a passport ahead of need, with a trembling hand
    citizen.registers()
    citizen.opens("/documents/")
    citizen.opens("/documents/add/")
    citizen.brings("own", scan(fault="blurred"), by_camera=True)

    # then what is wrong is told and shown, with what to do
    citizen.sees("Снимок смазан", "Оставить так: проверит специалист")
    citizen.unfolds("Показать, что не так")
    assert citizen.page.locator(".upload-fault rect").count() >= 1

    # when another is taken in its place
    with citizen.page.expect_file_chooser() as chooser:
        citizen.presses("Переснять")
    chooser.value.set_files(scan())
    citizen.page.get_by_text("good-7.jpg").first.wait_for()
    citizen.waits_for_files("own")

    # then it stands instead of the first, clean and readable
    citizen.does_not_see("Снимок смазан")
    citizen.sees("Вирусов нет", "good-7.jpg")
    assert citizen.page.locator("[data-file]").count() == 1

    # and what cannot be a document is refused at once, the good one stays
    citizen.brings("own", nonsense())
    citizen.sees("Не загрузили «паспорт.jpg»")
    assert citizen.page.locator("[data-file]").count() == 1

    # when the network goes while a file is on its way
    citizen.page.route("**/documents/uploads/", lambda route: route.abort())
    citizen.page.locator("#slot-own [data-choose-from]").set_input_files(scan(seed=8))
    citizen.page.get_by_role("button", name="Повторить").wait_for()
    citizen.sees("Связь прервалась. Файл выбран")
    citizen.page.unroute("**/documents/uploads/")
    citizen.faults.clear()  # the browser told of the cut network, as it should
    citizen.presses("Повторить")
    citizen.waits_for_files("own")

    # then nothing had to be chosen again; a press and a yes remove it
    citizen.sees("good-8.jpg")
    citizen.page.locator("[data-remove]").last.click()
    citizen.presses("Удалить", within="dialog[open]")
    citizen.page.locator("[data-file]").nth(1).wait_for(state="detached")
    citizen.opens("/documents/")
    citizen.sees("Паспорт", "good-7.jpg")
    citizen.does_not_see("good-8.jpg")


def test_a_better_scan_is_asked_for_and_the_policy_given(
    citizen: Citizen, operator: Operator
) -> None:
    # given an application with a passport that was photographed before
    citizen.registers()
    citizen.opens("/documents/add/?kind=passport")
    citizen.brings("own", scan())
    citizen.begins("issue-policy")
    citizen.fills_and_goes_on("person", "document", "address", "insurer", "contacts")
    citizen.presses("Продолжить")
    citizen.sees("Не хватает документов")
    citizen.unfolds("Взять из моих документов")
    citizen.presses("Взять", within="#slot-identity .upload-offers ul")
    citizen.page.locator("#slot-identity [data-file]").wait_for()
    citizen.waits_for_files("identity")

    # then what stands on it differs from what was typed, and is put in only at a press
    citizen.opens(citizen.path)
    citizen.sees("На документе написано иначе", "В документе: Цыганков", "Вы указали: Проверкина")
    citizen.presses("Продолжить")
    citizen.sees("Ошибок не нашли")
    number = citizen.signs()

    # when the operator looks at it closely and does not take it
    operator.signs_in_as("petrova")
    operator.takes_case(number)
    operator.opens(f"/desk/cases/{number}/")
    operator.page.locator("a.thumb").first.click()
    operator.page.locator(".scan-sheet.placed").wait_for()
    before = operator.page.locator("[data-scale]").inner_text()
    operator.page.keyboard.press("+")
    assert operator.page.locator("[data-scale]").inner_text() != before
    operator.sees("На документе и в заявлении", "отличается")
    operator.unfolds("Не принимать")
    operator.types(reason="document-wrong", words="На нём другой человек.")
    operator.presses("Не принимать документ")
    operator.sees("Документ не принят")
    operator.presses("Запросить другой документ")
    assert operator.page.locator("[name=documents_asked][value=identity]").is_checked()
    operator.types(text="Приложите свой паспорт: разворот с фотографией.")
    operator.presses("Отправить вопрос")

    # then the citizen is told, brings another and answers
    citizen.portal.waits_for(citizen.passport.email, "вопрос")
    citizen.opens(f"/cases/{number}/")
    citizen.sees("Приложите свой паспорт", "На нём другой человек.")
    citizen.brings("identity", scan(seed=3))
    citizen.presses("Отправить ответ")
    citizen.sees("Ответ получен")

    # and the operator accepts it and approves
    operator.finds(number)
    operator.page.locator("a.thumb").last.click()
    operator.presses("Принять документ")
    operator.sees("Документ принят")
    operator.finds(number)
    operator.presses("Одобрить")
    operator.presses("Одобрить", within="main form")
    operator.sees("одобрено")
    citizen.portal.waits_for(citizen.passport.email, "готов")

    # and who looked at the document is told to its owner
    citizen.opens("/readers/")
    citizen.sees("документ «Паспорт»")
