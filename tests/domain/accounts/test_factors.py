"""The second factor: encrypted, one step either side, never twice, few tries."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from tests.domain.accounts.conftest import NOW

from oms.domain.accounts import factors
from oms.domain.accounts.models import Role, User
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor

STEP = timedelta(seconds=factors.PERIOD)


def code(offset: int = 0) -> str:
    return factors.code_at(secret=DEMO_SECRET, at=NOW + offset * STEP)


def test_rfc_6238_vector() -> None:
    from datetime import UTC, datetime

    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = datetime(2005, 3, 18, 1, 58, 29, tzinfo=UTC)
    assert factors.code_at(secret=secret, at=at) == "081804"


def test_secrets_are_not_in_the_clear(anna: User) -> None:
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    assert DEMO_SECRET not in str(list(Authenticator.objects.values_list("data", flat=True)))


@pytest.mark.parametrize(
    ("offset", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_one_step_either_side(anna: User, offset: int, right: bool) -> None:
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    assert bool(factors.check(user=anna, code=code(offset), at=NOW)) is right


def test_no_replay_even_while_the_code_still_shows(anna: User) -> None:
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    assert factors.check(user=anna, code=code(), at=NOW)
    assert not factors.check(user=anna, code=code(), at=NOW + STEP)
    assert not factors.check(user=anna, code=code(-1), at=NOW)
    assert factors.check(user=anna, code=code(1), at=NOW)


def test_the_code_of_the_set_up_is_used_up(anna: User) -> None:
    assert factors.set_up(user=anna, secret=DEMO_SECRET, code="000000", at=NOW) is None
    assert not factors.has_factor(user=anna)
    assert factors.set_up(user=anna, secret=DEMO_SECRET, code=code(), at=NOW)
    assert not factors.check(user=anna, code=code(), at=NOW)


def test_recovery_codes_work_once_and_can_be_renewed(anna: User) -> None:
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    first, *others = factors.recovery_codes(user=anna)
    assert factors.check(user=anna, code=first, at=NOW)
    assert not factors.check(user=anna, code=first, at=NOW)
    assert factors.recovery_codes(user=anna) == others
    factors.renew_recovery_codes(user=anna, at=NOW)
    assert not set(factors.recovery_codes(user=anna)) & set(others)


def test_wrong_codes_begin_to_wait(anna: User) -> None:
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    for _ in range(5):
        assert factors.check(user=anna, code="12345678", at=NOW) is None
    with pytest.raises(factors.TooManyTries) as no:
        factors.check(user=anna, code=code(), at=NOW)
    assert no.value.until == NOW + timedelta(minutes=1)


def test_staff_keep_their_factor(anna: User) -> None:
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    anna.role = Role.INSURER
    with pytest.raises(factors.StaffNeedFactor):
        factors.switch_off(user=anna, at=NOW)
    anna.role = Role.INSURED
    factors.switch_off(user=anna, at=NOW)
    assert not Authenticator.objects.exists()
