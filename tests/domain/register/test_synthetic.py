"""Invented people are as right as real ones ought to be, and nobody is real."""

from collections import Counter
from datetime import date

import pytest
from tests.factories import NOON, TODAY, insurer

from oms.domain.journal.models import Entry
from oms.domain.register import actions, queries, synthetic
from oms.domain.register.actions.people import own_data
from oms.domain.register.models import IdentityDocument, Insurance, InsuredPerson, Policy
from oms.law import enp, identity_documents, snils

COUNT = 300
pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[InsuredPerson]:
    """Three hundred people in three regions; one insurer has left the register."""
    for code in ("77001", "77002", "50001", "50002", "66001"):
        insurer(code)
    insurer("77003", excluded_on=date(2026, 1, 1))
    assert synthetic.people(count=COUNT, at=NOON) == COUNT
    return list(InsuredPerson.objects.order_by("pk"))


def test_numbers_are_valid_and_nobody_shares_them(people: list[InsuredPerson]) -> None:
    numbers = [one.snils for one in people if one.snils]
    assert len(set(numbers)) == len(numbers) > COUNT * 0.9
    assert all(snils.normalize(number) == number for number in numbers)
    given = [one for one in people if one.enp]
    assert len({one.enp for one in given}) == len(given) > COUNT * 0.9
    for one in given:
        told = enp.parse(one.enp or "")
        letter = enp.MALE if one.sex == 1 else enp.FEMALE
        assert (told.birth_date, told.sex, told.region) == (one.birth_date, letter, one.region_id)
    keys = IdentityDocument.objects.values_list("number_key", flat=True)
    assert len(set(keys)) == COUNT


def test_papers_fit_the_age(people: list[InsuredPerson]) -> None:
    for row in IdentityDocument.objects.select_related("person"):
        normal = identity_documents.normalize(int(row.kind), series=row.series, number=row.number)
        assert (normal.series, normal.number) == (row.series, row.number)
        against = identity_documents.plausible(
            int(row.kind), birth_date=row.person.birth_date, issued_on=row.issued_on, on=TODAY,
            valid_until=row.expires_on,
        )  # fmt: skip
        assert against == (), row.person_id


def test_names_agree(people: list[InsuredPerson]) -> None:
    for one in people:
        assert one.family_name.endswith("а") == (one.sex == 2)
        assert one.patronymic.endswith("на" if one.sex == 2 else "ич")


def test_every_state_and_form_is_there(people: list[InsuredPerson]) -> None:
    assert {one.state for one in people} == set(InsuredPerson.State)
    policies = list(Policy.objects.all())
    assert {row.state for row in policies} == set(Policy.State)
    assert {row.form for row in policies} >= set("СВЕПЭЦ")
    blanks = Counter(row.blank_number for row in policies if row.blank_number)
    assert max(blanks.values()) == 1
    assert all(bool(row.blank_number) == (row.form != Policy.Form.DIGITAL) for row in policies)
    assert Insurance.objects.values("ground").distinct().count() >= 3
    assert InsuredPerson.objects.filter(insurer="77003").exists()


def test_history_has_no_gaps_and_agrees_with_the_current_row(people: list[InsuredPerson]) -> None:
    for one in people:
        periods = list(one.insurances.order_by("valid_from"))
        ends = [row.valid_until for row in periods]
        assert ends[:-1] == [row.valid_from for row in periods[1:]]
        assert all(row.valid_from <= TODAY for row in periods)
        last = periods[-1] if periods else None
        assert one.insurer_id == (last.insurer_id if last and not last.valid_until else None)
        policy = queries.policy_in_force(one)
        assert (policy.insurer_id if policy else None) == one.insurer_id
        assert one.versions.get(valid_until=None).data == own_data(one)
        assert queries.facts(one, on=TODAY).birth_date == one.birth_date
        assert queries.history(one)


def test_nothing_looks_real(people: list[InsuredPerson]) -> None:
    assert all(one.email.endswith(".example") for one in people if one.email)
    assert all(one.phone.startswith("+7900000") for one in people if one.phone)
    assert all(one.snils.startswith("9") for one in people if one.snils)


def test_the_next_number_is_free(people: list[InsuredPerson]) -> None:
    given = {one.enp for one in people}
    one = next(row for row in people if row.enp)
    issued = actions.issue_enp(region=one.region_id, birth_date=one.birth_date, sex=one.sex)
    assert issued not in given
    assert issued[:10] == (one.enp or "")[:10]


def test_it_only_adds_and_goes_on_where_it_was_stopped(
    people: list[InsuredPerson], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synthetic, "BATCH", 20)
    told: list[int] = []

    def stop(size: int) -> None:
        told.append(size)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthetic.people(count=COUNT + 55, at=NOON, progress=stop)
    assert synthetic.people(count=COUNT + 55, at=NOON, progress=told.append) == 15
    assert synthetic.people(count=COUNT, at=NOON) == 0
    assert told == [20, 20, 15]
    rows = list(InsuredPerson.objects.order_by("pk"))
    assert len(rows) == synthetic.made() == COUNT + 55
    assert [row.pk for row in rows[:COUNT]] == [row.pk for row in people]
    numbers = {row.snils for row in rows if row.snils}
    assert len(numbers) == len([row for row in rows if row.snils])
    assert Entry.objects.filter(act="register.synthetic").count() == 4


def test_without_insurers_it_says_what_to_do() -> None:
    with pytest.raises(LookupError, match="directory"):
        synthetic.people(count=1, at=NOON)
