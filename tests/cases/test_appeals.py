"""Complaints about a term and appeals against a refusal: who may, who decides, what comes."""

from datetime import timedelta

import pytest
from tests import factories as make

from oms.cases import actions, queries, tasks
from oms.cases.about import decided_among, earlier
from oms.cases.deciding import verb_for
from oms.cases.models import Case
from oms.cases.refused import NeedsSecond, ReplyNeeded, SameHands
from oms.cases.states import State
from oms.domain.accounts.models import User
from oms.domain.notifications.models import Message
from oms.law.refusal import refuse

pytestmark = pytest.mark.django_db
AT = make.NOON + timedelta(days=1)
LATER = make.NOON + timedelta(days=20)
REASONS = [{"code": "data-differ", "about": "Дата рождения", "field": "birth_date"}]
APPEAL = {
    "reasons": {"words": "Дата верна, вот паспорт", "wish": ""},
    "confirm": {"truth": "on"},
}
COMPLAINT = {
    "term": {"words": ""},
    "compensation": {"wanted": "yes", "wish": "Вернуть 1500 рублей за приём"},
    "confirm": {"truth": "on"},
}


@pytest.fixture(autouse=True)
def fund():
    return make.fund()


@pytest.fixture
def clerk():
    return make.operator()


@pytest.fixture
def refused(clerk) -> Case:
    case = actions.perform("take", make.submitted(), by=clerk, at=make.NOON)
    return actions.perform("reject", case, by=clerk, at=AT, reasons=REASONS)


def apply(service: str, about: Case, pages: dict, *, at=AT) -> Case:
    user = about.applicant
    case = actions.start(service=service, applicant=user, about=about.number, at=at)
    for step, typed in pages.items():
        case = actions.save_draft(case=case, step=step, typed=typed, by=user, at=at)
    return actions.perform("submit", case, by=user, at=at)


def decide_by_two(case: Case, first: User, second: User, verb: str, **data) -> Case:
    actions.perform("take", case, by=first, at=LATER)
    actions.perform(f"propose_{verb}", case, by=first, at=LATER, **data)
    done = actions.perform(f"confirm_{verb}", case, by=second, at=LATER)
    tasks.finish.call(done.pk)
    return Case.objects.get(pk=case.pk)


# ---------------------------------------------------------------- what an application concerns


def test_an_application_concerns_ones_own_submitted_case_and_no_other(refused) -> None:
    stranger, draft = make.user(), make.draft("issue-policy", refused.applicant)
    for applicant, about in (
        (stranger, refused.number),
        (stranger, refused.key),
        (refused.applicant, draft.number),
        (refused.applicant, "26-999-999-9"),
        (refused.applicant, "case:x"),
        (refused.applicant, ""),
    ):
        with pytest.raises(actions.NothingAbout):
            actions.start(service="appeal", applicant=applicant, about=about, at=AT)

    case = actions.start(service="appeal", applicant=refused.applicant, about=refused.key, at=AT)
    again = actions.start(
        service="appeal", applicant=refused.applicant, about=refused.number, at=AT
    )
    assert (case.about, again.pk) == (refused.key, case.pk)


def test_a_service_learns_of_the_earlier_case_at_a_fixed_price(
    refused, django_assert_num_queries
) -> None:
    with django_assert_num_queries(4):
        found = earlier(refused.key, applicant=refused.applicant, on=make.TODAY)
    assert found is not None
    assert [row["code"] for row in found.refusals] == ["data-differ"]
    assert not found.late
    appeal = apply("appeal", refused, APPEAL)
    with django_assert_num_queries(5):
        above = earlier(appeal.key, applicant=refused.applicant, on=make.TODAY)
    assert above is not None
    assert above.before == "issue-policy"


