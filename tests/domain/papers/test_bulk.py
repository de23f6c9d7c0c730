"""Papers for many: in chunks, none twice, none lost when a worker dies."""

import pytest
from tests import factories as make
from tests.domain.papers.conftest import AT, CLERK

from oms.domain.papers import bulk, tasks
from oms.domain.papers.models import Paper, PaperBatch
from oms.domain.register.models import Policy
from oms.kit.tasks import queued_arguments, run_all_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 3)


@pytest.fixture
def people():
    return [make.insured().pk for _ in range(7)]


def order(people, **changes):
    told = {"key": "2026", "kind": "policy-extract", "persons": people, "by": CLERK, "at": AT}
    return bulk.issue_many(**{**told, **changes})


def test_everybody_gets_one_and_who_cannot_is_named(people):
    Policy.objects.filter(person=people[4]).update(state=Policy.State.CLOSED)
    batch = order([*people, people[0], 10**9])
    assert sorted(queued_arguments(tasks.issue_chunk)) == [[batch.pk, n] for n in (0, 3, 6)]

    run_all_now()

    batch.refresh_from_db()
    assert (batch.done, batch.left) == (6, 0)
    assert set(batch.refused) == {str(people[4]), str(10**9)}
    assert "полиса в реестре нет" in batch.refused[str(people[4])]
    assert batch.finished_at
    assert set(Paper.objects.values_list("person_id", flat=True)) == set(people) - {people[4]}


def test_a_worker_that_dies_within_a_chunk_loses_and_doubles_nothing(people, monkeypatch):
    batch = order(people)
    issue, calls = bulk.issue, []

    def dies_at_the_fifth(**told):
        calls.append(told["key"])
        if len(calls) == 5:
            raise MemoryError
        return issue(**told)

    monkeypatch.setattr(bulk, "issue", dies_at_the_fifth)
    run_all_now()
    batch.refresh_from_db()
    assert (batch.finished_at, Paper.objects.count()) == (None, 5)

    run_all_now(also_later=True)

    batch.refresh_from_db()
    assert (batch.done, batch.left, Paper.objects.count()) == (7, 0, 7)
    assert batch.finished_at


def test_a_batch_given_up_is_taken_up_by_the_same_order(people, monkeypatch):
    def broken(**_):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(bulk, "issue", broken)
        batch = order(people)
        for _ in range(12):
            run_all_now(also_later=True)
    assert queued_arguments(tasks.issue_chunk) == []
    assert order(people).pk == batch.pk
    assert len(queued_arguments(tasks.issue_chunk)) == 3
    order(people)
    assert len(queued_arguments(tasks.issue_chunk)) == 3
    run_all_now()
    batch.refresh_from_db()
    assert batch.done == 7


def test_a_key_means_one_order(people):
    assert order(people).pk == order(people).pk
    for changes in ({"persons": people[:2]}, {"kind": "change-extract"}, {"scope": "2025"}):
        with pytest.raises(bulk.OtherBatch):
            order(people, **{"persons": people, **changes} if "persons" not in changes else changes)
    assert PaperBatch.objects.count() == 1


def test_an_empty_order_is_done(db):
    assert order([]).finished_at == AT
