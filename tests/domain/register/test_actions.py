from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from oms.domain.accounts.models import Role, Source
from oms.domain.journal import queries as journal
from oms.domain.journal.actions import SYSTEM, Actor
from oms.domain.journal.models import Entry
from oms.domain.journal.verify import verify
from oms.domain.register import actions
from oms.domain.register.models import EnpCounter, InsuredPerson, Policy
from oms.law import enp

BY = Actor("user:7", "insurer", "insurer:77001")
LATER = date(2026, 6, 1)
PASSPORT = actions.DocumentData(
    kind="14", series="4510", number="123456", issued_on=date(2005, 4, 1), issued_by="ОВД"
)


@pytest.fixture(autouse=True)
def _whole_journal(region):
    """After every test here the journal must verify, every payload in its place."""
    yield
    report = verify(journal.export(), journal.heads())
    assert not report.findings
    assert report.erased == 0
    assert report.rows == Entry.objects.count() > 0


def update(person, *, on=LATER, at, basis="", **changes):
    return actions.update_person(
        person=person, changes=changes, on=on, by=BY, at=at, source=Source.DOCUMENT, basis=basis
    )


def entries(act):
    rows = Entry.objects.filter(act=act).order_by("pk")
    return [(row.subject, row.person, row.payload.data) for row in rows]


def test_a_person_enters_with_version_document_and_addresses(enter, member, on):
    user = member()
    person = enter(
        snils="112-233-445 95",
        document=PASSPORT,
        registration="Москва, ул. Лесная, 1",
        residence="Москва, ул. Полевая, 2",
        user=user,
    )
    person.refresh_from_db()
    assert (person.name_key, person.snils, person.user_id, person.insurer_id, person.enp) == (
        "СОКОЛОВА АЛЕНА СЕРГЕЕВНА",
        "11223344595",
        user.pk,
        None,
        None,
    )
    version = person.versions.get()
    assert (version.valid_from, version.valid_until, version.source) == (on, None, "operator")
    assert version.data["family_name"] == "Соколова"
    assert version.data["birth_date"] == "1985-03-04"
    document = person.identity_documents.get()
    assert (document.series, document.number_key) == ("45 10", "14:4510123456")
    assert set(person.addresses.values_list("kind", flat=True)) == {"registration", "residence"}
    ((subject, whose, details),) = entries("person.register")
    assert (subject, whose) == (person.key, person.key)
    assert details["changed"]["family_name"] == [None, "Соколова"]


def test_the_same_data_on_the_same_basis_enter_once(enter):
    first = enter(basis="case:1")
    assert enter(basis="case:1").pk == first.pk
    assert enter(basis="case:2").pk != first.pk
    assert len(entries("person.register")) == 2


def test_one_person_per_snils_and_per_account(enter, member, at):
    user = member()
    first = enter(snils="11223344595", user=user)
    with pytest.raises(actions.SnilsTaken):
        enter(snils="112-233-445 95", given_name="Мария")
    with pytest.raises(actions.AccountTaken):
        enter(given_name="Мария", user=user)
    second = enter(given_name="Мария")
    with pytest.raises(actions.SnilsTaken):
        update(second, at=at, snils="11223344595")
    assert InsuredPerson.objects.get(pk=second.pk).snils is None
    update(first, at=at, state="annulled")
    assert update(second, at=at, snils="11223344595").snils == "11223344595"
    with pytest.raises(actions.SnilsTaken):
        update(first, at=at, state="active")


def test_an_unchanged_person_leaves_no_trace(enter, at):
    person = enter(snils="11223344595")
    update(
        person,
        at=at,
        family_name=" Соколова ",
        snils="112-233-445 95",
        birth_date="1985-03-04",
        phone="",
        employment="",
        died_on=None,
    )
    assert person.versions.count() == 1
    assert entries("person.update") == []


def test_a_change_opens_a_version_and_closes_the_earlier(enter, at):
    person = enter()
    stale = InsuredPerson.objects.get(pk=person.pk)
    update(person, at=at + timedelta(days=90), basis="case:3", family_name="Климова")
    earlier, now = person.versions.order_by("pk")
    assert (earlier.valid_until, now.valid_from, now.valid_until) == (LATER, LATER, None)
    assert (earlier.data["family_name"], now.data["family_name"]) == ("Соколова", "Климова")
    assert (now.author, now.basis, now.source) == ("user:7", "case:3", "document")
    ((_, whose, details),) = entries("person.update")
    assert whose == person.key
    assert details["changed"] == {"family_name": ["Соколова", "Климова"]}
    assert "warnings" not in details
    person.refresh_from_db()
    assert person.name_key == "КЛИМОВА АЛЕНА СЕРГЕЕВНА"
    assert person.synced_at == person.updated_at == at + timedelta(days=90)
    update(stale, at=at, on=date(2026, 7, 1), given_name="Анна")
    assert (stale.family_name, stale.given_name) == ("Климова", "Анна")


