"""Facts and answers → refusals; the register before and after approval, service by service."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests import factories as make

from oms.cases import actions, queries, tasks
from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM
from oms.domain.papers.models import Paper
from oms.domain.register import actions as register
from oms.domain.register import queries as register_queries
from oms.domain.register.models import Insurance, InsuredPerson, Policy
from oms.kit.denied import Denied
from oms.kit.tasks import run_all_now
from oms.law import enp
from oms.law.facts import Ground

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


def decided(case: Case, operator: User | None = None) -> Case:
    by = operator or make.operator(case.insurer)
    case = actions.perform("take", case, by=by, at=make.NOON)
    return actions.perform("approve", case, by=by, at=make.NOON)


def codes(case: Case, on: date = make.TODAY) -> set[str]:
    return {refusal.code for refusal in queries.review(case, on=on).refusals}


def change(user: User, at: datetime = make.NOON, **typed) -> Case:
    make.insurer("77002")
    case = make.draft("change-insurer", user, make.typed_change(**typed))
    return actions.perform("submit", case, by=user, at=at)


# Issue of a policy ----------------------------------------------------------------------


def test_a_policy_is_issued_and_the_person_enters_the_register() -> None:
    case = make.submitted()
    assert InsuredPerson.objects.count() == 0

    done = decided(case)

    person = InsuredPerson.objects.get()
    policy = register_queries.policy_in_force(person)
    assert person.user == case.applicant
    assert (person.family_name, person.citizenship) == ("Проверкина", "RUS")
    assert enp.parse(person.enp).birth_date == date(1985, 3, 14)
    assert (policy.insurer_id, policy.begins_on, policy.ends_on) == ("77001", make.TODAY, None)
    assert Insurance.objects.get().ground == Ground.FIRST_CHOICE
    assert person.identity_documents.get().department_code == "770-001"
    assert person.addresses.get().kind == "registration"
    assert done.result["facts"]["Номер полиса"] == person.enp
    profile = {v.field: (v.value, v.source) for v in case.applicant.profile_values.all()}
    assert profile["family_name"] == ("Проверкина", "operator")


def test_the_extract_follows_and_the_case_is_ready() -> None:
    case = decided(make.submitted())

    run_all_now()

    case.refresh_from_db()
    assert case.state == State.READY
    paper = Paper.objects.get()
    assert (paper.kind, paper.basis, paper.person) == ("policy-extract", case.key, case.person)
    tasks.finish.call(case.pk)  # a worker died after the work, before saying so
    assert Paper.objects.count() == 1


def test_a_known_person_without_policy_is_bound_not_doubled() -> None:
    number = make.snils()
    known = make.person(None, snils=number, family_name="Проверкина", given_name="Анна",
                        patronymic="Викторовна")  # fmt: skip

    done = decided(make.submitted(snils=number))

    assert done.person == known
    assert InsuredPerson.objects.get().user == done.applicant


def test_a_namesake_with_another_number_is_another_person() -> None:
    make.person(None, snils=make.snils())
    decided(make.submitted())
    assert InsuredPerson.objects.count() == 2


def test_somebody_elses_policy_is_not_given_to_the_account() -> None:
    """The register knows the person as insured; the applicant is not told so by the form."""
    number = make.snils()
    make.insured(None, snils=number)
    case = make.submitted(snils=number)
    assert codes(case) == set()
    operator = make.operator()
    case = actions.perform("take", case, by=operator, at=make.NOON)

    with pytest.raises(Denied) as no:
        actions.perform("approve", case, by=operator, at=make.NOON)

    assert "уже есть в реестре" in no.value.text
    assert InsuredPerson.objects.get().user is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"snils": ""}, "snils"),
        ({"birth_date": "06.10.2026"}, "birth_date"),
        ({"document_series": "45"}, "document_series"),
        ({"document_number": "12"}, "document_number"),
        ({"department_code": ""}, "department_code"),
        ({"issued_on": "20.04.1995"}, "document_kind"),  # a passport at ten
        ({"issued_on": "20.02.2005"}, "issued_on"),  # not changed at twenty
        ({"document_kind": "11"}, "document_kind"),  # a residence permit of a citizen
        ({"document_kind": "3", "document_series": "II-АК"}, "document_kind"),
        ({"region": "99"}, "region"),
        ({"insurer": "50001"}, "insurer"),
        ({"phone": "123"}, "phone"),
        ({"truth": None}, "truth"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(typed, field) -> None:
    make.insurer("50001")
    case = make.policy_draft(**typed)
    assert field in queries.review(case, on=make.TODAY).errors


@pytest.mark.parametrize(
    ("typed", "refusals"),
    [
        ({}, set()),
        ({"birth_date": "14.03.2010", "issued_on": "20.04.2024"}, {"representative-needed"}),
        (
            {"citizenship": "TJK", "document_kind": "11", "document_series": "82"},
            set(),
        ),
        (
            {"citizenship": "TJK", "document_kind": "9", "document_series": "",
             "expires_on": "01.01.2030"},
            {"right-not-confirmed"},
        ),
        (
            {"citizenship": "KGZ", "document_kind": "9", "document_series": "",
             "expires_on": "01.01.2030"},
            set(),
        ),
    ],
)  # fmt: skip
def test_who_may_be_insured(typed, refusals) -> None:
    case = make.policy_draft(**typed)
    review = queries.review(case, on=make.TODAY)
    assert review.errors == {}
    assert codes(case) == refusals


def test_a_worker_from_the_union_is_insured_to_the_end_of_the_year() -> None:
    typed = {"citizenship": "KGZ", "document_kind": "9", "document_series": "",
             "expires_on": "01.01.2030"}  # fmt: skip
    decided(make.submitted(**typed))
    assert Policy.objects.get().ends_on == date(2026, 12, 31)


def test_a_permit_that_ended_meanwhile_gives_no_policy_that_is_over_at_birth() -> None:
    case = make.submitted(
        citizenship="UZB", document_kind="23", document_series="", expires_on="20.10.2026"
    )
    operator = make.operator(case.insurer)
    actions.perform("take", case, by=operator, at=NOVEMBER)
    with pytest.raises(Denied, match="уже не действует"):
        actions.perform("approve", case, by=operator, at=NOVEMBER)
    assert not InsuredPerson.objects.exists()
    assert not Policy.objects.exists()


def test_unconfirmed_contacts_keep_the_door_shut() -> None:
    with pytest.raises(actions.ClosedTo) as no:
        make.policy_draft(make.user(phone_confirmed_at=None))
    assert "Подтвердите" in no.value.text


def test_only_insurers_of_the_region_are_offered_with_something_to_compare() -> None:
    make.insurer("77003", excluded_on=date(2026, 1, 1))
    make.insurer("50001")
    form = queries.bound_step(make.policy_draft(), "insurer", on=make.TODAY)
    ((code, label),) = form.fields["insurer"].choices
    assert code == "77001"
    assert "ruAA+" in label.hint
    assert "1\xa0204\xa0117" in label.hint
    assert [card.code for card in form.fields["insurer"].cards] == ["77001"]


# Change of the insurer ------------------------------------------------------------------


def test_the_insurer_is_changed_and_the_number_stays() -> None:
    user = make.user()
    person = make.insured(user)
    case = change(user)
    assert case.insurer_id == "77002"  # the new one decides

    done = decided(case)

    person.refresh_from_db()
    policy = register_queries.policy_in_force(person)
    assert (person.insurer_id, policy.insurer_id, policy.enp) == ("77002", "77002", person.enp)
    grounds = list(person.insurances.order_by("valid_from").values_list("ground", flat=True))
    assert grounds == [Ground.FIRST_CHOICE, Ground.YEARLY]
    assert done.result["papers"] == ["policy-extract"]


def test_after_the_first_of_november_the_step_says_so_at_once() -> None:
    user = make.user()
    make.insured(user)
    make.insurer("77002")
    case = make.draft("change-insurer", user, make.typed_change())
    review = queries.review(case, on=NOVEMBER.date())
    assert "1\xa0ноября" in review.errors["ground"]
    form = queries.bound_step(case, "reason", on=NOVEMBER.date())
    hints = {int(code): label.hint for code, label in form.fields["ground"].choices}
    assert "можно было до" in hints[Ground.YEARLY]
    with pytest.raises(actions.NotReady):
        actions.perform("submit", case, by=user, at=NOVEMBER)


def test_what_was_lawful_on_submission_is_decided_by_that_day() -> None:
    user = make.user()
    make.insured(user)
    case = change(user, at=datetime(2026, 10, 30, 9, tzinfo=UTC))
    operator = make.operator(case.insurer)
    case = actions.perform("take", case, by=operator, at=NOVEMBER)

    actions.perform("approve", case, by=operator, at=NOVEMBER)

    assert register_queries.policy_in_force(case.applicant.insured_person).begins_on == date(
        2026, 11, 5
    )


def test_a_move_opens_the_window_and_brings_the_address() -> None:
    user = make.user()
    person = make.insured(user)
    make.insurer("50001")
    case = change(
        user,
        at=NOVEMBER,
        ground="3",
        moved_on="01.11.2026",
        region="50",
        residence="г. Пример, ул. Новая, д. 5",
        insurer="50001",
    )
    operator = make.operator(case.insurer)
    actions.perform("take", case, by=operator, at=NOVEMBER)
    actions.perform("approve", case, by=operator, at=NOVEMBER)
    person.refresh_from_db()
    assert person.insurer_id == "50001"
    assert person.addresses.get(kind="residence", valid_until=None).region_id == "50"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"ground": "3"}, "moved_on"),
        ({"ground": "3", "moved_on": "01.10.2026"}, "residence"),
        ({"ground": "3", "moved_on": "01.12.2026"}, "moved_on"),
        ({"ground": "1"}, "ground"),
        ({"insurer": "77001"}, "insurer"),  # the present one is not offered
    ],
)
def test_a_change_that_cannot_be_is_said_at_its_field(typed, field) -> None:
    user = make.user()
    make.insured(user)
    make.insurer("77002")
    case = make.draft("change-insurer", user, make.typed_change(**typed))
    assert field in queries.review(case, on=make.TODAY).errors


def test_the_law_refuses_a_second_change_and_an_invented_end_of_contract() -> None:
    user = make.user()
    make.insured(user, by=make.insurer("77003"), since=date(2026, 2, 1), ground=Ground.YEARLY)
    make.insurer("77002")
    case = make.draft("change-insurer", user, make.typed_change())
    assert "уже меняли" in queries.review(case, on=make.TODAY).errors["ground"]
    other = make.user()
    make.insured(other)
    case = make.draft("change-insurer", other, make.typed_change(ground="4"))
    assert codes(case) == {"contract-not-ended"}


def test_who_has_no_policy_cannot_change_the_insurer() -> None:
    with pytest.raises(actions.ClosedTo) as no:
        actions.start(service="change-insurer", applicant=make.user(), at=make.NOON)
    assert [r.code for r in no.value.refusals] == ["identity-not-confirmed", "not-insured"]


# Extract --------------------------------------------------------------------------------


def extract(user: User) -> Case:
    case = make.draft("policy-extract", user, {"request": {"truth": "on"}})
    return actions.perform("submit", case, by=user, at=make.NOON)


def test_an_extract_needs_nobody_and_changes_nothing() -> None:
    user = make.user()
    person = make.insured(user)
    case = extract(user)
    assert case.due_at - case.submitted_at == timedelta(minutes=10)
    before = list(Policy.objects.values())

    run_all_now()

    case.refresh_from_db()
    assert [e.verb for e in case.events.all()] == ["submit", "approve_automatically", "finish"]
    assert (case.state, case.insurer, case.fund) == (State.READY, None, None)
    assert Paper.objects.get().person == person
    assert list(Policy.objects.values()) == before


def test_an_extract_of_what_ended_meanwhile_is_refused_with_the_reason() -> None:
    user = make.user()
    person = make.insured(user)
    case = extract(user)
    register.close_policy(person=person, on=make.TODAY, reason="Выезд", by=SYSTEM, at=make.NOON)

    run_all_now()

    case.refresh_from_db()
    assert case.state == State.REJECTED
    assert [r["code"] for r in case.refusals] == ["not-insured"]
    assert Paper.objects.count() == 0


def test_a_suspended_policy_gives_no_extract() -> None:
    user = make.user()
    person = make.insured(user)
    register.hold_policy(
        person=person, state=Policy.State.SUSPENDED, on=make.TODAY, by=SYSTEM, at=make.NOON
    )
    with pytest.raises(actions.ClosedTo) as no:
        extract(user)
    assert [r.code for r in no.value.refusals] == ["policy-suspended"]
