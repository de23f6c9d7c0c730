"""Millions of invented people written into the register: COPY, several processes, keys made last.

An empty register on PostgreSQL is filled the quick way: keys and indexes are put aside (`bulk`),
each process fills its tables in one transaction with COPY FREEZE, then everything is made again.
Otherwise a part of the people is one transaction, keys in force, as `synthetic` writes.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing import get_context
from queue import Empty
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.timezone import localdate

from oms.domain.journal.actions import SYSTEM, record
from oms.domain.journal.models import Entry
from oms.domain.register import synthetic
from oms.domain.register.entries import Part, learn
from oms.domain.register.masses import bulk, child, tables
from oms.domain.register.masses.crowd import PART, REGIONS, crowd
from oms.domain.register.masses.twice import Truth
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied

SEED = 2026
SUBJECT = "register:masses"
QUICK_FROM = 100_000
"""A register of so many people is worth the making of all keys anew."""
_GROUPS = (("person", "document", "policy"), ("version", "address", "insurance", "former"))
_Words = tuple[set[str], set[str], set[str]]
_Progress = Callable[[int], object]


class HoldsPeople(Denied):
    """The register holds people that no generator invented, or half of a part."""

    text = "В реестре есть люди, которых ввели не этой командой. Возьмите пустую базу."


@dataclass(frozen=True)
class Plan:
    """What every process must know to make the same people."""

    count: int
    seed: int
    on: date
    moment: str
    insurers: tables.Insurers
    first_id: int

    def parts(self, since: int = 0) -> Iterator[tuple[int, int]]:
        """Number and size of the parts from the one that begins at `since`."""
        for begins in range(since, self.count, PART):
            yield begins // PART, min(PART, self.count - begins)

    def lives(self, number: int, size: int) -> tables.Lives:
        """The people of a part with all that befell them."""
        return tables.lives(
            crowd(number=number, size=size, seed=self.seed, on=self.on),
            first_id=self.first_id, insurers=self.insurers, seed=self.seed, on=self.on,
            moment=self.moment,
        )  # fmt: skip


def load(
    *,
    count: int,
    at: datetime,
    seed: int = SEED,
    processes: int = 1,
    progress: _Progress | None = None,
) -> int:
    """Bring the register up to `count` people of this seed; return how many were added.

    `progress` is told people written, each once for every group of tables (`steps`). A load that
    was stopped goes on at its next run; a quick one begins anew. Raises `HoldsPeople`,
    LookupError without insurers in the three regions.
    """
    if bulk.is_under_way():
        _clear()
    known = made()
    if InsuredPerson.objects.count() != known + synthetic.made():
        raise HoldsPeople
    if count <= known:
        return 0
    if known % PART:
        raise HoldsPeople
    plan = _plan(count, seed, at)
    tell = progress or (lambda size: None)
    if connection.vendor == "postgresql" and not plan.first_id > 1 and count >= QUICK_FROM:
        _quickly(plan, at, processes, tell)
    else:
        _slowly(plan, known, at, tell)
    return count - known


def steps(count: int) -> int:
    """Return how many people `progress` will hear of in all."""
    return count * len(_GROUPS)


def made() -> int:
    """Return how many people of the masses the register holds."""
    entry = Entry.objects.filter(subject=SUBJECT).select_related("payload").order_by("-pk").first()
    return int(entry.payload.data["until"]) if entry else 0


def truths(*, count: int, on: date, seed: int = SEED, first_id: int = 1) -> Iterator[Truth]:
    """Yield who is in the register twice, by keys of persons; asks no database."""
    for begins in range(0, count, PART):
        part = crowd(number=begins // PART, size=min(PART, count - begins), seed=seed, on=on)
        for one in part.truths:
            yield Truth(first_id + one.index, first_id + one.same_as, one.kind)


def truths_on_record() -> Iterator[Truth]:
    """Yield who is in this register twice, as its last load tells."""
    entry = Entry.objects.filter(subject=SUBJECT).select_related("payload").order_by("-pk").first()
    if entry is None:
        return
    told = entry.payload.data
    yield from truths(
        count=told["until"], on=date.fromisoformat(told["on"]), seed=told["seed"],
        first_id=told["first"],
    )  # fmt: skip


def _plan(count: int, seed: int, at: datetime) -> Plan:
    with transaction.atomic():
        found = synthetic.insurers_on(localdate(at))
    insurers = {region: codes for region, (codes, _) in found.items()}
    if not all(insurers.get(region) for region in REGIONS):
        raise LookupError("no insurers: load the directory first (directory.synthetic.seed)")
    last = InsuredPerson.objects.aggregate(last=Max("pk"))["last"] or 0
    return Plan(
        count=count,
        seed=seed,
        on=localdate(at),
        moment=str(connection.ops.adapt_datetimefield_value(at)),
        insurers=insurers,
        first_id=last + 1 - made(),
    )


def _slowly(plan: Plan, known: int, at: datetime, tell: _Progress) -> None:
    for number, size in plan.parts(known):
        with transaction.atomic():
            synthetic.insurers_on(plan.on)  # locked: loads take turns
            lives = plan.lives(number, size)
            for make in tables.TABLES.values():
                _write(make(lives))
            _learn([tables.words(lives.crowd)])
            _journal(plan, number * PART + size, at)
            _set_sequence()
        tell(size * len(_GROUPS))


def _quickly(plan: Plan, at: datetime, processes: int, tell: _Progress) -> None:
    names = [model._meta.db_table for model in tables.MODELS.values()]
    bulk.put_aside(names)
    with _Helpers(processes, tell) as helpers:
        words = helpers.all(_fill, [(plan, group) for group in _GROUPS])
        for phase in (1, 2):
            helpers.all(bulk.restore, [(place,) for place in bulk.waiting(phase)])
    with transaction.atomic():
        _learn([found for found in words if found[0]])
        _journal(plan, plan.count, at)
        _set_sequence()
    bulk.finish([*names, "register_namespelling"])


def _clear() -> None:
    """Undo a quick load that was killed: the register was empty before it."""
    names = ", ".join(model._meta.db_table for model in tables.MODELS.values())
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} CASCADE")
    for phase in (1, 2):
        for place in bulk.waiting(phase):
            bulk.restore(place)
    bulk.finish([])


def _fill(plan: Plan, group: Sequence[str]) -> _Words:
    """Fill the tables of a group, all or nothing; return the words of names, of persons only."""
    words: _Words = (set(), set(), set())
    with transaction.atomic():
        with connection.cursor() as cursor:
            for name in group:
                cursor.execute(f"TRUNCATE {tables.MODELS[name]._meta.db_table}")
        for number, size in plan.parts():
            lives = plan.lives(number, size)
            for name in group:
                _copy(tables.TABLES[name](lives), freeze=True)
            if "person" in group:
                for mine, found in zip(words, tables.words(lives.crowd), strict=True):
                    mine.update(found)
            child.tell(size)
    return words


class _Helpers:
    """Processes that do tasks; with one only, this process does them itself."""

    def __init__(self, count: int, tell: _Progress) -> None:
        self.tell = tell
        self.pool: ProcessPoolExecutor | None = None
        if count > 1:
            context = get_context("spawn")
            self.queue = context.Queue()
            database = {"NAME": connection.settings_dict["NAME"]}
            self.pool = ProcessPoolExecutor(
                count, mp_context=context, initializer=child.begin, initargs=(self.queue, database)
            )

    def __enter__(self) -> "_Helpers":
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def all(self, task: Callable[..., Any], told: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Do the task with each of what is told; return the answers in order."""
        if self.pool is None:
            return [task(*one) for one in told]
        futures = [self.pool.submit(task, *one) for one in told]
        while not all(future.done() for future in futures):
            self._hear()
        return [future.result() for future in futures]

    def _hear(self) -> None:
        try:
            self.tell(self.queue.get(timeout=0.5))
        except Empty:
            return


