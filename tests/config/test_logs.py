"""The log after whole journeys: sign-up, sign-in, a profile, a file, an identity, a look-up."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from django.test import Client, override_settings
from django.utils import timezone
from tests.faces.portal.account.conftest import PASSWORD, TYPED, code_in, sent
from tests.faces.portal.uploads.conftest import photo

from oms.domain.accounts.models import User
from oms.faces.portal import help as help_face
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
SURNAME, EMAIL = "Незабудкина", "nezabudkina@example.org"
PERSONAL = (
    SURNAME, "незабудкина", "%D0%9D%D0%B5%D0%B7%D0%B0%D0%B1", EMAIL, "nezabudkina", "9005550123",
    "900 555", "555-01-23", "11223344595", "112-233-445", "4510123456", "123456", "Тайная",
    PASSWORD, PASSWORD[:6],
)  # fmt: skip


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the house writes: its own formatter, every logger."""
    root, out = logging.getLogger(), io.StringIO()
    ours = [
        one.formatter
        for one in root.handlers
        if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(ours[0])
    root.addHandler(handler)
    yield out
    root.removeHandler(handler)


@pytest.fixture(autouse=True)
def _a_place_of_our_own(tmp_path: Path, settings: Any) -> Iterator[None]:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = {**settings.STORAGES, "documents": own}
    now = timezone.now().replace(microsecond=0)
    with override_settings(WHITENOISE_AUTOREFRESH=True), time_machine.travel(now, tick=False):
        yield


def sign_up(client: Client) -> list[str]:
    """Register; return the codes that came."""
    typed = TYPED | {"family_name": SURNAME, "phone": "8 (900) 555-01-23", "email": EMAIL}
    client.post("/account/signup/", typed)
    client.post("/account/signup/phone/", {"code": "000000"})
    codes = [code_in(sent("sms"))]
    client.post("/account/signup/phone/", {"code": codes[0]})
    codes.append(code_in(sent("email")))
    client.post("/account/signup/email/", {"code": codes[1]})
    assert User.objects.get().family_name == SURNAME
    return codes


def sign_in_and_recover() -> Client:
    client = Client()
    client.post("/account/login/", {"login": EMAIL, "password": "не тот 1"})
    client.post("/account/login/", {"login": SURNAME, "password": PASSWORD})
    client.get("/account/login/", {"next": f"/help/?q={SURNAME}"})
    client.post("/account/recovery/", {"login": EMAIL})
    client.post("/account/recovery/way/", {"channel": "email"})
    client.post("/account/recovery/code/", {"code": "111111"})
    answer = client.post("/account/login/", {"login": EMAIL, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def fill_in(client: Client) -> None:
    person = {
        "family_name": SURNAME, "given_name": "Анна", "patronymic": "", "birth_date": "5.11.1990",
        "sex": "2", "snils": "112-233-445 95",
    }  # fmt: skip
    paper = {
        "kind": "14", "series": "4510", "number": "123456", "issued_on": "20.04.2015",
        "issued_by": "ОВД Тайная", "department_code": "770001",
    }  # fmt: skip
    client.post("/account/profile/person/", person)
    client.post("/account/identity/documents/", {**person, **paper})
    client.post("/account/identity/sms/", {})
    client.post("/account/identity/sms/", {"code": "000000"})
    client.post("/check-policy/", {"number": "1122334455667788", "birth_date": "5.11.1990"})
    sent_file = {"files": photo(name=f"{SURNAME}.jpg"), "kind": "passport"}
    client.post("/documents/add/", sent_file)
    client.get(f"/documents/{SURNAME}/")
    client.post(f"/cases/{SURNAME}/person/autosave/", person)


def test_journeys_leave_nothing_of_a_person_in_the_log(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = sign_up(Client())
    client = sign_in_and_recover()
    fill_in(client)
    run_all_now()

    def fails(*_args: Any, **_more: Any) -> None:
        words = f"{EMAIL} +79005550123 112-233-445 95"
        raise RuntimeError(words)

    monkeypatch.setattr(help_face, "page", fails)
    client.raise_request_exception = False
    assert client.get("/help/", {"q": SURNAME}).status_code == 500
    text = log.getvalue()
    assert text.count("\n") > 30
    assert "RuntimeError" in text
    lines = [one for one in text.splitlines() for word in (*PERSONAL, *codes) if word in one]
    assert lines == []
