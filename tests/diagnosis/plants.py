"""Small worlds for the diagnosis: each function plants one cause and says what it shows as."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

from django.conf import settings
from tests import factories as make

from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.accounts import actions as accounts
from oms.domain.accounts.models import Level, Representation, Source, User
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register.data import DocumentData, NewPerson
from oms.domain.register.models import (
    IdentityDocument,
    Insurance,
    InsuredPerson,
    Policy,
)
from oms.domain.works import actions as works

AT, TODAY = make.NOON, make.TODAY
SYNCED = AT - timedelta(hours=5)
_numbers = count(1)


@dataclass
class World:
    """One person with a cabinet, and what must be found."""

    user: User
    person: InsuredPerson | None = None
    expected: set[str] = field(default_factory=set)
    mended: set[str] = field(default_factory=set)
    insured: bool = False
    binds: InsuredPerson | None = None
    """The record the cabinet must be bound to after the run."""

    @property
    def own(self) -> InsuredPerson:
        assert self.person
        return self.person

    def put(self, **values: Any) -> None:
        """Change the row past the acts, as a broken import would."""
        InsuredPerson.objects.filter(pk=self.own.pk).update(**values)

    def policy(self, **values: Any) -> None:
        Policy.objects.filter(person=self.own).update(**values)

    def found(self, code: str, *, mended: bool = False) -> None:
        self.expected.add(code)
        if mended:
            self.mended.add(code)


def user(**values: Any) -> User:
    """Somebody whose number is vouched for."""
    made = make.user(level=Level.CONFIRMED, **values)
    n = next(_numbers)
    told = {
        "snils": make.snils(),
        "document": {"kind": "14", "series": "45 11", "number": f"{n:06}"},
    }
    accounts.set_profile_values(user=made, values=told, source=Source.OPERATOR, at=AT, by=SYSTEM)
    return made


def record(owner: User, *, bound: bool = True, **values: Any) -> InsuredPerson:
    """The person's record, as their profile says, without a policy."""
    known = {line.field: line.value for line in owner.profile_values.filter(current=True)}
    paper = known["document"]
    told: dict[str, Any] = {
        "region": make.region("77").pk,
        "family_name": owner.family_name,
        "given_name": owner.given_name,
        "patronymic": owner.patronymic,
        "birth_date": owner.birth_date,
        "sex": owner.sex,
        "snils": known["snils"],
        "document": DocumentData(
            kind="14", series=paper["series"], number=paper["number"], issued_on=date(2005, 4, 20)
        ),
    }
    return register.register_person(
        data=NewPerson(**{**told, **values}), by=SYSTEM, at=SYNCED, source="register",
        user=owner if bound else None,
    )  # fmt: skip


def insure(person: InsuredPerson, *, by: str = "77001", since: date = date(2020, 1, 1)) -> Policy:
    return register.give_policy(
        person=person, insurer=make.insurer(by), on=since, by=SYSTEM, at=SYNCED,
        ground=Insurance.Ground.FIRST_CHOICE,
    )  # fmt: skip


def case(owner: User, service: str, state: State, **values: Any) -> Case:
    """A row of an application, past the acts."""
    n = next(_numbers)
    defaults = {
        "number": f"T-{n:06}",
        "service": service,
        "state": state,
        "state_since": AT - timedelta(days=2),
        "started_at": AT - timedelta(days=3),
        "saved_at": AT - timedelta(days=3),
        "submitted_at": None if state == State.DRAFT else AT - timedelta(days=2),
        "due_at": None if state == State.DRAFT else AT + timedelta(days=5),
        "decided_by": "insurer",
        "person": None,
    }
    return Case.objects.create(applicant=owner, **{**defaults, **values})


# Beginnings: how the cabinet stands to the register -----------------------------------------


def linked() -> World:
    owner = user()
    person = record(owner)
    insure(person)
    return World(owner, person, binds=person)


def unconfirmed() -> World:
    """A typed number that is a record's: nothing may be told or bound."""
    owner = user()
    record(owner, bound=False)
    owner.level = Level.SIMPLE
    owner.save(update_fields=["level"])
    world = World(owner)
    world.found("identity")
    return world


def certain() -> World:
    owner = user()
    person = record(owner, bound=False)
    insure(person)
    world = World(owner, binds=person, insured=True)
    world.found("unlinked", mended=True)
    return world


def other_surname() -> World:
    owner = user()
    record(owner, bound=False, family_name="Девичьева")
    world = World(owner)
    world.found("doubtful")
    return world


def held_by_another() -> World:
    owner = user()
    person = record(owner, bound=False)
    register.link_account(person=person, user=make.user(), by=SYSTEM, at=SYNCED)
    world = World(owner)
    world.found("doubtful")
    return world


def namesake() -> World:
    """Born on the same day, of the same name, with a number of their own: another person."""
    owner = user()
    record(owner, bound=False, snils=make.snils(), document=None)
    world = World(owner)
    world.found("no-record")
    return world