def test_a_change_dated_before_the_record_keeps_its_date(enter, at, on):
    person = enter()
    update(person, at=at, on=date(2020, 1, 1), family_name="Климова")
    earlier, now = person.versions.order_by("pk")
    assert (earlier.valid_from, earlier.valid_until) == (on, on)
    assert (now.valid_from, now.valid_until) == (date(2020, 1, 1), None)


def test_an_unknown_field_is_a_mistake_of_the_caller(enter, at):
    with pytest.raises(ValueError, match="enp"):
        update(enter(), at=at, enp="1")


def test_an_enp_that_no_longer_agrees_stays_with_a_warning(enter, insure, at):
    person = enter()
    number = insure(person).enp
    update(person, at=at, birth_date=date(1985, 4, 3), sex=1)
    assert person.enp == number
    assert len(entries("person.update")[0][2]["warnings"]) == 2


def test_documents_and_addresses_replace_each_other(enter, at, on):
    person = enter(document=PASSPORT)
    common = {"person": person, "by": BY, "at": at, "source": Source.DOCUMENT}
    actions.set_identity_document(document=PASSPORT, on=LATER, **common)
    assert entries("person.document") == []
    renewed = actions.DocumentData(kind="14", series="45 20", number="654321")
    actions.set_identity_document(document=renewed, on=LATER, **common)
    old, new = person.identity_documents.order_by("pk")
    assert (old.valid_until, new.valid_until, new.number_key) == (LATER, None, "14:4520654321")
    assert entries("person.document")[0][2]["changed"]["number"] == ["123456", "654321"]

    for text in ("Тверь, ул. Новая, 3", "Тверь,  ул. Новая, 3", "Клин, ул. Старая, 4"):
        actions.set_address(kind="residence", text=text, on=LATER, region="50", **common)
    assert person.addresses.count() == 2
    assert person.addresses.get(valid_until=None).text == "Клин, ул. Старая, 4"
    assert len(entries("person.address")) == 2


def test_a_policy_is_given_once(enter, insure, insurer, at, on):
    person = enter()
    policy = insure(person, basis="case:1")
    told = enp.parse(policy.enp)
    assert (told.region, told.birth_date, told.sex, told.sequence) == (
        "77",
        date(1985, 3, 4),
        "F",
        1,
    )
    person.refresh_from_db()
    assert (person.enp, person.insurer_id) == (policy.enp, "77001")
    assert person.insurances.get().valid_from == on
    assert insure(person, basis="case:1").pk == policy.pk
    with pytest.raises(actions.AlreadyInsured):
        insure(person, basis="case:2")
    with pytest.raises(actions.AlreadyInsured):
        insure(person)
    assert len(entries("policy.give")) == 1
    assert entries("policy.give")[0][:2] == (f"policy:{policy.pk}", person.key)


