from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import insurer_choice
from oms.law.facts import (
    Ground,
    InsuranceFacts,
    InsurerFacts,
    LegalStatus,
    PersonFacts,
    PersonState,
    PolicyState,
)

OLD, NEW = "77001", "77002"
PERSON = PersonFacts(
    birth_date=date(1990, 5, 1),
    policy_state=PolicyState.ACTIVE,
    insurer=OLD,
    insured_since=date(2019, 3, 1),
    insurances=(InsuranceFacts(OLD, date(2019, 3, 1), None, Ground.FIRST_CHOICE),),
    region="77",
    residence_region="77",
)
INSURER = InsurerFacts(NEW, "77", date(2012, 1, 1))
ELSEWHERE = InsurerFacts("50001", "50", date(2012, 1, 1))
AUTUMN = date(2026, 10, 5)


def _changed(ground, begins_on):
    past = InsuranceFacts(OLD, begins_on, None, ground)
    return replace(PERSON, insurances=(*PERSON.insurances, past))


def _codes(person=PERSON, **facts):
    defaults = {"new_insurer": INSURER, "ground": Ground.YEARLY, "on": AUTUMN}
    refusals = insurer_choice.may_change(person, **(defaults | facts))
    assert all(
        refusal.basis or refusal.code in ("person-died", "record-merged") for refusal in refusals
    )
    return [refusal.code for refusal in refusals]


@pytest.mark.parametrize(
    ("on", "codes"),
    [
        (date(2026, 1, 1), []),
        (date(2026, 11, 1), []),
        (date(2026, 11, 2), ["after-first-november"]),
        (date(2026, 12, 31), ["after-first-november"]),
    ],
)
def test_the_first_of_november_is_the_last_day(on, codes):
    assert _codes(on=on) == codes


@pytest.mark.parametrize(
    ("past", "codes"),
    [
        ((Ground.YEARLY, date(2026, 1, 1)), ["yearly-limit"]),
        ((Ground.YEARLY, date(2025, 12, 31)), []),
        ((Ground.YEARLY, date(2027, 1, 1)), []),
        ((Ground.MOVE, date(2026, 3, 1)), []),
        ((Ground.FIRST_CHOICE, date(2026, 3, 1)), []),
        ((Ground.CONTRACT_ENDED, date(2026, 3, 1)), []),
    ],
)
def test_only_a_change_at_wish_uses_up_the_year(past, codes):
    assert _codes(_changed(*past)) == codes


def test_several_refusals_come_at_once():
    person = _changed(Ground.YEARLY, date(2026, 2, 1))
    assert _codes(person, on=date(2026, 11, 22)) == ["yearly-limit", "after-first-november"]


def test_a_move_is_free_of_the_yearly_limit_and_of_november():
    person = _changed(Ground.YEARLY, date(2026, 2, 1))
    move = {"ground": Ground.MOVE, "on": date(2026, 11, 22), "new_insurer": ELSEWHERE}
    assert _codes(person, **move, moved_on=date(2026, 11, 20)) == []


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, ["move-date-missing"]),
        ({"moved_on": date(2026, 10, 6)}, ["move-in-future"]),
        ({"moved_on": AUTUMN}, ["move-not-confirmed"]),
        ({"moved_on": AUTUMN, "address_changed": True}, []),
        ({"moved_on": AUTUMN, "new_insurer": ELSEWHERE}, []),
    ],
)
def test_a_move_needs_a_past_day_and_another_place(facts, codes):
    assert _codes(ground=Ground.MOVE, **facts) == codes


def test_one_move_gives_one_change():
    person = _changed(Ground.MOVE, date(2026, 6, 1))
    move = {"ground": Ground.MOVE, "address_changed": True}
    assert _codes(person, **move, moved_on=date(2026, 5, 20)) == ["move-already-used"]
    assert _codes(person, **move, moved_on=date(2026, 6, 1)) == ["move-already-used"]
    assert _codes(person, **move, moved_on=date(2026, 8, 1)) == []


def test_end_of_the_insurers_contract_opens_any_day():
    on = {"ground": Ground.CONTRACT_ENDED, "on": date(2026, 12, 20)}
    assert _codes(**on) == ["contract-not-ended"]
    assert _codes(replace(PERSON, insurer_contract_ends=date(2027, 1, 1)), **on) == []


