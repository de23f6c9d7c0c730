"""Questions, answers, the clock that stands meanwhile, expiry and reopening."""

from datetime import UTC, datetime, timedelta

import pytest
from tests import factories as make

from oms.cases import actions, queries, tasks
from oms.cases.models import Case, Pause
from oms.cases.states import State
from oms.domain.notifications.models import Message

pytestmark = pytest.mark.django_db
TUESDAY = make.NOON + timedelta(days=1)
THURSDAY = make.NOON + timedelta(days=3)


@pytest.fixture
def operator():
    return make.operator()


@pytest.fixture
def asked(operator) -> Case:
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    return actions.perform(
        "ask", case, by=operator, at=TUESDAY, note="Проверьте дату", fields=["birth_date"]
    )


def answer(case: Case, value: str, **data) -> Case:
    typed = {"person": {"birth_date": value, **data}}
    return actions.perform("answer", case, by=case.applicant, at=THURSDAY, typed=typed)


def test_the_clock_stands_while_an_answer_is_owed(asked) -> None:
    standing = queries.clock(asked, at=THURSDAY)
    assert standing.paused
    assert "ждём вашего ответа" in standing.words
    assert standing.share == queries.clock(asked, at=TUESDAY).share

    answered = answer(asked, "15.03.1985")

    assert (asked.due_at.day, answered.due_at.day) == (12, 14)  # two working days later
    assert not queries.clock(answered, at=THURSDAY).paused
    assert Pause.objects.get().ended_at == THURSDAY
    assert answered.assignee == asked.assignee


def test_an_answer_changes_the_asked_fields_and_no_other(asked) -> None:
    answered = answer(asked, "15.03.1985", family_name="Хакерова")
    assert answered.answers["birth_date"] == "1985-03-15"
    assert answered.answers["family_name"] == "Проверкина"
    lines = {line.name: line.value for line in queries.review(answered, on=make.TODAY).lines}
    assert lines["birth_date"].startswith("15")
    assert lines["family_name"] == "Проверкина"


def test_a_wrong_answer_is_shown_at_its_field_and_keeps_the_question(asked) -> None:
    with pytest.raises(actions.NotAnswered) as no:
        answer(asked, "31.02.1985")
    assert list(no.value.errors) == ["birth_date"]
    asked.refresh_from_db()
    assert asked.state == State.CLARIFICATION
    with pytest.raises(actions.NotAnswered):
        actions.perform("answer", asked, by=asked.applicant, at=THURSDAY)


def test_unkeepable_notes_are_kept_without_what_no_database_holds(operator, asked) -> None:
    case = actions.perform(
        "answer", asked, by=asked.applicant, at=THURSDAY, note="Да\x00\ud800" + "я" * 10_000
    )
    assert case.events.last().text.startswith("Да\ufffd\ufffdя")
    reasons = [{"code": "document-missing", "about": "Паспорт\x00", "field": "\x00"}]
    actions.perform("reject", case, by=operator, at=THURSDAY, note="\x00", reasons=reasons)


def test_another_insurer_is_another_application(operator) -> None:
    make.insurer("77002")
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    asked = actions.perform("ask", case, by=operator, at=TUESDAY, note="Точно?", fields=["insurer"])
    with pytest.raises(actions.NotAnswered):
        actions.perform(
            "answer", asked, by=asked.applicant, at=THURSDAY,
            typed={"insurer": {"insurer": "77002"}},
        )  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        {"note": "  "},
        {"note": "я" * 2001},
        {"note": "?", "fields": ["state"]},
        {"note": "?", "fields": ["truth"]},
        {"note": "?", "answer_by": make.NOON},
    ],
)
def test_a_question_without_sense_is_refused(operator, data) -> None:
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    with pytest.raises(actions.Unfounded):
        actions.perform("ask", case, by=operator, at=TUESDAY, **data)


@pytest.mark.parametrize(
    "reasons",
    [[], [{"code": "made-up"}], [{"code": "data-differ"}], [{"code": "document-missing"}]],
)
def test_a_refusal_without_reason_is_refused(operator, reasons) -> None:
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    with pytest.raises(actions.Unfounded):
        actions.perform("reject", case, by=operator, at=TUESDAY, reasons=reasons)


