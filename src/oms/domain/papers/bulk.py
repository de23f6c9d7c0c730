"""Papers for many people at once, made by the worker: in chunks, none twice, none lost.

Every paper bears the key of its batch and person, so a chunk that died half-way is simply done
again; what is counted is counted from the papers there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from oms.domain.journal.actions import Actor, record
from oms.domain.papers.actions import issue
from oms.domain.papers.kinds import KINDS
from oms.domain.papers.models import Paper, PaperBatch
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied
from oms.kit.tasks import queued_arguments

CHUNK = 50
"""Papers of one task: a few seconds of work, so that a dead worker loses little."""


@dataclass(frozen=True)
class Wish:
    """Whose order it is, what for, and from which lines of a list; empty where nobody made one."""

    organization: str = ""
    purpose: str = ""
    lines: Sequence[int] = ()
    problems: Sequence[tuple[int, str]] = ()


NO_WISH = Wish()


class OtherBatch(Denied):
    """The key was used for another order."""

    text = "Под этим ключом уже заказаны другие документы. Укажите новый ключ."


def issue_many(
    *,
    key: str,
    kind: str,
    persons: Sequence[int],
    by: Actor,
    at: datetime,
    scope: str = "",
    wish: Wish = NO_WISH,
) -> PaperBatch:
    """Order a paper of the kind for each person (primary keys) and queue the work in chunks.

    The same `key` with the same order returns the same batch, and queues anew what failed for
    good; with another order, `OtherBatch`. Whoever cannot have the paper is named in `refused`
    with the reason; the others get theirs.
    """
    known = PaperBatch.objects.filter(key=key).first()
    wanted = list(dict.fromkeys(persons))
    if known is None:
        try:
            return _order(key, KINDS[kind].code, scope, wanted, wish, by=by, at=at)
        except IntegrityError:
            known = PaperBatch.objects.get(key=key)
    if (known.kind, known.scope, known.persons) != (kind, scope, wanted):
        raise OtherBatch
    if known.finished_at is None:
        _queue(known)
    return known


@transaction.atomic
def _order(
    key: str,
    kind: str,
    scope: str,
    persons: list[int],
    wish: Wish,
    *,
    by: Actor,
    at: datetime,
) -> PaperBatch:
    batch = PaperBatch.objects.create(
        key=key,
        kind=kind,
        scope=scope,
        persons=persons,
        **asdict(wish),
        ordered_by=by.key,
        ordered_at=at,
        finished_at=None if persons else at,
    )
    record(
        act="batch.order",
        subject=batch.basis,
        by=by,
        at=at,
        details={
            "kind": kind,
            "scope": scope,
            "count": len(persons),
            "purpose": wish.purpose,
        },
    )
    _queue(batch)
    return batch


def _queue(batch: PaperBatch) -> None:
    """Queue every chunk that is not queued already: one done is done again in no time.

    By the task's name, as queues know tasks: tasks call this module, so it cannot import them.
    """
    job: Any = import_string("oms.domain.papers.tasks.issue_chunk")
    waiting = {tuple(arguments) for arguments in queued_arguments(job)}
    for first in range(0, len(batch.persons), CHUNK):
        if (batch.pk, first) not in waiting:
            job.enqueue(batch.pk, first)


def work(*, batch_id: int, first: int, at: datetime) -> None:
    """Issue the papers of `CHUNK` people of the batch, from the one at `first` on."""
    batch = PaperBatch.objects.get(pk=batch_id)
    if batch.finished_at is not None:
        return
    numbers = batch.persons[first : first + CHUNK]
    _count(batch, numbers, dict(_issued(batch, numbers, at=at)), at=at)


def _issued(
    batch: PaperBatch, numbers: Sequence[int], *, at: datetime
) -> Iterator[tuple[str, str]]:
    """Issue to each; yield whom there is no paper for, and why."""
    people = InsuredPerson.objects.in_bulk(numbers)
    by = Actor(batch.ordered_by)
    for number in numbers:
        person = people.get(number)
        if person is None:
            yield str(number), "Такой записи в реестре нет."
            continue
        key = f"{batch.basis}:{number}"
        _look(batch, person, key, by=by, at=at)
        try:
            issue(
                kind=batch.kind,
                scope=batch.scope,
                person=person,
                basis=batch.basis,
                key=key,
                by=by,
                at=at,
            )
        except Denied as no:
            yield str(number), no.text


def _look(batch: PaperBatch, person: InsuredPerson, key: str, *, by: Actor, at: datetime) -> None:
    """Write down that this person's data is read, and what for, where somebody made the list."""
    if not batch.purpose or Paper.objects.filter(key=key).exists():
        return
    with transaction.atomic():
        record(
            act="person.read",
            subject=batch.basis,
            person=person.key,
            by=by,
            at=at,
            details={"purpose": batch.purpose},
        )


def _count(
    batch: PaperBatch, numbers: Sequence[int], refused: dict[str, str], *, at: datetime
) -> None:
    with transaction.atomic():
        one = PaperBatch.objects.select_for_update().get(pk=batch.pk)
        others = {who: why for who, why in one.refused.items() if int(who) not in set(numbers)}
        one.refused = others | refused
        one.done = Paper.objects.filter(basis=one.basis).count()
        if not one.left and one.finished_at is None:
            one.finished_at = at
        one.save(update_fields=["refused", "done", "finished_at"])
