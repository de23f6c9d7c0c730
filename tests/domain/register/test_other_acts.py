"""Clinics, suspensions, confirmations: told once or twice, one effect, versions kept."""

from datetime import date, timedelta

import pytest
from tests import factories as make

from oms.domain.directory.models import MedicalOrganization
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.register import actions, queries, tasks
from oms.domain.register.models import InsuredPerson, Policy, Suspension

pytestmark = pytest.mark.django_db
TOLD = {"by": SYSTEM, "at": make.NOON, "source": "operator", "basis": "case:7"}


def clinic(code: str) -> MedicalOrganization:
    return MedicalOrganization.objects.create(
        code=code, region=make.region(), full_name=f"Поликлиника {code}", short_name=f"ГП {code}"
    )


def test_a_clinic_is_chosen_anew_and_the_earlier_stays_in_history() -> None:
    person = make.insured(make.user())
    first, second = clinic("770001"), clinic("770002")
    actions.attach_to_clinic(
        person=person, clinic=first, ground="wish", on=date(2025, 1, 1), **TOLD
    )
    for _ in range(2):
        actions.attach_to_clinic(person=person, clinic=second, ground="move", on=make.TODAY, **TOLD)
    past, now = queries.attachments(person)
    assert (past.clinic.code, past.ends_on) == ("770001", make.TODAY)
    assert (now.clinic.code, now.ends_on) == ("770002", None)
    assert queries.attachment_of(person).clinic == second
    assert Entry.objects.filter(act="person.attach").count() == 2
    assert "Прикрепление: ГП 770002" in [line.title for line in queries.history(person)]


@pytest.mark.parametrize("months", [None, 12])
def test_a_suspension_begins_and_ends_by_itself(months) -> None:
    person = make.insured(make.user())
    begins = make.TODAY + timedelta(days=10)
    until = begins + timedelta(days=365) if months else None
    for _ in range(2):
        actions.suspend(person=person, on=begins, until=until, **TOLD)
    assert queries.policy_in_force(person).state == Policy.State.ACTIVE
    with pytest.raises(actions.AlreadySuspended):
        actions.suspend(person=person, on=make.TODAY, until=None, **(TOLD | {"basis": "case:8"}))

    assert tasks.follow_suspensions(at=make.NOON + timedelta(days=9)) == 0
    assert tasks.follow_suspensions(at=make.NOON + timedelta(days=10)) == 1
    person.refresh_from_db()
    assert person.state == InsuredPerson.State.SUSPENDED
    policy = queries.policy_in_force(person)
    assert (policy.state, policy.state_since) == (Policy.State.SUSPENDED, begins)
    assert tasks.follow_suspensions(at=make.NOON + timedelta(days=374)) == 0

    ended = tasks.follow_suspensions(at=make.NOON + timedelta(days=375))

    person.refresh_from_db()
    assert ended == (1 if months else 0)
    assert person.state == ("active" if months else "suspended")
    assert queries.policy_in_force(person).state == person.state
    assert (queries.suspension_of(person) is None) is bool(months)


def test_service_that_ended_early_ends_the_suspension_early_and_once() -> None:
    person = make.insured(make.user())
    actions.suspend(person=person, on=make.TODAY, until=date(2027, 10, 5), **TOLD)
    assert queries.policy_in_force(person).state == Policy.State.SUSPENDED
    later = make.NOON + timedelta(days=30)

    actions.resume(person=person, on=date(2026, 11, 4), by=SYSTEM, at=later, basis="case:9")

    row = Suspension.objects.get()
    assert (row.state, row.valid_until) == (Suspension.State.ENDED, date(2026, 11, 4))
    assert queries.policy_in_force(person).state == Policy.State.ACTIVE
    with pytest.raises(actions.NotSuspended):
        actions.resume(person=person, on=date(2026, 11, 4), by=SYSTEM, at=later)


def test_a_planned_suspension_may_be_called_off() -> None:
    person = make.insured(make.user())
    actions.suspend(person=person, on=make.TODAY + timedelta(days=5), until=None, **TOLD)
    actions.resume(person=person, on=make.TODAY, by=SYSTEM, at=make.NOON)
    assert tasks.follow_suspensions(at=make.NOON + timedelta(days=9)) == 0
    assert queries.policy_in_force(person).state == Policy.State.ACTIVE


def test_the_dead_are_not_insured_again_by_a_calendar() -> None:
    person = make.insured(make.user())
    actions.suspend(person=person, on=make.TODAY, until=date(2026, 11, 1), **TOLD)
    actions.update_person(
        person=person,
        changes={"state": "died"},
        on=make.TODAY,
        by=SYSTEM,
        at=make.NOON,
        source="register",
    )
    assert tasks.follow_suspensions(at=make.NOON + timedelta(days=60)) == 1
    person.refresh_from_db()
    assert person.state == "died"
    assert tasks.follow_suspensions(at=make.NOON + timedelta(days=60)) == 0


def test_a_confirmation_has_a_reference_of_its_own_and_refreshes_the_record() -> None:
    person = make.insured(make.user())
    numbers = set()
    for days in (1, 1, 2):
        at = make.NOON + timedelta(days=days)
        policy = actions.confirm_policy(person=person, by=SYSTEM, at=at)
        numbers.add(policy.confirmation)
        person.refresh_from_db()
        assert person.synced_at == policy.confirmed_at == at
    assert len(numbers) == 2
    assert Entry.objects.filter(act="policy.confirm").count() == 2
    actions.close_policy(person=person, on=make.TODAY, reason="Проверка", by=SYSTEM, at=make.NOON)
    with pytest.raises(actions.NotInsured):
        actions.confirm_policy(person=person, by=SYSTEM, at=make.NOON)


def test_the_holder_of_a_number_is_told_only_with_the_birth_date() -> None:
    person = make.insured(make.user())
    assert queries.holder(number=person.enp, birth_date=person.birth_date) == person
    assert queries.holder(number=person.enp, birth_date=date(1985, 3, 15)) is None
    assert queries.holder(number="123456789", birth_date=person.birth_date) is None
