"""Repairs: acts of the register, once each, taken back only while the value is what they wrote."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests import factories as make
from tests.domain.quality.flaws import AT, FLAWS, clean

from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.quality import actions
from oms.domain.quality.models import Batch, Finding, Repair
from oms.domain.register import actions as register

pytestmark = pytest.mark.django_db


@pytest.fixture
def irina():
    return make.operator(make.insurer("77001"))


def faulty(code: str) -> Finding:
    person = clean()
    FLAWS[code](person)
    actions.check(person=person, at=AT)
    return Finding.objects.get(person=person, rule=code, gone_at=None)


def name_of(finding: Finding) -> str:
    finding.person.refresh_from_db()
    return finding.person.family_name


def test_a_repair_is_an_act_of_the_register_made_once(irina) -> None:
    finding = faulty("Q063")
    repair = actions.accept(finding=finding, by=irina, at=AT)
    assert name_of(finding) == "Климова"
    assert actions.accept(finding=finding, by=irina, at=AT) == repair
    versions = finding.person.versions.order_by("pk")
    assert [row.basis for row in versions] == ["", repair.basis]
    assert versions[0].valid_until == versions[0].valid_from == versions[1].valid_from
    acts = Entry.objects.filter(person=finding.person.key).order_by("pk")
    assert list(acts.values_list("act", flat=True))[-2:] == ["person.update", "quality.repair"]
    assert acts.last().payload.data == {
        "rule": "Q063", "before": {"family_name": "КЛИМОВА"}, "after": {"family_name": "Климова"},
    }  # fmt: skip
    finding.refresh_from_db()
    assert finding.gone_at == AT


def test_a_repair_is_taken_back_and_found_again(irina) -> None:
    finding = faulty("Q063")
    repair = actions.accept(finding=finding, by=irina, at=AT)
    for _ in range(2):
        actions.undo(repair=repair, by=irina, at=AT)
    assert name_of(finding) == "КЛИМОВА"
    assert finding.person.versions.count() == 3
    again = Finding.objects.get(person=finding.person, gone_at=None)
    assert (again.rule, again.pk > finding.pk) == ("Q063", True)
    assert Entry.objects.filter(act="quality.undo").count() == 1


def test_what_was_changed_since_is_not_put_back(irina) -> None:
    finding = faulty("Q063")
    repair = actions.accept(finding=finding, by=irina, at=AT)
    register.update_person(
        person=finding.person, changes={"family_name": "Орлова"}, on=make.TODAY, by=SYSTEM, at=AT,
        source="document",
    )  # fmt: skip
    with pytest.raises(actions.CannotUndo, match="ещё раз"):
        actions.undo(repair=repair, by=irina, at=AT)
    assert name_of(finding) == "Орлова"
    repair.refresh_from_db()
    assert repair.undone_at is None


@pytest.mark.parametrize("code", ["Q031", "Q043", "Q044"])
def test_what_has_no_way_back_says_so(irina, code) -> None:
    repair = actions.accept(finding=faulty(code), by=irina, at=AT)
    with pytest.raises(actions.CannotUndo, match="отменить нельзя"):
        actions.undo(repair=repair, by=irina, at=AT)


def test_only_what_was_shown_is_made(irina) -> None:
    finding = faulty("Q063")
    told = actions.suggestions([finding], at=AT)[finding.pk]
    seen, other = told.digest, replace(told, after={"family_name": "Климов"}).digest
    with pytest.raises(actions.Otherwise):
        actions.accept(finding=finding, by=irina, at=AT, seen=other)
    register.update_person(
        person=finding.person, changes={"family_name": "Орлова"}, on=make.TODAY, by=SYSTEM, at=AT,
        source="document",
    )  # fmt: skip
    with pytest.raises(actions.NothingToMend):
        actions.accept(finding=finding, by=irina, at=AT, seen=seen)
    assert not Repair.objects.exists()


def test_many_together_and_all_taken_back_but_what_changed(irina) -> None:
    findings = [faulty("Q063") for _ in range(3)]
    told = actions.suggestions(findings, at=AT)
    chosen = [(one, told[one.pk].digest) for one in findings]
    register.update_person(
        person=findings[2].person, changes={"family_name": "ОРЛОВА"}, on=make.TODAY, by=SYSTEM,
        at=AT, source="document",
    )  # fmt: skip
    for _ in range(2):
        _, done = actions.accept_together(key="k", rule="Q063", chosen=chosen, by=irina, at=AT)
        assert [one.no == "" for one in done] == [True, True, False]
    batch = Batch.objects.get()
    assert batch.repairs.count() == 2
    assert [name_of(one) for one in findings] == ["Климова", "Климова", "ОРЛОВА"]
    register.update_person(
        person=findings[1].person, changes={"family_name": "Белова"}, on=make.TODAY, by=SYSTEM,
        at=AT, source="document",
    )  # fmt: skip
    later = AT + timedelta(hours=1)
    undone = actions.undo_together(batch=batch, by=irina, at=later)
    assert [one.no == "" for one in undone] == [True, False]
    assert [name_of(one) for one in findings] == ["КЛИМОВА", "Белова", "ОРЛОВА"]
    with pytest.raises(actions.TooMany):
        actions.accept_together(key="n", rule="Q063", chosen=chosen * 20, by=irina, at=AT)
