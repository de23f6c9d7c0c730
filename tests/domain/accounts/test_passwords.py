"""Passwords: which are refused, which are welcome, how they are hashed."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from oms.domain.accounts import passwords
from oms.domain.accounts.models import User

ANNA = User(
    family_name="Климова", given_name="Алёна", phone="+79001234567", email="klim77@example.org",
    birth_date=date(1990, 5, 1),
)  # fmt: skip


@pytest.mark.parametrize(
    "password",
    [
        "short1", "толькобуквы", "1234567890", "полис2026", "ОМСомс123", "polis12345", "qwerty123",
        "йцукен1234", "климова77881", "Aлена-90001234567", "xx9001234567xx", "мой01051990год",
        "klim77klim77", "password1", "а1" * 200,
    ],
)  # fmt: skip
def test_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, ANNA)


@pytest.mark.parametrize(
    "password",
    [
        "теплый чайник 42",
        "correct horse 7 staple",
        "🐈 и 3 мышки 🧀",
        "长城在北京2026年",
        "a1" * 40,
        "на полисе кот 5",
        "синий кот любит рыбу",  # fifteen and more: length is worth more than digits
    ],
)
def test_welcome(password: str) -> None:
    validate_password(password, ANNA)


def test_hash_is_argon2id_and_few_at_once() -> None:
    hasher = passwords.Argon2()
    encoded = hasher.encode("теплый чайник 42", "saltsaltsalt")
    assert encoded.startswith("argon2$argon2id$v=19$m=47104,t=3,p=1$")
    assert hasher.verify("теплый чайник 42", encoded)
    assert not hasher.verify("теплый чайник 43", encoded)


def test_no_more_than_two_hash_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    def slow(self: object, password: str, salt: str) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.01)
        running -= 1
        return ""

    monkeypatch.setattr(passwords.Argon2PasswordHasher, "encode", slow)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: passwords.Argon2().encode("x", str(n)), range(8)))
    assert most == 2
