"""Attach, confirm, choose a clinic, suspend: answers → refusals; the register before and after."""

from datetime import date, timedelta
from functools import partial

import pytest
from tests import factories as make

from oms.cases import actions, guarding, queries
from oms.cases.models import Case
from oms.cases.refused import TooManyNumbers
from oms.cases.review import walk
from oms.cases.states import State
from oms.domain.accounts.models import Level, User
from oms.domain.directory.models import MedicalOrganization
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register import queries as register_queries
from oms.domain.register import tasks
from oms.domain.register.models import InsuredPerson, Policy
from oms.kit.denied import Denied
from oms.kit.tasks import run_all_now
from oms.law import enp

pytestmark = pytest.mark.django_db


def draft(code: str, user: User, **pages: dict[str, str]) -> Case:
    return make.draft(code, user, {**pages, "confirm": {"truth": "on"}})


def approved(case: Case, *, days: int = 0) -> Case:
    case = actions.perform("submit", case, by=case.applicant, at=make.NOON)
    operator = make.operator(case.fund if case.fund and not case.insurer else case.insurer)
    at = make.NOON + timedelta(days=days)
    case = actions.perform("take", case, by=operator, at=at)
    return actions.perform("approve", case, by=operator, at=at)


def codes(case: Case) -> set[str]:
    seen = queries.review(case, on=make.TODAY)
    return {refusal.code for refusal in seen.refusals}


# A policy one has already ----------------------------------------------------------------


def known(**values: object) -> User:
    return make.user(level=Level.STANDARD, **values)


def by_number(user: User, number: str, **more: str) -> Case:
    make.fund()
    return draft("attach-policy", user, policy={"way": "number", "number": number, **more})


def test_numbers_cannot_be_tried_one_after_another() -> None:
    """Ten numbers are free, the same one again costs nothing, then the waits begin."""
    user, at = known(), make.NOON
    case = by_number(user, "")
    save = partial(actions.save_draft, case=case, step="policy", by=user)
    for n in range(guarding.FREE):
        number = enp.build(region="77", birth_date=date(1985, 3, 14), sex="F", sequence=n)
        for typed in (number[:5], number, enp.group(number)):
            save(typed={"way": "number", "number": typed}, at=at)
    another = enp.build(region="77", birth_date=date(1985, 3, 14), sex="F", sequence=77)
    with pytest.raises(TooManyNumbers, match="По фото полиса") as no:
        save(typed={"way": "number", "number": another}, at=at)
    assert no.value.status == 429
    assert "12:01" in no.value.text  # a minute on, in Moscow
    save(typed={"way": "photo", "number": ""}, at=at)
    save(typed={"way": "number", "number": another}, at=at + timedelta(minutes=2))


@pytest.mark.parametrize("kind", ["enp", "temporary", "old", "spelled otherwise"])
def test_a_policy_of_ones_own_appears_at_once(kind) -> None:
    user = known()
    name = {"family_name": "ПРОВЕРКИНА"} if kind == "spelled otherwise" else {}
    person = make.insured(None, family_name="Проверкина", given_name="Анна",
                          patronymic="Викторовна", birth_date=user.birth_date)  # fmt: skip
    if name:
        User.objects.filter(pk=user.pk).update(**name)
    policy, number = person.policies.get(), person.enp
    if kind in ("temporary", "old"):
        policy.blank_number = "123456789" if kind == "temporary" else "МО12345678"
        policy.form = "В" if kind == "temporary" else "С"
        policy.save()
        number = "123 456 789" if kind == "temporary" else "mo-12 № 345678"

    case = by_number(user, number)
    case = actions.perform("submit", case, by=user, at=make.NOON)
    run_all_now()

    case.refresh_from_db()
    person.refresh_from_db()
    assert (case.decided_by, case.state) == ("automatic", State.READY)
    assert (person.user, case.person) == (user, person)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"birth_date": date(1985, 3, 15)}, "number-not-matched"),
        ({"family_name": "Чужая"}, "number-not-matched"),
        ({"taken": True}, "policy-elsewhere"),
    ],
)
def test_a_strangers_policy_is_neither_given_nor_told_of(changes, code) -> None:
    taken = changes.pop("taken", False)
    stranger = make.user(**changes)
    person = make.insured(stranger if taken else None, **{
        name: getattr(stranger, name)
        for name in ("family_name", "given_name", "patronymic", "birth_date")
    })  # fmt: skip
    case = by_number(known(), person.enp)
    seen = queries.review(case, on=make.TODAY)
    assert not seen.complete
    words = " ".join([*seen.errors.values(), *(r.text + r.remedy for r in seen.refusals)])
    assert {r.code for r in seen.refusals} == {code} or "number" in seen.errors
    for own in (stranger.family_name, "15.03.1985", "77001"):
        assert own not in words
    with pytest.raises(actions.NotReady):
        actions.perform("submit", case, by=case.applicant, at=make.NOON)


