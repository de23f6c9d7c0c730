"""What people decide of a pair: one person, different people, not enough known. All remembered.

A pair judged different comes back only when a field that was compared has changed in one of the
records since; the pair then says which. Nothing is merged without a person.
"""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from oms.domain.accounts.models import User
from oms.domain.duplicates.linkage.model import TITLES, Likeness
from oms.domain.duplicates.linkage.records import Record
from oms.domain.duplicates.merging import merge
from oms.domain.duplicates.models import Merge, Pair, Ruling
from oms.domain.duplicates.reading import pair_of_records
from oms.domain.journal.actions import Actor, record
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied

State = Pair.State
JUDGED = (State.DIFFERENT, State.ONE)


class Decided(Denied):
    """Another operator was quicker."""

    text = "Эту пару уже разобрали. Решение видно в истории."


class NotOfThePair(Denied):
    """The record to be kept is none of the two."""

    text = "Выберите основной одну из двух записей."


def put(
    *, left: int, right: int, region: str, likeness: Likeness, found_by: str, at: datetime
) -> Pair | None:
    """Write down a pair found, or found again; None where people have decided and nothing changed.

    `left` and `right` are keys of persons in any order. Told twice, one row.
    """
    first, second = sorted((left, right))
    told = {
        "region_id": region,
        "weight": round(likeness.weight, 2),
        "sure": likeness.is_sure,
        "fields": likeness.as_json(),
        "found_by": found_by,
        "found_at": at,
    }
    with transaction.atomic():
        pair, new = Pair.objects.select_for_update().get_or_create(
            left_id=first, right_id=second, defaults=told
        )
        if new:
            return pair
        if pair.state == State.WAITING:
            told.pop("found_at")
        elif not _comes_back(pair):
            return None
        for name, value in told.items():
            setattr(pair, name, value)
        pair.save()
    return pair


@transaction.atomic
def one_person(*, pair: Pair, kept: int, reason: str, by: User, at: datetime) -> Merge:
    """Merge the pair; `kept` is the key of the record left. Raises what `merging.merge` does."""
    own = _waiting(pair)
    if kept not in (own.left_id, own.right_id):
        raise NotOfThePair
    stays, goes = (own.left, own.right) if kept == own.left_id else (own.right, own.left)
    made = merge(kept=stays, other=goes, by=by.actor, at=at, reason=reason)
    _decide(own, State.ONE, note=reason, by=by.actor, at=at, merge=made.key)
    return made


@transaction.atomic
def different_people(*, pair: Pair, note: str, by: User, at: datetime) -> Pair:
    """Remember that these are two people, on the data as they stand. Raises `Decided`."""
    return _decide(_waiting(pair), State.DIFFERENT, note=note, by=by.actor, at=at)


@transaction.atomic
def not_enough(*, pair: Pair, note: str, ask_on: date, by: User, at: datetime) -> Pair:
    """Put the pair aside until the day: more has to be asked first. Raises `Decided`."""
    own = _waiting(pair)
    own.ask_on = ask_on
    return _decide(own, State.UNCLEAR, note=note, by=by.actor, at=at, ask_on=ask_on)


def ask_again(*, on: date) -> int:
    """Bring back the pairs put aside whose day has come; return how many."""
    rows = Pair.objects.filter(state=State.UNCLEAR, ask_on__lte=on)
    return rows.update(state=State.WAITING, ask_on=None)


@transaction.atomic
def rule_other(*, basis: str, persons: list[int], note: str, by: Actor, at: datetime) -> None:
    """Remember that whom `basis` (case:17) enters is not the person of these records."""
    for pk in persons:
        row, new = Ruling.objects.get_or_create(
            basis=basis, person_id=pk, defaults={"note": note, "by": by.key, "at": at}
        )
        if new:
            record(
                act="ruling.other", subject=basis, person=f"person:{pk}", by=by, at=at,
                details={"note": note, "ruling": row.pk},
            )  # fmt: skip


def judged_other(basis: str) -> list[int]:
    """Return the records ruled to be another person's than the one `basis` enters."""
    if not basis:
        return []
    return list(Ruling.objects.filter(basis=basis).values_list("person", flat=True))


def marks(left: Record, right: Record) -> dict[str, str]:
    """Return a mark of every compared value: enough to see a change, too little to read it."""
    told = {"left": left, "right": right}
    return {
        f"{side}.{code}": sha256(f"{one.pk}:{code}:{getattr(one, code)}".encode()).hexdigest()[:16]
        for side, one in told.items()
        for code in TITLES
    }


def changed_since(seen: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the titles of the fields whose mark is another now."""
    codes = {key.partition(".")[2] for key, mark in now.items() if seen.get(key) != mark}
    return [title for code, title in TITLES.items() if code in codes]


def _comes_back(pair: Pair) -> bool:
    """Let a decided pair back in when what it was decided on has changed."""
    if pair.state == State.UNCLEAR or pair.left.state == pair.right.state == "merged":
        return False
    changed = changed_since(pair.seen, marks(*pair_of_records(pair.left_id, pair.right_id)))
    if not changed or _is_merged(pair):
        return False
    pair.changed, pair.state = changed, State.WAITING
    return True


def _is_merged(pair: Pair) -> bool:
    merged = InsuredPerson.State.MERGED
    return merged in (pair.left.state, pair.right.state)


def _waiting(pair: Pair) -> Pair:
    rows = Pair.objects.select_for_update(of=("self",)).select_related("left", "right")
    own = rows.get(pk=pair.pk)
    if own.state in JUDGED:
        raise Decided
    return own


def _decide(own: Pair, state: str, *, note: str, by: Actor, at: datetime, **more: Any) -> Pair:
    own.state, own.note, own.decided_by, own.decided_at = state, note.strip(), by.key, at
    own.seen = marks(*pair_of_records(own.left_id, own.right_id))
    own.changed = []
    own.save()
    details = {"state": state, "note": own.note, "left": own.left.key, "right": own.right.key}
    told = {name: str(value) for name, value in more.items()}
    record(
        act="pair.judge", subject=own.key, person=own.left.key, by=by, at=at,
        details={**details, **told},
    )  # fmt: skip
    return own
