"""A file is taken through: checked whole, then applied record by record, each with its answer.

Nothing is applied of a file that cannot be read to its end. A batch of records is one transaction;
in it every record, or a row of records that only add somebody (`newcomers`), is a savepoint: what
a record changed and its answer stand or fall together, and `ExchangeFile.done` moves with them
under the file's lock. A run that was killed goes on after the last answer; two runs at once cannot
both move it. Memory holds one batch.
"""

import gc
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import structlog
from django.db import DataError, IntegrityError, OperationalError, transaction

from oms.domain.exchange import control, freshness, keeping, newcomers, reading
from oms.domain.exchange.acts import Line, Run, start
from oms.domain.exchange.control import Fault
from oms.domain.exchange.fund import apply
from oms.domain.exchange.models import Answer, ExchangeFile
from oms.domain.exchange.naming import FileName, parse
from oms.domain.exchange.reading import Unreadable
from oms.domain.exchange.told import Tells, Told, Wrong, read_record
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.register.actions import Newcomer
from oms.kit import bulk
from oms.kit.denied import Denied

BATCH = 1000
"""Records of one transaction at most."""
ACTS = 100
"""Single acts of one transaction at most: some seconds of locks."""
State = ExchangeFile.State
DEADLOCKS = 3
_DEADLOCK = "40P01"
_ODD = (DataError, IntegrityError, ValueError, LookupError)
_UNFIT = "Запись противоречит реестру. Обратитесь в фонд."
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parsed:
    """A record read: what it tells, or what is wrong with it."""

    place: int
    number: str
    operation: str
    told: Tells | None
    faults: list[Fault] = field(default_factory=list)
    comment: str = ""


class Overtaken(Exception):  # noqa: N818  nothing is wrong: another run is ahead
    """Another run has moved the file: this one ends."""


def process(
    *, file: ExchangeFile, at: datetime, seconds: float | None = None, batch: int = BATCH
) -> bool:
    """Bring the file on, for at most so many seconds; return whether nothing is left to do.

    May be stopped anywhere and called again. Raises `keeping.Gone` when the bytes are lost.
    """
    file.refresh_from_db()
    name = parse(file.name)
    if file.state == State.WAITING and not _checked(file, name, at=at):
        return True
    if file.is_over:
        return True
    deadline = time.monotonic() + seconds if seconds is not None else None
    run = start(file, at=at)
    try:
        with bulk.collector_held():
            for part in _batches(_parsed(file, name), batch):
                left = part
                while left:
                    left = _turn(run, left)
                    gc.collect(1)
                    if deadline is not None and time.monotonic() > deadline:
                        return file.done == file.records and _finish(file, at=at)
        return _finish(file, at=at)
    except Overtaken:
        return False


def _checked(file: ExchangeFile, name: FileName, *, at: datetime) -> bool:
    """Read the file to its end; let it run, or refuse it whole."""
    try:
        heading = reading.check(keeping.read(file.stored_as), name=name)
    except Unreadable as no:
        _refuse(file, no.fault, at=at)
        return False
    with transaction.atomic():
        locked = _lock(file)
        if locked.state == State.WAITING:
            locked.state, locked.records, locked.version = (
                State.RUNNING, heading.records, heading.version,
            )  # fmt: skip
            locked.save(update_fields=["state", "records", "version"])
    file.refresh_from_db()
    return True


def _refuse(file: ExchangeFile, fault: Fault, *, at: datetime) -> None:
    with transaction.atomic():
        locked = _lock(file)
        if locked.is_over:
            return
        locked.state, locked.faults, locked.finished_at = State.REFUSED, [fault.plain], at
        locked.save(update_fields=["state", "faults", "finished_at"])
        freshness.failed(code=file.feed, error=fault.comment, at=at)
        record(
            act="exchange.refuse", subject=file.key, by=SYSTEM, at=at,
            details={"error": fault.error, "field": fault.field},
        )  # fmt: skip
    file.refresh_from_db()


def _finish(file: ExchangeFile, *, at: datetime) -> bool:
    with transaction.atomic():
        locked = _lock(file)
        if locked.state != State.RUNNING or locked.done != locked.records:
            raise Overtaken
        locked.state, locked.finished_at = State.DONE, at
        locked.save(update_fields=["state", "finished_at"])
        freshness.succeeded(code=file.feed, at=at)
        record(
            act="exchange.finish", subject=file.key, by=SYSTEM, at=at,
            details={"records": locked.records, "accepted": locked.accepted},
        )  # fmt: skip
    file.refresh_from_db()
    return True


def _lock(file: ExchangeFile) -> ExchangeFile:
    return ExchangeFile.objects.select_for_update().get(pk=file.pk)


# Reading ---------------------------------------------------------------------------------


def _parsed(file: ExchangeFile, name: FileName) -> Iterator[Parsed]:
    """The records not answered yet, read as they are asked for."""
    _, items = reading.read(keeping.read(file.stored_as), name=name)
    for place, element in items:
        if place > file.done:
            yield parsed(place, element, kind=name.kind)


def parsed(place: int, element: object, *, kind: str = "i") -> Parsed:
    """Return a record after format control."""
    found = control.faults(element, kind=kind)
    number, operation = _plain(element, "N_REC", 36), _plain(element, "TIP_OP", 4)
    if found:
        comment = "; ".join(fault.comment for fault in found)[:300]
        return Parsed(place, number, operation, None, found, comment)
    try:
        return Parsed(place, number, operation, read_record(element))
    except Wrong as no:
        fault = Fault(no.error, no.field, reading.RECORDS[kind], no.text)
        return Parsed(place, number, operation, None, [fault], no.text)


