"""Passwords are checked within limits; strangers learn nothing and shut nobody out."""

from datetime import timedelta
from typing import Any

import pytest
from tests.domain.accounts.conftest import NOW, PASSWORD, Together

from oms.domain.accounts import actions, sign_in
from oms.domain.accounts.models import Role, User
from oms.domain.accounts.sign_in import Answer, check_password
from oms.domain.accounts.synthetic import make_user
from oms.domain.journal.actions import SYSTEM


def attempt(identifier: str, password: str = "не тот 1", **given: Any) -> Answer:
    defaults: dict[str, Any] = {"origin": "203.0.113.5", "device": None, "at": NOW}
    return check_password(identifier=identifier, password=password, **(defaults | given))


@pytest.mark.parametrize(
    "name", ["8 900 123-45-67", "ANNA@example.org", "112-233-445 95", "500100732259"]
)
def test_any_name_opens(anna: User, name: str) -> None:
    assert attempt(name, PASSWORD).user == anna


def test_waits_double_up_to_an_hour(anna: User) -> None:
    at, waits = NOW, []
    for _ in range(4):
        assert attempt("anna@example.org", at=at).wait_until is None
    for _ in range(9):
        assert attempt("anna@example.org", at=at).wait_until is None
        until = attempt("anna@example.org", PASSWORD, at=at).wait_until
        assert until is not None
        waits.append((until - at) // timedelta(minutes=1))
        at = until
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert attempt("anna@example.org", PASSWORD, at=at).user == anna
    assert attempt("anna@example.org", at=at).wait_until is None


def test_an_unknown_name_is_answered_alike(anna: User) -> None:
    known = [attempt("anna@example.org") for _ in range(6)]
    unknown = [attempt("nobody@example.org") for _ in range(6)]
    assert [a.wait_until for a in known] == [a.wait_until for a in unknown]
    assert known[-1].wait_until == NOW + timedelta(minutes=1)


def test_a_stop_under_one_name_does_not_betray_another(anna: User) -> None:
    for _ in range(6):
        attempt("anna@example.org")
    assert attempt("+79001234567").wait_until is None


def test_the_owner_is_warned_once_a_series(anna: User) -> None:
    warned = [attempt("anna@example.org") for _ in range(8)]
    assert [one.owner for one in warned] == [None] * 4 + [anna] + [None] * 3
    unknown = [attempt("nobody@example.org") for _ in range(8)]
    assert [one.stopped for one in unknown] == [one.stopped for one in warned]
    assert {one.owner for one in unknown} == {None}


def test_a_known_browser_passes_while_strangers_wait(anna: User) -> None:
    cookie = sign_in.remember_device(user=anna, cookie=None)
    for _ in range(7):
        attempt("anna@example.org")
    assert attempt("anna@example.org", PASSWORD).wait_until
    assert attempt("anna@example.org", PASSWORD, device=cookie).user == anna
    for _ in range(5):
        attempt("anna@example.org", device=cookie)
    assert attempt("anna@example.org", PASSWORD, device=cookie).wait_until


def test_a_forged_or_foreign_cookie_is_a_stranger(anna: User) -> None:
    other = make_user(
        role=Role.INSURED, phone="+79001234568", email="b@example.org", password=PASSWORD,
        at=NOW, family_name="Б", given_name="Б",
    )  # fmt: skip
    foreign = sign_in.remember_device(user=other, cookie=None)
    for cookie in (foreign, "forged", foreign[:-1] + "x", "[]"):
        assert not sign_in.is_known(user=anna, cookie=cookie)
    both = sign_in.remember_device(user=anna, cookie=foreign)
    assert sign_in.is_known(user=anna, cookie=both)
    assert sign_in.is_known(user=other, cookie=both)


def test_one_address_tries_many_names_only_so_long(db: None) -> None:
    waits = [attempt(f"n{n}@example.org").wait_until for n in range(32)]
    assert waits[:30] == [None] * 30
    assert waits[30]
    assert attempt("n1@example.org", origin="203.0.113.6").wait_until is None


def test_after_a_hundred_failures_only_recovery_opens(anna: User) -> None:
    at = NOW
    while sign_in.limits.tries(limit=sign_in.ACCOUNT, key=str(anna.pk)) < 100:
        at = attempt("anna@example.org", at=at).wait_until or at
    at += timedelta(days=30)
    assert attempt("+79001234567", PASSWORD, at=at) == Answer()
    actions.set_password(user=anna, password="новый пароль 7", by=SYSTEM, at=at)
    assert attempt("+79001234567", "новый пароль 7", at=at).user == anna


def test_fifty_parallel_tries_cost_five_checks(
    together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []

    def counted(password: str, encoded: str) -> bool:
        checks.append(password)
        return False

    monkeypatch.setattr(sign_in, "matches", counted)
    together(make_owner, [PASSWORD])

    def one(n: int) -> Any:
        # Each from its own address: a shared one would queue them by itself.
        return attempt("anna@example.org", f"wrong {n}", origin=f"203.0.113.{n}").wait_until

    waits = together(one, range(50))

    assert len(checks) == 5
    assert sum(wait is not None for wait in waits) == 45


def make_owner(password: str) -> User:
    return make_user(
        role=Role.INSURED, phone="+79001234567", email="anna@example.org", password=password,
        at=NOW, family_name="Климова", given_name="Анна",
    )  # fmt: skip
