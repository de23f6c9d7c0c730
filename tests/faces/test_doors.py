"""Every door, for a name we know and for one we do not: the same answers at the same price."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories as make
from tests.faces.portal.account.conftest import PASSWORD, TYPED, code_in, sent
from tests.puzzles import solved
from tests.signing_in import sign_in

from oms.domain.accounts.models import Counter, Role, User
from oms.domain.accounts.synthetic import make_user
from oms.domain.notifications.models import Delivery

pytestmark = pytest.mark.django_db
PHONE, EMAIL, SNILS = "+79009876543", "boris@example.org", "11223344595"
FREE_PHONE, FREE_EMAIL, FREE_SNILS = "+79009876544", "nobody@example.org", "20000000119"
Step = tuple[str, str, dict[str, Any] | None]
Walk = Callable[[str], list[Step]]


@pytest.fixture(autouse=True)
def _statics_are_found() -> Iterator[None]:
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture
def boris(db: None) -> User:
    return make_user(
        role=Role.INSURED, phone=PHONE, email=EMAIL, password=PASSWORD, at=timezone.now(),
        family_name="Ветров", given_name="Борис", snils=SNILS, birth_date=date(1985, 3, 14),
    )  # fmt: skip


def log_in(name: str) -> list[Step]:
    return [("post", "/account/login/", {"login": name, "password": "не тот 1"})] * 7


def recovery(name: str) -> list[Step]:
    code = "/account/recovery/code/"
    return [
        ("post", "/account/recovery/", {"login": name}),
        ("get", "/account/recovery/way/", None),
        ("post", "/account/recovery/way/", {"channel": "email"}),
        *[("post", code, {"code": "000000"})] * 6,
        ("post", f"{code}again/", None),
        ("get", code, None),
    ]


def sign_up_phone(name: str) -> list[Step]:
    code = "/account/signup/phone/"
    return [
        ("post", "/account/signup/", TYPED | {"phone": name, "email": "new@example.org"}),
        ("get", code, None),
        *[("post", code, {"code": "000000"})] * 6,
        ("post", f"{code}again/", None),
    ]


def sign_up_email(name: str) -> list[Step]:
    return [
        ("post", "/account/signup/", TYPED | {"phone": "+79001112233", "email": name}),
        ("post", "/account/signup/phone/", {"code": "from the sms"}),
        ("get", "/account/signup/email/", None),
        *[("post", "/account/signup/email/", {"code": "000000"})] * 6,
    ]


def support(name: str) -> list[Step]:
    typed = {
        "family_name": "Ветров", "given_name": "Борис", "patronymic": "", "policy": "",
        "birth_date": "14.03.1985", "snils": name, "phone": "+79001110000",
        "email": "fresh@example.org", "reach": "днём",
    }  # fmt: skip
    return [
        ("post", "/account/access/", typed),
        ("post", "/account/access/code/phone/", {"code": "from the sms"}),
        ("post", "/account/access/code/email/", {"code": "from the letter"}),
        ("get", "/account/access/done/", None),
    ]


def contact(channel: str) -> Walk:
    def walk(name: str) -> list[Step]:
        code = f"/account/contacts/{channel}/code/"
        return [
            ("post", f"/account/contacts/{channel}/", {"value": name}),
            ("get", code, None),
            *[("post", code, {"code": "000000"})] * 6,
        ]

    return walk


DOORS: Mapping[str, tuple[Walk, str, str]] = {
    "log-in by phone": (log_in, PHONE, FREE_PHONE),
    "log-in by e-mail": (log_in, EMAIL, FREE_EMAIL),
    "log-in by snils": (log_in, SNILS, FREE_SNILS),
    "recovery by phone": (recovery, PHONE, FREE_PHONE),
    "recovery by e-mail": (recovery, EMAIL, FREE_EMAIL),
    "recovery by snils": (recovery, SNILS, FREE_SNILS),
    "registration by phone": (sign_up_phone, PHONE, FREE_PHONE),
    "registration by e-mail": (sign_up_email, EMAIL, FREE_EMAIL),
    "request to support": (support, SNILS, FREE_SNILS),
    "new phone": (contact("phone"), PHONE, FREE_PHONE),
    "new e-mail": (contact("email"), EMAIL, FREE_EMAIL),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_known_name_is_answered_as_an_unknown_one(
    boris: User, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, known, unknown = DOORS[door]
    hashed = _count_hashes(monkeypatch)
    seen, costs = [], []
    with time_machine.travel(timezone.now(), tick=False):
        for name in (unknown, known, unknown):  # the first time caches are filled
            Counter.objects.all().delete()
            hashed.clear()
            pages, queries = _walk(walk(name), signed_in=door.startswith("new"))
            seen.append(pages)
            costs.append((queries, len(hashed)))
    assert seen[1] == seen[2]
    assert costs[1] == costs[2]


def _count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    hashed: list[str] = []
    hasher = type(hashers.get_hasher())
    real = hasher.encode

    def encode(self: Any, password: str, salt: str) -> str:
        hashed.append(salt)
        return str(real(self, password, salt))

    monkeypatch.setattr(hasher, "encode", encode)
    return hashed


def _walk(steps: list[Step], *, signed_in: bool) -> tuple[list[Any], list[int]]:
    client = sign_in(Client(), make.user()) if signed_in else Client()
    pages, queries, last = [], [], ""
    for method, path, given in steps:
        data = dict(given) if given else None
        if data and str(data.get("code", "")).startswith("from"):
            data["code"] = code_in(sent("sms" if "sms" in data["code"] else "email"))
        if data:
            data |= solved(last)
        with CaptureQueriesContext(connection) as asked:
            answer = getattr(client, method)(path, data)
        last = answer.content.decode()
        pages.append((answer.status_code, answer.headers.get("Location"), _masked(last)))
        queries.append(len([one for one in asked if "SAVEPOINT" not in one["sql"]]))
    return pages, queries


def _masked(page: str) -> str:
    """A page without names, numbers, tokens and riddles."""
    page = re.sub(r'(value|href|src|action)="[^"]*"', "", page)
    page = re.sub(r"<p>[^<]+ Впишите ответ", "", page)
    return re.sub(r"\S*(•••|@)\S*|П-[\d-]+|[+\d][\d\s()•-]*", "N", page)


def test_a_password_is_compared_as_typed(boris: User) -> None:
    boris.set_password("  Теплый чайник 42 ")
    boris.save()
    for other in ("Теплый чайник 42", "  теплый чайник 42 ", "  Теплый чайник 42", "  Теплый"):
        Counter.objects.all().delete()
        answer = Client().post("/account/login/", {"login": EMAIL, "password": other})
        assert answer.status_code == 200, other
    right = {"login": EMAIL, "password": "  Теплый чайник 42 "}
    assert Client().post("/account/login/", right).status_code == 302


def test_every_page_of_a_person_lets_them_out(boris: User) -> None:
    client = sign_in(Client(), boris)
    pages = ("/", "/services/", "/documents/", "/messages/", "/account/security/",
             "/account/profile/", "/account/data/", "/account/wards/", "/help/")  # fmt: skip
    for path in pages:
        assert "/account/logout/" in client.get(path).content.decode(), path
    desk = sign_in(Client(), make.operator())
    for path in ("/desk/cases/", "/desk/people/", "/desk/identity/"):
        assert "/account/logout/" in desk.get(path).content.decode(), path
    assert not Delivery.objects.exists()
