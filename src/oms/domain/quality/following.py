"""Records checked as they change, and all of them by night.

Every act of the register writes the journal in its own transaction. A chain of the journal gives
its numbers in the order of commits, without holes, so «how far did I read each chain» misses
nothing, whatever order transactions end in. What is loaded past the acts is found by the sweep.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils.timezone import localtime

from oms.domain.journal import queries as journal
from oms.domain.journal.models import Entry
from oms.domain.quality import checking, measuring
from oms.domain.quality.checking import Changed
from oms.domain.quality.models import Mark, Sweep
from oms.domain.quality.sheet import Books
from oms.domain.register.models import InsuredPerson

BATCH = 2000
"""Records of one transaction: of them those are locked whose findings change."""
HOUR = 2
"""The sweep of a day begins at this hour, local time."""
_LOOKS = ("person.read", "register.search")


@dataclass(frozen=True)
class Progress:
    """A sweep and what share of the register it has walked through, by the keys reached."""

    sweep: Sweep
    share: float


def follow(*, at: datetime) -> Changed | None:
    """Check the records changed since the last time, at most `BATCH` entries at a call.

    The marks move in the transaction of the checks: stopped half way, nothing is passed over.
    The first time there is no mark: it begins here, the sweep sees what was before. None when
    nothing was left to follow.
    """
    heads = {chain: number for chain, (number, _) in journal.heads().items()}
    with transaction.atomic():
        marks = {one.chain: one for one in Mark.objects.select_for_update().order_by("chain")}
        if not marks:
            Mark.objects.bulk_create(Mark(chain=c, number=n) for c, n in heads.items())
            return Changed()
        moved = {c: n for c, n in heads.items() if n > (marks[c].number if c in marks else 0)}
        if not moved:
            return None
        keys, left = set[int](), BATCH
        for chain in sorted(moved):
            mark = marks.get(chain) or Mark(chain=chain, number=0)
            before = mark.number
            keys |= _read(mark, limit=left)
            mark.save()
            left -= mark.number - before
            if left <= 0:
                break
        return _check(keys, at=at)


def sweep(*, at: datetime, batches: int) -> Sweep | None:
    """Go on with the sweep under way, or begin the day's; None when there is nothing to do.

    Each batch is a transaction that also moves the sweep on: killed anywhere, the next call goes
    on where it was. At the end the day's figures are kept.
    """
    running = _begun(at)
    if running is None:
        return None
    books = Books.read()
    for _ in range(batches):
        if _step(running, books, at=at):
            measuring.measure(at=at)
            return running
    return running


def latest() -> Progress | None:
    """Return the sweep under way, else the last one that ended. Two queries at most."""
    row = Sweep.objects.order_by("-is_running", "-pk").first()
    if row is None:
        return None
    if not row.is_running:
        return Progress(row, 1.0)
    ends = InsuredPerson.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ends["first"] or 0, ends["last"] or 0
    return Progress(row, min(max(row.reached - first + 1, 0) / (last - first + 1), 1.0))


def _begun(at: datetime) -> Sweep | None:
    """Return the sweep to go on with. A unique row makes two workers begin one."""
    running = Sweep.objects.filter(is_running=True).first()
    if running:
        return running
    local = localtime(at)
    due = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    due = due if due <= local else due - timedelta(days=1)
    if Sweep.objects.filter(started_at__gte=due).exists():
        return None
    return Sweep.objects.get_or_create(is_running=True, defaults={"started_at": at})[0]


@transaction.atomic
def _step(running: Sweep, books: Books, *, at: datetime) -> bool:
    """Check the next batch; tell whether the sweep is over."""
    row = Sweep.objects.select_for_update().get(pk=running.pk)
    after = InsuredPerson.objects.filter(pk__gt=row.reached).order_by("pk")
    keys = list(after.values_list("pk", flat=True)[:BATCH]) if row.is_running else []
    if not keys:
        row.is_running = False
        row.finished_at = row.finished_at or at
        row.save(update_fields=["is_running", "finished_at"])
        return True
    checking.check(keys, books=books, at=at)
    row.reached, row.checked = keys[-1], row.checked + len(keys)
    row.save(update_fields=["reached", "checked"])
    return False


def _read(mark: Mark, *, limit: int) -> set[int]:
    """Return whose records the next entries of the chain are about, and move the mark on."""
    after = Entry.objects.filter(chain=mark.chain, number__gt=mark.number).order_by("number")
    entries = list(after.values_list("number", "act", "person")[:limit])
    if entries:
        mark.number = entries[-1][0]
    told = {person for _, act, person in entries if act not in _LOOKS}
    return {
        int(number)
        for kind, _, number in (one.partition(":") for one in told)
        if kind == "person" and number.isdecimal()
    }


def _check(keys: set[int], *, at: datetime) -> Changed:
    """Check these and the records merged with them: one may close a fault of the other."""
    if not keys:
        return Changed()
    together = InsuredPerson.objects.filter(
        Q(merged_into__in=keys) | Q(merged_from__in=keys)
    ).values_list("pk", flat=True)
    wanted, books, done = sorted(keys | set(together)), Books.read(), Changed()
    for start in range(0, len(wanted), BATCH):
        done += checking.check(wanted[start : start + BATCH], books=books, at=at)
    return done
