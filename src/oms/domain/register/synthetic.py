"""Invented people in the register, by thousands: what the demo world and benchmarks live on.

Rows are written past the acts, in bulk, as an import would: current rows, versions and history
agree with each other, and one journal entry stands for a batch. Every fifty people hold each
state that a record and a policy can have (`lives.py`).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils.timezone import localdate

from oms.domain.accounts.models import Sex, Source
from oms.domain.directory.models import Insurer
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.journal.models import Entry
from oms.domain.register.actions.enp import LETTERS, take
from oms.domain.register.data import OWN_FIELDS, document_key, name_key
from oms.domain.register.entries import Part, learn
from oms.domain.register.lives import Insurers, Life, lives
from oms.domain.register.models import (
    Address,
    FormerName,
    IdentityDocument,
    Insurance,
    InsuredPerson,
    PersonVersion,
    Policy,
)
from oms.law import enp
from oms.law.names import fold

BATCH = 1000
SUBJECT = "register:synthetic"
SILENT = "demo:silent"
"""Basis of a record that nobody confirms, so that it becomes stale."""
Row = dict[str, Any]


def people(*, count: int, at: datetime, progress: Callable[[int], object] | None = None) -> int:
    """Bring the invented part of the register up to `count` people; return how many were added.

    Needs a directory with insurers (`directory.synthetic.seed`): LookupError without. A batch
    of 1000 is one transaction and tells `progress` its size, so a run that was stopped goes on
    where it was, and two runs at once take turns.
    """
    added = 0
    while True:
        with transaction.atomic():
            insurers = insurers_on(localdate(at))
            start = made()
            size = min(BATCH, count - start)
            if size <= 0:
                return added
            _batch(start, size, insurers, at)
        added += size
        if progress:
            progress(size)


def made() -> int:
    """Return how many invented people the register holds."""
    entry = Entry.objects.filter(subject=SUBJECT).select_related("payload").order_by("-pk").first()
    return int(entry.payload.data["until"]) if entry else 0


def confirm(*, at: datetime) -> int:
    """Say that the records of people with accounts are true as of now (REG-6); return how many.

    A real register is asked time and again; the invented one always answers, but for those whose
    source is silent (`SILENT`).
    """
    silent = PersonVersion.objects.filter(basis=SILENT).values("person")
    rows = InsuredPerson.objects.exclude(user=None).exclude(pk__in=silent)
    return rows.update(synced_at=at)


def insurers_on(on: date) -> Insurers:
    """Codes by region: those that insure on the day, and those that left the register.

    Their rows are locked, so that batches take turns.
    """
    found: Insurers = {}
    for one in Insurer.objects.select_for_update().order_by("pk"):
        in_force, left = found.setdefault(one.region_id, ([], []))
        (left if one.excluded_on and one.excluded_on <= on else in_force).append(one.pk)
    if not any(in_force for in_force, _ in found.values()):
        raise LookupError("no insurers: load the directory first (directory.synthetic.seed)")
    return found


def _batch(start: int, size: int, insurers: Insurers, at: datetime) -> None:
    crowd = list(lives(start=start, count=size, insurers=insurers, on=localdate(at)))
    _give_numbers(crowd)
    ids = dict(zip((life.one.index for life in crowd), _new_ids(size), strict=True))
    moment = connection.ops.adapt_datetimefield_value(at)
    told = {"recorded_at": moment, "source": Source.REGISTER.value, "author": SYSTEM.key,
            "basis": f"demo:{start}"}  # fmt: skip
    _write(InsuredPerson, (_person(life, ids, moment) for life in crowd))
    _write(FormerName, (row for life in crowd for row in _former(life, ids)))
    _write(PersonVersion, (row for life in crowd for row in _versions(life, ids, told)))
    _write(IdentityDocument, (_document(life, ids, told) for life in crowd))
    _write(Address, (_address(life, ids, told) for life in crowd))
    _write(Policy, (row for life in crowd for row in _policies(life, ids, moment)))
    _write(Insurance, (row for life in crowd for row in _insurances(life, ids, told)))
    learn(_words(crowd))
    details = {"from": start, "until": start + size}
    record(act="register.synthetic", subject=SUBJECT, by=SYSTEM, at=at, details=details)


def _give_numbers(crowd: Sequence[Life]) -> None:
    """Take as many ENP of each beginning as are needed: one statement, as `issue_enp` counts."""
    wanted = [life for life in crowd if life.periods]
    prefixes = [_number(life, 0)[:10] for life in wanted]
    free = take(Counter(prefixes))
    for life, prefix in zip(wanted, prefixes, strict=True):
        life.enp = _number(life, free[prefix])
        free[prefix] += 1


def _number(life: Life, sequence: int) -> str:
    one = life.one
    letter = LETTERS[Sex(one.sex)]
    return enp.build(region=one.region, birth_date=one.birth_date, sex=letter, sequence=sequence)


def _new_ids(count: int) -> list[int]:
    """Return keys for new rows of persons that nobody else gets."""
    table = InsuredPerson._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + count + 1))


def _write(model: type[Model], rows: Iterable[Row]) -> None:
    """Insert rows (column → value ready for the database): COPY on PostgreSQL, else one by one."""
    found = list(rows)
    if not found:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(found[0])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in found:
                    copy.write_row(tuple(row.values()))
            return
        places = ", ".join(["%s"] * len(found[0]))
        query = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608  # nosec B608
        cursor.executemany(query, [tuple(row.values()) for row in found])


def _own(life: Life, family_name: str) -> Row:
    """The values of `OWN_FIELDS` as JSON keeps them."""
    one = life.one
    values = {
        "family_name": family_name, "given_name": one.given_name, "patronymic": one.patronymic,
        "birth_date": one.birth_date.isoformat(), "birth_date_exactness": 1,
        "birth_place": life.birth_place, "sex": int(one.sex), "citizenship": life.citizenship,
        "snils": life.snils, "employment": life.employment, "phone": life.phone,
        "email": life.email, "state": life.state.value, "died_on": _day(life.died_on),
    }  # fmt: skip
    assert tuple(values) == OWN_FIELDS
    return values


def _person(life: Life, ids: Mapping[int, int], moment: Any) -> Row:
    one = life.one
    return {
        "id": ids[one.index],
        **_own(life, one.family_name),
        "region_id": one.region,
        "insurer_id": life.insurer,
        "enp": life.enp,
        "name_key": name_key(
            family_name=one.family_name, given_name=one.given_name, patronymic=one.patronymic
        ),
        "merged_into_id": ids[life.merged_into] if life.merged_into is not None else None,
        "created_at": moment,
        "updated_at": moment,
        "synced_at": moment,
    }


def _versions(life: Life, ids: Mapping[int, int], told: Row) -> Iterator[Row]:
    """The record as it is; before it, the record under the maiden name."""
    one = life.one
    since, wedding = life.entered_on, one.married_on

    def version(name: str, since: date, until: date | None) -> Row:
        data = json.dumps(_own(life, name), ensure_ascii=False)
        return {"person_id": ids[one.index], "data": data, **_period(since, until), **told}

    if wedding and since < wedding:
        yield version(one.maiden, since, wedding)
        since = wedding
    yield version(one.family_name, since, None)


def _former(life: Life, ids: Mapping[int, int]) -> Iterator[Row]:
    """The maiden name, where a version tells it."""
    one = life.one
    if one.married_on and life.entered_on < one.married_on:
        yield {
            "person_id": ids[one.index],
            "name_key": name_key(
                family_name=one.maiden, given_name=one.given_name, patronymic=one.patronymic
            ),
            "birth_date": _day(one.birth_date),
        }


def _words(crowd: Sequence[Life]) -> dict[Part, set[str]]:
    families = {name for life in crowd for name in (life.one.family_name, life.one.maiden)}
    return {
        Part.FAMILY: {fold(name) for name in families},
        Part.GIVEN: {fold(life.one.given_name) for life in crowd},
    }


def _document(life: Life, ids: Mapping[int, int], told: Row) -> Row:
    paper = life.document
    return {
        "person_id": ids[life.one.index],
        "kind": paper.kind,
        "code_system": "F011",
        "series": paper.series,
        "number": paper.number,
        "number_key": document_key(paper),
        "issued_on": _day(paper.issued_on),
        "issued_by": paper.issued_by,
        "department_code": paper.department_code,
        "expires_on": _day(paper.expires_on),
        **_period(paper.issued_on or life.entered_on, None),
        **told,
    }


def _address(life: Life, ids: Mapping[int, int], told: Row) -> Row:
    return {
        "person_id": ids[life.one.index],
        "kind": Address.Kind.REGISTRATION.value,
        "region_id": life.one.region,
        "postal_code": "",
        "text": life.one.address,
        **_period(life.entered_on, None),
        **told,
    }


def _policies(life: Life, ids: Mapping[int, int], moment: Any) -> Iterator[Row]:
    for one in life.policies():
        yield {
            "person_id": ids[life.one.index],
            "enp": "" if one.form == Policy.Form.OLD else life.enp,
            "form": one.form.value,
            "blank_number": one.blank_number,
            "insurer_id": one.insurer,
            "region_id": life.one.region,
            "begins_on": _day(one.begins_on),
            "ends_on": _day(one.ends_on),
            "state": one.state.value,
            "state_since": _day(one.state_since),
            "closing_reason": one.reason,
            "confirmation": "",
            "created_at": moment,
            "updated_at": moment,
        }


def _insurances(life: Life, ids: Mapping[int, int], told: Row) -> Iterator[Row]:
    for one in life.periods:
        yield {
            "person_id": ids[life.one.index],
            "insurer_id": one.insurer,
            "ground": int(one.ground),
            **_period(one.begins_on, one.ends_on),
            **told,
        }


def _period(since: date, until: date | None) -> Row:
    return {"valid_from": _day(since), "valid_until": _day(until)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
