"""A small part of the region's people: right, repeatable, and those told twice are found."""

import re
from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest
from django.db import connection
from tests.factories import NOON, TODAY, insurer

from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.register import actions, matching, queries
from oms.domain.register.actions.people import own_data
from oms.domain.register.data import DocumentData, document_key, name_key
from oms.domain.register.masses import bulk, crowd, loading, tables, twice
from oms.domain.register.models import (
    Address,
    FormerName,
    IdentityDocument,
    Insurance,
    InsuredPerson,
    NameSpelling,
    PersonVersion,
    Policy,
)
from oms.law import enp, identity_documents, snils

COUNT = 2000
AGAIN = int(COUNT * crowd.RECORDED_TWICE)


@pytest.fixture
def insurers(db: None) -> None:
    for code in ("77001", "77002", "50001", "50002", "66001"):
        insurer(code)


@pytest.fixture
def region(insurers: None) -> None:
    assert loading.load(count=COUNT, at=NOON) == COUNT


def truths() -> list[twice.Truth]:
    return list(loading.truths_on_record())


def test_a_number_told_wrong_is_never_right_for_somebody_else() -> None:
    """Of 13 millions fifteen bore the number of another before."""
    codes = {region: ["1"] for region in crowd.REGIONS}
    plan = loading.Plan(13_000_000, loading.SEED, date(2026, 11, 23), "2026-11-23", codes, 1)
    told = tables.person(plan.lives(3, crowd.PART)).columns["snils"]
    again = [number for number in told[-int(crowd.PART * crowd.RECORDED_TWICE) :] if number]
    assert len(again) > 20
    assert not [number for number in again if snils.check_digits(number[:9]) == number[9:]]


def test_numbers_and_papers_are_right(region: None) -> None:
    wrong = {one.index for one in truths() if one.kind == twice.SNILS}
    people = list(InsuredPerson.objects.all())
    numbers = [one.snils for one in people if one.snils]
    assert len(set(numbers)) == len(numbers) > COUNT * 0.9
    right = [one.snils for one in people if one.snils and one.pk not in wrong]
    assert all(snils.normalize(number) == number for number in right)
    given = [one for one in people if one.enp]
    assert len({one.enp for one in given}) == len(given) > COUNT * 0.98
    for one in given:
        told = enp.parse(one.enp or "")
        letter = enp.MALE if one.sex == 1 else enp.FEMALE
        born = one.birth_date if one.pk <= COUNT - AGAIN else told.birth_date
        assert (told.birth_date, told.sex, told.region) == (born, letter, one.region_id)
    for row in IdentityDocument.objects.select_related("person"):
        normal = identity_documents.normalize(int(row.kind), series=row.series, number=row.number)
        assert (normal.series, normal.number) == (row.series, row.number)
        told = DocumentData(kind=row.kind, series=row.series, number=row.number)
        assert row.number_key == document_key(told)


def test_rows_of_a_person_agree(region: None) -> None:
    rows = {
        model: _by_person(model)
        for model in (PersonVersion, IdentityDocument, Address, Insurance, Policy)
    }
    for one in InsuredPerson.objects.all():
        (current,) = [row for row in rows[PersonVersion][one.pk] if not row.valid_until]
        assert current.data == own_data(one)
        assert one.name_key == name_key(
            family_name=one.family_name, given_name=one.given_name, patronymic=one.patronymic
        )
        assert len([row for row in rows[Address][one.pk] if not row.valid_until]) == 1
        assert len(rows[IdentityDocument][one.pk]) == 1
        periods = sorted(rows[Insurance][one.pk], key=lambda row: row.valid_from)
        assert all(a.valid_until == b.valid_from for a, b in pairwise(periods))
        in_force = [row for row in rows[Policy][one.pk] if row.state in queries.IN_FORCE]
        assert [row.insurer_id for row in in_force] == [one.insurer_id] * (
            one.insurer_id is not None
        )
        assert {row.enp for row in rows[Policy][one.pk]} <= {one.enp}
        assert all(one.birth_date < row.begins_on <= TODAY for row in rows[Policy][one.pk])


def _by_person(model: type) -> dict[int, list]:
    found = defaultdict(list)
    for row in model.objects.all():
        found[row.person_id].append(row)
    return found