def _write(table: tables.Table) -> None:
    """Insert the rows: COPY on PostgreSQL, one by one elsewhere."""
    if connection.vendor == "postgresql":
        _copy(table, freeze=False)
        return
    name = connection.ops.quote_name(table.model._meta.db_table)
    places = ", ".join(["%s"] * len(table.columns))
    query = f"INSERT INTO {name} ({', '.join(table.columns)}) VALUES ({places})"  # noqa: S608  # nosec B608
    with connection.cursor() as cursor:
        cursor.executemany(query, list(tables.rows(table)))


def _copy(table: tables.Table, *, freeze: bool) -> None:
    name = connection.ops.quote_name(table.model._meta.db_table)
    how = f"COPY {name} ({', '.join(table.columns)}) FROM STDIN"
    text = "\n".join(map("\t".join, tables.rows(table, nothing="\\N")))
    with connection.cursor() as cursor, cursor.copy(how + " (FREEZE)" * freeze) as copy:
        copy.write(text + "\n" if text else "")


def _learn(found: Sequence[_Words]) -> None:
    for families, given, doubles in found:
        learn({Part.FAMILY: families, Part.GIVEN: given}, doubles=doubles)


def _journal(plan: Plan, until: int, at: datetime) -> None:
    details = {"until": until, "seed": plan.seed, "first": plan.first_id, "on": str(plan.on)}
    record(act="register.masses", subject=SUBJECT, by=SYSTEM, at=at, details=details)


def _set_sequence() -> None:
    """The next person gets the next key; SQLite sees to it by itself."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('register_insuredperson', 'id'), max(id))"
            " FROM register_insuredperson"
        )
