"""Access lost and found: a lost phone, everything lost, a stolen contact, a block contested."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from oms.domain.accounts import factors
from oms.law import phone
from tests.system.conftest import DESK
from tests.system.people import Citizen, Operator, Somebody

pytestmark = pytest.mark.browser
NEW_PASSWORD = "девять белых слонов 4"


def keeps_a_factor(citizen: Citizen) -> list[str]:
    """Set up the app; return the recovery codes written down."""
    citizen.opens("/account/security/factor/")
    secret = citizen.page.inner_text("#secret").replace(" ", "")
    citizen.types(code=factors.code_at(secret=secret, at=datetime.now(UTC)))
    citizen.presses("Включить")
    citizen.opens("/account/security/codes/")
    return [code.strip() for code in citizen.page.locator("ul.number li").all_inner_texts()]


def forgets(citizen: Citizen, *, by: str) -> None:
    """Sign out and ask for a code by a contact."""
    citizen.opens("/account/logout/")
    citizen.presses("Выйти")
    citizen.opens("/account/login/")
    citizen.presses("Не помню пароль")
    citizen.types(login=citizen.passport.phone)
    citizen.solves()
    citizen.presses("Продолжить")
    assert citizen.title == "Куда отправить код?", citizen.text
    citizen.chooses("channel", by)
    citizen.presses("Отправить код")


def gives_a_password(citizen: Citizen) -> None:
    assert citizen.title == "Придумайте новый пароль", citizen.text
    citizen.types(password=NEW_PASSWORD)
    citizen.presses("Сохранить пароль")
    citizen.sees("Пароль изменён")
    citizen.passport.password = NEW_PASSWORD


def asks_for_access(citizen: Citizen) -> str:
    """From «Нет доступа ни к чему» to the number of the request; phone and e-mail stay."""
    who = citizen.passport
    citizen.opens("/account/access/")
    citizen.types(
        family_name=who.family_name, given_name=who.given_name, birth_date=who.birth_date,
        policy="7756 4108 3599 9915", phone=who.phone, email=who.email, reach="после 18:00",
    )  # fmt: skip
    citizen.presses("Продолжить")
    citizen.types(code=citizen.portal.code_for(who.phone, "обращения"))
    citizen.presses("Подтвердить")
    assert citizen.title == "Подтвердите новую почту", citizen.text
    citizen.types(code=citizen.portal.code_for(who.email, "обращения"))
    citizen.presses("Подтвердить")
    assert citizen.title == "Обращение принято", citizen.text
    number = re.search(r"П-[\d-]+\d", citizen.text)
    assert number
    return number[0]


def agent(somebody: Callable[..., Any], code: str) -> Operator:
    one: Operator = somebody(Operator, viewport=DESK)
    one.enters_as(code)
    return one


def test_a_lost_phone_is_no_lost_cabinet(no_script: Citizen) -> None:
    citizen = no_script
    citizen.registers()
    codes = keeps_a_factor(citizen)
    citizen.opens("/account/security/question/")
    citizen.types(question="Кличка первой кошки?", answer="Мурка-Ёлка")
    citizen.presses("Сохранить вопрос")
    forgets(citizen, by="email")
    citizen.sees("Новый код можно запросить с")
    citizen.types(code="000 000")
    citizen.presses("Подтвердить")
    citizen.sees("Осталось попыток: 4")
    citizen.types(code=citizen.portal.code_for(citizen.passport.email, "новог"))
    citizen.presses("Подтвердить")
    assert citizen.title == "Подтвердите вторым фактором", citizen.text
    citizen.types(code=codes[0])
    citizen.presses("Подтвердить")
    citizen.sees("Кличка первой кошки?")
    citizen.types(answer="мурка елка")
    citizen.presses("Продолжить")
    gives_a_password(citizen)
    citizen.portal.waits_for(citizen.passport.phone, "пароль изменён")
    citizen.signs_in()
    assert citizen.title == "Подтвердите вход", "the factor stays"


def test_the_button_for_another_code_counts_down(citizen: Citizen) -> None:
    citizen.registers()
    forgets(citizen, by="phone")
    button = citizen.page.locator("[data-again-in]")
    assert re.fullmatch(r"Новый код через [01]:\d\d", button.inner_text())
    assert button.is_disabled()
    citizen.types(code=citizen.portal.code_for(citizen.passport.phone, "парол"))
    citizen.presses("Подтвердить")
    gives_a_password(citizen)


def test_from_everything_lost_to_a_cabinet_regained(
    citizen: Citizen, somebody: Callable[..., Any]
) -> None:
    who = citizen.passport
    citizen.registers()
    keeps_a_factor(citizen)
    forgets(citizen, by="phone")
    citizen.types(code=citizen.portal.code_for(who.phone, "парол"))
    citizen.presses("Подтвердить")
    citizen.presses("Нет доступа ни к чему")
    number = asks_for_access(citizen)

    support = agent(somebody, "fomin")
    support.opens(f"/desk/requests/{number}/")
    support.sees("Имя и дата рождения совпали")
    support.page.locator("input[name=account]").first.check()
    support.chooses("how", "document")
    support.types(note="Паспорт, фото и дата рождения совпали")
    support.ticks("sure")
    support.presses("Вернуть доступ")
    support.sees("действует сразу")

    letter = citizen.portal.waits_for(who.email, "вам вернули доступ")
    link = re.search(r"/account/access/open/[\w-]+/", letter)
    assert link
    citizen.opens(link[0])
    citizen.presses("Получить код")
    citizen.types(code=citizen.portal.code_for(who.phone, "парол"))
    citizen.presses("Подтвердить")
    gives_a_password(citizen)
    citizen.sees("включите второй фактор")
    citizen.signs_in()
    citizen.sees("Защитите вход вторым шагом")
    citizen.opens(link[0])
    citizen.sees("Ссылка больше не действует")


def test_a_stolen_cabinet_comes_back_by_the_old_phone(
    citizen: Citizen, somebody: Callable[..., Any]
) -> None:
    who = citizen.passport
    citizen.registers()
    thief_has = "+79" + str(40_000_0000 + who.number)[:9]
    citizen.opens("/account/profile/")
    citizen.presses("Сменить телефон")
    citizen.types(value=thief_has)
    citizen.presses("Получить код")
    citizen.sees(phone.display(thief_has).replace("\xa0", " "))
    citizen.types(code=citizen.portal.code_for(thief_has))
    citizen.presses("Подтвердить")
    citizen.sees("Телефон изменён")

    sms = citizen.portal.waits_for(who.phone, "телефон в кабинете сменили")
    token = re.search(r"\b(?:[2-9A-Z]{4}-){2}[2-9A-Z]{4}\b", sms)
    assert token
    owner: Citizen = somebody(Citizen)
    owner.passport = who
    owner.opens("/account/undo/")
    owner.types(token=token[0].lower())
    owner.presses("Продолжить")
    owner.presses("Это не я, вернуть")
    owner.sees("Вернули прежний контакт")
    citizen.opens("/account/profile/")
    assert citizen.path.startswith("/account/login/"), "the thief is out"
    citizen.types(login=who.phone, password=who.password)
    citizen.solves()
    citizen.presses("Войти")
    citizen.sees("не подходят друг другу")

    owner.presses("Задать новый пароль")
    owner.types(login=who.phone)
    owner.solves()
    owner.presses("Продолжить")
    owner.chooses("channel", "phone")
    owner.presses("Отправить код")
    owner.types(code=owner.portal.code_for(who.phone, "парол"))
    owner.presses("Подтвердить")
    gives_a_password(owner)
    owner.signs_in()
    owner.opens("/account/profile/")
    owner.sees(phone.display(who.phone).replace("\xa0", " "))


def test_a_block_is_contested_and_lifted(citizen: Citizen, somebody: Callable[..., Any]) -> None:
    who = citizen.passport
    citizen.registers()
    support: Somebody = agent(somebody, "fomin")
    support.opens("/desk/accounts/")
    support.types(text=who.email, purpose="call")
    support.presses("Найти")
    support.presses("Заблокировать")
    support.chooses("reason", "attack")
    support.types(text="С вашего кабинета подбирали чужие пароли.")
    support.presses("Заблокировать", within="main form")
    support.sees("Кабинет закрыт")

    citizen.portal.waits_for(who.phone, "вход в кабинет закрыт")
    citizen.signs_in()
    assert citizen.title == "Кабинет закрыт", citizen.text
    citizen.sees("подбирали чужие пароли")
    citizen.presses("Оспорить")
    citizen.types(text="Меня не было дома, компьютером пользовался сосед.")
    citizen.presses("Отправить")
    assert citizen.title == "Обращение принято", citizen.text
    number = re.search(r"П-[\d-]+\d", citizen.text)
    assert number

    support.opens(f"/desk/requests/{number[0]}/")
    support.sees("Этот кабинет заблокировали вы")
    boss = agent(somebody, "kozlov")
    boss.opens("/desk/requests/")
    boss.presses(number[0])
    boss.sees("пользовался сосед")
    boss.chooses("done", "yes")
    boss.types(answer="Проверили: вход был с чужого устройства. Смените пароль.")
    boss.presses("Отправить ответ")
    boss.sees("Ответ записан")
    citizen.signs_in()
    citizen.opens("/account/requests/")
    citizen.sees(number[0], "Смените пароль.", "Выполнено")
