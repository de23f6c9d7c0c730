"""Papers people need: a certificate for last year, a replacement, a print fetched by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils.timezone import localdate

from oms.faces.demo.people import CAST
from oms.gateways.personal_signature import knows_gost
from tests.system.people import Citizen, Operator, Somebody
from tests.system.test_services import number_of_the_paper, waits_for

pytestmark = pytest.mark.browser
PHONES = {one.code: one.phone for one in CAST}


def downloads(one: Somebody, words: str, file: Path) -> Path:
    """Save what the button gives."""
    with one.page.expect_download() as coming:
        one.page.locator("main a[download]", has_text=words).first.click()
    coming.value.save_as(file)
    return file


def checks(visitor: Somebody, file: Path, signature: Path | None = None) -> None:
    """Bring the file, and what lies beside it, to the page of verification."""
    visitor.opens("/verify/")
    visitor.page.set_input_files("[name=paper]", file)
    if signature:
        visitor.page.set_input_files("[name=signature]", signature)
    visitor.presses("Проверить подпись")


def test_a_certificate_for_last_year_is_downloaded_mailed_and_checked(
    citizen: Citizen, visitor: Somebody, tmp_path: Path, run: Callable[..., str]
) -> None:
    # given somebody insured for years, who first asks for days in the wrong order
    citizen.enters_as("klimova")
    year = localdate().year - 1
    citizen.begins("insurance-certificate")
    assert citizen.holds("year") == str(year)
    citizen.chooses("span", "dates")
    citizen.types(begins_on=f"05.05.{year}", ends_on=f"04.05.{year}")
    citizen.presses("Продолжить")
    citizen.sees("он раньше первого")
    assert citizen.holds("begins_on") == f"05.05.{year}"

    # when she asks for the year
    citizen.chooses("span", "year")
    citizen.types(year=str(year), begins_on="", ends_on="")
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["klimova"])
    waits_for(citizen, f"/cases/{number}/", "Готово к скачиванию")

    # then the certificate says who insured her; a print and the file say the same
    citizen.presses("Справка о страховании")
    citizen.sees(f"{year} год", "Кто страховал", "Ладога-Мед", "весь период")
    paper = citizen.path.split("/")[2]
    file = downloads(citizen, "Скачать PDF", tmp_path / "certificate.pdf")
    assert "Signature is Valid" in run("pdfsig", "-nocert", file)
    assert f"{year}" in run("pdftotext", "-layout", file, "-")

    # and it comes by mail when she asks, to her own address
    citizen.presses("Прислать на почту")
    citizen.sees("Отправили документ на вашу почту")
    assert "приложенном файле" in citizen.portal.waits_for("klimova@people.example", paper[-6:])

    # and anybody checks it by the file, with the signature beside it
    checks(visitor, file)
    assert visitor.title == "Документ подлинный и действует"
    visitor.does_not_see("Климова")
    if knows_gost():
        beside = downloads(citizen, "Подпись ГОСТ", tmp_path / "certificate.pdf.sig")
        checks(visitor, file, beside)
        visitor.sees("Подпись ГОСТ верна")
        (tmp_path / "other.sig").write_bytes(beside.read_bytes()[:-9] + b"spoiled!!")
        checks(visitor, file, tmp_path / "other.sig")
        visitor.sees("Подпись ГОСТ не подходит")


def test_the_last_change_is_certified(citizen: Citizen) -> None:
    citizen.enters_as("vlasov")
    citizen.begins("change-extract")
    number = citizen.signs(phone=PHONES["vlasov"])
    waits_for(citizen, f"/cases/{number}/", "Готово к скачиванию")
    citizen.presses("Выписка о последнем изменении")
    citizen.sees("Внесено в реестр", "Основание", "Что изменилось")


def test_a_lost_policy_is_replaced_by_an_extract(citizen: Citizen, visitor: Somebody) -> None:
    # given somebody who lost the policy
    citizen.enters_as("gromova")
    former = number_of_the_paper(citizen)
    citizen.begins("policy-replacement")
    citizen.chooses("reason", "lost")
    citizen.presses("Продолжить")
    number = citizen.signs(phone=PHONES["gromova"])
    waits_for(citizen, f"/cases/{number}/", "Готово к скачиванию")

    # then the extract before is worth nothing to who found it
    visitor.opens("/verify/")
    visitor.types(code=former)
    visitor.presses("Проверить")
    assert visitor.title == "Документ подлинный, но заменён более новым"


def test_a_print_is_fetched_at_a_point_and_handed_over(
    citizen: Citizen, operator: Operator
) -> None:
    # given somebody with an extract who wants it on paper
    citizen.enters_as("klimova")
    paper = number_of_the_paper(citizen)
    citizen.opens(f"/documents/{paper}/")
    citizen.presses("Получить на бумаге")
    citizen.presses("Оформить")
    citizen.chooses("paper", paper)
    citizen.chooses("way", "mfc")
    citizen.presses("Продолжить")
    citizen.sees("Возьмите с собой", "Ежедневно 8:00–20:00")
    citizen.page.locator("main [name=point]").first.check()
    citizen.presses("Продолжить")
    number = signs_when_it_may(citizen, PHONES["klimova"])

    # when her insurer prints it
    operator.enters_as("petrova")
    operator.takes_case(number)
    operator.sees(paper, "МФЦ")
    operator.presses("Одобрить")
    operator.presses("Одобрить", within="main form")

    # then she knows where it waits and what to bring
    citizen.portal.waits_for("klimova@people.example", number)
    citizen.opens(f"/documents/{paper}/")
    citizen.sees("Ждёт в пункте", "Возьмите с собой: паспорт")

    # and it is handed over to somebody with a document, and she sees that
    operator.opens("/desk/copies/")
    operator.page.locator(f"tr:has-text('{paper}') a").first.click()
    operator.presses("Записать вручение")
    operator.sees("По какому документу: укажите вид, серию и номер")
    operator.types(document="паспорт 45 10 123456")
    operator.presses("Записать вручение")
    operator.sees("Вручение записано")
    citizen.opens(f"/documents/{paper}/")
    citizen.sees("Вручён")


def signs_when_it_may(one: Citizen, phone: str) -> str:
    """Sign; codes come once a minute, and she signed something else a moment ago."""
    for _ in range(14):
        one.ticks("truth")
        one.presses("Получить код и подписать")
        if one.path.endswith("/sign/"):
            break
        one.page.wait_for_timeout(5_000)
    one.types(code=one.portal.code_for(phone, "подпис"))
    one.presses("Подписать и подать")
    assert one.path.endswith("/submitted/"), one.text
    return one.path.split("/")[2]
