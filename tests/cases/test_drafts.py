"""Starting, typing, leaving, two tabs, submitting, doing it again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import factories as make

from oms.cases import actions, queries
from oms.cases.answers import keepable, merged
from oms.cases.models import Case
from oms.cases.review import walk
from oms.cases.states import State
from oms.domain.journal.models import Entry
from oms.law import case_number

pytestmark = pytest.mark.django_db


def test_a_started_case_has_a_number_people_can_read_aloud() -> None:
    case = make.policy_draft()
    assert case_number.parse(case.number).year == 2026
    assert Entry.objects.filter(act="case.start", subject=case.key).count() == 1


def test_starting_twice_returns_the_draft() -> None:
    draft = make.policy_draft()
    again = actions.start(service="issue-policy", applicant=draft.applicant, at=make.NOON)
    assert again.pk == draft.pk
    assert again.typed == draft.typed


def test_starting_beside_a_submitted_one_names_it() -> None:
    case = make.submitted()
    with pytest.raises(actions.AlreadyOpen) as no:
        actions.start(service="issue-policy", applicant=case.applicant, at=make.NOON)
    assert case.number in no.value.text
    assert no.value.link == queries.link(case.number)


def test_who_may_not_apply_is_told_why_and_where_to_go() -> None:
    user = make.user()
    make.insured(user)
    with pytest.raises(actions.ClosedTo) as no:
        actions.start(service="issue-policy", applicant=user, at=make.NOON)
    assert [r.code for r in no.value.refusals] == ["already-insured"]
    assert Case.objects.count() == 0


def test_a_service_that_is_not_there_is_not_found() -> None:
    with pytest.raises(actions.NoSuchService):
        actions.start(service="../../etc", applicant=make.user(), at=make.NOON)


def test_what_was_typed_is_kept_as_it_was_typed() -> None:
    user = make.user()
    case = make.draft("issue-policy", user, {"person": {"birth_date": " 31.02.19 ", "sex": "9"}})
    kept = Case.objects.get(pk=case.pk).typed["person"]
    assert kept == {"birth_date": " 31.02.19 ", "sex": "9"}
    form = queries.bound_step(case, "person", on=make.TODAY)
    assert form["birth_date"].value() == " 31.02.19 "
    assert set(form.errors) == {"birth_date", "sex"}  # what is empty so far is no error yet


def test_names_a_page_should_not_send_are_dropped_and_unticked_boxes_are_kept() -> None:
    user = make.user()
    case = make.draft("issue-policy", user, {"confirm": {"csrf": "x", "state": "approved"}})
    assert case.typed == {"confirm": {"truth": False}}


HOSTILE = [
    "\x00",
    "Анна\x00Викторовна",
    "\ud800",
    "я" * 1_000_000,
    "\N{RIGHT-TO-LEFT OVERRIDE}аннА",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "💣" * 300,
    "\x1b[31m",
    "9" * 5000,
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("service", ["issue-policy", "change-insurer"])
def test_hostile_values_are_kept_refused_in_words_and_break_nothing(service, value) -> None:
    user = make.user()
    if service == "change-insurer":
        make.insured(user)
    case = make.draft(service, user)
    for step in queries.service_of(case).steps:
        typed = dict.fromkeys(step.base_fields, value)
        if step.code not in walk(case, on=make.TODAY).forms:
            continue  # not asked, as the answers stand
        form = queries.bound_step(case, step.code, on=make.TODAY, data=typed)
        for errors in form.errors.values():
            assert all(len(str(error).split()) <= 22 for error in errors), errors
            assert value not in str(errors) or len(value) < 3
        str(form).encode()
        case = actions.save_draft(case=case, step=step.code, typed=typed, by=user, at=make.NOON)
    review = queries.review(case, on=make.TODAY)
    assert not review.complete
    assert {"\x00", "\ud800"}.isdisjoint("".join(line.value for line in review.lines))
    with pytest.raises(actions.NotReady):
        actions.perform("submit", case, by=user, at=make.NOON)


@given(st.recursive(st.text() | st.none() | st.booleans() | st.integers(), st.lists, max_leaves=5))
def test_anything_can_be_kept(value) -> None:
    kept = keepable(value)
    assert keepable(kept) == kept
    str(kept).encode()


def test_two_tabs_lose_nothing() -> None:
    """Tab B was opened before tab A saved a surname; B then saves a birth place."""
    user = make.user()
    case = make.draft(
        "issue-policy", user, {"person": {"family_name": "Иванова", "birth_place": ""}}
    )
    seen = case.revision
    tab_a = {"family_name": "Петрова", "birth_place": ""}
    tab_b = {"family_name": "Иванова", "birth_place": "Тверь"}

    for typed in (tab_a, tab_b):
        case = actions.save_draft(
            case=case, step="person", typed=typed, by=user, at=make.NOON, revision=seen
        )

    assert case.typed["person"] == {"family_name": "Петрова", "birth_place": "Тверь"}


def test_typed_in_both_tabs_the_later_wins_and_the_earlier_is_still_there() -> None:
    user = make.user()
    case = make.draft("issue-policy", user, {"person": {"birth_place": "Тверь"}})
    seen = case.revision
    for place in ("Москва", "Тула"):
        case = actions.save_draft(
            case=case, step="person", typed={"birth_place": place}, by=user,
            at=make.NOON, revision=seen,
        )  # fmt: skip
    assert case.typed["person"]["birth_place"] == "Тула"
    assert "Москва" in [before for _, before in case.trail["person"]["birth_place"]]


def test_saving_the_same_changes_no_revision() -> None:
    user = make.user()
    case = make.draft("issue-policy", user, {"person": {"birth_place": "Тверь"}})
    later = make.NOON + timedelta(minutes=5)
    again = actions.save_draft(
        case=case, step="person", typed={"birth_place": "Тверь"}, by=user, at=later
    )
    assert (again.revision, again.saved_at) == (case.revision, later)


def test_a_tab_older_than_the_trail_is_taken_as_typed() -> None:
    values, trail = merged(kept={"a": "9"}, typed={"a": "1"}, trail={}, seen=1, revision=20)
    assert values == {"a": "1"}
    assert trail == {"a": [[20, "9"]]}


def test_only_the_applicant_types_and_only_in_a_draft() -> None:
    case = make.submitted()
    with pytest.raises(actions.NotYours):
        actions.save_draft(case=case, step="person", typed={}, by=make.user(), at=make.NOON)
    with pytest.raises(actions.WrongState):
        actions.save_draft(case=case, step="person", typed={}, by=case.applicant, at=make.NOON)


def test_submission_pins_what_it_was_made_under() -> None:
    case = make.submitted()
    assert case.pinned["term"] == {"code": "policy-issue", "amount": 5, "unit": "working_days"}
    assert case.pinned["consents"] == {"terms": "1", "personal-data": "1"}
    assert len(case.pinned["rules"]) == 12
    labels = {f[0]: f[1:] for step in case.pinned["form"] for f in step["fields"]}
    assert labels["family_name"] == ["Фамилия", "Проверкина"]
    assert case.answers["birth_date"] == "1985-03-14"
    assert case.answers["department_code"] == "770-001"
    assert case.insurer_id == "77001"
    assert queries.application(case, on=make.TODAY).answers["birth_date"].year == 1985


def test_an_incomplete_draft_is_shown_field_by_field() -> None:
    draft = make.policy_draft(birth_date="14.03.2085", truth=None)
    with pytest.raises(actions.NotReady) as no:
        actions.perform("submit", draft, by=draft.applicant, at=make.NOON)
    review = no.value.review
    assert review.errors["birth_date"].startswith("Дата рождения: ")
    assert not review.complete
    marks = {line.name: line.ok for line in review.lines}
    assert marks["family_name"]
    assert not marks["birth_date"]
    assert Case.objects.get(pk=draft.pk).state == State.DRAFT


def test_progress_leads_to_the_first_step_not_done() -> None:
    user = make.user()
    make.insurer()
    typed = make.typed_policy()
    case = make.draft("issue-policy", user, {"person": typed["person"]})
    states = queries.progress(case, on=make.TODAY)
    assert [s.done for s in states] == [True, False, False, False, False, False]
    assert [s.code for s in states if s.current] == ["document"]


def test_an_untouched_step_is_filled_in_from_the_profile() -> None:
    case = make.draft("issue-policy", make.user(family_name="Королёва"))
    form = queries.bound_step(case, "person", on=make.TODAY)
    assert not form.is_bound
    assert form["family_name"].value() == "Королёва"
    assert "14.03.1985" in str(form["birth_date"])


def test_a_discarded_draft_keeps_nothing_typed() -> None:
    draft = make.policy_draft()
    gone = actions.perform("discard", draft, by=draft.applicant, at=make.NOON)
    gone.refresh_from_db()
    assert (gone.state, gone.typed, gone.trail) == (State.WITHDRAWN, {}, {})
    assert queries.history(draft.applicant, queries.Asked()).cases == ()


def test_again_keeps_everything_typed_but_the_signature() -> None:
    operator = make.operator()
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    reasons = [{"code": "data-differ", "about": "Дата рождения", "field": "birth_date"}]
    case = actions.perform("reject", case, by=operator, at=make.NOON, reasons=reasons)
    assert case.refusals[0]["text"] == "Поле «Дата рождения» не совпадает с реестром."

    again = actions.repeat(case=case, by=case.applicant, at=make.NOON)

    assert again.previous_id == case.pk
    assert "confirm" not in again.typed
    assert again.typed["person"] == case.typed["person"]
    assert queries.review(again, on=make.TODAY).ready
    assert actions.repeat(case=case, by=case.applicant, at=make.NOON).pk == again.pk


def test_an_open_case_is_not_repeated() -> None:
    case = make.submitted()
    with pytest.raises(actions.WrongState):
        actions.repeat(case=case, by=case.applicant, at=make.NOON)
    with pytest.raises(actions.NotYours):
        actions.repeat(case=case, by=make.user(), at=make.NOON)
