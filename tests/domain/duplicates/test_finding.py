"""Duplicates found at entry, weighed field by field, judged once and remembered."""

from datetime import date, timedelta

import pytest
from tests import factories
from tests.domain.duplicates.conftest import AT, BY, passport

from oms.domain.duplicates import finding, judging
from oms.domain.duplicates.linkage import engine
from oms.domain.duplicates.linkage.model import FIELDS, Model
from oms.domain.duplicates.models import Pair, Run
from oms.domain.duplicates.reading import everybody, pair_of_records
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register.data import NewPerson
from oms.domain.register.models import FormerName

LATER = AT + timedelta(minutes=10)
pytestmark = pytest.mark.django_db


@pytest.fixture
def fund(db):
    return factories.operator(factories.fund())


def levels(pair):
    return {row["field"]: row["level"] for row in pair.fields}


def look(at=LATER):
    return finding.look_at_changed(at=at)


def test_who_is_entered_is_compared_a_moment_later(two):
    look(AT)  # the mark is set: what was before is the business of the search at night
    first, second = two(family_name="Проверкена", document=passport(1))
    assert look(AT) == 0  # too young
    assert look() == 4
    pair = Pair.objects.get()
    assert {pair.left, pair.right} == {first, second}
    assert levels(pair) == {
        "family": "slip", "given": "same", "patronymic": "same",
        "birth": "same", "sex": "same", "document": "same",
    }  # fmt: skip
    assert (pair.sure, pair.found_by, pair.region_id) == (True, "entry", "77")
    assert look() == 0


def test_sisters_and_strangers_are_no_pair(two):
    look(AT)
    two(given_name="Вера", document=passport(2))
    factories.person(family_name="Другова", given_name="Ольга")
    look()
    assert not Pair.objects.exists()


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ({"family_name": "Анна", "given_name": "Проверкина"}, "family.swapped"),
        ({"birth_date": date(1985, 3, 24)}, "birth.slip"),
        ({"birth_date": date(1985, 4, 12)}, None),
        ({"family_name": "Проверкина-Ким"}, "family.part"),
        ({"family_name": "Стрельцова"}, "family.woman"),
        ({"patronymic": "Викторвна"}, "patronymic.slip"),
        ({"family_name": "Proverkina", "given_name": "Anna"}, "family.same"),
    ],
)
def test_what_russian_records_suffer_has_a_level_of_its_own(two, told, level):
    first, second = two(document=passport(1), **told)
    one, other = pair_of_records(first.pk, second.pk)
    likeness = Model().weigh(one, other)
    found = {f"{part.field}.{part.level}" for part in likeness.fields}
    if level:
        assert level in found
        assert likeness.probability > 0.5
    else:
        assert "birth.other" in found
        assert not likeness.is_sure


def test_a_surname_borne_before_says_more_than_another_surname(two):
    first, second = two(document=passport(1), family_name="Стрельцова")
    one, other = pair_of_records(first.pk, second.pk)
    before = Model().weigh(one, other)
    key = second.name_key
    FormerName.objects.create(person=first, name_key=key, birth_date=first.birth_date)
    one, other = pair_of_records(first.pk, second.pk)
    for pair in ((one, other), (other, one)):
        likeness = Model().weigh(*pair)
        assert likeness.fields[0].level == "former"
        assert likeness.weight > before.weight + 5


def test_how_common_a_name_is_is_learned_in_the_letters_it_is_asked_for(two, tmp_path, monkeypatch):
    """The file holds a byte for each letter; asked for by letters, all would be called rare."""
    monkeypatch.setattr(engine, "ENOUGH_TO_LEARN", 2)
    two(document=passport(1), family_name="Стрельцова")
    file = tmp_path / "records.parquet"
    count = engine.write_records(everybody(), file)
    model = engine.compare(records=file, pairs=tmp_path / "pairs.parquet", count=count)
    names = [one.family for one in everybody()]
    assert model.frequencies["family"] == {name: 1 / len(names) for name in names}


def test_judged_different_comes_back_only_when_something_compared_changes(two, fund):
    _, second = two(document=passport(1))
    pair = finding.compare(person=second, at=AT)[0]
    judging.different_people(pair=pair, note="Разные лица на фото", by=fund, at=AT)
    with pytest.raises(judging.Decided):
        judging.different_people(pair=pair, note="ещё раз", by=fund, at=AT)
    register.set_address(
        person=second, kind="residence", text="дом 1", on=date(2026, 10, 5), by=SYSTEM, at=AT,
        source="operator",
    )  # fmt: skip
    assert finding.compare(person=second, at=LATER) == []
    register.update_person(
        person=second, changes={"snils": factories.snils()}, on=date(2026, 10, 5), by=SYSTEM,
        at=AT, source="operator",
    )  # fmt: skip
    again = finding.compare(person=second, at=LATER)[0]
    assert (again.pk, again.state, again.changed) == (pair.pk, "waiting", ["СНИЛС"])


def test_put_aside_comes_back_on_its_day(two, fund):
    _, second = two(document=passport(1))
    pair = finding.compare(person=second, at=AT)[0]
    judging.not_enough(pair=pair, note="Спросить СМО", ask_on=date(2026, 10, 12), by=fund, at=AT)
    assert judging.ask_again(on=date(2026, 10, 11)) == 0
    assert judging.ask_again(on=date(2026, 10, 12)) == 1
    pair.refresh_from_db()
    assert pair.state == "waiting"


