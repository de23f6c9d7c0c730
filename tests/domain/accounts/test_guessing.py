"""Guessed at once: a recovery code opens once, and the code of a visit costs ten compares."""

import time
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from tests import factories as make
from tests.domain.accounts.conftest import NOW, PASSWORD, Together

from oms.domain.accounts import factors
from oms.domain.accounts.models import Role, User
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor, make_user
from oms.domain.identity import visits
from oms.domain.identity.methods import in_person


def _owner(_: int) -> User:
    user = make_user(
        role=Role.INSURED, phone="+79001234567", email="anna@example.org", password=PASSWORD,
        at=NOW, family_name="Климова", given_name="Анна",
    )  # fmt: skip
    add_factor(user=user, secret=DEMO_SECRET, at=NOW)
    factors.renew_recovery_codes(user=user, at=NOW)
    return user


def test_a_recovery_code_sent_at_once_opens_once(
    together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RecoveryCodes.validate_code

    def slowly(self: Any, code: str) -> bool:
        time.sleep(0.1)  # all five hold the row as it was: allauth must read it anew, locked
        return bool(real(self, code))

    monkeypatch.setattr(RecoveryCodes, "validate_code", slowly)
    [user] = together(_owner, [0])
    [codes] = together(lambda _: factors.recovery_codes(user=user), [0])

    def use(code: str) -> bool:
        try:
            return factors.check(user=user, code=code, at=NOW) is not None
        except factors.TooManyTries:
            return False

    assert sum(together(use, codes[:1] * 5)) == 1
    [left] = together(lambda _: factors.recovery_codes(user=user), [0])
    assert left == codes[1:]


def test_codes_of_visits_guessed_at_once_cost_ten_compares(
    together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    [clerk] = together(lambda _: make.operator(), [0])
    together(lambda _: in_person.begin(user=_owner(0), at=NOW), [0])
    compared: list[str] = []
    real = visits.code_hash

    def counted(code: str) -> str:
        compared.append(code)
        return real(code)

    monkeypatch.setattr(visits, "code_hash", counted)

    def guess(n: int) -> Any:
        try:
            return visits.find(code=f"AAAA{n:04}", by=clerk, at=NOW)
        except (visits.NoSuchCode, visits.TooManyCodes):
            return None

    assert not any(together(guess, range(30)))
    assert len(compared) == 10