def test_unknown_and_another_persons_number_are_answered_alike() -> None:
    person = make.insured(make.user(family_name="Чужая"))
    told = [
        queries.review(by_number(known(), number), on=make.TODAY).errors
        for number in (person.enp, "7756410835999915")
    ]
    assert told[0] == told[1] != {}


@pytest.mark.parametrize(
    ("number", "said"),
    [("", "укажите номер"), ("123", "9 цифр свидетельства"), ("7756410835999916", "не сходится")],
)
def test_a_number_that_cannot_be_is_said(number, said) -> None:
    assert said in queries.review(by_number(known(), number), on=make.TODAY).errors["number"]


@pytest.mark.parametrize(
    ("mine", "number", "found"),
    [
        ({"snils": True}, "", True),  # nothing typed: the photo, СНИЛС, name and birth date
        ({}, "", False),
        ({"family_name": "Бывшая", "snils": True}, "enp", True),  # the name has changed
        ({"family_name": "Бывшая"}, "enp", False),
    ],
)
def test_a_photo_is_looked_at_by_the_fund(mine, number, found) -> None:
    user = known(snils=make.snils())
    same = {n: getattr(user, n) for n in ("family_name", "given_name", "patronymic", "birth_date")}
    same |= {n: v for n, v in mine.items() if n != "snils"}
    if mine.get("snils"):
        same["snils"] = user.snils
    person = make.insured(None, **same)
    make.fund()
    page = {"way": "photo", "number": person.enp if number else ""}
    case = draft("attach-policy", user, policy=page)
    if found:
        assert approved(case).person == person
        assert InsuredPerson.objects.get().user == user
    else:
        with pytest.raises(Denied, match="Запись не определена"):
            approved(case)
        assert InsuredPerson.objects.get().user is None


def test_who_has_a_record_attaches_nothing_more() -> None:
    user = make.user()
    make.insured(user)
    with pytest.raises(actions.ClosedTo) as no:
        by_number(user, "7756410835999915")
    assert no.value.refusals[0].code == "policy-attached"


# Confirmation ----------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["insurer", "fund"])
def test_a_policy_is_confirmed_by_whom_one_asks(body) -> None:
    user = make.user()
    person = make.insured(user)
    make.fund()
    case = draft("confirm-policy", user, whom={"body": body, "words": ""})

    done = approved(case, days=1)

    policy = register_queries.policy_in_force(person)
    person.refresh_from_db()
    assert (done.insurer is None) is (body == "fund")
    assert policy.confirmation == done.result["facts"]["Номер подтверждения"] != ""
    assert person.synced_at == policy.confirmed_at == make.NOON + timedelta(days=1)


# Clinic ----------------------------------------------------------------------------------


def clinic(code: str = "770001", **values: object) -> MedicalOrganization:
    name = f"Поликлиника № {code[-1]}"
    defaults = {"region": make.region(code[:2]), "full_name": name, "short_name": name}
    return MedicalOrganization.objects.create(code=code, **{**defaults, **values})


def choice(user: User, **typed: str) -> Case:
    make.fund()
    where = {"clinic_why": "wish", "clinic_moved_on": "", "region": "77", "search": ""}
    which = {"clinic": "770001", "starts_on": "05.10.2026"}
    for name, value in typed.items():
        (where if name in where else which)[name] = value
    return draft("clinic-attachment", user, where=where, clinic=which)


def test_a_clinic_is_chosen_and_shown() -> None:
    user = make.user()
    person = make.insured(user)
    clinic()
    case = choice(user, starts_on="10.10.2026")

    done = approved(case)

    row = register_queries.attachment_of(person)
    assert (row.clinic_id, row.valid_from, row.basis) == ("770001", date(2026, 10, 10), case.key)
    assert (done.fund_id, done.insurer) == ("77", None)
    assert "Поликлиника № 1" in done.result["text"]


