"""Codes: hashed, bound, single use, five tries, ten minutes, a pause, ten a day."""

from collections import Counter as Count
from datetime import timedelta
from typing import Any

from tests.domain.accounts.conftest import NOW, Together

from oms.domain.accounts import codes
from oms.domain.accounts.codes import Checked, Issued, Outcome
from oms.domain.accounts.models import OneTimeCode

PHONE = "+79001234567"
SMS = OneTimeCode.Purpose.PHONE


def issue(**given: Any) -> Issued:
    defaults: dict[str, Any] = {
        "purpose": SMS, "address": PHONE, "origin": "203.0.113.5", "decoy": False, "at": NOW,
    }  # fmt: skip
    return codes.issue(**(defaults | given))


def check(issued: Issued, typed: str, **given: Any) -> Checked:
    defaults: dict[str, Any] = {
        "purpose": SMS, "key": issued.key, "address": PHONE, "typed": typed, "at": NOW,
    }  # fmt: skip
    return codes.check(**(defaults | given))


def wrong(issued: Issued) -> str:
    return f"{(int(issued.code or 0) + 1) % 10**6:06}"


def test_the_right_code_works_once_and_is_not_kept(db: None) -> None:
    issued = issue()
    row = OneTimeCode.objects.get()
    assert issued.code not in {row.key, row.code_hash, row.address}
    assert check(issued, issued.code).outcome is Outcome.RIGHT
    assert check(issued, issued.code).outcome is Outcome.EXPIRED


def test_five_tries(db: None) -> None:
    issued = issue()
    found = [check(issued, wrong(issued)) for _ in range(5)]
    assert [c.left for c in found] == [4, 3, 2, 1, 0]
    assert found[-1].outcome is Outcome.TOO_MANY
    assert check(issued, issued.code).outcome is Outcome.TOO_MANY


def test_bound_to_address_session_purpose_and_time(db: None) -> None:
    issued = issue()
    strange: list[dict[str, Any]] = [
        {"address": "+79001234568"},
        {"key": "another"},
        {"purpose": OneTimeCode.Purpose.EMAIL},
        {"at": NOW + codes.LIFE},
    ]
    for given in strange:
        assert check(issued, issued.code, **given).outcome is Outcome.EXPIRED
    assert check(issued, issued.code).outcome is Outcome.RIGHT


def test_a_pause_then_ten_a_day(db: None) -> None:
    assert issue().wait_until is None
    assert issue(at=NOW + timedelta(seconds=59)).wait_until == NOW + codes.PAUSE
    at = NOW
    for _ in range(9):
        at += codes.PAUSE
        assert issue(at=at).wait_until is None
    assert issue(at=at + timedelta(hours=23)).wait_until == at + timedelta(hours=24)
    assert issue(at=at + timedelta(hours=24, seconds=1)).wait_until is None


def test_a_decoy_walks_like_a_code(db: None) -> None:
    decoy, real = issue(decoy=True), issue(address="+79001234568")
    assert decoy.key
    assert not decoy.code
    for address, issued in ((PHONE, decoy), ("+79001234568", real)):
        outcomes = [check(issued, wrong(issued), address=address).outcome for _ in range(6)]
        assert Count(outcomes) == {Outcome.WRONG: 4, Outcome.TOO_MANY: 2}
    assert check(decoy, "").outcome is Outcome.TOO_MANY
    assert issue(decoy=True).wait_until == issue(address="+79001234568").wait_until


def test_an_empty_answer_never_opens_a_decoy(db: None) -> None:
    assert check(issue(decoy=True), "").outcome is Outcome.WRONG


def test_single_use_and_five_tries_in_parallel(together: Together) -> None:
    other = "+79001234568"
    right, guessed = together(lambda to: issue(address=to), [PHONE, other])
    uses = [(right, right.code, PHONE)] * 10
    guesses = [(guessed, wrong(guessed), other)] * 20

    outcomes = together(lambda job: check(job[0], job[1], address=job[2]).outcome, uses + guesses)

    assert Count(outcomes[:10]) == {Outcome.RIGHT: 1, Outcome.EXPIRED: 9}
    assert Count(outcomes[10:]) == {Outcome.WRONG: 4, Outcome.TOO_MANY: 16}


def test_ten_clicks_send_one_code(together: Together) -> None:
    issued = together(lambda n: issue(origin=f"203.0.113.{n}"), range(10))
    assert sum(one.wait_until is None for one in issued) == 1