@pytest.mark.parametrize(
    ("insurer", "codes"),
    [
        (replace(INSURER, code=OLD), ["same-insurer"]),
        (replace(INSURER, excluded_on=AUTUMN), ["insurer-excluded"]),
        (replace(INSURER, excluded_on=date(2026, 10, 6)), []),
        (replace(INSURER, included_from=date(2026, 10, 6)), ["insurer-not-in-register"]),
        (replace(INSURER, suspended=True), ["insurer-suspended"]),
        (ELSEWHERE, ["insurer-other-region"]),
    ],
)
def test_the_new_insurer_must_be_able_to_take_the_person(insurer, codes):
    assert _codes(new_insurer=insurer) == codes


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": PersonState.DIED}, "person-died"),
        ({"state": PersonState.MERGED}, "record-merged"),
        ({"state": PersonState.SUSPENDED}, "policy-suspended"),
        ({"state": PersonState.ANNULLED}, "policy-annulled"),
        ({"policy_state": PolicyState.ANNULLED}, "policy-annulled"),
        ({"policy_state": PolicyState.SUSPENDED}, "policy-suspended"),
        ({"policy_state": PolicyState.EXPIRED}, "policy-expired"),
        ({"policy_valid_until": date(2026, 10, 4)}, "policy-expired"),
        ({"policy_state": None, "insurer": ""}, "not-insured"),
        ({"in_service": True}, "not-insured-category"),
        ({"status": LegalStatus.VISITOR}, "right-not-confirmed"),
    ],
)
def test_the_record_must_allow_a_change(change, code):
    person = replace(PERSON, **change)
    assert _codes(person) == [code]
    assert not insurer_choice.window(person, on=AUTUMN).open


@pytest.mark.parametrize("birth_date", [date(2020, 1, 1), date(2008, 10, 6)])
def test_a_minor_is_represented(birth_date):
    minor = replace(PERSON, birth_date=birth_date)
    assert _codes(minor) == ["representative-needed"]
    assert _codes(minor, by_representative=True) == []
    assert _codes(replace(minor, birth_date=date(2008, 10, 5))) == []


def test_first_choice():
    newcomer = replace(PERSON, policy_state=None, insurer="", insurances=())
    choose = insurer_choice.may_choose_first
    assert choose(newcomer, insurer=INSURER, on=AUTUMN) == ()
    assert [r.code for r in choose(PERSON, insurer=INSURER, on=AUTUMN)] == ["already-insured"]
    expired = replace(PERSON, policy_state=PolicyState.EXPIRED)
    assert choose(expired, insurer=INSURER, on=AUTUMN) == ()
    gone = replace(INSURER, excluded_on=date(2020, 1, 1))
    assert [r.code for r in choose(newcomer, insurer=gone, on=AUTUMN)] == ["insurer-excluded"]
    assert _codes(ground=Ground.FIRST_CHOICE) == ["ground-not-suitable"]


def test_window_in_words():
    now = insurer_choice.window(PERSON, on=AUTUMN)
    assert (now.open, now.until, now.next_from) == (True, date(2026, 11, 1), None)
    assert now.text.replace("\u00a0", " ") == (
        "Сменить страховую организацию можно до 1 ноября 2026 г. включительно."
    )
    late = insurer_choice.window(PERSON, on=date(2026, 11, 22))
    assert (late.open, late.until, late.next_from) == (False, None, date(2027, 1, 1))
    assert late.text.replace("\u00a0", " ") == (
        "Сменить страховую организацию можно было до 1 ноября 2026 г. "
        "Снова можно с 1 января 2027 г. При переезде можно раньше."
    )
    used = insurer_choice.window(_changed(Ground.YEARLY, date(2026, 2, 1)), on=AUTUMN)
    assert (used.open, used.next_from) == (False, date(2027, 1, 1))
    ending = replace(PERSON, insurer_contract_ends=date(2027, 1, 1))
    assert insurer_choice.window(ending, on=date(2026, 12, 20)).open


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.lists(
        st.tuples(st.sampled_from(Ground), st.dates(date(2019, 4, 1), date(2030, 12, 31))),
        max_size=5,
    ),
)
def test_the_window_is_open_exactly_when_a_change_at_wish_is_lawful(on, history):
    past = tuple(InsuranceFacts(OLD, day, None, ground) for ground, day in history)
    person = replace(PERSON, insurances=past)
    window = insurer_choice.window(person, on=on)
    assert window.open is (_codes(person, on=on) == [])
    if window.next_from:
        assert insurer_choice.window(replace(person, insurances=()), on=window.next_from).open


def test_the_day_it_takes_effect_is_never_before_the_decision():
    takes_effect = insurer_choice.takes_effect
    assert takes_effect(decided_on=AUTUMN) == AUTUMN
    assert takes_effect(decided_on=AUTUMN, desired_on=date(2026, 10, 1)) == AUTUMN
    assert takes_effect(decided_on=AUTUMN, desired_on=date(2026, 10, 9)) == date(2026, 10, 9)
