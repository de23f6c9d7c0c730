"""Every way in, in a real browser: passkey, SMS, the puzzle, the link past a stop."""

import re
from typing import Any

import pytest

from tests.system.conftest import DESK
from tests.system.people import DEVICE, Citizen, Somebody, with_device

pytestmark = pytest.mark.browser


def signs_out(one: Somebody) -> None:
    one.opens("/account/logout/")
    one.presses("Выйти")


def fails(one: Citizen, name: str, times: int) -> None:
    for _ in range(times):
        one.opens("/account/login/")
        one.types(login=name, password="не тот пароль 1")
        one.solves()
        one.presses("Войти")


def test_a_passkey_from_the_offer_to_a_sign_in_without_a_password(citizen: Citizen) -> None:
    with_device(citizen)
    citizen.registers()
    assert citizen.title == "Защитите вход", citizen.text
    citizen.presses("Добавить ключ")
    citizen.types(name="Телефон Анны")
    citizen.page.get_by_role("button", name="Добавить ключ").click()
    citizen.page.wait_for_url("**/account/security/codes/")
    citizen.sees("Запасные коды")
    citizen.presses("Продолжить")
    citizen.opens("/account/security/")
    citizen.sees("Телефон Анны", "ещё не использован", "Включён")

    signs_out(citizen)
    citizen.page.get_by_role("button", name="Войти ключом доступа").click()
    citizen.page.wait_for_url(f"{citizen.portal.base}/")
    citizen.sees(citizen.passport.given_name)

    signs_out(citizen)
    citizen.signs_in()
    assert citizen.title == "Подтвердите вход", citizen.text
    citizen.page.get_by_role("button", name="Подтвердить ключом доступа").click()
    citizen.page.wait_for_url(f"{citizen.portal.base}/")

    citizen.opens("/account/security/")
    citizen.sees("пароль и ключ доступа")
    citizen.presses("Удалить Телефон Анны")
    citizen.presses("Удалить")
    citizen.sees("Ключ удалён", "Не настроен")


def test_a_browser_without_the_key_says_so_and_offers_other_ways(citizen: Citizen) -> None:
    session = with_device(citizen)
    citizen.registers()
    citizen.presses("Добавить ключ")
    citizen.page.get_by_role("button", name="Добавить ключ").click()
    citizen.page.wait_for_url("**/account/security/codes/")
    code = citizen.page.locator("ul.number li").first.inner_text()
    signs_out(citizen)
    session.send("WebAuthn.disable")
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": DEVICE | {"isUserVerified": False, "hasUserVerification": False}},
    )
    citizen.signs_in()
    citizen.page.get_by_role("button", name="Подтвердить ключом доступа").click()
    citizen.page.get_by_text("Ключ не подтверждён").wait_for()
    citizen.presses("Запасным кодом")
    citizen.types(code=code)
    citizen.presses("Войти")
    citizen.sees(citizen.passport.given_name)


def test_sms_as_a_second_step_without_a_script(no_script: Citizen) -> None:
    one = no_script
    one.registers()
    one.presses("Включить СМС")
    one.presses("Получить код")
    one.types(code=one.portal.code_for(one.passport.phone, "для входа"))
    one.presses("Включить")
    one.sees("Запасные коды")
    signs_out(one)
    one.opens("/account/login/")
    one.does_not_see("Войти ключом доступа")
    one.signs_in()
    assert one.title == "Подтвердите вход", one.text
    if "Получить код" in one.text:
        one.presses("Получить код")
    one.sees("кончается на")


def test_a_puzzle_a_stop_and_the_link_of_the_letter(citizen: Citizen, somebody: Any) -> None:
    citizen.registers()
    stranger = somebody(Citizen, viewport=DESK)
    name = citizen.passport.email
    fails(stranger, name, 3)
    stranger.sees("Знаки с картинки")
    picture = stranger.page.locator(".puzzle img")
    before = picture.get_attribute("src")
    assert picture.evaluate("image => image.naturalWidth") == 280
    stranger.page.get_by_text("Другая картинка").click()
    stranger.page.wait_for_function(
        "src => document.querySelector('.puzzle img').getAttribute('src') !== src", arg=before
    )
    assert stranger.holds("login") == name
    stranger.types(password="не тот пароль 2", puzzle="нет")
    stranger.presses("Войти")
    stranger.sees("не подошёл")
    fails(stranger, name, 2)
    stranger.opens("/account/login/")
    stranger.types(login=name, password="не тот пароль 3")
    stranger.solves()
    stranger.presses("Войти")
    stranger.sees("Слишком много неверных попыток")

    letter = citizen.portal.waits_for(name, "Вход в кабинет остановлен")
    link = re.search(r"http://localhost\S+/account/login/unlock/\S+/", letter)
    assert link, letter
    owner = somebody(Citizen)
    owner.passport = citizen.passport
    owner.opens(link[0])
    owner.presses("Это мой браузер")
    owner.sees("Вход снова открыт")
    owner.types(login=name, password=owner.passport.password)
    owner.solves()
    owner.presses("Войти")
    owner.sees(owner.passport.given_name)
    owner.opens("/account/security/")
    owner.sees("Неверный пароль", "Вход остановлен")


def test_the_end_of_a_session_is_told_and_put_off(citizen: Citizen) -> None:
    citizen.registers()
    citizen.opens("/")
    left = citizen.page.locator("#session-end").get_attribute("data-session-left")
    assert 1700 < int(left or 0) <= 1800
    answer = '{"left": 60, "final": false}'
    citizen.page.route("**/account/session/", lambda route: route.fulfill(
        body=answer, content_type="application/json"))  # fmt: skip
    citizen.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    citizen.page.get_by_text("Сеанс скоро закончится").wait_for()
    citizen.page.get_by_role("button", name="Остаться").click()
    citizen.page.get_by_text("Сеанс скоро закончится").wait_for(state="hidden")
