"""One's own key and one's own data: signing, taking everything away, going for good."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oms.faces.demo.people import PASSWORD
from tests.system.judge import Judge
from tests.system.people import Citizen

pytestmark = pytest.mark.browser


def gets_a_key(anna: Citizen, folder: Path) -> Path:
    """The demo hands a key to whoever is signed in."""
    anna.opens("/demo/")
    with anna.page.expect_download() as download:
        anna.page.get_by_role("button", name="Скачать учебный ключ подписи").click()
    kept = folder / "key.p12"
    download.value.save_as(kept)
    return kept


def knows_the_snils(anna: Citizen) -> None:
    anna.opens("/account/profile/person/")
    anna.chooses("sex", "2")
    anna.types(snils=anna.passport.pages["person"]["snils"])
    anna.presses("Сохранить")


def test_a_key_that_never_leaves_the_page_confirms_who_one_is(
    citizen: Citizen, tmp_path: Path, judge: Judge
) -> None:
    citizen.registers()
    knows_the_snils(citizen)
    key = gets_a_key(citizen, tmp_path)
    citizen.opens("/account/identity/")
    citizen.opens("/account/identity/signature/")
    judge.judge(citizen)
    sent: list[str] = []
    citizen.page.on("request", lambda request: sent.append(request.post_data or ""))
    citizen.page.set_input_files("[data-key]", key)
    citizen.page.fill("[data-password]", "не тот")
    citizen.page.click("[data-go]")
    citizen.page.get_by_text("Пароль не подходит").wait_for()
    citizen.page.fill("[data-password]", PASSWORD)
    citizen.page.click("[data-go]")
    citizen.page.get_by_text("Личность подтверждена электронной подписью").wait_for()
    assert any("signature" in body for body in sent)
    assert not any(PASSWORD in body for body in sent)


def test_everything_is_taken_away_then_the_cabinet_goes_unless_one_thinks_again(
    citizen: Citizen, judge: Judge
) -> None:
    citizen.registers()
    citizen.opens("/account/data/")
    judge.judge(citizen)
    citizen.presses("Собрать архив")
    citizen.page.get_by_text("Скачать ZIP").wait_for()  # the card moves on by itself
    with citizen.page.expect_download() as download:
        citizen.presses("Скачать ZIP")
    archive = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    told = json.loads(archive.read("profile.json"))
    values = {line["field"]: line["value"] for line in told["values"]}
    assert values["family_name"] == citizen.passport.family_name
    citizen.presses("Удалить кабинет")
    judge.judge(citizen)
    citizen.presses("Удалить кабинет")
    assert "Кабинет будет удалён" in citizen.text
    citizen.portal.waits_for(citizen.passport.email, "Кабинет будет удалён")
    citizen.presses("Оставить кабинет")
    assert "Кабинет остаётся" in citizen.text
    citizen.portal.waits_for(citizen.passport.email, "Удаление кабинета отменено")


def test_it_works_without_javascript(somebody: Callable[..., Any]) -> None:
    boris = somebody(Citizen, java_script_enabled=False)
    boris.registers()
    boris.opens("/account/data/")
    boris.presses("Собрать архив")
    for _ in range(30):
        if "Скачать ZIP" in boris.text:
            break
        boris.page.wait_for_timeout(1000)
        boris.opens("/account/data/")
    boris.sees("Скачать ZIP")
    boris.presses("Отозвать согласие")
    boris.presses("Отозвать и удалить")
    boris.sees("Отозвано", "Оставить кабинет")