@pytest.mark.parametrize(
    ("typed", "past", "refusals", "errors"),
    [
        ({}, None, set(), set()),
        ({}, date(2026, 1, 1), {"clinic-yearly-limit"}, set()),
        ({"clinic_why": "move", "clinic_moved_on": "01.09.2026"}, date(2026, 1, 1), set(), set()),
        ({"clinic_why": "move"}, None, set(), {"clinic_moved_on"}),
        ({"clinic": "770009"}, None, set(), {"clinic"}),  # it has closed
        ({"clinic": "500001"}, None, set(), {"clinic"}),
        ({"starts_on": "04.10.2026"}, None, {"clinic-start-date"}, set()),
    ],
)
def test_who_may_choose_a_clinic(typed, past, refusals, errors) -> None:
    user = make.user()
    person = make.insured(user)
    clinic()
    clinic("500001")
    clinic("770009", ends_on=date(2026, 1, 1))
    if past:
        register.attach_to_clinic(
            person=person, clinic=clinic("770002"), ground="wish", on=past,
            by=SYSTEM, at=make.NOON, source="register",
        )  # fmt: skip
    case = choice(user, **typed)
    seen = queries.review(case, on=make.TODAY)
    assert (codes(case), set(seen.errors)) == (refusals, errors)
    told = dict(walk(case, on=make.TODAY).forms["where"].told())
    assert ("Сейчас" in told) is bool(past)


# Suspension ------------------------------------------------------------------------------


def service(user: User, **typed: str) -> Case:
    days = {"service_begins_on": "01.10.2026", "service_last_day": "", "service_months": ""}
    pages = {"what": {"service_act": "suspend"}, "service": days | typed}
    return draft("policy-suspension", user, **pages)


@pytest.mark.parametrize(
    ("typed", "again"),
    [
        ({}, None),
        ({"service_last_day": "30.09.2027"}, date(2027, 10, 1)),
        ({"service_months": "12"}, date(2027, 10, 1)),
    ],
)
def test_the_policy_waits_while_one_serves(typed, again) -> None:
    user = make.user()
    person = make.insured(user)

    approved(service(user, **typed))

    policy = register_queries.policy_in_force(person)
    assert (policy.state, policy.state_since) == (Policy.State.SUSPENDED, date(2026, 10, 1))
    assert register_queries.suspension_of(person).valid_until == again
    tasks.follow_suspensions(at=make.NOON + timedelta(days=400))
    policy.refresh_from_db()
    assert policy.state == ("active" if again else "suspended")


def test_service_that_ended_sooner_is_told_by_the_same_service() -> None:
    user = make.user()
    person = make.insured(user)
    approved(service(user, service_months="12"))
    run_all_now()
    pages = {"what": {"service_act": "resume"}, "end": {"service_ended_on": "02.10.2026"}}
    case = draft("policy-suspension", user, **pages)
    known = queries.application(case, on=make.TODAY)
    asked = queries.service_of(case).asked_documents(known)
    assert [one.code for one in asked] == ["discharge"]

    approved(case)

    assert register_queries.policy_in_force(person).state == Policy.State.ACTIVE
    assert register_queries.suspension_of(person) is None


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"service_last_day": "01.09.2026"}, {"service_last_day"}),
        ({"service_begins_on": "01.01.2025", "service_months": "12"}, set()),
        ({"service_begins_on": "01.06.2027"}, {"service_begins_on"}),
        ({"service_begins_on": ""}, {"service_begins_on"}),
    ],
)
def test_days_of_service_that_cannot_be(typed, errors) -> None:
    user = make.user()
    make.insured(user)
    case = service(user, **typed)
    seen = queries.review(case, on=make.TODAY)
    assert not seen.complete
    assert errors <= set(seen.errors)


def test_nothing_suspended_is_nothing_to_resume() -> None:
    user = make.user()
    make.insured(user)
    pages = {"what": {"service_act": "resume"}, "end": {"service_ended_on": "02.10.2026"}}
    assert codes(draft("policy-suspension", user, **pages)) == {"not-suspended"}
