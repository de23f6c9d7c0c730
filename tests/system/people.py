"""People at the portal: what they do reads as prose, what they see is checked."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    FilePayload,
    Locator,
    Response,
)

from oms.domain.accounts import factors
from oms.domain.accounts.synthetic import DEMO_SECRET
from oms.domain.register.invented import snils
from oms.faces.demo.people import CAST, PASSWORD
from tests.system.portal import Portal, plain
from tests.system.puzzle import answer_to
from tests.system.scans import scan

_numbers = count(Random().randrange(100_000))
"""Not from 1: a portal that runs already may know those."""
EXPECTED = {400, 403, 404, 405, 409, 422, 429}
"""Answers of pages that say no in words; a browser's console reports them by itself."""


class Somebody:
    """A person with a browser of their own."""

    def __init__(self, context: BrowserContext, portal: Portal) -> None:
        self.portal = portal
        self.faults: list[str] = []
        self.document: Response | None = None
        self.on_each_page: Callable[[Somebody], None] = lambda _: None
        self.takes(context)

    def takes(self, context: BrowserContext) -> None:
        """Go on with this browser."""
        self.context, self.page = context, context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        told = "status of" in message.text and "Failed to load" in message.text
        if told and int(re.search(r"status of (\d+)", message.text)[1]) in EXPECTED:  # type: ignore[index]
            return  # the answer itself is judged by `_answered`
        self.faults.append(f"console: {message.text} at {self.page.url}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if is_page:
            self.document = response
        bad = response.status >= 500 or (response.status >= 400 and not is_page)
        made_here = response.url.removeprefix("blob:")  # a page's own recording
        ours = made_here.startswith((self.portal.base, self.portal.openid, "data:"))
        if bad or not ours:
            self.faults.append(f"{response.status} {response.url}")

    # --- doing ---------------------------------------------------------------------------------
    def opens(self, path: str) -> Response:
        """Type an address."""
        url = path if path.startswith("http") else self.portal.base + path
        answer = self.page.goto(url)
        assert answer is not None
        self.on_each_page(self)
        return answer

    def presses(self, words: str, *, within: str = "main") -> None:
        """Press the first button or link that says so."""
        self._named(words, within).click()
        self.page.wait_for_load_state()
        self.on_each_page(self)

    def _named(self, words: str, within: str) -> Locator:
        room = self.page.locator(within)
        wanted = re.compile(re.escape(words).replace(r"\ ", r"\s+"))
        link, button = (room.get_by_role(role, name=wanted) for role in ("link", "button"))
        return button.or_(link).first

    def types(self, **typed: str) -> None:
        """Fill fields by their names."""
        for name, text in typed.items():
            box = self.page.locator(f"main [name={name}]:not([type=hidden])").first
            if box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(text)
            else:
                box.fill(text)

    def chooses(self, name: str, value: str) -> None:
        """Choose one of several, or tick a box."""
        box = self.page.locator(f"main [name={name}][value='{value}']").first
        label = self.page.locator(f"label[for='{box.get_attribute('id')}']")
        if label.count():
            label.first.click()
        else:
            box.check()
        assert box.is_checked()

    def ticks(self, name: str) -> None:
        """Tick the only box of that name."""
        self.page.locator(f"main [name={name}][type=checkbox]").first.check()

    def solves(self) -> None:
        """Answer the puzzle's question in words, if there is a puzzle: some came here before."""
        if self.page.locator("main [name=puzzle]").count():
            self.unfolds("Не видно картинку?")
            asked = plain(self.page.locator("main .puzzle details p").inner_text())
            self.types(puzzle=answer_to(asked.removesuffix(" Впишите ответ в то же поле.")))

    def unfolds(self, words: str) -> None:
        """Open what is folded under a line."""
        self.page.locator("main summary", has_text=words).first.click()

    # --- seeing --------------------------------------------------------------------------------
    @property
    def text(self) -> str:
        """What the page says, with ordinary spaces."""
        return plain(self.page.locator("body").inner_text())

    @property
    def title(self) -> str:
        """The headline of the page."""
        return plain(self.page.locator("h1").inner_text())

    @property
    def path(self) -> str:
        """Where one is."""
        return self.page.url.removeprefix(self.portal.base)

    def sees(self, *words: str) -> None:
        """The page says all this."""
        text = self.text
        missing = [one for one in words if one not in text]
        assert not missing, f"{missing} not on {self.path}:\n{text[:3000]}"

    def does_not_see(self, *words: str) -> None:
        """The page says none of this."""
        text = self.text
        assert not [one for one in words if one in text], text[:3000]

    def holds(self, name: str) -> str:
        """What stands in a field."""
        box = self.page.locator(f"main [name={name}]:not([type=hidden])").first
        if box.get_attribute("type") in ("radio", "checkbox"):
            box = self.page.locator(f"main [name={name}]:checked").first
        return box.input_value()

    # --- demo people ---------------------------------------------------------------------------
    def enters_as(self, code: str) -> None:
        """Come in as one of the demo's cast by one press at «Кто есть кто»."""
        self.opens("/demo/")
        self.page.locator(f"form[action='/demo/as/{code}/'] button").click()
        self.page.wait_for_load_state()
        assert "/demo/" not in self.path


@dataclass
class Passport:
    """Who registers: invented, with numbers that pass every check."""

    number: int = field(default_factory=lambda: next(_numbers))
    family_name: str = "Проверкина"
    given_name: str = "Анна"
    patronymic: str = "Викторовна"
    password: str = "синий кот любит рыбу 7"

    @property
    def birth_date(self) -> str:
        """Different for each, so that nobody looks like another."""
        n = self.number
        return f"{n % 28 + 1:02}.{n % 12 + 1:02}.{1985 + n % 13}"

    @property
    def phone(self) -> str:
        return f"+7900{1_000_000 + self.number:07}"

    @property
    def email(self) -> str:
        return f"anna{self.number}@people.example"

    @property
    def pages(self) -> dict[str, dict[str, str]]:
        """What goes on each page of an application for a policy."""
        return {
            "person": {
                "sex": "2",
                "birth_place": "г. Москва",
                "citizenship": "RUS",
                "snils": snils(98_000_000 + self.number),
            },
            "document": {
                "document_kind": "14",
                "document_series": "02 21",
                "document_number": f"{800_000 + self.number}",
                "issued_on": "20.04.2021",
                "issued_by": "ОВД района Учебный",
                "department_code": "770-001",
            },
            "address": {"region": "77", "registration": "г. Москва, ул. Учебная, д. 1, кв. 2"},
            "insurer": {"insurer": "77901"},
            "contacts": {},
        }


class Citizen(Somebody):
    """Somebody who wants something of the portal."""

    def __init__(self, context: BrowserContext, portal: Portal) -> None:
        super().__init__(context, portal)
        self.passport = Passport()

    def registers(self) -> None:
        """From the landing page to the cabinet: the form, the SMS code, the e-mail code."""
        who = self.passport
        self.opens("/")
        self.presses("Зарегистрироваться")
        self.types(
            family_name=who.family_name.lower(),
            given_name=who.given_name,
            patronymic=who.patronymic,
            birth_date=who.birth_date,
            phone=who.phone.replace("+7", "8 "),
            email=who.email,
            password=who.password,
        )
        self.ticks("terms")
        self.ticks("personal_data")
        self.solves()
        self.presses("Продолжить")
        assert self.title == "Подтвердите телефон", self.text
        self.types(code=self.portal.code_for(who.phone))
        self.presses("Подтвердить")
        assert self.title == "Подтвердите почту", self.text
        self.types(code=self.portal.code_for(who.email))
        self.presses("Подтвердить")
        self.sees(f"{who.given_name} {who.patronymic}")

    def signs_in(self) -> None:
        """By phone and password."""
        self.opens("/account/login/")
        self.types(login=self.passport.phone, password=self.passport.password)
        self.solves()
        self.presses("Войти")

    def begins(self, service: str) -> None:
        """Start an application on the page of its service."""
        self.opens(f"/services/{service}/")
        self.presses("Оформить")
        assert self.path.startswith("/cases/"), self.text

    def fills(self, step: str, typed: dict[str, str]) -> None:
        """Fill the page one is at, which must be this step."""
        assert self.path.endswith(f"/{step}/"), (self.path, step, self.text)
        for name, text in typed.items():
            box = self.page.locator(f"main [name={name}]:not([type=hidden])").first
            if box.get_attribute("type") == "radio":
                self.chooses(name, text)
            else:
                self.types(**{name: text})

    def fills_and_goes_on(self, *steps: str, **changes: Any) -> None:
        """Fill page after page as the portal leads."""
        for step in steps:
            self.fills(step, self.passport.pages[step] | changes)
            self.presses("Продолжить")

    def brings(self, slot: str, *files: FilePayload, by_camera: bool = False) -> None:
        """Choose files for a document; without the script also press the button."""
        place = self.page.locator(f"#slot-{slot}")
        field = "[data-camera-from]" if by_camera else "[data-choose-from]"
        place.locator(field).set_input_files(list(files))
        button = place.get_by_role("button", name="Загрузить")
        if button.is_visible():
            button.click()
            self.page.wait_for_load_state()
        self.waits_for_files(slot)

    def waits_for_files(self, slot: str) -> None:
        """Every file of the document has come through its checks, or was refused."""
        place = self.page.locator(f"#slot-{slot}")
        busy = place.locator("[data-sending], [data-poll]")
        until = time.monotonic() + 90
        while busy.count():
            assert time.monotonic() < until, self.text
            if not place.locator(".upload-zone .js-only").first.is_visible():
                self.page.reload()
            self.page.wait_for_timeout(500)

    def encloses(self) -> None:
        """Bring the passport where the application asks for it, and go on."""
        assert self.path.split("#")[0].endswith("/documents/"), (self.path, self.text)
        self.brings("identity", scan())
        self.presses("Продолжить")

    def signs(self, *, phone: str = "") -> str:
        """Confirm, sign with the code sent to the phone; return the number of the case."""
        self.ticks("truth")
        self.presses("Получить код и подписать")
        soon = re.search(r"Новый код можно запросить через\s(\d+)\sсекунд", self.text)
        if soon:  # one was sent to this phone in a journey before
            self.page.wait_for_timeout(1000 * (int(soon[1]) + 1))
            self.ticks("truth")
            self.presses("Получить код и подписать")
        assert self.path.endswith("/sign/"), self.text
        self.types(code=self.portal.code_for(phone or self.passport.phone, "подпис"))
        self.presses("Подписать и подать")
        assert self.path.endswith("/submitted/"), self.text
        return self.path.split("/")[2]


DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_device(one: Somebody) -> CDPSession:
    """Give the browser an authenticator of its own, as a phone has."""
    session = one.context.new_cdp_session(one.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session


class Operator(Somebody):
    """Somebody of the staff."""

    def signs_in_as(self, code: str) -> None:
        """By phone, password and the code of the authenticator app, typed by hand."""
        one = next(one for one in CAST if one.code == code)
        self.opens("/account/login/")
        self.types(login=one.phone, password=PASSWORD)
        self.solves()
        self.presses("Войти")
        assert self.title == "Подтвердите вход", self.text
        now = datetime.now(UTC)
        for at in (now, now + timedelta(seconds=30)):  # a journey before may have used this one
            if not self.path.startswith("/desk/"):
                self.types(code=factors.code_at(secret=DEMO_SECRET, at=at))
                self.presses("Войти")
        assert self.path.startswith("/desk/"), self.text

    def finds(self, number: str) -> None:
        """Open a case by its number from the queue."""
        self.opens("/desk/cases/")
        self.types(text=number)
        self.presses("Найти")
        assert self.path == f"/desk/cases/{number}/", self.path

    def takes_case(self, number: str) -> None:
        """Find a case and take it."""
        self.finds(number)
        self.presses("Взять в работу")
        self.sees("у вас в работе")
