"""The main job by two people: from a visitor with a phone to a paper anybody can check."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
import zxingcpp
from playwright.sync_api import Response

from tests.system.people import Citizen, Operator, Somebody
from tests.system.portal import plain
from tests.system.scans import nonsense

pytestmark = pytest.mark.browser


def test_a_policy_from_the_first_visit_to_a_checked_paper(
    citizen: Citizen,
    operator: Operator,
    visitor: Somebody,
    somebody: Callable[..., Any],
    run: Callable[..., str],
    tmp_path: Path,
) -> None:
    # given a visitor who opened a cabinet and began an application on the phone
    citizen.registers()
    citizen.opens("/")
    citizen.sees("Полиса здесь пока нет")
    citizen.presses("Оформить полис")
    citizen.presses("Оформить")
    citizen.fills_and_goes_on("person")

    # when she leaves in the middle of a page and comes back with another device
    half = {"document_series": "02 21", "issued_by": "ОВД района Учебный"}
    with citizen.page.expect_response(lambda answer: _holds(answer, half["issued_by"])):
        citizen.fills("document", half)
    citizen.sees("Черновик сохранён")
    citizen.context.close()
    other = somebody(Citizen, viewport={"width": 1280, "height": 900})
    other.passport = citizen.passport
    other.signs_in()
    other.sees("Нужно ваше участие")
    other.presses("Продолжить")
    other.sees("Продолжите с того же места")
    other.presses("Продолжить")

    # then nothing is lost
    assert {name: other.holds(name) for name in half} == half
    other.fills_and_goes_on("document", "address")
    assert other.page.locator("main [name=insurer]").count() >= 3
    other.sees("Сравнить рядом")
    other.fills_and_goes_on("insurer", "contacts")
    other.encloses()

    # and the check finds nothing to mend; she signs with a code from an SMS
    other.sees("Ошибок не нашли")
    assert other.page.locator("dl.checked .right").count() >= 15
    assert other.page.locator("dl.checked .bad").count() == 0
    number = other.signs()
    other.sees(number, "Северная звезда")

    # when the operator of that insurer takes the case and asks
    operator.signs_in_as("petrova")
    operator.takes_case(number)
    operator.presses("Запросить")
    operator.types(text="Уточните, кто выдал паспорт: как в документе, без сокращений.")
    operator.chooses("fields_asked", "issued_by")
    operator.presses("Отправить вопрос")
    operator.sees("Срок решения остановлен до ответа")

    # then she is told by mail, answers at the page of the case
    who = other.passport
    assert number in other.portal.waits_for(who.email, "вопрос")
    other.opens(f"/cases/{number}/")
    other.sees("Уточните, кто выдал паспорт", "Пока мы ждём, срок решения не идёт")
    other.types(issued_by="Отдел внутренних дел района Учебный города Москвы")
    other.presses("Отправить ответ")
    other.does_not_see("Отправить ответ")

    # and the operator sees the answer and approves
    operator.finds(number)
    operator.unfolds("Какой документ удостоверяет личность?")
    operator.sees("Отдел внутренних дел района Учебный города Москвы")
    operator.presses("Одобрить")
    operator.sees("Что произойдёт")
    operator.presses("Одобрить", within="main form")
    operator.sees("одобрено")

    # then the citizen gets the notice, sees the number in the cabinet, downloads the extract
    assert number in other.portal.waits_for(who.email, "готов")
    other.opens("/")
    enp = other.page.locator(".policy").inner_text()
    other.sees("Северная звезда")
    digits = "".join(sign for sign in enp if sign.isdigit())
    assert len(digits) >= 16
    other.opens("/documents/")
    with other.page.expect_download() as coming:
        other.presses("Скачать")
    file = tmp_path / "extract.pdf"
    coming.value.save_as(file)
    assert b"%PDF-" in file.read_bytes()[:10]
    assert "Signature is Valid" in run("pdfsig", "-nocert", file)
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", file)

    # and anybody can check it: by the QR code, by its number, by the file
    run("pdftoppm", "-r", "200", "-gray", "-singlefile", file, tmp_path / "page")
    codes = zxingcpp.read_barcodes(_pixels(tmp_path / "page.pgm"))
    links = [code.text for code in codes if "/verify/" in code.text]
    assert len(links) == 1
    visitor.opens(links[0])
    assert visitor.title == "Документ подлинный и действует"
    visitor.does_not_see(who.family_name, digits[:16])
    paper = plain(visitor.page.locator("dd.number").first.inner_text())
    visitor.opens("/verify/")
    visitor.types(code=paper)
    visitor.presses("Проверить")
    assert visitor.title == "Документ подлинный и действует"
    _hands_in(visitor, file)
    assert "подлинный" in visitor.title.lower()

    # but not after one byte of it has changed
    spoiled = bytearray(file.read_bytes())
    spoiled[len(spoiled) // 3] ^= 1
    (tmp_path / "spoiled.pdf").write_bytes(spoiled)
    _hands_in(visitor, tmp_path / "spoiled.pdf")
    assert "подлинный" not in visitor.title.lower()
    assert "измен" in visitor.text.lower()


def _holds(answer: Response, text: str) -> bool:
    """Whether this answers the draft that saved itself with the text."""
    sent = unquote_plus(answer.request.post_data or "")
    return answer.url.endswith("/autosave/") and text in sent and answer.ok


def _pixels(image: Path) -> Any:
    """A grey picture of the Netpbm kind as rows of bytes."""
    kind, size, _, pixels = image.read_bytes().split(b"\n", 3)
    assert kind == b"P5"
    width, height = map(int, size.split())
    return memoryview(pixels).cast("B", (height, width))


def _hands_in(visitor: Somebody, file: Path) -> None:
    visitor.opens("/verify/")
    visitor.page.set_input_files("[name=paper]", file)
    visitor.presses("Проверить подпись")


def test_the_same_without_javascript(no_script: Citizen, operator: Operator) -> None:
    # given a phone with JavaScript off
    no_script.registers()
    no_script.begins("issue-policy")
    no_script.fills_and_goes_on("person", "document", "address")

    # when she goes back, then a mistake is told at its field and nothing typed is gone
    no_script.presses("Назад")
    no_script.types(registration="")
    no_script.presses("Продолжить")
    no_script.sees("Адрес регистрации: укажите город, улицу, дом и квартиру")
    assert no_script.holds("region") == "77"
    no_script.fills_and_goes_on("address", "insurer", "contacts")

    # and a file that is no photo is refused in words, the right one is taken
    no_script.presses("Продолжить")
    no_script.sees("Не хватает документов", "приложите фото или скан")
    no_script.brings("identity", nonsense())
    no_script.sees("Не загрузили «паспорт.jpg»")
    no_script.encloses()
    number = no_script.signs()

    # and the other side works as well
    operator.enters_as("sedov")
    operator.takes_case(number)
    operator.presses("Одобрить")
    operator.presses("Одобрить", within="main form")
    no_script.portal.waits_for(no_script.passport.email, "готов")
    no_script.opens(f"/cases/{number}/")
    with no_script.page.expect_download() as coming:
        no_script.presses("Скачать PDF")
    assert coming.value.suggested_filename.endswith(".pdf")
