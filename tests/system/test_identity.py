"""Confirming who one is: documents and a code, a video, two photos, an office."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.chromium import ARGS, CHROMIUM
from tests.system.conftest import DESK, PHONE
from tests.system.judge import PROMISED, Judge
from tests.system.people import Citizen, Operator
from tests.system.portal import plain
from tests.system.scans import scan

pytestmark = pytest.mark.browser
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
MENU = "/account/identity/"


@pytest.fixture
def with_camera(browser: Browser) -> Iterator[Browser]:
    """A browser with a camera that shows a test picture, always allowed."""
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGS, *CAMERA])
    yield chromium
    chromium.close()


def types_passport(anna: Citizen, number: str) -> None:
    anna.types(
        series="45 10", number=number, issued_on="20.04.2021",
        issued_by="ОВД района Учебный", department_code="770-001",
    )  # fmt: skip


def test_documents_are_corrected_and_a_code_completes(
    somebody: Callable[..., Any],
) -> None:
    anna = somebody(Citizen)
    anna.registers()
    anna.opens("/services/policy-extract/")
    anna.presses("Подтвердить личность")
    anna.opens(f"{MENU}documents/")
    types_passport(anna, "123413")
    anna.chooses("sex", "2")
    anna.types(snils=anna.passport.pages["person"]["snils"])
    anna.presses("Проверить по реестрам")
    anna.page.get_by_text("Что ответили реестры").wait_for()  # the page moves on by itself
    assert "утраченным" in anna.text
    assert anna.page.locator("main [name=family_name]").is_disabled()
    assert anna.page.locator("main [name=snils]").is_disabled()
    anna.types(number="123456")
    anna.presses("Проверить по реестрам")
    anna.page.get_by_text("Остался один шаг").wait_for()
    anna.presses("Получить код")
    anna.presses("Получить код")
    anna.types(code=anna.portal.code_for(anna.passport.phone, "подтверждения личности"))
    anna.presses("Подтвердить")
    assert "Личность подтверждена" in anna.text
    anna.presses("Вернуться к услуге")
    assert "личность ещё не подтверждена" not in anna.text


def test_a_video_is_recorded_on_a_phone_and_decided_at_the_desk(
    somebody: Callable[..., Any], with_camera: Browser
) -> None:
    anna = somebody(Citizen)
    anna.registers()
    state = anna.context.storage_state()
    phone = with_camera.new_context(
        viewport=PHONE, locale="ru-RU", storage_state=state,
        reduced_motion="reduce",
    )  # fmt: skip
    phone.set_default_timeout(30_000)
    anna.context.close()
    anna.takes(phone)
    anna.opens(f"{MENU}video/")
    digits = plain(anna.page.locator("[data-said]").inner_text())
    anna.page.get_by_role("button", name="Включить камеру").click()
    anna.page.get_by_role("button", name="Начать запись").click()
    anna.page.wait_for_timeout(2500)
    anna.page.get_by_role("button", name="Остановить").click()
    anna.page.get_by_role("button", name="Загрузить видео").click()
    anna.page.get_by_text("Видео загружено").wait_for()
    assert anna.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    anna.presses("Отправить на проверку")
    assert anna.title == "Видео на проверке"

    leonid = somebody(Operator, viewport=DESK)
    leonid.enters_as("egorov")
    leonid.opens("/desk/identity/")
    leonid.page.locator("main table a", has_text=anna.passport.family_name).last.click()
    assert digits in leonid.text
    leonid.presses("Взять в работу")
    leonid.page.wait_for_function("document.querySelector('video').readyState > 0")
    for name in ("face", "digits", "document"):
        leonid.chooses("seen", name)
    leonid.presses("Подтвердить личность")
    assert "Личность подтверждена" in leonid.text
    anna.opens(MENU)
    assert "Видео с паспортом" in anna.text
    assert "Личность подтверждена" in anna.text


def test_without_a_script_two_photos_do(somebody: Callable[..., Any]) -> None:
    anna = somebody(Citizen, java_script_enabled=False)
    anna.registers()
    anna.opens(f"{MENU}video/")
    anna.brings("face", scan(seed=21))
    anna.brings("passport", scan(seed=22))
    anna.presses("Отправить фотографии на проверку")
    assert anna.title == "Видео на проверке"


def test_at_an_office_two_people_do_it_in_a_minute(
    somebody: Callable[..., Any], judge: Judge
) -> None:
    anna = somebody(Citizen)
    anna.registers()
    anna.opens(f"{MENU}visit/")
    anna.presses("Получить код")
    code = plain(anna.page.locator(".visit-code").inner_text()).split("\n")[0]
    irina = somebody(Operator, viewport=DESK)
    irina.enters_as("petrova")
    irina.on_each_page = judge.judge
    irina.opens("/desk/identity/")
    irina.types(code=code.lower())
    irina.presses("Открыть")
    assert anna.passport.family_name in irina.text
    irina.types(
        kind="14", series="4510", number="123456", issued_on="20.04.2021", issued_by="ОВД Тест"
    )
    for name in ("photo", "names", "birth_date"):
        irina.chooses("seen", name)
    irina.presses("Подтвердить личность")
    anna.opens(MENU)
    assert "Лично в офисе" in anna.text
    anna.opens("/readers/")
    assert "Подтверждение личности в офисе" in anna.text
    anna.on_each_page = judge.judge
    anna.presses("Пожаловаться")
    anna.presses("Отправить")


def test_the_pages_promised_were_looked_at(all_pages: Judge) -> None:
    assert PROMISED["test_identity"] <= set(all_pages.names), "run the whole file"
