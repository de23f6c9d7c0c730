"""Five hundred mixtures of causes: all there is is found, nothing else; no mending oversteps."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from tests.diagnosis import plants

from oms.diagnosis import actions
from oms.diagnosis.catalogue import CAUSES
from oms.diagnosis.declaration import REMARKS
from oms.diagnosis.findings import told
from oms.diagnosis.situation import read
from oms.domain.register.models import InsuredPerson

pytestmark = pytest.mark.django_db
CHUNKS, EACH = 10, 50
RUN = {"diagnosis_run", "accounts_counter", "journal_entry", "journal_payload"}
"""What every run writes, whatever it finds."""
Rows = Mapping[str, Mapping[Any, tuple[Any, ...]]]


@cache
def tables() -> Mapping[str, str]:
    """Every table of the house and what reads it, its key first."""
    return {
        model._meta.db_table: str(model._base_manager.values_list("pk", *columns(model)).query)
        for model in apps.get_models()
        if model.__module__.startswith(("oms.", "django_tasks")) and model._meta.managed
    }


def columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if not field.primary_key]


def snapshot() -> Rows:
    """Every row of the house, as the database keeps it."""
    with connection.cursor() as asked:
        return {
            table: {row[0]: row for row in asked.execute(sql).fetchall()}
            for table, sql in tables().items()
        }


def changed(before: Rows, after: Rows) -> set[str]:
    return {table for table in before if before[table] != after[table]}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_mixtures(chunk: int) -> None:
    seen: set[str] = set()
    for number in range(EACH):
        seed = chunk * EACH + number
        with transaction.atomic():
            world = plants.anybody(Random(seed))
            _check(world, f"seed {seed}")
            seen |= world.expected
            transaction.set_rollback(True)
    assert len(seen) > len(CAUSES) * 2 / 3


def _check(world: plants.World, told_as: str) -> None:
    before = snapshot()
    run = actions.begin(user=world.user, by=world.user, at=plants.AT)
    run = actions.finish(run=run, by=world.user, at=plants.AT)
    found = told(run.findings)
    assert {one.code for one in found} == world.expected, told_as
    assert {one.code for one in found if one.mended} == world.mended, told_as
    if not run.main or CAUSES[run.main].order >= REMARKS:
        assert read(user=world.user, at=plants.AT).is_insured, f"{told_as}: nothing hides it"
    after = snapshot()
    allowed = RUN.union(*(CAUSES[code].changes for code in world.mended))
    assert changed(before, after) <= allowed, told_as
    _nobody_else_was_touched(world, before, after, told_as)
    again = actions.begin(user=world.user, by=world.user, at=plants.AT + timedelta(minutes=2))
    again = actions.finish(run=again, by=world.user, at=plants.AT + timedelta(minutes=2))
    left = {one.code for one in told(again.findings)}
    assert left.isdisjoint(world.mended - {"stuck"}), told_as  # a queued task has yet to run


def _nobody_else_was_touched(world: plants.World, before: Rows, after: Rows, told_as: str) -> None:
    table = InsuredPerson._meta.db_table
    own = {world.own.pk} if world.person else set()
    own |= {world.binds.pk} if world.binds else set()
    own |= set(InsuredPerson.objects.filter(merged_into__in=own).values_list("pk", flat=True))
    for pk, row in after[table].items():
        assert pk in own or before[table][pk] == row, told_as
    bound = InsuredPerson.objects.filter(user=world.user).values_list("pk", flat=True)
    assert list(bound) == ([world.binds.pk] if world.binds else []), told_as
