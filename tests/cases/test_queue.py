"""The operator's queue and the applicant's history: who sees what, at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories as make

from oms.cases import actions, queries
from oms.cases.models import Case
from oms.cases.states import State

pytestmark = pytest.mark.django_db


def many(count: int, source: Case) -> None:
    """Copies of one submitted case, a minute apart."""
    start = Case.objects.count()
    users = [make.user() for _ in range(count)]
    rows = []
    for n, user in enumerate(users, start):
        row = Case.objects.get(pk=source.pk)
        row.pk, row.number, row.applicant = None, f"26-900-{n:03}-0", user
        row.due_at = source.due_at + timedelta(minutes=n)
        rows.append(row)
    Case.objects.bulk_create(rows)


def test_the_queue_costs_the_same_however_long_it_is() -> None:
    operator, case = make.operator(), make.submitted()
    costs = []
    for more in (25, 225):
        many(more, case)
        with CaptureQueriesContext(connection) as seen:
            page = queries.queue(operator, at=make.NOON)
            counts = queries.queue_counts(operator, at=make.NOON)
            assert len({(c.number, str(c.assignee)) for c in page.cases}) == 25
        costs.append(len(seen))
        assert "COUNT(" not in seen.captured_queries[0]["sql"].upper()
        assert counts.all == Case.objects.count()
    assert costs == [2, 2]


def test_pages_hold_every_case_once_even_when_terms_are_alike() -> None:
    operator, case = make.operator(), make.submitted()
    many(60, case)
    Case.objects.update(due_at=case.due_at)
    found, after = [], ""
    for _ in range(10):
        page = queries.queue(operator, at=make.NOON, after=after, limit=25)
        found += [c.pk for c in page.cases]
        after = page.after
        if not after:
            break
    assert len(found) == len(set(found)) == 61


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "2026-01-01~",
        "2026-99-99T00:00:00+00:00~1",
        "~",
        "\x00~1",
        "2026-01-01T00:00:00~5",
        f"2026-01-01T00:00:00+00:00~{10**30}",
    ],
)
def test_a_made_up_place_begins_anew(after) -> None:
    operator, case = make.operator(), make.submitted()
    assert [c.pk for c in queries.queue(operator, at=make.NOON, after=after).cases] == [case.pk]


def test_filters_say_what_their_names_say() -> None:
    operator = make.operator()
    unassigned, mine, waiting, overdue, today = (make.submitted() for _ in range(5))
    for case in (mine, waiting):
        actions.perform("take", case, by=operator, at=make.NOON)
    actions.perform("ask", waiting, by=operator, at=make.NOON, note="?")
    Case.objects.filter(pk=overdue.pk).update(due_at=make.NOON - timedelta(hours=1))
    Case.objects.filter(pk=today.pk).update(due_at=make.NOON + timedelta(hours=5))

    def numbers(name: str) -> set[int]:
        return {c.pk for c in queries.queue(operator, at=make.NOON, filter=name).cases}

    assert numbers("mine") == {mine.pk, waiting.pk}
    assert numbers("unassigned") == {unassigned.pk, overdue.pk, today.pk}
    assert numbers("waiting") == {waiting.pk}
    assert numbers("overdue") == {overdue.pk}
    assert numbers("today") == {today.pk}
    assert len(numbers("all")) == 5
    counts = queries.queue_counts(operator, at=make.NOON)
    assert (counts.mine, counts.unassigned, counts.today, counts.waiting, counts.overdue) == (
        2, 3, 1, 1, 1,
    )  # fmt: skip
    assert (counts.all, counts.more) == (5, False)


def test_an_organisation_sees_its_cases_and_no_draft() -> None:
    case = make.submitted()
    make.policy_draft()
    others = [
        make.operator(make.insurer("77002")),
        make.operator(make.fund()),
        make.user(role="supervisor"),
        make.user(role="support"),
    ]
    assert [c.pk for c in queries.queue(make.operator(), at=make.NOON).cases] == [case.pk]
    for other in others:
        assert queries.queue(other, at=make.NOON).cases == ()
        assert queries.queue_counts(other, at=make.NOON).all == 0


@pytest.mark.parametrize("text", ["{number}", "{plain}", "проверк", "ПРОВЕРКИНА", "{start}"])
def test_search_finds_by_number_and_surname(text) -> None:
    operator, case = make.operator(), make.submitted()
    make.submitted(make.user(family_name="Орлов"), family_name="Орлов")
    typed = text.format(
        number=case.number, plain=case.number.replace("-", ""), start=case.number[:10]
    )
    page = queries.queue(operator, at=make.NOON, text=typed)
    assert [c.pk for c in page.cases] == [case.pk]


@pytest.mark.parametrize("text", ["\x00", "%", "'", "я" * 10_000, "999999999999999999999"])
def test_strange_searches_find_nothing_and_break_nothing(text) -> None:
    make.submitted()
    assert queries.queue(make.operator(), at=make.NOON, text=text).cases == ()


def test_taking_the_next_takes_the_most_urgent() -> None:
    operator = make.operator()
    later, sooner = make.submitted(), make.submitted()
    Case.objects.filter(pk=sooner.pk).update(due_at=later.due_at - timedelta(days=1))
    assert actions.take_next(by=operator, at=make.NOON).pk == sooner.pk
    assert actions.take_next(by=operator, at=make.NOON).pk == later.pk
    assert actions.take_next(by=operator, at=make.NOON) is None


def test_history_pages_back_through_ones_own() -> None:
    user = make.user()
    make.insurer()
    cases = []
    for _ in range(5):
        case = make.submitted(user)
        cases.append(actions.perform("withdraw", case, by=user, at=make.NOON))
    make.submitted()
    whole = queries.Asked()
    first = queries.history(user, whole, limit=3)
    rest = queries.history(user, whole, limit=3, after=first.after)
    assert [c.pk for c in first.cases + rest.cases] == [c.pk for c in reversed(cases)]
    assert rest.after == ""
    found = queries.history(user, queries.Asked(text=cases[0].number))
    assert [c.pk for c in found.cases] == [cases[0].pk]


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (queries.Asked(), 5),
        (queries.Asked(text="полиса"), 5),
        (queries.Asked(text="ПОЛИСА оформление"), 5),
        (queries.Asked(text="СМО 77001"), 0),  # a number that begins no case
        (queries.Asked(text="26-000-0"), 5),
        (queries.Asked(text="нет такого\0"), 0),
        (queries.Asked(state="open"), 0),
        (queries.Asked(state="closed"), 5),
        (queries.Asked(service="change-insurer"), 0),
        (queries.Asked(service="issue-policy", year=2026), 5),
        (queries.Asked(year=2025), 0),
    ],
)
def test_history_is_searched_and_filtered(asked, number) -> None:
    user = make.user()
    for _ in range(5):
        case = make.submitted(user)
        actions.perform("withdraw", case, by=user, at=make.NOON)
    make.submitted()

    assert len(queries.history(user, asked).cases) == number
    assert queries.choices(user) == ([("issue-policy", "Оформление полиса ОМС")], [2026])


def test_comparison_marks_what_differs_and_names_the_likely_record() -> None:
    number = make.snils()
    make.insured(make.user(), given_name="Алла", snils=number)
    case = make.submitted(snils=number)
    seen = queries.comparison(case, on=make.TODAY)
    differing = {row.label for row in seen.rows if row.differs}
    assert differing == {"Имя"}
    assert seen.matches[0].person.snils == number
    assert seen.matches[0].reasons


def test_pages_of_a_case_cost_a_fixed_number_of_queries() -> None:
    user = make.user()
    draft = make.policy_draft(user)
    with CaptureQueriesContext(connection) as seen:
        queries.bound_step(draft, "insurer", on=make.TODAY)
    assert len(seen) <= 6
    with CaptureQueriesContext(connection) as seen:
        queries.timeline(draft)
        queries.clock(draft, at=make.NOON)
    assert len(seen) <= 2
    assert draft.state == State.DRAFT


@pytest.mark.parametrize(
    "after", ["0001-01-01T00:00:00+14:00~1", "9999-12-31T23:59:59-14:00~1", "\x00~1", "~", "١~١"]
)
def test_a_crafted_place_begins_the_list_anew(after) -> None:
    operator, case = make.operator(), make.submitted()
    assert queries.queue(operator, at=make.NOON, after=after).cases == (case,)
    assert queries.history(case.applicant, queries.Asked(), after=after).cases == (case,)
