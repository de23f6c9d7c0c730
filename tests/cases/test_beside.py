"""What was done and said beside a case: by whom, in order, and who may read it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories as make

from oms.cases import actions, notes, queries

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_moves_and_notes_have_names_and_their_order() -> None:
    case, irina = make.submitted(), make.operator(family_name="Орлова", given_name="Ирина")
    olga = make.operator(family_name="Сидорова", given_name="Ольга", patronymic="Павловна")
    at = make.NOON
    actions.perform("take", case, by=irina, at=at + timedelta(minutes=1))
    notes.add(case=case, text="Первая", by=olga, at=at + timedelta(minutes=2))
    actions.perform("release", case, by=irina, at=at + timedelta(minutes=3))
    case.events.create(
        at=at + timedelta(minutes=4), verb="breach", target="awaiting", actor="system"
    )
    notes.add(case=case, text="Вторая", by=irina, at=at + timedelta(minutes=5))
    with CaptureQueriesContext(connection) as seen:
        found = queries.beside(case, olga)
    assert len(seen) == 1
    short = [one.who.replace("\N{NO-BREAK SPACE}", " ").split()[0] for one in found.moves]
    assert short == ["Заявитель", "Орлова", "Орлова", "Автоматически"]
    assert found.moves[-1].title == "Срок решения прошёл"
    assert [(one.text, one.who.split()[0]) for one in found.notes] == [
        ("Первая", "Сидорова"), ("Вторая", "Орлова"),
    ]  # fmt: skip
    stranger = make.operator(make.insurer("77002"))
    assert not queries.beside(case, stranger).notes
    case.notes.create(
        at=at, kind="objection", by=stranger, organization="insurer:77002", text="Нет"
    )
    assert queries.beside(case, olga).notes[0].title == "Возражение"