def test_two_cases_are_complained_of_apart(refused, clerk) -> None:
    other = make.submitted(refused.applicant)
    other = actions.perform("take", other, by=clerk, at=AT)
    other = actions.perform("reject", other, by=clerk, at=AT, reasons=REASONS)

    both = [apply("appeal", one, APPEAL) for one in (refused, other)]

    assert [case.about for case in both] == [refused.key, other.key]


# ---------------------------------------------------------------- complaint about a term


def test_a_complaint_is_open_only_where_the_term_was_missed() -> None:
    case = make.submitted()
    day_of_term = case.due_at
    with pytest.raises(actions.ClosedTo):
        actions.start(
            service="deadline-complaint",
            applicant=case.applicant,
            about=case.number,
            at=day_of_term,
        )

    assert tasks.mark_breaches(at=day_of_term + timedelta(minutes=1)) == 1

    told = Message.objects.get(kind="case-breached")
    assert (told.user, told.link) == (case.applicant, f"/cases/{case.number}/")
    complaint = apply("deadline-complaint", case, COMPLAINT, at=LATER)
    assert complaint.fund_id == "77"
    decide_complaint(complaint, make.operator(make.fund()))
    with pytest.raises(actions.ClosedTo):  # once for one delay
        actions.start(
            service="deadline-complaint", applicant=case.applicant, about=case.number, at=LATER
        )


def decide_complaint(case: Case, by: User) -> Case:
    actions.perform("take", case, by=by, at=LATER)
    with pytest.raises(ReplyNeeded):
        actions.perform("approve", case, by=by, at=LATER)
    done = actions.perform("approve", case, by=by, at=LATER, reply="Вернём до 1 ноября")
    tasks.finish.call(done.pk)
    return Case.objects.get(pk=case.pk)


def test_a_wish_for_compensation_is_answered_in_the_decision(fund) -> None:
    case = make.submitted()
    tasks.mark_breaches(at=case.due_at + timedelta(minutes=1))
    complaint = apply("deadline-complaint", case, COMPLAINT, at=LATER)

    done = decide_complaint(complaint, make.operator(fund))

    assert done.state == State.READY
    assert done.result["facts"] == {"Ответ о компенсации": "Вернём до 1 ноября"}
    assert case.number in done.result["text"]


def test_without_a_wish_nothing_needs_an_answer(fund) -> None:
    case = make.submitted()
    tasks.mark_breaches(at=case.due_at + timedelta(minutes=1))
    pages = COMPLAINT | {"compensation": {"wanted": "no", "wish": "передумала"}}
    complaint = apply("deadline-complaint", case, pages, at=LATER)
    assert complaint.answers["wish"] == ""
    by = make.operator(fund)
    actions.perform("take", complaint, by=by, at=LATER)
    assert actions.perform("approve", complaint, by=by, at=LATER).result["facts"] == {}


def test_the_term_is_counted_anew_with_its_pauses(clerk) -> None:
    case = actions.perform("take", make.submitted(), by=clerk, at=make.NOON)
    actions.perform("ask", case, by=clerk, at=AT, note="Какой год?")
    answered = AT + timedelta(days=2)
    case = actions.perform("answer", case, by=case.applicant, at=answered, note="1985")
    late = actions.perform(
        "reject", case, by=clerk, at=case.due_at + timedelta(days=3), reasons=REASONS
    )

    found = earlier(late.key, applicant=late.applicant, on=make.TODAY + timedelta(days=40))

    assert found is not None
    words = {title: text.replace("\N{NO-BREAK SPACE}", " ") for title, text in found.term}
    assert words["Срок стоял"].endswith("ждём вашего ответа")
    assert words["Срок по услуге"].startswith("5 рабочих дней, до 12 октября")
    assert words["Срок с учётом остановок"].startswith("до 14 октября")
    assert words["Опоздание"] == "3 дня"
    assert found.late


# ---------------------------------------------------------------- appeal against a refusal


def test_an_appeal_needs_a_refusal(clerk) -> None:
    case = make.submitted()
    with pytest.raises(actions.ClosedTo):
        actions.start(service="appeal", applicant=case.applicant, about=case.number, at=AT)


