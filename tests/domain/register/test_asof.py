"""A record on any day: today it is the current row, and day by day it is what was told."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from oms.domain.accounts.models import Source
from oms.domain.directory.models import Insurer
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions, asof
from oms.domain.register.actions.people import own_data
from oms.domain.register.data import DocumentData
from oms.domain.register.models import InsuredPerson

pytestmark = pytest.mark.django_db
BEGAN = date(2026, 3, 10)
DAYS = st.integers(0, 40)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["family_name", "birth_place", "state", "residence", "document", "move"]),
        DAYS,
        st.integers(0, 3),
    ),
    max_size=7,
)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


class Told:
    """What was told, kept as plainly as can be: each thing, the day it holds from, when told."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[date, date, object]]] = {}

    def tell(self, what: str, on: date, at: date, value: object) -> None:
        self.rows.setdefault(what, []).append((on, at, value))

    def then(self, what: str, on: date, by: date) -> object:
        held = [value for since, at, value in self.rows.get(what, ()) if since <= on and at <= by]
        return held[-1] if held else None


def live(person: InsuredPerson, acts: list[tuple[str, int, int]]) -> tuple[Told, date]:
    """Let the acts happen, one a day or more, each dated back by some days."""
    told, today, insured_on = Told(), BEGAN, BEGAN
    told.tell("own", BEGAN, BEGAN, own_data(person))
    told.tell("insurer", BEGAN, BEGAN, "77001")
    for number, (what, back, value) in enumerate(acts):
        today += timedelta(days=1 + number * 7)
        on = max(today - timedelta(days=back), BEGAN)
        common = {"on": on, "by": SYSTEM, "at": moment(today), "basis": f"case:{number}"}
        if what in ("family_name", "birth_place", "state"):
            text = ("active", "suspended")[value % 2] if what == "state" else f"Слово{value}"
            before = own_data(person)
            actions.update_person(
                person=person, changes={what: text}, source=Source.OPERATOR, **common
            )
            if own_data(person) != before:
                told.tell("own", on, today, own_data(person))
        elif what == "residence":
            text = f"г. Москва, д. {value}"
            row = actions.set_address(
                person=person, kind="residence", text=text, source=Source.TYPED, **common
            )
            if row.basis == common["basis"]:
                told.tell("residence", on, today, text)
        elif what == "document":
            paper = DocumentData(kind="14", series="45 10", number=f"{value:06}")
            row = actions.set_identity_document(
                person=person, document=paper, source=Source.DOCUMENT, **common
            )
            if row.basis == common["basis"]:
                told.tell("document", on, today, paper.number)
        else:
            insured_on = common["on"] = max(on, insured_on + timedelta(days=1))
            if insured_on > today:
                today = insured_on
                common["at"] = moment(today)
            code = f"7700{1 + number % 2}"
            person.refresh_from_db()
            if person.insurer_id != code:
                actions.change_insurer(
                    person=person, insurer=Insurer.objects.get(pk=code), ground=2, **common
                )
                told.tell("insurer", insured_on, today, code)
    return told, today


def shown(then: asof.Then) -> dict[str, object]:
    residence = [one.text for one in then.addresses if one.kind == "residence"]
    return {
        "own": dict(then.own) or None,
        "residence": residence[0] if residence else None,
        "document": then.documents[0].number if then.documents else None,
        "insurer": then.insurer[0] if then.insurer else None,
    }


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
@example(acts=[("birth_place", 0, 1), ("birth_place", 0, 2), ("birth_place", 40, 3)])
def test_day_by_day_the_record_is_what_was_told(region, acts) -> None:
    for code in ("77001", "77002"):
        Insurer.objects.get_or_create(
            pk=code, region_id="77", full_name=code, short_name=f"СМО {code}"
        )
    person = actions.register_person(
        data=actions.NewPerson(
            region="77", family_name="Климова", given_name="Анна", birth_date=date(1985, 3, 4),
            sex=2,
        ),
        by=SYSTEM, at=moment(BEGAN), source=Source.OPERATOR,
    )  # fmt: skip
    actions.give_policy(
        person=person, insurer=Insurer.objects.get(pk="77001"), ground=1, on=BEGAN, by=SYSTEM,
        at=moment(BEGAN),
    )  # fmt: skip
    told, today = live(person, acts)
    person.refresh_from_db()
    days = asof.boundaries(person)
    for day in (*days, *(one + timedelta(days=1) for one in days), today):
        now, then = asof.as_of(person, on=day), asof.as_of(person, on=day, known=False)
        for what, value in shown(now).items():
            assert value == told.then(what, day, today), (what, day)
        for what, value in shown(then).items():
            assert value == told.then(what, day, day), (what, day, "as known then")
    _is_the_current_row(person, today)
    _constant_between(person, days)
    before_all = asof.as_of(person, on=BEGAN - timedelta(days=1))
    assert shown(before_all) == dict.fromkeys(shown(before_all))


def _is_the_current_row(person: InsuredPerson, today: date) -> None:
    now = asof.as_of(person, on=today)
    assert now.own == own_data(person)
    assert now.state == person.state
    assert now.insurer is not None
    assert now.insurer[0] == person.insurer_id
    assert now.policy is not None
    assert now.policy.state == person.policies.get(state__in=("active", "suspended")).state
    standing = person.identity_documents.filter(valid_until=None)
    assert [one.number for one in now.documents] == list(standing.values_list("number", flat=True))


def _constant_between(person: InsuredPerson, days: tuple[date, ...]) -> None:
    """Nothing changes but at a boundary."""
    for since, until in pairwise(days):
        last = until - timedelta(days=1)
        assert asof.difference(person, from_=since, until=last) == ()


def test_a_difference_says_what_became_of_each_thing(enter, insure, insurer, on, at) -> None:
    person = enter()
    insure(person)
    later, after = at + timedelta(days=30), on + timedelta(days=30)
    actions.update_person(
        person=person, changes={"family_name": "Орлова"}, on=after, by=SYSTEM, at=later,
        source=Source.DOCUMENT, basis="case:17",
    )  # fmt: skip
    actions.close_policy(person=person, on=after, reason="Выезд", by=SYSTEM, at=later)
    found = asof.difference(person, from_=on, until=after)
    assert {one.what: (one.before, one.after) for one in found} == {
        "family_name": ("Соколова", "Орлова"),
        "policy": (person.enp, None),
        "policy_state": ("active", None),
        "insurer": ("Первая", None),
    }
    then = asof.as_of(person, on=after)
    assert then.own_told == asof.Told(after, later, "document", "system", "case:17")
    assert asof.as_of(person, on=after, known=False).insurer is None


def test_a_look_costs_six_queries_however_long_the_history(enter, insure, on, at) -> None:
    person = enter()
    insure(person)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            asof.as_of(person, on=on)
        with CaptureQueriesContext(connection) as twice:
            asof.difference(person, from_=on, until=on + timedelta(days=9), known=False)
        costs.append((len(seen), len(twice)))
        for number in range(12):
            actions.update_person(
                person=person, changes={"birth_place": f"г. {number}"}, by=SYSTEM, at=at,
                on=on + timedelta(days=number), source=Source.DOCUMENT,
            )  # fmt: skip
    assert costs == [(6, 12), (6, 12)]
