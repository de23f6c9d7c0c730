"""How many queries a page costs, and that ten times the rows cost the same.

A look at personal data is written down once in ten minutes: the second opening is the page
itself, the first costs the journal's entry on top.
"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests.cases.test_queue import many
from tests.faces.desk.worlds import change_of

from oms.cases.models import Case
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson

pytestmark = pytest.mark.django_db
PAGE = 12
JOURNAL = 10  # entry and payload, their place in the chain, the session that remembers the look


def cost(client: Client, path: str) -> tuple[int, int]:
    """Queries of the first opening and of the second."""
    found = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        found.append(len(seen))
    return found[0], found[1]


def test_queue_and_report(desk) -> None:
    paths = ("/desk/cases/?filter=all", "/desk/report/")
    costs = []
    for number in (12, 120):
        many(number, desk.case)
        client = desk.client(desk.irina)
        costs.append([cost(client, path)[1] for path in paths])
    assert costs[0] == costs[1]
    assert costs[0][0] <= 6
    assert costs[0][1] <= PAGE


def test_a_case(desk) -> None:
    """Another insurer's person comes over: register, law and history all speak."""
    case = change_of(desk)
    path = f"/desk/cases/{case.number}/"
    first, again = cost(desk.client(desk.irina), path)
    _more_of_everything(case)
    assert (first, again) == cost(desk.client(desk.irina), path)
    assert again <= PAGE
    assert first - again <= JOURNAL


def test_a_case_of_somebody_new_to_the_register(desk) -> None:
    desk.taken()
    path = f"/desk/cases/{desk.case.number}/"
    first, again = cost(desk.client(desk.irina), path)
    many(40, desk.case)
    assert (first, again) == cost(desk.client(desk.irina), path)
    assert again <= PAGE


def test_a_persons_card(desk) -> None:
    case = change_of(desk)
    person = case.person
    InsuredPerson.objects.filter(pk=person.pk).update(insurer="77001")
    for path in (f"/desk/people/{person.pk}/", f"/desk/people/{person.pk}/history/"):
        costs = []
        for _ in range(2):
            client = desk.client(desk.irina)
            client.post(path, {"purpose": "call"})
            costs.append(cost(client, path))
            _more_of_everything(case)
        assert costs[0] == costs[1]
        assert costs[0][1] <= PAGE
        assert costs[0][0] - costs[0][1] <= JOURNAL


def _more_of_everything(case: Case) -> None:
    """Ten more of what a person or a case may have many of."""
    person = InsuredPerson.objects.get(pk=case.person_id)
    n = person.versions.count()
    for more in range(n, n + 10):
        on = date(2026, 1, 1) + timedelta(days=more)
        register.update_person(
            person=person, changes={"birth_place": f"Место {more}"}, on=on, by=SYSTEM,
            at=make.NOON, source="register",
        )  # fmt: skip
        register.set_address(
            person=person, kind="residence", text=f"г. Москва, д. {more}", on=on, by=SYSTEM,
            at=make.NOON, source="register", region=None,
        )  # fmt: skip
        register.look(people=[person], by=case.assignee, purpose="Проверка", at=make.NOON)
        case.events.create(at=make.NOON, verb="release", target="awaiting", actor=case.assignee.key)
        colleague = make.operator()
        case.events.create(at=make.NOON, verb="take", target="in_work", actor=colleague.key)
        case.notes.create(
            at=make.NOON, kind="note", by=colleague, organization="insurer:77001", text="Звонил"
        )
