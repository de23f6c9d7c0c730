"""Each cause has a demo person who shows it, as the main one."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from oms.diagnosis import actions
from oms.diagnosis.catalogue import CAUSES
from oms.diagnosis.findings import told
from oms.domain.accounts.models import User
from oms.faces.demo import lost, world
from oms.faces.demo.people import CAST, LOST

PHONES = {one.code: one.phone for one in CAST}


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        world.create(persons=60, progress=False)
        yield
        transaction.set_rollback(True)


def test_every_cause_has_somebody() -> None:
    assert set(lost.CAUSES.values()) == set(CAUSES) - {"stuck"}
    assert {one.code for one in LOST} == set(lost.STORIES) <= set(lost.CAUSES)


@pytest.mark.usefixtures("_made", "db")
@pytest.mark.parametrize(("code", "cause"), lost.CAUSES.items())
def test_the_right_cause_is_named_first(code: str, cause: str) -> None:
    user, at = User.objects.get(phone=PHONES[code]), timezone.now()
    run = actions.begin(user=user, by=user, at=at)
    run = actions.finish(run=run, by=user, at=at)
    found = {one.code: one for one in told(run.findings)}
    assert run.main == cause, sorted(found)
    assert bool(found[cause].mended) == (cause in {"unlinked", "merged", "out-of-step", "stale"})
    assert "stale" not in found or cause == "stale"
    assert found[cause].text
    assert found[cause].mended or found[cause].ways or found[cause].by_when
