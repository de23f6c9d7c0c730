"""SMS as a factor, the way past a stop, the history, the end of a session, equal work."""

from collections import Counter as Count
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import hashers
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.domain.accounts.conftest import NOW, PASSWORD, Together

from oms.domain.accounts import factors, history, idle, sign_in, unlock
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.models import Counter, OneTimeCode, Role, SignIn, User, Visit
from oms.domain.accounts.sign_in import check_password
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor, make_user
from oms.domain.journal.models import Entry

MINUTE = timedelta(minutes=1)


def attempt(name: str, password: str = "не тот 1", **given: Any) -> sign_in.Answer:
    defaults: dict[str, Any] = {"origin": "203.0.113.5", "device": None, "at": NOW}
    return check_password(
        identifier=name, password=password, agent="Firefox, Linux", **(defaults | given)
    )


def with_sms(user: User) -> User:
    issued = factors.send_sms(user=user, origin="203.0.113.5", at=NOW)
    checked = factors.set_up_sms(user=user, code_key=issued.key, typed=issued.code, at=NOW)
    assert checked.outcome is Outcome.RIGHT
    return user


# SMS ------------------------------------------------------------------------------------


def test_codes_by_sms_work_once_for_one_attempt(anna: User) -> None:
    with_sms(anna)
    assert factors.ways(user=anna) == [Kind.SMS, Kind.CODES]
    at = NOW + 2 * MINUTE
    issued = factors.send_sms(user=anna, origin="203.0.113.5", at=at)
    for key, expected in (("other", Outcome.EXPIRED), (issued.key, Outcome.RIGHT),
                          (issued.key, Outcome.EXPIRED)):  # fmt: skip
        checked = factors.check_sms(user=anna, code_key=key, typed=issued.code, at=at)
        assert checked.outcome is expected


def test_the_code_itself_is_not_kept(anna: User) -> None:
    issued = factors.send_sms(user=anna, origin="203.0.113.5", at=NOW)
    assert issued.code not in str(OneTimeCode.objects.values_list())


def test_losing_the_phone_does_not_open_the_account(anna: User) -> None:
    with_sms(anna)
    anna.phone_confirmed_at = None
    assert factors.has_factor(user=anna)
    assert factors.ways(user=anna) == [Kind.CODES]
    with pytest.raises(factors.NoPhone):
        factors.send_sms(user=anna, origin="203.0.113.5", at=NOW)


def test_staff_need_more_than_an_sms_and_keep_the_last_factor(anna: User) -> None:
    with_sms(anna)
    anna.role = Role.INSURER
    assert not factors.has_strong_factor(user=anna)
    with pytest.raises(factors.NotForStaff):
        factors.set_up_sms(user=anna, code_key="", typed="", at=NOW)
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    assert factors.has_strong_factor(user=anna)
    assert factors.switch_off(user=anna, kind=Kind.SMS, at=NOW) == 1
    with pytest.raises(factors.StaffNeedFactor):
        factors.switch_off(user=anna, kind=Kind.APP, at=NOW)
    assert factors.has_strong_factor(user=anna)


def test_recovery_codes_go_with_the_last_factor_only(anna: User) -> None:
    with_sms(anna)
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    factors.switch_off(user=anna, kind=Kind.APP, at=NOW)
    assert factors.recovery_codes(user=anna)
    factors.switch_off(user=anna, kind=Kind.SMS, at=NOW)
    assert not Authenticator.objects.exists()
    off = Entry.objects.filter(act="user.factor-off")
    assert off.count() == 2


def test_guessing_an_sms_at_once_costs_five_compares(together: Together) -> None:
    [user] = together(_owner, [0])
    [issued] = together(lambda _: factors.send_sms(user=user, origin="::1", at=NOW), [0])
    wrong = f"{(int(issued.code) + 1) % 10**6:06}"

    def guess(_: int) -> Any:
        try:
            return factors.check_sms(user=user, code_key=issued.key, typed=wrong, at=NOW).outcome
        except factors.TooManyTries:
            return "wait"

    assert Count(together(guess, range(30))) == {
        Outcome.WRONG: 4, Outcome.TOO_MANY: 1, "wait": 25,
    }  # fmt: skip