def _plain(element: object, name: str, longest: int) -> str:
    """A number of the record as far as it can be told back: letters, digits, hyphens."""
    text = (element.findtext(name) or "").strip()  # type: ignore[attr-defined]
    return text[:longest] if text.replace("-", "").isalnum() else ""


def _batches(records: Iterable[Parsed], size: int) -> Iterator[list[Parsed]]:
    rest = iter(records)
    while part := list(islice(rest, size)):
        yield part


# Applying --------------------------------------------------------------------------------


def _turn(run: Run, part: list[Parsed]) -> list[Parsed]:
    """Answer a batch, anew when the database broke off two that waited for each other."""
    for _ in range(DEADLOCKS):
        try:
            return _apply(run, part)
        except OperationalError as broken:
            if getattr(broken.__cause__, "sqlstate", None) != _DEADLOCK:
                raise
    return _apply(run, part)


def _apply(run: Run, part: list[Parsed]) -> list[Parsed]:
    """Answer a batch in one transaction; return what is left of it.

    Records that only add somebody are entered together, as far as nothing else stands between
    them; a transaction ends after so many single acts. Raises `Overtaken` out of turn.
    """
    file = run.file
    with transaction.atomic():
        locked = _lock(file)
        if locked.state != State.RUNNING or locked.done + 1 != part[0].place:
            raise Overtaken
        answers = _Answers(run, part)
        done = 0
        while done < len(part) and answers.left:
            answers.take(part[done])
            done += 1
        answers.enter()
        rows = sorted(answers.rows, key=lambda row: row.place)
        bulk.insert(rows)
        locked.done = part[done - 1].place
        locked.accepted += sum(one.code == Answer.Code.ACCEPTED for one in rows)
        locked.save(update_fields=["done", "accepted"])
    file.done, file.accepted = locked.done, locked.accepted
    return part[done:]


class _Answers:
    """The answers of one transaction, records taken in their order."""

    def __init__(self, run: Run, part: list[Parsed]) -> None:
        self.run = run
        self.used = _used(run.file, part)
        self.rows: list[Answer] = []
        self.waiting: list[tuple[Parsed, Newcomer]] = []
        self.left = ACTS
        fresh = (one for one in part if one.number not in self.used)
        self.new = newcomers.told_by(
            Line(run, one.place, one.told) for one in fresh if isinstance(one.told, Told)
        )

    def take(self, one: Parsed) -> None:
        """Answer the record, or let it wait for others."""
        is_double = one.number in self.used
        if one.number:
            self.used.add(one.number)
        new = self.new.get(one.place)
        if is_double:
            self.rows.append(_doubled(self.run.file, one))
        elif one.told is None:
            self.rows.append(_row(self.run.file, one, comment=one.comment, faults=one.faults))
        elif isinstance(new, Wrong):
            self.rows.append(_row(self.run.file, one, comment=new.text))
        elif new:
            self.waiting.append((one, new))
        else:
            self.enter()
            self.rows.append(_answer(self.run, one))
            self.left -= 1

    def enter(self) -> None:
        """Enter those who wait."""
        self.rows += _entered(self.run, self.waiting)
        self.waiting = []


def _entered(run: Run, some: list[tuple[Parsed, Newcomer]]) -> list[Answer]:
    """Enter them together; where that is refused, each half by itself, down to one by the acts."""
    if not some:
        return []
    try:
        with transaction.atomic():
            newcomers.enter(run, (new for _, new in some))
    except (Denied, *_ODD):
        half = len(some) // 2
        if not half:
            return [_answer(run, some[0][0])]
        return _entered(run, some[:half]) + _entered(run, some[half:])
    return [_row(run.file, one, code=Answer.Code.ACCEPTED) for one, _ in some]


def _used(file: ExchangeFile, part: list[Parsed]) -> set[str]:
    """Numbers of the batch that earlier records of the file had."""
    numbers = [one.number for one in part if one.number]
    rows = Answer.objects.filter(file=file, is_double=False, number__in=numbers)
    return set(rows.values_list("number", flat=True))


def _doubled(file: ExchangeFile, one: Parsed) -> Answer:
    fault = control.double("N_REC", reading.RECORDS[file.kind])
    return _row(file, one, comment=fault.comment, faults=[fault], is_double=True)


def _answer(run: Run, one: Parsed) -> Answer:
    """Apply the record in a savepoint; what it may not do, undoes all of it."""
    assert one.told
    try:
        with transaction.atomic():
            apply(Line(run, one.place, one.told))
    except Denied as no:
        return _row(run.file, one, comment=no.text)
    except _ODD as odd:
        log.warning("exchange.unfit", file=run.file.pk, place=one.place, error=type(odd).__name__)
        return _row(run.file, one, comment=_UNFIT)
    return _row(run.file, one, code=Answer.Code.ACCEPTED)


def _row(
    file: ExchangeFile,
    one: Parsed,
    *,
    code: Answer.Code = Answer.Code.REFUSED,
    comment: str = "",
    faults: Iterable[Fault] = (),
    is_double: bool = False,
) -> Answer:
    return Answer(
        file=file,
        place=one.place,
        number=one.number,
        operation=one.operation,
        code=code,
        comment=comment[:300],
        faults=[fault.plain for fault in faults],
        is_double=is_double,
    )
