"""Every number a merged record bore leads to whom it stands for, and back after un-merge."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.domain.duplicates.conftest import AT, BY, passport

from oms.domain.duplicates import merging
from oms.domain.papers import lists
from oms.domain.register import matching, queries
from oms.domain.register.asking import led_on, understand
from oms.domain.register.models import InsuredPerson, Policy
from oms.kit.denied import Denied

pytestmark = pytest.mark.django_db
BEARS = st.lists(st.sampled_from(["snils", "document", "blank"]), unique=True)
TWO_OF_THREE = st.sampled_from([(0, 1), (1, 0), (1, 2), (2, 1), (0, 2), (2, 0)])


def somebody(number, bears):
    """One of three records, each with an ЕНП, a birth date and an account of its own."""
    made = factories.insured(
        factories.user(),
        snils=factories.snils() if "snils" in bears else None,
        document=passport(number) if "document" in bears else None,
        birth_date=date(1985, 3, 14 + number),
    )
    if "blank" in bears:
        Policy.objects.filter(person=made).update(form="В", blank_number=f"12345678{number}")
    return made


def numbers(person):
    """What the record bears: kind → number, before anything is merged."""
    papers = person.identity_documents.values_list("number", flat=True)
    blanks = person.policies.exclude(blank_number="").values_list("blank_number", flat=True)
    told = {"enp": person.enp, "snils": person.snils}
    told |= {"document": next(iter(papers), ""), "blank": next(iter(blanks), "")}
    return {kind: number for kind, number in told.items() if number}


def look_up(kind, number, born, fund):
    """Whom each way in leads to, by name of the way."""
    text = f"45 10 № {number}" if kind == "document" else number
    found = {"box": [one.pk for one in matching.search(text, fund)]}
    if kind != "blank":
        told = passport(int(number)) if kind == "document" else number
        found["match"] = [match.person.pk for match in matching.find(**{kind: told})]
    if kind in ("enp", "blank"):
        held = queries.holder(number=number, birth_date=born)
        found["policy"] = [held.pk] if held else []
        account = queries.account_of_policy(number=number)
        owners = InsuredPerson.objects.filter(user=account)
        found["account"] = list(owners.values_list("pk", flat=True))
    if kind in ("enp", "snils"):
        order = {"key": str(uuid4()), "kind": "insurance-certificate", "purpose": "Сверка"}
        found["list"] = lists.order(**order, text=number, by=fund, at=AT).persons
    return found


def expect(people, borne, fund):
    """Each number leads to the record that stands for its bearer, by every way in."""
    for person, told in zip(people, borne, strict=True):
        stands = InsuredPerson.objects.get(pk=person.pk)
        while stands.merged_into:
            stands = stands.merged_into
        for kind, number in told.items():
            for born in {person.birth_date, stands.birth_date}:
                found = look_up(kind, number, born, fund)
                assert set(map(tuple, found.values())) == {(stands.pk,)}, (kind, found)


@example(bears=(["snils"], ["document"], ["blank"]), merges=[(2, 1), (0, 2)])
@example(bears=([], ["snils"], []), merges=[(2, 1), (0, 2)])
@given(bears=st.tuples(BEARS, BEARS, BEARS), merges=st.lists(TWO_OF_THREE, min_size=1, max_size=2))
@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_numbers_follow_the_record_and_come_back(db, bears, merges):
    with transaction.atomic():
        fund = factories.operator(factories.fund())
        people = [somebody(number, told) for number, told in enumerate(bears)]
        borne = [numbers(person) for person in people]
        made = []
        for kept, other in merges:
            try:
                told = {"kept": people[kept], "other": people[other], "reason": "Один человек"}
                made.append(merging.merge(**told, by=BY, at=AT))
            except Denied:
                continue
        expect(people, borne, fund)
        for one in reversed(made):
            later = AT + timedelta(days=1)
            merging.unmerge(merge=one, by=BY, at=later, reason="Разные люди")
        assert not InsuredPerson.objects.filter(state="merged").exists()
        expect(people, borne, fund)
        transaction.set_rollback(True)


def test_the_search_says_that_the_number_is_a_former_one(db):
    kept, other = somebody(0, ["snils"]), somebody(1, ["snils"])
    merging.merge(kept=kept, other=other, by=BY, at=AT, reason="Один человек")
    match = matching.find(snils=other.snils)[0]
    assert (match.person, match.reasons) == (kept, ("СНИЛС совпал", matching.LED_ON))
    assert led_on(understand(other.snils)) == {kept.pk}
    assert led_on(understand(kept.snils)) == led_on(understand("Проверкина")) == set()