def test_the_database_allows_no_second_policy_in_force(enter, insure, insurer, at, on):
    person = enter()
    policy = insure(person)
    actions.hold_policy(person=person, state="suspended", on=on, by=BY, at=at)
    for state in ("active", "suspended"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Policy.objects.create(
                person=person,
                insurer=insurer,
                region_id="77",
                begins_on=on,
                state=state,
                state_since=on,
                created_at=at,
                updated_at=at,
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        person.insurances.create(
            insurer=insurer, ground=1, valid_from=on, recorded_at=at, source="typed", author="x"
        )
    assert person.policies.get() == policy


def change(person, insurer, at, **told):
    given = {"ground": 2, "on": LATER, "by": BY, "at": at}
    return actions.change_insurer(person=person, insurer=insurer, **(given | told))


def test_another_insurer_keeps_the_number_and_the_term(
    enter, insure, insurer, other_insurer, at, on
):
    person = enter()
    with pytest.raises(actions.NotInsured):
        change(person, other_insurer, at)
    old = insure(person, ends_on=date(2026, 12, 31))
    with pytest.raises(actions.SameInsurer):
        change(person, insurer, at)
    with pytest.raises(actions.PeriodsOverlap):
        change(person, other_insurer, at, on=on - timedelta(days=1))
    new = change(person, other_insurer, at, basis="case:9")
    assert change(person, other_insurer, at, basis="case:9").pk == new.pk
    old.refresh_from_db()
    assert (old.state, old.state_since) == ("superseded", LATER)
    assert (new.state, new.enp, new.begins_on, new.ends_on) == (
        "active",
        old.enp,
        LATER,
        date(2026, 12, 31),
    )
    assert list(person.insurances.order_by("pk").values_list("valid_from", "valid_until")) == [
        (on, LATER),
        (LATER, None),
    ]
    person.refresh_from_db()
    assert (person.insurer_id, person.region_id) == ("50002", "50")
    ((_, whose, details),) = entries("policy.change-insurer")
    assert whose == person.key
    assert details["changed"] == {"insurer": ["77001", "50002"]}
    with pytest.raises(actions.NotInsured):
        change(person, insurer, at, on=date(2027, 1, 1))


def test_a_policy_past_its_term_makes_room_for_a_new_one(enter, insure, on):
    person = enter(citizenship="KGZ")
    old = insure(person, ends_on=date(2026, 12, 31))
    with pytest.raises(actions.AlreadyInsured):
        insure(person, on=date(2026, 12, 31))
    new = insure(person, on=date(2027, 2, 1))
    old.refresh_from_db()
    assert (old.state, old.state_since) == ("closed", date(2027, 1, 1))
    assert new.enp == old.enp
    assert list(person.insurances.order_by("pk").values_list("valid_from", "valid_until")) == [
        (on, date(2027, 1, 1)),
        (date(2027, 2, 1), None),
    ]


def test_the_policy_follows_the_state_of_the_person(enter, insure, at):
    person = enter()
    policy = insure(person)
    states = []
    for state in ("suspended", "active", "died"):
        update(person, at=at, state=state)
        policy.refresh_from_db()
        states.append(policy.state)
    assert states == ["suspended", "active", "closed"]
    assert person.insurer_id is None
    assert person.insurances.get().valid_until == LATER
    with pytest.raises(actions.NotOnRecord):
        insure(person, on=LATER)
    assert [row.act for row in Entry.objects.order_by("pk")][2:] == [
        "person.update",
        "policy.suspend",
        "person.update",
        "policy.resume",
        "person.update",
        "policy.close",
    ]


def test_an_account_is_bound_to_one_person(enter, member, at):
    one, other = enter(), enter(given_name="Мария")
    user, stranger = member(), member()
    for _ in range(2):
        actions.link_account(person=one, user=user, by=SYSTEM, at=at)
    for person, account in ((one, stranger), (other, user)):
        with pytest.raises(actions.AccountTaken):
            actions.link_account(person=person, user=account, by=SYSTEM, at=at)
    other.refresh_from_db()
    assert other.user_id is None
    assert len(entries("person.link")) == 1


def test_a_look_of_the_staff_is_in_the_journal(enter, member, at):
    person, clerk = enter(), member(Role.INSURER, "insurer:77001")
    actions.look(people=[person], by=clerk, purpose="Заявление № 5", at=at)
    row = Entry.objects.get(act="person.read")
    assert (row.actor, row.role, row.organization) == (clerk.key, "insurer", "insurer:77001")
    assert row.payload.data == {"purpose": "Заявление № 5"}


def test_numbers_on_record_are_passed_over_and_the_last_is_the_last(enter, insurer, at):
    asked = {"region": "77", "birth_date": date(1985, 3, 4), "sex": 2}

    def number(sequence):
        return enp.build(region="77", birth_date=date(1985, 3, 4), sex="F", sequence=sequence)

    person = enter()
    InsuredPerson.objects.filter(pk=person.pk).update(enp=number(1))
    Policy.objects.create(
        person=person,
        enp=number(2),
        insurer=insurer,
        region_id="77",
        begins_on=LATER,
        state_since=LATER,
        created_at=at,
        updated_at=at,
    )
    assert actions.issue_enp(**asked) == number(3)
    EnpCounter.objects.update(last=99_998)
    assert actions.issue_enp(**asked) == number(99_999)
    for _ in range(2):
        with pytest.raises(actions.EnpExhausted):
            actions.issue_enp(**asked)
    assert EnpCounter.objects.get().last == 99_999


def test_a_failed_act_leaves_nothing(enter, insure, monkeypatch):
    person = enter()
    before = Entry.objects.count()

    def broken(*_, **__):
        raise RuntimeError("the journal is gone")

    monkeypatch.setattr("oms.domain.register.actions.insurance.journal", broken)
    with pytest.raises(RuntimeError):
        insure(person)
    person.refresh_from_db()
    assert (person.enp, person.insurer_id) == (None, None)
    assert not person.policies.exists()
    assert not EnpCounter.objects.exists()
    assert Entry.objects.count() == before
