"""Recovery, contacts, requests and blocks: used once also in parallel, undone, told apart."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password
from tests.domain.accounts.conftest import NOW, PASSWORD, Together

from oms.domain.accounts import (
    blocking,
    contacts,
    control_question,
    factors,
    permits,
    recovery,
    regain,
    requests,
)
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.models import AccountRequest, OneTimeCode, Permit, Role, User
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor, make_user
from oms.domain.journal.models import Entry
from oms.kit.denied import Denied
from oms.law.calendar import Calendar

NEW_PHONE, NEW_EMAIL = "+79005554433", "new@example.org"
TYPED = regain.Typed(
    family_name="климова", given_name="АННА", patronymic="", birth_date=date(1985, 3, 14),
    snils="11223344595", policy="", reach="вечером", phone=NEW_PHONE, email=NEW_EMAIL,
)  # fmt: skip


@pytest.fixture
def staff(db: None) -> Callable[..., User]:
    numbers = count()

    def hire(role: Role) -> User:
        n = next(numbers)
        return make_user(
            role=role, phone=f"+7900777000{n}", email=f"{role}{n}@example.org", password=PASSWORD,
            at=NOW, family_name="Фомин", given_name="Даниил",
        )  # fmt: skip

    return hire


def begun(user: User, channel: recovery.Channel = "email", at: Any = NOW) -> str:
    """A recovery in which the first code was right."""
    sending = recovery.send_code(
        identifier="anna@example.org", channel=channel, origin="192.0.2.1", at=at
    )
    checked, token = recovery.check_code(
        identifier="anna@example.org", channel=channel, code_key=sending.issued.key,
        typed=sending.issued.code, at=at,
    )  # fmt: skip
    assert checked.outcome is Outcome.RIGHT
    return token


def changed(user: User, channel: contacts.Channel, value: str, at: Any = NOW) -> contacts.Changed:
    sending = contacts.send_code(user=user, channel=channel, value=value, origin="192.0.2.1", at=at)
    _, done = contacts.confirm(
        user=user, channel=channel, value=value, code_key=sending.issued.key,
        typed=sending.issued.code, at=at,
    )  # fmt: skip
    assert done is not None
    user.refresh_from_db()
    return done


def test_one_right_code_begins_one_recovery_of_many_at_once(anna: User, together: Together) -> None:
    def send(_: int) -> recovery.Sending:
        return recovery.send_code(
            identifier="anna@example.org", channel="email", origin="192.0.2.1", at=NOW
        )

    sending = together(send, [0])[0]

    def attempt(_: int) -> str:
        return recovery.check_code(
            identifier="anna@example.org", channel="email", code_key=sending.issued.key,
            typed=sending.issued.code, at=NOW,
        )[1]  # fmt: skip

    assert sum(bool(token) for token in together(attempt, range(10))) == 1


def test_one_recovery_sets_one_password_of_many_at_once(anna: User, together: Together) -> None:
    token = together(begun, [anna])[0]

    def attempt(n: int) -> str:
        try:
            recovery.finish(token=token, password=f"новый пароль {n}", at=NOW)
        except recovery.Over:
            return ""
        return f"новый пароль {n}"

    set_to = [password for password in together(attempt, range(8)) if password]
    assert len(set_to) == 1
    kept = together(lambda pk: User.objects.get(pk=pk).password, [anna.pk])[0]
    assert check_password(set_to[0], kept)


def test_a_code_for_one_channel_or_name_opens_nothing_by_another(anna: User) -> None:
    sending = recovery.send_code(
        identifier="anna@example.org", channel="email", origin="192.0.2.1", at=NOW
    )
    for name, channel in (("anna@example.org", "phone"), ("+79001234567", "email")):
        checked, token = recovery.check_code(
            identifier=name, channel=channel, code_key=sending.issued.key,  # type: ignore[arg-type]
            typed=sending.issued.code, at=NOW,
        )  # fmt: skip
        assert (checked.outcome, token) == (Outcome.EXPIRED, "")


def test_no_step_is_passed_out_of_turn(anna: User) -> None:
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    control_question.set_question(user=anna, question="Кто?", answer="никто-то", at=NOW)
    token = begun(anna)
    with pytest.raises(recovery.Over):
        recovery.finish(token=token, password="новый пароль 1", at=NOW)
    with pytest.raises(recovery.Over):
        recovery.check_answer(token=token, typed="никто-то", at=NOW)
    code = factors.code_at(secret=DEMO_SECRET, at=NOW)
    assert recovery.check_factor(token=token, typed=code, at=NOW)
    with pytest.raises(recovery.Over):
        recovery.check_factor(token=token, typed=code, at=NOW)
    assert recovery.check_answer(token=token, typed="Никто то!", at=NOW)
    recovery.finish(token=token, password="новый пароль 1", at=NOW)
    anna.refresh_from_db()
    assert anna.check_password("новый пароль 1")


def test_a_contact_changes_everywhere_and_comes_back(anna: User) -> None:
    for channel, value, old in (
        ("phone", NEW_PHONE, "+79001234567"), ("email", NEW_EMAIL, "anna@example.org"),
    ):  # fmt: skip
        done = changed(anna, channel, value)  # type: ignore[arg-type]
        assert getattr(anna, channel) == value
        assert anna.profile_values.get(field=channel, current=True).value == value
        owner = contacts.undo(token=done.undo, at=NOW + timedelta(hours=71))
        assert getattr(owner, channel) == old
        assert not owner.has_usable_password(), "whoever changed it knew the password"
        with pytest.raises(contacts.UndoOver):
            contacts.undo(token=done.undo, at=NOW)
    assert EmailAddress.objects.get(user=anna).email == "anna@example.org"
    assert Entry.objects.filter(act="user.contact-undo", person=anna.key).count() == 2


def test_the_first_owner_undoes_all_changes_after(anna: User) -> None:
    first = changed(anna, "phone", NEW_PHONE)
    second = changed(anna, "phone", "+79005554434", at=NOW + timedelta(hours=1))
    contacts.undo(token=first.undo, at=NOW + timedelta(hours=2))
    anna.refresh_from_db()
    assert anna.phone == "+79001234567"
    with pytest.raises(contacts.UndoOver):
        contacts.undo(token=second.undo, at=NOW + timedelta(hours=2))


def test_an_undo_ends_after_three_days(anna: User) -> None:
    done = changed(anna, "phone", NEW_PHONE)
    with pytest.raises(contacts.UndoOver):
        contacts.undo(token=done.undo, at=NOW + timedelta(hours=72))


def test_a_taken_contact_gets_a_decoy_and_its_owner_is_named(
    anna: User, staff: Callable[..., User]
) -> None:
    other = staff(Role.INSURED)
    sending = contacts.send_code(
        user=anna, channel="phone", value=str(other.phone), origin="192.0.2.1", at=NOW
    )
    assert (sending.owner, sending.issued.code) == (other, "")
    assert OneTimeCode.objects.get(key=sending.issued.key).code_hash == ""


def test_a_contact_taken_meanwhile_is_refused_in_words(
    anna: User, staff: Callable[..., User]
) -> None:
    sending = contacts.send_code(
        user=anna, channel="email", value=NEW_EMAIL, origin="192.0.2.1", at=NOW
    )
    User.objects.filter(pk=staff(Role.INSURED).pk).update(email=NEW_EMAIL.upper())
    with pytest.raises(contacts.Taken):
        contacts.confirm(
            user=anna, channel="email", value=NEW_EMAIL, code_key=sending.issued.key,
            typed=sending.issued.code, at=NOW,
        )  # fmt: skip
    anna.refresh_from_db()
    assert anna.email == "anna@example.org"


def granted(anna: User, agent: User) -> regain.Granted:
    request = regain.ask(typed=TYPED, at=NOW, calendar=Calendar())
    found = regain.candidates(request=request, by=agent)
    assert [one.user for one in found] == [anna]
    return regain.grant(
        request=request, user=anna, how="document", note="Паспорт", by=agent, at=NOW
    )


def enters(token: str, at: Any) -> str:
    issued, number = regain.send_code(token=token, origin="192.0.2.1", at=at)
    assert number == NEW_PHONE
    checked, begun = regain.check_code(token=token, code_key=issued.key, typed=issued.code, at=at)
    assert checked.outcome is Outcome.RIGHT
    return begun


@pytest.fixture
def lost(anna: User) -> User:
    User.objects.filter(pk=anna.pk).update(birth_date=date(1985, 3, 14))
    add_factor(user=anna, secret=DEMO_SECRET, at=NOW)
    control_question.set_question(user=anna, question="Кто?", answer="никто-то", at=NOW)
    anna.refresh_from_db()
    return anna


def test_with_a_live_old_contact_the_way_in_waits_a_day(
    lost: User, staff: Callable[..., User]
) -> None:
    done = granted(lost, staff(Role.SUPPORT))
    assert set(done.old) == {("phone", "+79001234567"), ("email", "anna@example.org")}
    with pytest.raises(recovery.Over):
        regain.send_code(token=done.token, origin="192.0.2.1", at=NOW + timedelta(hours=23))
    at = NOW + timedelta(hours=24)
    token = enters(done.token, at)
    recovery.finish(token=token, password="новый пароль 1", at=at)
    lost.refresh_from_db()
    assert (lost.phone, lost.email) == (NEW_PHONE, NEW_EMAIL)
    assert lost.check_password("новый пароль 1")
    assert not factors.has_factor(user=lost)
    assert control_question.of(user=lost) is None
    with pytest.raises(recovery.Over):
        regain.send_code(token=done.token, origin="192.0.2.1", at=at)
    with pytest.raises(regain.TooLate):
        regain.stop(token=done.stop, at=at)


def test_without_any_old_contact_it_opens_at_once(lost: User, staff: Callable[..., User]) -> None:
    User.objects.filter(pk=lost.pk).update(phone_confirmed_at=None, email_confirmed_at=None)
    done = granted(lost, staff(Role.SUPPORT))
    assert (done.old, done.opens_at) == ((), NOW)
    assert enters(done.token, NOW)


def test_the_owner_stops_a_thief_with_one_right_even_in_the_last_minute(
    lost: User, staff: Callable[..., User]
) -> None:
    done = granted(lost, staff(Role.SUPPORT))
    at = NOW + timedelta(hours=24)
    token = enters(done.token, at)
    stopped = regain.stop(token=done.stop, at=at)
    assert (stopped.state, stopped.answer) == (AccountRequest.State.REFUSED, regain.STOPPED)
    with pytest.raises(recovery.Over):
        recovery.finish(token=token, password="пароль вора 1", at=at)
    lost.refresh_from_db()
    assert lost.check_password(PASSWORD)
    assert factors.has_factor(user=lost)
    with pytest.raises(regain.TooLate):
        regain.stop(token=done.stop, at=at)


def test_who_may_let_whom_in(lost: User, staff: Callable[..., User]) -> None:
    support, boss = staff(Role.SUPPORT), staff(Role.ADMINISTRATOR)
    assert regain.may_grant(by=support, user=lost)
    assert not regain.may_grant(by=boss, user=lost)
    assert regain.may_grant(by=boss, user=support)
    assert not regain.may_grant(by=support, user=boss)
    for by in (support, boss, staff(Role.FUND), lost):
        assert not regain.may_grant(by=by, user=by)
    request = regain.ask(typed=TYPED, at=NOW, calendar=Calendar())
    assert regain.candidates(request=request, by=boss) == []
    with pytest.raises(regain.NotFoundAccount):
        regain.grant(request=request, user=lost, how="call", note="", by=boss, at=NOW)


def test_a_new_contact_of_somebody_else_is_refused(lost: User, staff: Callable[..., User]) -> None:
    support = staff(Role.SUPPORT)
    User.objects.filter(pk=staff(Role.INSURED).pk).update(phone=NEW_PHONE)
    request = regain.ask(typed=TYPED, at=NOW, calendar=Calendar())
    with pytest.raises(regain.ContactElsewhere):
        regain.grant(request=request, user=lost, how="call", note="", by=support, at=NOW)
    assert not Permit.objects.filter(purpose=Permit.Purpose.ACCESS).exists()


@pytest.fixture
def agents(staff: Callable[..., User]) -> list[User]:
    return [staff(Role.SUPPORT) for _ in range(4)]


def test_two_agents_grant_once(lost: User, agents: list[User], together: Together) -> None:
    request = together(lambda _: regain.ask(typed=TYPED, at=NOW, calendar=Calendar()), [0])[0]

    def attempt(by: User) -> bool:
        try:
            regain.grant(request=request, user=lost, how="call", note="", by=by, at=NOW)
        except requests.AlreadyDecided:
            return False
        return True

    def ways_in(_: int) -> int:
        return Permit.objects.filter(purpose=Permit.Purpose.ACCESS, used_at=None).count()

    assert sum(together(attempt, agents)) == 1
    assert together(ways_in, [0]) == [1]


def test_requests_are_limited_per_name_and_place(db: None) -> None:
    others = [
        regain.Typed(**{**TYPED.__dict__, "given_name": name})
        for name in ("Ада", "Ева", "Яна", "Оля")
    ]
    waits = [regain.charge(typed=TYPED, origin=f"192.0.2.{n}", at=NOW) for n in range(4)]
    assert [wait is None for wait in waits] == [True, True, True, False]
    waits = [regain.charge(typed=one, origin="198.51.100.1", at=NOW) for one in others]
    assert all(wait is None for wait in waits)
    assert regain.charge(typed=others[0], origin="198.51.100.1", at=NOW) is None
    assert regain.charge(typed=others[1], origin="198.51.100.1", at=NOW) is not None


def contested(anna: User, by: User) -> AccountRequest:
    blocking.block(user=anna, reason="forged", text="Паспорт другой.", by=by, at=NOW)
    return requests.ask(
        kind=AccountRequest.Kind.CONTEST, user=anna, typed={}, text="Ошибка", about=anna.key,
        at=NOW,
    )  # fmt: skip


def test_a_contest_is_asked_once_due_in_ten_working_days_and_judged_by_another(
    anna: User, staff: Callable[..., User]
) -> None:
    first, second = staff(Role.SUPPORT), staff(Role.SUPPORT)
    request = contested(anna, first)
    again = requests.ask(
        kind=AccountRequest.Kind.CONTEST, user=anna, typed={}, text="Ещё раз", about=anna.key,
        at=NOW,
    )  # fmt: skip
    assert again == request
    assert request.due_at.date() == date(2026, 12, 4)
    with pytest.raises(requests.SameHands):
        requests.decide(request=request, done=True, answer="Да", by=first, at=NOW)
    requests.decide(request=request, done=True, answer="Ошиблись", by=second, at=NOW)
    anna.refresh_from_db()
    assert anna.is_active
    assert anna.blocked_reason == ""
    with pytest.raises(requests.AlreadyDecided):
        requests.decide(request=request, done=False, answer="Нет", by=second, at=NOW)


def test_a_contest_refused_leaves_the_account_closed(
    anna: User, staff: Callable[..., User]
) -> None:
    request = contested(anna, staff(Role.ADMINISTRATOR))
    requests.decide(
        request=request, done=False, answer="Данные чужие", by=staff(Role.SUPPORT), at=NOW
    )
    anna.refresh_from_db()
    assert not anna.is_active
    assert anna.blocked_reason == "Загружены поддельные документы. Паспорт другой."


@pytest.mark.parametrize("role", list(Role))
def test_who_blocks_whom(anna: User, staff: Callable[..., User], role: Role) -> None:
    by, colleague = staff(role), staff(Role.FUND)
    for user, allowed in (
        (anna, role in {Role.SUPPORT, Role.ADMINISTRATOR}),
        (colleague, role == Role.ADMINISTRATOR),
        (by, False),
    ):
        try:
            blocking.block(user=user, reason="attack", text="Перебор", by=by, at=NOW)
        except Denied:
            assert not allowed
        else:
            assert allowed
            entry = Entry.objects.filter(act="user.block").latest("pk")
            assert entry.payload.data == {"reason": "attack", "text": "Перебор"}
            assert (entry.actor, entry.subject, entry.at) == (by.key, user.key, NOW)
            with pytest.raises(blocking.AlreadySo):
                blocking.block(user=user, reason="attack", text="Ещё", by=by, at=NOW)


def test_tokens_are_typed_as_people_type_and_kept_as_hashes(anna: User) -> None:
    token = permits.give(purpose=Permit.Purpose.UNDO, user=anna, at=NOW, life=timedelta(hours=1))
    row = Permit.objects.get()
    assert token not in row.token_hash
    for typed in (token.lower(), token.replace("-", " "), f" {token} "):
        assert permits.find(token=typed, purposes=(Permit.Purpose.UNDO,), at=NOW) == row
    for purposes in ((Permit.Purpose.STOP,), (Permit.Purpose.RECOVERY, Permit.Purpose.ACCESS)):
        assert permits.find(token=token, purposes=purposes, at=NOW) is None
