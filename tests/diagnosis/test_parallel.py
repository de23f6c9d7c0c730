"""Two tabs at once: one run, each stage done once."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.diagnosis import plants

from oms.diagnosis import actions
from oms.diagnosis.declaration import STAGES
from oms.diagnosis.models import Run
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson


@pytest.mark.usefixtures("shared_database")
def test_two_tabs_make_one_run(at_once: Callable[..., list[Any]]) -> None:
    world = plants.certain()

    def begins() -> Run:
        return actions.begin(user=world.user, by=world.user, at=plants.AT)

    first, second = at_once(begins, begins)
    assert first == second

    def advances() -> Run:
        return actions.advance(run=first, by=world.user, at=plants.AT)

    for _ in STAGES:
        at_once(advances, advances)
    run = Run.objects.get()
    assert run.stage == len(STAGES)
    assert [row["code"] for row in run.findings] == ["unlinked"]
    assert Entry.objects.filter(act="diagnosis.run").count() == 1
    assert Entry.objects.filter(act="person.link").count() == 1
    assert InsuredPerson.objects.get(user=world.user) == world.binds


@pytest.mark.usefixtures("shared_database")
def test_two_cabinets_cannot_take_one_record(at_once: Callable[..., list[Any]]) -> None:
    """The same person with two accounts: one is bound, the other is sent to people."""
    world = plants.certain()
    other = plants.user()
    values = {line.field: line.value for line in world.user.profile_values.filter(current=True)}
    for field, value in values.items():
        other.profile_values.filter(field=field).update(value=value)

    def checks(user: Any) -> Callable[[], Run]:
        def check() -> Run:
            run = actions.begin(user=user, by=user, at=plants.AT)
            return actions.finish(run=run, by=user, at=plants.AT)

        return check

    runs = at_once(checks(world.user), checks(other))
    assert not [run for run in runs if isinstance(run, Exception)]
    bound = InsuredPerson.objects.get(pk=world.binds.pk).user_id
    assert bound in (world.user.pk, other.pk)
    loser = next(run for run in runs if run.user_id != bound)
    assert not any(row["mended"] for row in loser.findings)