def test_guessing_an_app_at_once_costs_five_compares_and_a_code_enters_once(
    together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    [user] = together(_owner, [0])
    together(lambda _: add_factor(user=user, secret=DEMO_SECRET, at=NOW), [0])
    compared: list[str] = []
    real = factors._matching_step

    def counted(secret: str, code: str, *rest: Any, **more: Any) -> int | None:
        compared.append(code)
        return real(secret, code, *rest, **more)

    monkeypatch.setattr(factors, "_matching_step", counted)

    def use(code: str) -> bool:
        try:
            return factors.check(user=user, code=code, at=NOW) is not None
        except factors.TooManyTries:
            return False

    right = factors.code_at(secret=DEMO_SECRET, at=NOW)
    assert sum(together(use, [right] * 5)) == 1
    compared.clear()
    together(lambda _: Counter.objects.filter(scope="factor").delete(), [0])
    assert not any(together(use, ["000000"] * 30))
    assert len(compared) == 5


def _owner(_: int) -> User:
    return make_user(
        role=Role.INSURED, phone="+79001234567", email="anna@example.org", password=PASSWORD,
        at=NOW, family_name="Климова", given_name="Анна",
    )  # fmt: skip


# The offer ------------------------------------------------------------------------------


def test_a_factor_is_offered_every_thirty_days_until_there_is_one(anna: User) -> None:
    days = [0, 1, 29, 31, 40]
    offered = [factors.take_offer(user=anna, at=NOW + timedelta(days=n)) for n in days]
    assert offered == [True, False, False, True, False]
    with_sms(anna)
    assert not factors.take_offer(user=anna, at=NOW + timedelta(days=90))


# Puzzle and stop ------------------------------------------------------------------------


def wanted(name: str, origin: str, device: str | None = None) -> bool:
    return sign_in.wants_puzzle(identifier=name, origin=origin, device=device, at=NOW)


def test_a_puzzle_comes_before_the_stop_for_name_and_place_known_or_not(anna: User) -> None:
    for name in ("anna@example.org", "nobody@example.org"):
        here, there = f"203.0.113.{len(name)}", "198.51.100.1"
        for n in range(5):
            assert wanted(name, here) is (n >= sign_in.PUZZLE_AFTER)
            assert wanted(name, there) is (n >= sign_in.PUZZLE_AFTER)
            assert wanted("fresh@example.org", here) is (n >= sign_in.PUZZLE_AFTER)
            attempt(name, origin=here)
        assert not wanted(name, there)  # now it waits: a puzzle would be of no use
    cookie = sign_in.remember_device(user=anna, cookie=None)
    assert not wanted("anna@example.org", "198.51.100.1", cookie)


def test_the_link_of_the_letter_lets_the_owner_past_the_stop(anna: User) -> None:
    for _ in range(6):
        attempt("anna@example.org")
    assert attempt("anna@example.org", PASSWORD).wait_until
    old = unlock.offer(user=anna, at=NOW)
    token = unlock.offer(user=anna, at=NOW)
    assert token not in str(OneTimeCode.objects.values_list())
    assert not unlock.is_good(token=old, at=NOW)
    assert unlock.is_good(token=token, at=NOW)
    assert unlock.use(token=token, at=NOW + unlock.LIFE) is None
    assert unlock.use(token=token, at=NOW) == anna
    assert unlock.use(token=token, at=NOW) is None
    cookie = sign_in.remember_device(user=anna, cookie=None)
    assert attempt("anna@example.org", PASSWORD, device=cookie).user == anna


def test_a_link_opened_at_once_works_once(together: Together) -> None:
    [user] = together(_owner, [0])
    [token] = together(lambda _: unlock.offer(user=user, at=NOW), [0])
    found = together(lambda _: unlock.use(token=token, at=NOW), range(10))
    assert sum(one is not None for one in found) == 1


# History and equal work -----------------------------------------------------------------


def test_the_history_tells_of_known_names_only(anna: User) -> None:
    for _ in range(7):
        attempt("anna@example.org")
        attempt("nobody@example.org", origin="198.51.100.1")
    lines = history.latest(user=anna)
    assert [line.outcome for line in lines] == ["stopped"] + ["wrong-password"] * 4
    assert {(line.agent, line.origin) for line in lines} == {("Firefox, Linux", "203.0.113.5")}
    assert SignIn.objects.count() == 5
    assert history.forget_old(before=NOW + timedelta(seconds=1)) == 5


@pytest.mark.parametrize("failures", [0, 3, 4, 5])
def test_an_unknown_name_costs_the_same_hashes_and_queries(
    anna: User, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    hashes: list[str] = []
    hasher = hashers.get_hasher()
    encode = type(hasher).encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashes.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(type(hasher), "encode", counted)
    spent = []
    for n, name in enumerate(("anna@example.org", "nobody@example.org")):
        place = f"203.0.113.{n}"
        for _ in range(failures):
            attempt(name, origin=place)
        hashes.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            attempt(name, origin=place)
        verbs = [query["sql"].split()[0] for query in queries]
        verbs = ["END" if verb in ("RELEASE", "ROLLBACK") else verb for verb in verbs]
        spent.append((len(hashes), verbs))
    assert spent[0][0] == spent[1][0] == (failures < 5)
    # A rollback to a savepoint is followed by its release: one cheap word more.
    known, unknown = ([v for v in verbs if v not in ("END", "SAVEPOINT")] for _, verbs in spent)
    assert known == unknown


def test_a_closed_password_costs_a_hash_too(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    Counter.objects.create(
        scope="sign-in-account", key=str(anna.pk), count=100, last_at=NOW,
        wait_until=NOW + timedelta(days=1),
    )  # fmt: skip
    burnt: list[str] = []
    monkeypatch.setattr(sign_in, "make_password", burnt.append)
    assert attempt("anna@example.org", PASSWORD).user is None
    assert len(burnt) == 1
    assert [line.outcome for line in history.latest(user=anna)] == ["stopped"]


# The end of a session -------------------------------------------------------------------


def test_a_session_ends_when_idle_and_at_the_latest(anna: User) -> None:
    session = SessionStore()
    session.set_expiry(NOW + timedelta(hours=12))
    session.save()
    Visit.objects.create(user=anna, session_key=session.session_key, started_at=NOW)
    idle.begin(session=session, at=NOW)

    def left(after: timedelta) -> idle.Left:
        return idle.left(session=session, user=anna, at=NOW + after)

    assert left(timedelta(0)).seconds == 30 * 60
    assert left(31 * MINUTE).seconds == 0
    idle.touch(session=session, user=anna, at=NOW + 30 * timedelta(seconds=1))
    assert Visit.objects.get().seen_at is None
    idle.touch(session=session, user=anna, at=NOW + 20 * MINUTE)
    assert Visit.objects.get().seen_at == NOW + 20 * MINUTE
    assert left(31 * MINUTE).seconds == 19 * 60
    anna.role = Role.FUND
    assert left(31 * MINUTE).seconds == 4 * 60
