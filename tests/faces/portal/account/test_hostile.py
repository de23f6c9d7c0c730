"""Every form of the account, every field, every bad value: a message there, never a failure."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.faces.portal.account.conftest import NEW_PASSWORD, PASSWORD, TYPED, code_in, sent
from tests.faces.portal.account.test_profile import PASSPORT, PERSON
from tests.signing_in import sign_in

from oms.domain.accounts import control_question
from oms.domain.accounts.models import Counter, User
from oms.law.typed import compact

pytestmark = pytest.mark.django_db
HOSTILE = {
    "missing": None,
    "empty": "",
    "spaces": "   ",
    "oversized": "я" * 100_000,
    "null": "a\x00b",
    "lone half": "\ud800",
    "markup": "<script>alert(1)</script>",
    "quote": "' OR 1=1 --",
    "template": "{{ 7*7 }}{% debug %}",
    "arabic digits": "١٢٣٤٥٦",
    "number": "-1e309",
    "right to left": "\u202egnol",
}
# What is a value after all: optional fields, free text, and any characters of a password.
WELCOME = {
    ("login", "any"), ("patronymic", "blank"), ("sex", "blank"), ("birth_place", "any"),
    ("snils", "blank"), ("inn", "blank"), ("series", "blank"), ("department_code", "blank"),
    ("issued_by", "any"), ("registration_postal_code", "blank"),
    ("residence_postal_code", "blank"), ("registration_address", "blank"),
    ("residence_address", "blank"), ("password", "filled"), ("terms", "filled"),
    ("personal_data", "filled"), ("policy", "any"), ("reach", "filled"), ("answer", "filled"),
    ("question", "filled"), ("text", "filled"),
}  # fmt: skip
BLANK = {"missing", "empty", "spaces"}
ABSENT = {"missing", "empty"}
ACCESS = {
    "family_name": "Ветров", "given_name": "Борис", "patronymic": "", "birth_date": "14.03.1985",
    "snils": "112-233-445 95", "policy": "", "phone": "8 900 111-22-33",
    "email": "lost@example.org", "reach": "после 18:00",
}  # fmt: skip
ADDRESSES = {
    "registration_postal_code": "170000", "registration_address": "Тверь, Советская улица, дом 1",
    "residence_postal_code": "170001", "residence_address": "Тверь, Новая улица, дом 2",
}  # fmt: skip


def visitor(user: User) -> Client:
    return Client()


def signed_in(user: User) -> Client:
    return sign_in(Client(), user)


def registering(user: User) -> Client:
    client = Client()
    client.post("/account/signup/", TYPED)
    return client


def confirming_email(user: User) -> Client:
    client = registering(user)
    client.post("/account/signup/phone/", {"code": code_in(sent("sms"))})
    return client


def recovering(user: User) -> Client:
    client = Client()
    client.post("/account/recovery/", {"login": "boris@example.org"})
    client.post("/account/recovery/way/", {"channel": "email"})
    return client


def recovered(user: User) -> Client:
    client = recovering(user)
    client.post("/account/recovery/code/", {"code": code_in(sent("email"))})
    return client


def asked(user: User) -> Client:
    control_question.set_question(
        user=user, question="Кличка?", answer="Рыжий Ёж", at=timezone.now()
    )
    return recovered(user)


def without_access(user: User) -> Client:
    client = Client()
    client.post("/account/access/", ACCESS)
    return client


def changing(user: User) -> Client:
    client = signed_in(user)
    client.post("/account/contacts/email/", {"value": "new@example.org"})
    return client


def blocked(user: User) -> Client:
    client = Client()
    User.objects.filter(pk=user.pk).update(is_active=False)
    client.post("/account/login/", {"login": "boris@example.org", "password": PASSWORD})
    User.objects.filter(pk=user.pk).update(is_active=False)
    return client


FORMS: list[tuple[str, dict[str, str], Callable[[User], Client]]] = [
    ("/account/signup/", TYPED, visitor),
    ("/account/signup/phone/", {"code": "000000"}, registering),
    ("/account/signup/email/", {"code": "000000"}, confirming_email),
    ("/account/login/", {"login": "boris@example.org", "password": PASSWORD}, visitor),
    ("/account/login/confirm/", {"password": PASSWORD}, signed_in),
    ("/account/recovery/", {"login": "boris@example.org"}, visitor),
    ("/account/recovery/code/", {"code": "000000"}, recovering),
    ("/account/recovery/way/", {"channel": "phone"}, recovering),
    ("/account/recovery/question/", {"answer": "не тот"}, asked),
    ("/account/recovery/password/", {"password": NEW_PASSWORD}, recovered),
    ("/account/access/", ACCESS, visitor),
    ("/account/access/code/phone/", {"code": "000000"}, without_access),
    ("/account/undo/", {"token": "AAAA-BBBB-CCCC"}, visitor),
    ("/account/contest/", {"text": "Это ошибка"}, blocked),
    ("/account/contacts/phone/", {"value": "8 900 555-44-33"}, signed_in),
    ("/account/contacts/email/", {"value": "other@example.org"}, signed_in),
    ("/account/contacts/email/code/", {"code": "000000"}, changing),
    ("/account/security/question/", {"question": "Кличка?", "answer": "Рыжик"}, signed_in),
    ("/account/security/password/", {"current": PASSWORD, "password": NEW_PASSWORD}, signed_in),
    ("/account/security/factor/", {"code": "000000"}, signed_in),
    ("/account/profile/person/", PERSON, signed_in),
    ("/account/profile/document/", PASSPORT, signed_in),
    ("/account/profile/addresses/", ADDRESSES, signed_in),
]


@pytest.mark.parametrize(("path", "good", "arrive"), FORMS, ids=[form[0] for form in FORMS])
def test_bad_values_are_answered_at_the_field(
    boris: User, path: str, good: dict[str, str], arrive: Callable[[User], Client]
) -> None:
    client = arrive(boris)
    for field in good:
        for kind, value in HOSTILE.items():
            Counter.objects.all().delete()
            answer = _post(client, path, good, field, value)
            if answer.status_code == 302:
                assert _welcome(field, kind), (field, kind)
                client = arrive(boris)
                continue
            assert answer.status_code == 200, (field, kind)
            _check(answer, good, field, kind)


def _post(client: Client, path: str, good: dict[str, str], field: str, value: str | None) -> Any:
    data = {name: text for name, text in good.items() if name != field}
    if value is not None:
        data[field] = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return client.post(path, data)


def _welcome(field: str, kind: str) -> bool:
    fits = {"any", "blank" if kind in BLANK else "", "" if kind in ABSENT else "filled"}
    return any((field, which) in WELCOME for which in fits)


def _check(answer: Any, good: dict[str, str], field: str, kind: str) -> None:
    form, page = answer.context["form"], answer.content.decode()
    named = "password" if field == "login" and field not in form.errors else field
    assert named in form.errors, (field, kind, form.errors)
    text = " ".join(form.errors[named])
    assert 0 < len(text.split()) <= 25, (field, kind, text)
    assert "<script>alert" not in page
    for name, typed in good.items():
        bound = form[name]
        if name == field or bound.widget_type in {"password", "checkbox", "radioselect", "select"}:
            continue
        assert compact(bound.value()) == compact(typed), (field, kind, name)
    for secret in (PASSWORD, NEW_PASSWORD):
        assert secret not in page


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/account/recovery/"])
def test_the_door_checks_the_forms_token(path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(path, {"login": "x"}).status_code == 403
