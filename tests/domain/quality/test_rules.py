"""Each rule finds its fault and no other; each suggestion mends it; no rule names anybody."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests.domain.quality.flaws import AT, FLAWS, MENDED, clean, set_own

from oms.domain.quality import actions, checking, sheet
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.models import Finding
from oms.domain.quality.sheet import Books

pytestmark = pytest.mark.django_db


def open_rules(person) -> list[str]:
    rows = Finding.objects.filter(person=person, gone_at=None).order_by("rule")
    return list(rows.values_list("rule", flat=True))


def spoilt(code):
    person = clean()
    FLAWS[code](person)
    person.refresh_from_db()
    return person


def test_a_clean_record_breaks_no_rule() -> None:
    person = clean()
    assert actions.check(person=person, at=AT) == checking.Changed()
    assert open_rules(person) == []


def test_every_rule_has_a_flaw_to_find() -> None:
    assert set(FLAWS) == set(RULES)
    assert len(RULES) >= 24
    assert {code for code, rule in RULES.items() if rule.suggest.__name__ == "suggest"} == set(
        MENDED
    )


@pytest.mark.parametrize("code", FLAWS)
def test_a_rule_finds_its_fault_and_no_other(code) -> None:
    person = spoilt(code)
    actions.check(person=person, at=AT)
    assert open_rules(person) == [code]
    finding = Finding.objects.get(person=person)
    assert finding.mendable == (code in MENDED)
    for word in (person.family_name, person.given_name, person.enp, person.snils, person.phone):
        assert not word or word not in finding.text


@pytest.mark.parametrize("code", MENDED)
def test_a_suggestion_mends_it(code) -> None:
    person = spoilt(code)
    actions.check(person=person, at=AT)
    finding = Finding.objects.get(person=person)
    actions.accept(finding=finding, by=make.operator(), at=AT)
    person.refresh_from_db()
    assert open_rules(person) == []
    name, value = MENDED[code]
    if code == "Q031":
        assert person.identity_documents.get(valid_until=None).series == value
    elif name:
        assert getattr(person, name) == value


def test_closed_records_answer_only_for_what_concerns_them() -> None:
    other = clean()
    person = clean()
    set_own(person, state="merged", birth_place="", phone="12", snils=None)
    person.merged_into = other
    person.save()
    actions.check(person=person, at=AT)
    assert open_rules(person) == ["Q040"]
    other.state, other.snils = "annulled", None
    other.save()
    actions.check(person=person, at=AT)
    assert open_rules(person) == ["Q040", "Q070"]


@pytest.mark.parametrize(
    ("years", "since", "paper", "rule"),
    [
        (14, 2013, {"kind": "3", "series": "II-АК", "number": "123456"}, "Q033"),
        (20, 2021, {}, "Q034"),
    ],
)
def test_a_passport_may_wait_ninety_days_from_the_day_after(years, since, paper, rule) -> None:
    """The ninetieth day after the birthday is the last of the paper before (ПП РФ 1205)."""
    for days, found in ((90, []), (91, [rule])):
        birthday = make.TODAY - timedelta(days=days)
        person = clean(birth_date=birthday.replace(year=birthday.year - years))
        person.identity_documents.update(issued_on=date(since, 1, 1), **paper)
        actions.check(person=person, at=AT)
        assert [one for one in open_rules(person) if one in ("Q033", "Q034")] == found


def test_a_batch_costs_the_same_however_large() -> None:
    costs = []
    for number in (1, 12):
        keys = [clean().pk for _ in range(number)]
        people, books = sheet.people(keys), Books.read()
        with CaptureQueriesContext(connection) as seen:
            read = sheet.read(people, books=books, at=AT)
            assert [list(checking.broken(one)) for one in read] == [[]] * number
        costs.append(len(seen))
    assert costs == [7, 7]


def test_a_child_needs_no_snils_and_no_passport() -> None:
    child = clean(birth_date=date(2020, 5, 1), snils=None)
    child.identity_documents.update(
        kind="3", series="II-АК", number="123456", issued_on=date(2020, 6, 1)
    )
    child.policies.update(begins_on=date(2020, 6, 1))
    actions.check(person=child, at=AT)
    assert open_rules(child) == []