def test_it_looks_like_a_region(region: None) -> None:
    people = list(InsuredPerson.objects.all())
    assert len({one.family_name for one in people}) > 1000
    assert len({one.birth_date for one in people}) > 1500
    homes = defaultdict(set)
    for row in Address.objects.filter(valid_until=None).select_related("person"):
        homes[row.text].add(row.person.family_name.rstrip("а"))
    assert sum(len(names) == 1 for names in homes.values()) > len(homes) / 2
    assert FormerName.objects.count() > COUNT * 0.05
    assert NameSpelling.objects.filter(word=people[0].name_key.split()[0]).exists()
    assert {one.state for one in people} == {"active", "suspended", "died"}
    assert all(row.basis == tables.BASIS for row in PersonVersion.objects.all())


def test_the_same_seed_makes_the_same_people_part_by_part() -> None:
    first, again, other = (
        crowd.crowd(number=3, size=500, seed=seed, on=TODAY) for seed in (1, 1, 2)
    )
    assert first.key.tolist() == again.key.tolist() != other.key.tolist()
    assert first.truths == again.truths
    assert {one.kind for one in first.truths} >= {"latin", "swapped fields"}


def test_everybody_told_twice_is_found(region: None) -> None:
    """The second record is told: the first is shown, and nearly always first."""
    found, first, kinds = 0, 0, set()
    for truth in truths():
        told = InsuredPerson.objects.get(pk=truth.index)
        matches = matching.find(
            family_name=told.family_name, given_name=told.given_name, patronymic=told.patronymic,
            birth_date=told.birth_date, besides=told.pk,
        )  # fmt: skip
        others = [match.person.pk for match in matches]
        found += truth.same_as in others
        first += others[:1] == [truth.same_as]
        kinds.add(truth.kind)
    assert len(truths()) == AGAIN
    assert kinds == set(twice.KINDS)
    assert found >= AGAIN * 0.98
    assert first >= AGAIN * 0.95


def test_it_only_adds_to_invented_people_and_says_what_it_did(region: None) -> None:
    assert loading.load(count=COUNT, at=NOON) == 0
    assert Entry.objects.get(act="register.masses").payload.data["until"] == COUNT
    with pytest.raises(loading.HoldsPeople):  # half a part cannot be gone on with
        loading.load(count=COUNT + 1, at=NOON)


def test_a_register_with_anybody_else_is_refused(insurers: None) -> None:
    person = actions.NewPerson(
        region="77", family_name="Соколова", given_name="Анна", birth_date=date(1985, 3, 4), sex=2
    )
    actions.register_person(data=person, by=SYSTEM, at=NOON, source="operator")
    with pytest.raises(loading.HoldsPeople):
        loading.load(count=COUNT, at=NOON)
    assert InsuredPerson.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_quick_way_writes_the_same_and_leaves_keys_and_indexes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("COPY FREEZE and dropped keys are PostgreSQL's")
    for code in ("77001", "50001", "66001"):
        insurer(code)
    before = _schema()
    monkeypatch.setattr(loading, "QUICK_FROM", 100)
    monkeypatch.setattr(loading, "_fill", _killed)
    with pytest.raises(KeyboardInterrupt):
        loading.load(count=600, at=NOON)
    assert bulk.is_under_way()
    assert _schema() != before
    monkeypatch.undo()
    monkeypatch.setattr(loading, "QUICK_FROM", 100)
    assert loading.load(count=600, at=NOON) == 600
    assert _schema() == before
    assert not bulk.is_under_way()
    expected = crowd.crowd(number=0, size=600, seed=loading.SEED, on=TODAY)
    rows = InsuredPerson.objects.order_by("pk").values_list("name_key", flat=True)
    assert list(rows) == expected.key.tolist()
    assert IdentityDocument.objects.count() == 600
    assert InsuredPerson.objects.create(
        region_id="77", name_key="A", birth_date=TODAY, sex=1, created_at=NOON, updated_at=NOON,
        synced_at=NOON,
    ).pk > 600  # fmt: skip


_CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")  # written anew each time


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def _schema() -> set[tuple[str, ...]]:
    """Every index and key of the database as the database writes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        indexes = set(cursor.fetchall())
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        )
        found = indexes | set(cursor.fetchall())
    return {tuple(_CASTS.sub("", text) for text in row) for row in found}
