"""Duplicates found: at each entry or change a moment later, and in the whole register at night."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from oms.domain.duplicates.judging import put
from oms.domain.duplicates.linkage import backends, engine
from oms.domain.duplicates.linkage.model import Likeness, Model
from oms.domain.duplicates.models import Mark, Pair, Run
from oms.domain.duplicates.reading import ON_RECORD, everybody, records_of
from oms.domain.register import matching
from oms.domain.register.data import DocumentData
from oms.domain.register.models import IdentityDocument, InsuredPerson, PersonVersion

BATCH = 500
YOUNG = timedelta(minutes=1)
"""Rows younger than this are looked at next time: an older number may still be on its way."""
_TABLES: dict[str, Any] = {"versions": PersonVersion, "documents": IdentityDocument}


def compare(*, person: InsuredPerson, at: datetime) -> list[Pair]:
    """Compare one person with those that may be the same; return the pairs for people to look at.

    Candidates come by index (`matching.find`): numbers, name, birth date.
    """
    document = person.identity_documents.filter(valid_until=None).order_by("-kind").first()
    alike = matching.find(
        snils=person.snils or "",
        document=_told(document) if document else None,
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
        birth_date=person.birth_date,
    )
    others = [match.person.pk for match in alike if _may_be(match.person, person)]
    known = records_of([person.pk, *others])
    weigh = model().weigh
    found = []
    for pk in others:
        likeness = weigh(known[person.pk], known[pk])
        if engine.is_worth_a_look(likeness):
            told: dict[str, Any] = {"region": person.region_id, "likeness": likeness}
            found.append(put(left=person.pk, right=pk, **told, found_by="entry", at=at))
    return [pair for pair in found if pair]


def model() -> Model:
    """Return the model with what the last finished search learned. One query."""
    run = Run.objects.exclude(finished_at=None).order_by("-pk").only("learned").first()
    return engine.from_json(run.learned) if run else Model()


def look_at_changed(*, at: datetime) -> int:
    """Compare who was entered or changed since the last look; return how many were.

    The mark moves in the transaction that writes the pairs. The first look only sets it: what
    was there before is the business of `search`.
    """
    return sum(_since_mark(code, at=at) for code in _TABLES)


def _since_mark(code: str, *, at: datetime) -> int:
    table = _TABLES[code].objects
    newest = table.order_by("-pk").values_list("pk", flat=True).first() or 0
    with transaction.atomic():
        mark, new = Mark.objects.select_for_update().get_or_create(
            code=code, defaults={"last": newest}
        )
        if new:
            return 0
        rows = (
            table.filter(pk__gt=mark.last).order_by("pk").values_list("pk", "person", "recorded_at")
        )
        seen = [row for row in rows[:BATCH] if row[2] <= at - YOUNG]
        persons = InsuredPerson.objects.filter(pk__in={row[1] for row in seen}, state__in=ON_RECORD)
        for person in persons:
            compare(person=person, at=at)
        if seen:
            mark.last = seen[-1][0]
            mark.save(update_fields=["last"])
    return len(seen)


def search(*, at: datetime, dry_run: bool = False) -> tuple[int, int]:
    """Compare the whole register with itself; return (persons, pairs for people to look at).

    A search killed at any line is gone on with: what was compared lies in files that appear
    whole, what was taken in is counted in the transaction that writes it. Raises `NoEngine`.
    """
    backends.check()
    if dry_run:
        return _dry(_folder("dry"))
    run = Run.objects.filter(finished_at=None).order_by("pk").first()
    run = run or Run.objects.create(started_at=at)
    folder = _folder(str(run.pk))
    learned = _compare(run, folder)
    _take_in(run, folder / "pairs.parquet", learned, at=at)
    run.finished_at = at
    run.save(update_fields=["finished_at"])
    _clear(folder)
    return run.persons, run.found


def _compare(run: Run, folder: Path) -> Model:
    pairs = folder / "pairs.parquet"
    if pairs.exists() and run.learned:
        return engine.from_json(run.learned)
    run.persons, learned = _work(folder)
    run.learned = engine.as_json(learned)
    run.kept_until = run.found = 0
    run.save(update_fields=["persons", "learned", "kept_until", "found"])
    return learned


def _work(folder: Path) -> tuple[int, Model]:
    records, pairs = folder / "records.parquet", folder / "pairs.parquet"
    count = engine.write_records(everybody(), records)
    return count, engine.compare(records=records, pairs=pairs, count=count)


def _take_in(run: Run, pairs: Path, learned: Model, *, at: datetime) -> None:
    scored = engine.scored(pairs, learned, skip=run.kept_until)
    while batch := list(islice(scored, BATCH)):
        with transaction.atomic():
            run.found += sum(_put(*one, at=at) for one in batch)
            run.kept_until += len(batch)
            run.save(update_fields=["found", "kept_until"])


def _put(left: int, right: int, likeness: Likeness, *, at: datetime) -> bool:
    """Write the pair if it is still one: both on record, in one region."""
    if not engine.is_worth_a_look(likeness):
        return False
    rows = InsuredPerson.objects.filter(pk__in=(left, right), state__in=ON_RECORD)
    regions = list(rows.values_list("region", flat=True))
    if len(regions) != 2 or len(set(regions)) != 1:
        return False
    told: dict[str, Any] = {"region": regions[0], "likeness": likeness, "found_by": "bulk"}
    return put(left=left, right=right, **told, at=at) is not None


def _dry(folder: Path) -> tuple[int, int]:
    try:
        count, learned = _work(folder)
        return count, sum(1 for _ in _worth(folder / "pairs.parquet", learned))
    finally:
        _clear(folder)


def _worth(pairs: Path, learned: Model) -> Iterator[Likeness]:
    for _, _, likeness in engine.scored(pairs, learned):
        if engine.is_worth_a_look(likeness):
            yield likeness


def _folder(name: str) -> Path:
    folder = Path(settings.ENV.var) / "linkage" / name
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _clear(folder: Path) -> None:
    """Empty the folder, what a killed search on Spark left there included."""
    for one in folder.iterdir():
        if one.is_file():
            one.unlink()
        else:
            shutil.rmtree(one)


def _told(document: IdentityDocument) -> DocumentData:
    return DocumentData(kind=document.kind, series=document.series, number=document.number)


def _may_be(other: InsuredPerson, person: InsuredPerson) -> bool:
    same_region = other.region_id == person.region_id
    return other.pk != person.pk and same_region and other.state in ON_RECORD