def test_an_unanswered_question_is_reminded_of_thrice_then_closes_the_case(asked) -> None:
    told = []
    for hours in range(24 * 10, 0, -1):
        tasks.remind_unanswered(at=asked.answer_by - timedelta(hours=hours))
        count = Message.objects.filter(kind="case-question-reminder").count()
        if count > len(told):
            told.append(queries.day(asked.answer_by - timedelta(hours=hours)).day)
    assert told == [17, 19, 20]  # three days, a day before, and the 20th itself
    assert tasks.expire_unanswered(at=asked.answer_by - timedelta(seconds=1)) == 0

    assert tasks.expire_unanswered(at=asked.answer_by) == 1

    asked.refresh_from_db()
    assert asked.state == State.REJECTED
    assert [r["code"] for r in asked.refusals] == ["clarification-overdue"]
    assert tasks.expire_unanswered(at=asked.answer_by) == 0


@pytest.mark.parametrize(("days", "told"), [(4, 3), (3, 2), (2, 2), (1, 1), (0, 0)])
def test_a_short_question_has_no_reminders_of_days_before_it(operator, days, told) -> None:
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    end = make.NOON.replace(hour=20) + timedelta(days=days)
    actions.perform("ask", case, by=operator, at=make.NOON, note="Какой год?", answer_by=end)

    for hours in range(24 * 5, 0, -1):
        tasks.remind_unanswered(at=end - timedelta(hours=hours))

    assert Message.objects.filter(kind="case-question-reminder").count() == told


def test_a_closed_question_can_be_answered_late(asked) -> None:
    tasks.expire_unanswered(at=asked.answer_by)
    late = asked.answer_by + timedelta(days=3)

    again = actions.perform(
        "reopen", asked, by=asked.applicant, at=late, typed={"person": {"birth_date": "15.03.1985"}}
    )

    assert again.state == State.IN_WORK
    assert again.refusals == []
    assert again.due_at > late  # the whole wait did not count
    assert again.answers["birth_date"] == "1985-03-15"


def test_a_case_refused_for_a_reason_is_not_reopened(operator) -> None:
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    reasons = [{"code": "suspected-fraud"}]
    case = actions.perform("reject", case, by=operator, at=TUESDAY, reasons=reasons)
    with pytest.raises(actions.WrongState):
        actions.perform("reopen", case, by=case.applicant, at=THURSDAY, note="Прошу")


def test_nothing_is_reopened_beside_a_new_application(asked) -> None:
    tasks.expire_unanswered(at=asked.answer_by)
    other = actions.repeat(case=asked, by=asked.applicant, at=asked.answer_by)
    with pytest.raises(actions.AlreadyOpen) as no:
        actions.perform("reopen", asked, by=asked.applicant, at=asked.answer_by, note="Прошу")
    assert other.number in no.value.text


def test_withdrawing_starts_no_clock_and_ends_the_pause(asked) -> None:
    actions.perform("withdraw", asked, by=asked.applicant, at=THURSDAY)
    assert Pause.objects.get().ended_at == THURSDAY


def test_a_term_that_passed_is_recorded_once_and_told(operator) -> None:
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    assert tasks.mark_breaches(at=case.due_at) == 0
    after = case.due_at + timedelta(minutes=1)
    assert (tasks.mark_breaches(at=after), tasks.mark_breaches(at=after)) == (1, 0)

    case.refresh_from_db()
    clock = queries.clock(case, at=after)
    assert (case.breached_at, clock.overdue, clock.share) == (after, True, 1.0)
    assert "жалобу" in clock.words
    assert "Срок решения прошёл" in [line.title for line in queries.timeline(case)]


def test_a_waiting_case_does_not_breach(asked) -> None:
    assert tasks.mark_breaches(at=asked.due_at + timedelta(days=30)) == 0


def test_the_timeline_says_what_was_what_is_and_what_comes(asked) -> None:
    lines = queries.timeline(asked)
    assert [(line.state, line.title) for line in lines] == [
        ("done", "Заявление подано"),
        ("done", "Взято в работу"),
        ("done", "Запрошено уточнение"),
        ("now", "Ждём вашего ответа"),
        ("next", "Решение"),
        ("next", "Документы"),
    ]
    assert lines[2].text == "Проверьте дату"
    assert lines[2].actor == "СМО 77001"  # an organisation, no clerk's name
    assert lines[3].at == asked.answer_by


def test_terms_end_with_the_day_where_the_register_is_kept() -> None:
    user = make.user()
    late_evening = datetime(2026, 10, 5, 21, 30, tzinfo=UTC)  # 00:30 of the 6th in Moscow
    draft = make.policy_draft(user)
    case = actions.perform("submit", draft, by=user, at=late_evening)
    assert case.due_at.isoformat() == "2026-10-13T23:59:59+03:00"
    assert queries.clock(case, at=late_evening).words.endswith("13\xa0октября\xa02026\xa0г.")