def test_one_person_is_merged_in_the_same_breath(two, fund):
    first, second = two(document=passport(1))
    pair = finding.compare(person=second, at=AT)[0]
    with pytest.raises(register.CannotMerge):
        judging.one_person(pair=pair, kept=second.pk, reason="Одно лицо", by=fund, at=AT)
    pair.refresh_from_db()
    assert pair.state == "waiting"
    judging.one_person(pair=pair, kept=first.pk, reason="Одно лицо", by=fund, at=AT)
    second.refresh_from_db()
    pair.refresh_from_db()
    assert (second.merged_into, pair.state) == (first, "one")


# The gate -----------------------------------------------------------------------------------


def newcomer(**told):
    data = {
        "region": "77", "family_name": "Проверкина", "given_name": "Анна",
        "patronymic": "Викторовна", "birth_date": date(1985, 3, 14), "sex": 2,
        "document": passport(1),
    }  # fmt: skip
    return NewPerson(**{**data, **told})


def enter(data, **more):
    return register.register_person(data=data, by=BY, at=AT, source="operator", **more)


def test_the_gate_stops_a_sure_double_and_lets_a_judged_one_in(two):
    first, _ = two(given_name="Вера", document=passport(2))
    with pytest.raises(register.AlreadyOnRecord) as no:
        enter(newcomer(family_name="Проверкена"), basis="case:5")
    assert no.value.found == (first.pk,)
    judging.rule_other(basis="case:5", persons=[first.pk], note="Тёзка", by=BY, at=AT)
    told = judging.judged_other("case:5")
    made = enter(newcomer(family_name="Проверкена"), basis="case:5", judged_other=told)
    assert made.pk != first.pk


def test_a_doubtful_one_gets_in_and_lands_in_the_queue(two):
    look(AT)
    first, _ = two(given_name="Вера", document=passport(2))
    made = enter(newcomer(document=passport(345678)))
    look()
    pair = Pair.objects.get(left=first, right=made)
    assert (pair.sure, levels(pair)["document"]) == (False, "other")


def test_a_number_of_a_merged_record_leads_the_gate_to_the_one_left(two, fund):
    from oms.domain.duplicates import merging

    first, second = two(document=passport(2))
    merging.merge(kept=first, other=second, by=BY, at=AT, reason="Одно лицо")
    with pytest.raises(register.AlreadyOnRecord) as no:
        enter(newcomer(document=passport(2)))
    assert no.value.found == (first.pk,)


# In bulk ------------------------------------------------------------------------------------


def test_the_search_at_night_finds_the_same_and_is_gone_on_with(two, monkeypatch):
    _, second = two(family_name="Проверкена", document=passport(1))
    put = finding.put

    def killed(**told):
        put(**told)
        raise KeyboardInterrupt

    monkeypatch.setattr(finding, "put", killed)
    with pytest.raises(KeyboardInterrupt):
        finding.search(at=AT)
    assert not Pair.objects.exists()
    monkeypatch.setattr(finding, "put", put)
    assert finding.search(at=LATER) == (2, 1)
    assert Run.objects.get().kept_until == 1
    at_night = Pair.objects.get()
    assert (at_night.found_by, at_night.state) == ("bulk", "waiting")
    finding.compare(person=second, at=LATER)
    by_entry = Pair.objects.get()
    assert by_entry.fields == at_night.fields
    assert finding.search(at=LATER + timedelta(days=1)) == (2, 1)
    assert Pair.objects.count() == 1


def test_splink_sees_the_levels_that_the_model_sees(two, tmp_path):
    """The SQL of a level and its Python say the same, on every pair of a small crowd."""
    import duckdb

    two(document=passport(1), family_name="Анна", given_name="Проверкина")
    for number, told in enumerate(
        (
            {"family_name": "Проверкина-Ким"},
            {"birth_date": date(1985, 12, 3)},
            {"birth_date": date(1985, 3, 12), "patronymic": ""},
            {"patronymic": "Викторвна", "given_name": "Анан"},
            {"family_name": "Осипова"},
            {"family_name": "Стрельцова", "sex": 1, "phone": "+79001112233"},
        )
    ):
        person = factories.person(document=passport(number + 5), **told)
        if number == 4:
            FormerName.objects.create(
                person=person, name_key="ПРОВЕРКИНА АННА", birth_date=person.birth_date
            )
    engine.write_records(everybody(), tmp_path / "records.parquet")
    known = {one.pk: one for one in everybody()}
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW r AS FROM read_parquet('{tmp_path}/records.parquet')")
    columns = ", ".join(f"a.{c} AS {c}_l, b.{c} AS {c}_r" for c in ("pk", *engine.COLUMNS))
    compared = 0
    for field in FIELDS:
        whens = " ".join(
            f"WHEN {level.sql} THEN '{level.code}'" for level in field.levels if level.sql != "ELSE"
        )
        rows = connection.execute(
            f"WITH p AS (SELECT {columns} FROM r a, r b WHERE a.pk < b.pk) "
            f"SELECT pk_l, pk_r, CASE WHEN {field.code}_l IS NULL OR {field.code}_r IS NULL "
            f"THEN '' {whens} ELSE 'other' END FROM p"
        ).fetchall()
        for left, right, level in rows:
            parts = {
                one.field: one.level for one in Model().weigh(known[left], known[right]).fields
            }
            assert parts.get(field.code, "") == level
            compared += 1
    assert compared == 28 * len(FIELDS)
