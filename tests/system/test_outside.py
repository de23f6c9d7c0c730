"""People who come through an outside provider, and those who confirm themselves by a bank."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from oms.domain.register.invented import snils
from oms.faces.demo.outside import subject
from oms.faces.demo.people import CAST
from tests.system.judge import PROMISED, Judge
from tests.system.people import Citizen
from tests.system.portal import Portal
from tests.vouching import person

pytestmark = pytest.mark.browser
ESIA = "Войти через Госуслуги"


class Vouched(Citizen):
    """Somebody whom the providers know."""

    def __init__(self, context: Any, portal: Portal) -> None:
        super().__init__(context, portal)
        self.known: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """As the provider shows it."""
        names = (self.known[part] for part in ("family_name", "given_name", "patronymic"))
        return " ".join(names)

    def is_known_there(self, **changes: Any) -> None:
        """Have the providers know somebody new, or oneself."""
        mark = datetime.now(UTC).strftime("%H%M%S%f")[-9:]
        own = {
            "subject": f"8{mark}",
            "phone": f"+7911{mark[-7:]}",
            "email": f"a{mark}@people.example",
            "snils": snils(90_000_000 + int(mark[-6:])),
        }
        self.known = person(**(own | changes))
        order(self.portal, "/people", **self.known)

    def is_myself_there(self, **changes: Any) -> None:
        """The providers know me by what I registered with."""
        who = self.passport
        day, month, year = who.birth_date.split(".")
        self.is_known_there(
            family_name=who.family_name.upper(),
            given_name=who.given_name,
            patronymic=who.patronymic,
            birth_date=f"{year}-{month}-{day}",
            **changes,
        )

    def goes_to_the_provider(self, words: str = ESIA) -> None:
        """Press its button."""
        self.presses(words)
        assert self.page.url.startswith(self.portal.openid), self.text
        self.sees("Учебный поставщик")

    def picks_oneself(self) -> None:
        """Say who one is: of several with one name, the right one."""
        link = self.page.locator(f"main a[href$='person={self.known['subject']}']")
        assert link.inner_text() == self.name
        link.click()
        self.page.wait_for_load_state()
        self.on_each_page(self)
        assert self.path.startswith("/"), self.page.url

    def opens_a_cabinet(self) -> None:
        """The first time, with nothing to add but the consents."""
        self.opens("/account/login/")
        self.goes_to_the_provider()
        self.picks_oneself()
        self.presses("Открыть новый кабинет")
        self.ticks("terms")
        self.ticks("personal_data")
        self.presses("Открыть кабинет")
        self.sees_the_cabinet()

    def sees_the_cabinet(self) -> None:
        """Past the offer of a second factor, if there is one."""
        if self.path.startswith("/account/security/offer/"):
            self.presses("Позже")
        self.opens("/")
        self.sees(f"{self.known['given_name']} {self.known['patronymic']}")


def order(portal: Portal, path: str, **body: Any) -> None:
    request = urllib.request.Request(
        portal.openid + path,
        data=json.dumps(body).encode() if body else None,
        method="POST" if body else "DELETE",
    )
    urllib.request.urlopen(request, timeout=10).close()


@pytest.fixture
def vouched(somebody: Callable[..., Any], portal: Portal) -> Iterator[Vouched]:
    """Somebody with a phone whom the providers know."""
    one = somebody(Vouched)
    yield one
    order(portal, "/faults")


def test_the_first_time_opens_a_confirmed_cabinet_and_the_second_time_enters_it(
    vouched: Vouched, somebody: Callable[..., Any], judge: Judge
) -> None:
    # given somebody the portal has never seen
    vouched.is_known_there()
    vouched.on_each_page = judge.judge
    vouched.opens("/account/login/?next=/messages/")
    vouched.goes_to_the_provider()
    vouched.picks_oneself()
    vouched.sees("Вы здесь впервые", vouched.name)

    # when a new cabinet is opened
    vouched.presses("Открыть новый кабинет")
    assert vouched.holds("email") == vouched.known["email"]
    vouched.presses("Открыть кабинет")
    vouched.sees("Отметьте, если согласны с правилами")
    vouched.ticks("terms")
    vouched.ticks("personal_data")
    vouched.presses("Открыть кабинет")

    # then the person is known for sure, with what the provider told
    vouched.sees_the_cabinet()
    vouched.opens("/account/profile/")
    vouched.sees("Из внешней учётной записи", vouched.known["document_number"])
    vouched.opens("/account/security/")
    vouched.sees("Госуслуги", "Пароля нет")
    vouched.opens("/account/identity/outside/")
    vouched.sees("Личность уже подтверждена")

    # and comes in again by two presses, from a browser without JavaScript
    again = somebody(Vouched, java_script_enabled=False)
    again.known = vouched.known
    again.opens("/account/login/")
    again.goes_to_the_provider()
    again.picks_oneself()
    again.sees_the_cabinet()


def test_an_owner_links_the_cabinet_there_was(vouched: Vouched, judge: Judge) -> None:
    # given a cabinet opened by hand
    vouched.registers()
    vouched.context.clear_cookies()

    # when its owner comes by the provider and says so
    vouched.is_myself_there()
    vouched.on_each_page = judge.judge
    vouched.opens("/account/login/")
    vouched.goes_to_the_provider()
    vouched.picks_oneself()
    vouched.presses("Войти в свой кабинет и привязать")
    vouched.types(login=vouched.passport.phone, password=vouched.passport.password)
    vouched.presses("Войти")
    if vouched.path.startswith("/account/security/offer/"):
        vouched.presses("Позже")
    assert vouched.title == "Привязать вход к этому кабинету?"
    vouched.presses("Привязать")
    vouched.portal.waits_for(vouched.passport.email, "внешнюю запись")

    # then both ways lead to the same cabinet
    vouched.context.clear_cookies()
    vouched.opens("/account/login/")
    vouched.goes_to_the_provider()
    vouched.picks_oneself()
    vouched.sees_the_cabinet()
    vouched.opens("/account/profile/")
    vouched.sees(vouched.passport.email)

    # and the way in can be closed again
    vouched.opens("/account/security/")
    vouched.presses("Отключить вход")
    vouched.presses("Отключить")
    vouched.portal.waits_for(vouched.passport.email, "внешн")


def test_one_of_the_cast_comes_in_by_one_press(vouched: Vouched) -> None:
    one = next(one for one in CAST if one.code == "filatov")
    vouched.known = {
        "subject": subject(one.number),
        "family_name": one.family_name, "given_name": one.given_name, "patronymic": one.patronymic,
    }  # fmt: skip
    vouched.opens("/account/login/")
    vouched.goes_to_the_provider()
    vouched.picks_oneself()
    vouched.sees_the_cabinet()
    vouched.opens("/account/identity/")
    vouched.sees("Личность подтверждена")


def test_a_bank_confirms_and_says_what_differs(vouched: Vouched, judge: Judge) -> None:
    # given somebody whose birth date the bank has otherwise
    vouched.is_known_there(trusted=False)
    vouched.opens_a_cabinet()
    order(vouched.portal, "/people", **(vouched.known | {"birth_date": "1970-01-01"}))
    vouched.on_each_page = judge.judge
    vouched.opens("/account/identity/bank/")
    vouched.goes_to_the_provider("Войти через Банк")
    vouched.picks_oneself()

    # then the field is named, and the way goes on
    vouched.sees("Не совпали с профилем: дата рождения", "Выбрать другой способ")

    # and once the bank is right, nothing is left to do
    order(vouched.portal, "/people", **vouched.known)
    vouched.goes_to_the_provider("Войти через Банк")
    vouched.picks_oneself()
    vouched.sees("Личность подтверждена")


def test_who_cancels_and_who_finds_nobody_there_have_other_ways(vouched: Vouched) -> None:
    vouched.opens("/account/login/")
    vouched.goes_to_the_provider()
    vouched.presses("Отменить вход")
    vouched.sees("Вы отменили вход", "Телефон, почта, СНИЛС или ИНН")

    vouched.is_known_there()
    vouched.goes_to_the_provider()
    order(vouched.portal, "/faults", kind="temporary", issuer="esia", where="token")
    vouched.picks_oneself()
    vouched.sees("сейчас не отвечает", "Войдите в кабинет")
    assert vouched.page.get_by_role("link", name=ESIA).count() == 0
    vouched.types(login="+79000000001", password="wrong password 1")
    vouched.presses("Войти")
    vouched.sees("не подходят друг другу")


def test_the_pages_promised_were_looked_at(all_pages: Judge) -> None:
    assert PROMISED["test_outside"] <= set(all_pages.names), "run the whole file"