def no_numbers() -> World:
    """An old record without any number."""
    owner = user()
    record(owner, bound=False, snils=None, document=None)
    world = World(owner)
    world.found("doubtful")
    return world


def typed_number_only() -> World:
    """The number agrees, but nobody vouches for it: a namesake, no more."""
    owner = user()
    record(owner, bound=False)
    owner.profile_values.update(source=Source.TYPED)
    world = World(owner)
    world.found("doubtful")
    return world


def nobody() -> World:
    world = World(user(birth_date=date(1901, 5, 5), family_name="Никтова"))
    world.found("no-record")
    return world


def merged() -> World:
    """Merged into a record that nobody holds: the cabinet goes over to it."""
    owner = user()
    old = record(owner)
    InsuredPerson.objects.filter(pk=old.pk).update(state="merged", snils=None)
    new = record(owner, bound=False)
    insure(new)
    InsuredPerson.objects.filter(pk=old.pk).update(merged_into=new)
    world = World(owner, binds=new, insured=True)
    world.found("merged", mended=True)
    return world


def merged_into_anothers() -> World:
    """The record left is another's by name: nothing is bound."""
    owner = user()
    old = record(owner)
    InsuredPerson.objects.filter(pk=old.pk).update(state="merged", snils=None)
    new = record(owner, bound=False, family_name="Чужакова", snils=make.snils())
    InsuredPerson.objects.filter(pk=old.pk).update(merged_into=new)
    old.refresh_from_db()
    world = World(owner, binds=old)
    world.found("merged")
    return world


def merged_into_held() -> World:
    """The record left is bound to another account of the same person: both stay where they are."""
    owner = user()
    old = record(owner)
    InsuredPerson.objects.filter(pk=old.pk).update(state="merged", snils=None)
    new = record(owner, bound=False)
    register.link_account(person=new, user=make.user(), by=SYSTEM, at=SYNCED)
    InsuredPerson.objects.filter(pk=old.pk).update(merged_into=new)
    old.refresh_from_db()
    world = World(owner, binds=old)
    world.found("merged")
    return world


UNLINKED = (
    unconfirmed, certain, other_surname, held_by_another, namesake, no_numbers, typed_number_only,
    nobody, merged, merged_into_anothers, merged_into_held,
)  # fmt: skip


# What became of the policy: one of these ------------------------------------------------------


def in_force(world: World) -> None:
    """Nothing."""


def _policy_only(world: World, **values: Any) -> None:
    world.policy(**values)
    Insurance.objects.filter(person=world.own, valid_until=None).update(valid_until=TODAY)
    world.put(insurer=None)


def annulled_policy(world: World) -> None:
    _policy_only(world, state="annulled", closing_reason="Выдан по чужим данным")
    world.found("annulled")


def annulled_record(world: World) -> None:
    register.update_person(
        person=world.own, changes={"state": "annulled"}, on=TODAY, by=SYSTEM, at=SYNCED,
        source="register",
    )  # fmt: skip
    world.found("annulled")


def died(world: World) -> None:
    register.update_person(
        person=world.own, changes={"state": "died"}, on=TODAY, by=SYSTEM, at=SYNCED,
        source="register",
    )  # fmt: skip
    world.found("died")


def closed(world: World) -> None:
    register.close_policy(
        person=world.own, on=TODAY, reason="Выезд за границу", by=SYSTEM, at=SYNCED
    )
    world.found("closed")


def no_successor(world: World) -> None:
    _policy_only(world, state="superseded")
    world.found("no-successor")


def no_policy(world: World) -> None:
    Insurance.objects.filter(person=world.own).delete()
    Policy.objects.filter(person=world.own).delete()
    world.put(insurer=None)
    world.found("no-policy")


def suspended(world: World) -> None:
    register.suspend(
        person=world.own, on=TODAY - timedelta(days=30), until=TODAY + timedelta(days=300),
        by=SYSTEM, at=SYNCED, source="register",
    )  # fmt: skip
    world.found("suspended")


def expired(world: World) -> None:
    world.policy(ends_on=TODAY - timedelta(days=1))
    world.found("expired")


def not_yet(world: World) -> None:
    world.policy(begins_on=TODAY + timedelta(days=3))
    world.found("not-yet")


def other_region(world: World) -> None:
    make.region("50")
    world.policy(region="50")
    world.put(region="50")
    world.found("other-region")


POLICIES: tuple[Callable[[World], None], ...] = (
    in_force, in_force, annulled_policy, annulled_record, died, closed, no_successor, no_policy,
    suspended, expired, not_yet, other_region,
)  # fmt: skip
UNINSURED = (annulled_policy, annulled_record, died, closed, no_successor, no_policy, expired)
CLOSED_RECORD = (annulled_record, died)


# What is wrong with the data: any of these ----------------------------------------------------