def test_an_appeal_has_a_last_day_and_then_a_way_out(refused) -> None:
    last = AT + timedelta(days=92)
    user, about = refused.applicant, refused.number
    case = actions.start(service="appeal", applicant=user, about=about, at=last)
    told = dict(queries.bound_step(case, "reasons", on=last.date()).told())
    assert told["Обжаловать можно до"].replace("\N{NO-BREAK SPACE}", " ") == "6 января 2027 г."
    for step, typed in APPEAL.items():
        case = actions.save_draft(case=case, step=step, typed=typed, by=user, at=last)
    with pytest.raises(actions.NotReady):  # begun in time, sent a day later
        actions.perform("submit", case, by=user, at=last + timedelta(days=1))
    assert actions.perform("submit", case, by=user, at=last).state == State.AWAITING
    other = actions.perform("take", make.submitted(), by=make.operator(), at=AT)
    other = actions.perform("reject", other, by=other.assignee, at=AT, reasons=REASONS)
    with pytest.raises(actions.ClosedTo, match="Подайте заявление заново"):
        actions.start(
            service="appeal", applicant=other.applicant, about=other.number,
            at=last + timedelta(days=1),
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_a_right_appeal_gives_the_case_back_with_the_instruction(refused, fund) -> None:
    appeal = apply("appeal", refused, APPEAL)
    first, second = make.operator(fund), make.operator(fund, family_name="Вторая")

    done = decide_by_two(appeal, first, second, "approval", reply="Примите паспорт")

    assert done.state == State.READY
    back = Case.objects.get(pk=refused.pk)
    assert (back.state, back.assignee, back.instruction) == (
        State.AWAITING,
        None,
        "Примите паспорт",
    )
    assert back.refusals == []
    assert back.due_at > LATER  # a whole new term
    assert Message.objects.filter(kind="case-returned", user=refused.applicant).count() == 1
    tasks.finish.call(appeal.pk)  # a second run finds nothing to do
    assert Case.objects.get(pk=refused.pk).revision == back.revision
    by = make.operator()
    actions.perform("take", back, by=by, at=LATER)
    assert actions.perform("approve", back, by=by, at=LATER).state == State.APPROVED


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_a_case_that_cannot_come_back_is_told_of_and_the_appeal_still_ends(refused, fund) -> None:
    appeal = apply("appeal", refused, APPEAL)
    newer = actions.repeat(case=refused, by=refused.applicant, at=LATER)
    first, second = make.operator(fund), make.operator(fund, family_name="Вторая")

    done = decide_by_two(appeal, first, second, "approval", reply="Примите паспорт")

    assert done.state == State.READY
    assert newer.number in done.result["text"]
    assert Case.objects.get(pk=refused.pk).state == State.REJECTED


def test_the_second_appeal_goes_to_other_people_and_returns_the_first_case(refused, fund) -> None:
    people = [make.operator(fund, family_name=f"Сотрудник{letter}") for letter in "абвг"]
    first = apply("appeal", refused, APPEAL)
    first = decide_by_two(
        first, people[0], people[1], "refusal", reasons=[{"code": "refusal-lawful"}]
    )
    assert first.state == State.REJECTED

    second = apply("appeal", first, APPEAL, at=LATER)

    assert second.about == first.key
    for by in people[:2]:  # neither who proposed nor who confirmed
        assert decided_among(by, [second.about]) == [second.about]
        assert actions.take_next(by=by, at=LATER) is None
        with pytest.raises(actions.NotYours):
            actions.perform("take", second, by=by, at=LATER)
    decide_by_two(second, people[2], people[3], "approval", reply="Рассмотрите заново")
    assert Case.objects.get(pk=refused.pk).instruction == "Рассмотрите заново"
    assert Case.objects.get(pk=first.pk).state == State.REJECTED


def test_there_is_no_third_appeal(refused, fund) -> None:
    people = [make.operator(fund, family_name=f"Сотрудник{letter}") for letter in "абвг"]
    lawful = [{"code": "refusal-lawful"}]
    first = decide_by_two(apply("appeal", refused, APPEAL), *people[:2], "refusal", reasons=lawful)
    second = decide_by_two(
        apply("appeal", first, APPEAL, at=LATER), *people[2:], "refusal", reasons=lawful
    )
    with pytest.raises(actions.ClosedTo) as no:
        actions.start(service="appeal", applicant=refused.applicant, about=second.number, at=LATER)
    assert "в суде" in no.value.text


def test_what_was_refused_by_itself_comes_back_to_the_fund(fund) -> None:
    user = make.user()
    make.insured(user)
    case = actions.start(service="policy-extract", applicant=user, at=make.NOON)
    actions.save_draft(case=case, step="request", typed={"truth": "on"}, by=user, at=make.NOON)
    case = actions.perform("submit", case, by=user, at=make.NOON)
    case = actions.perform(
        "reject_automatically", case, by=tasks.SYSTEM, at=AT, refusals=[refuse("not-insured")]
    )
    appeal = apply("appeal", case, APPEAL)
    first, second = make.operator(fund), make.operator(fund, family_name="Вторая")

    decide_by_two(appeal, first, second, "approval", reply="Полис действует: выдайте выписку")

    back = Case.objects.get(pk=case.pk)
    assert (back.fund_id, back.decided_by, back.state) == ("77", "fund", State.AWAITING)
    third = make.operator(fund, family_name="Третья")
    actions.perform("take", back, by=third, at=LATER)
    assert actions.perform("approve", back, by=third, at=LATER).state == State.APPROVED


# ---------------------------------------------------------------- four eyes


def test_two_operators_decide_and_neither_alone(refused, fund) -> None:
    appeal = apply("appeal", refused, APPEAL)
    first, second = make.operator(fund), make.operator(fund, family_name="Вторая")
    actions.perform("take", appeal, by=first, at=LATER)
    assert verb_for("approve", appeal, at=LATER) == "propose_approval"
    with pytest.raises(NeedsSecond):
        actions.perform("approve", appeal, by=first, at=LATER, reply="Примите")
    with pytest.raises(NeedsSecond):
        actions.perform("reject", appeal, by=first, at=LATER, reasons=REASONS)
    once = actions.perform("propose_approval", appeal, by=first, at=LATER, reply="Примите")
    again = actions.perform("propose_approval", appeal, by=first, at=LATER, reply="Примите")
    assert again.revision == once.revision
    with pytest.raises(SameHands):
        actions.perform("confirm_approval", appeal, by=first, at=LATER)
    with pytest.raises(actions.WrongState):
        actions.perform("confirm_refusal", appeal, by=second, at=LATER)

    back = actions.perform("send_back", appeal, by=second, at=LATER, note="Мало доводов")

    assert (back.proposal, back.state) == ({}, State.IN_WORK)
    with pytest.raises(actions.WrongState):
        actions.perform("confirm_approval", appeal, by=second, at=LATER)
    assert not Message.objects.filter(subject=appeal.key, kind="case-approved").exists()


@pytest.mark.parametrize("verb", ["ask", "take_over", "release", "withdraw"])
def test_any_other_move_ends_a_proposal(refused, fund, verb) -> None:
    appeal = apply("appeal", refused, APPEAL)
    first, second = make.operator(fund), make.operator(fund, family_name="Вторая")
    actions.perform("take", appeal, by=first, at=LATER)
    actions.perform("propose_refusal", appeal, by=first, at=LATER, reasons=REASONS)
    by = {"take_over": second, "withdraw": appeal.applicant}.get(verb, first)

    moved = actions.perform(verb, appeal, by=by, at=LATER, note="Вопрос")

    assert moved.proposal == {}