def out_of_step(world: World) -> None:
    world.put(family_name="Старокопиева", name_key="СТАРОКОПИЕВА АННА ВИКТОРОВНА")
    world.found("out-of-step", mended=True)


def stale(world: World) -> None:
    world.put(synced_at=AT - timedelta(days=9))
    world.own.refresh_from_db(fields=["region"])
    world.found("stale", mended=world.own.region_id == settings.REGION)


def profile_differs(world: World) -> None:
    world.user.patronymic = "Вячеславовна"
    world.user.save(update_fields=["patronymic"])
    world.found("profile-differs")


def old_document(world: World) -> None:
    IdentityDocument.objects.filter(person=world.own).update(expires_on=TODAY - timedelta(days=2))
    world.found("old-document")


def duplicates(world: World) -> None:
    """A second record with the same passport, entered under another СНИЛС."""
    record(world.user, bound=False, snils=make.snils(), patronymic="Викторвна")
    world.found("duplicates")


def missing_number(world: World) -> None:
    world.policy(enp="")
    world.put(enp=None)
    world.found("missing-field")


def missing_insurer(world: World) -> None:
    Insurance.objects.filter(person=world.own).delete()
    world.put(insurer=None)
    world.found("missing-field")


def insurer_left(world: World) -> None:
    insurer = make.insurer("77009", excluded_on=TODAY - timedelta(days=40))
    world.policy(insurer=insurer)
    Insurance.objects.filter(person=world.own).update(insurer=insurer)
    world.put(insurer=insurer)
    world.found("insurer-left")


DATA = (out_of_step, stale, profile_differs, old_document, duplicates)
OF_POLICY_IN_FORCE = (missing_number, missing_insurer, insurer_left)


# Beside the record: any of these ---------------------------------------------------------------


def work_on_the_register(world: World) -> None:
    works.add(
        kind="planned", part="register", title="Обновляем реестр", by=SYSTEM, at=AT,
        begins_at=AT - timedelta(hours=1), ends_at=AT + timedelta(hours=2),
    )  # fmt: skip
    world.found("works")
    world.mended.discard("stale")


def work_of_others(world: World) -> None:
    """Concerns people of an insurer that is not theirs: nothing to tell."""
    works.add(
        kind="outage", part="register", title="Нет обмена", by=SYSTEM, at=AT,
        begins_at=AT - timedelta(hours=1), ends_at=None, audience="insurer:99999",
    )  # fmt: skip


def stuck(world: World) -> None:
    case(world.user, "policy-extract", State.APPROVED, decided_by="automatic")
    world.found("stuck", mended=True)


def unfinished_change(world: World) -> None:
    case(
        world.user, "change-insurer", State.PLANNED,
        insurer=make.insurer("77002"), effective_on=TODAY + timedelta(days=20),
    )  # fmt: skip
    world.found("unfinished-change")


def ward(world: World) -> None:
    """A child with a policy in a cabinet of their own."""
    child = user(birth_date=date(2019, 3, 3), family_name="Детская", phone=None)
    insure(record(child))
    Representation.objects.create(
        representative=world.user, ward=child, kind="parent", scope=["view"], basis={},
        state="confirmed", state_at=AT, asked_at=AT,
    )  # fmt: skip
    world.found("ward")


def open_case(world: World) -> None:
    case(world.user, "issue-policy", State.IN_WORK)
    world.found("open-case")


def refused_case(world: World) -> None:
    case(world.user, "issue-policy", State.REJECTED)
    world.found("refused-case")


def anybody(draw: Random) -> World:
    """One of all the worlds, with a mixture of causes that can be true together."""
    if draw.random() < 0.3:
        world = draw.choice(UNLINKED)()
        uninsured = not world.insured
        policy: Callable[[World], None] = in_force
    else:
        world, policy = linked(), draw.choice(POLICIES)
        policy(world)
        uninsured = policy in UNINSURED
        _data(world, policy, draw)
    _beside(world, uninsured=uninsured, draw=draw)
    return world


def _data(world: World, policy: Callable[[World], None], draw: Random) -> None:
    wanted = [one for one in DATA if draw.random() < 0.35]
    if policy in CLOSED_RECORD:
        wanted = [one for one in wanted if one in (out_of_step, stale)]
    if policy in (in_force, suspended, not_yet) and draw.random() < 0.4:
        wanted.append(draw.choice(OF_POLICY_IN_FORCE))
    if out_of_step in wanted and policy not in CLOSED_RECORD:
        # The row is compared before it is mended: its wrong surname differs from the profile too.
        world.found("profile-differs")
    for plant in wanted:
        plant(world)


def _beside(world: World, *, uninsured: bool, draw: Random) -> None:
    for plant in (work_of_others, stuck, unfinished_change):
        if draw.random() < 0.15:
            plant(world)
    if uninsured and draw.random() < 0.3:
        draw.choice((open_case, refused_case))(world)
    if uninsured and draw.random() < 0.2:
        ward(world)
    if draw.random() < 0.1:
        work_on_the_register(world)
