"""What the fund sees of duplicates: the queue, a pair side by side, what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from oms.domain.accounts.models import User
from oms.domain.duplicates.linkage.model import LEVELS, TITLES, Likeness, Weighed
from oms.domain.duplicates.models import Merge, Pair
from oms.domain.register.actions.insurance import IN_FORCE
from oms.domain.register.actions.merging import obstacle
from oms.domain.register.followers import followers
from oms.domain.register.models import InsuredPerson, Policy

SHOWN = 50
_PERSONS = ("left__insurer", "right__insurer")


@dataclass(frozen=True)
class Reason:
    """One field of a pair: `agrees` is full, near or none, `weight` in bits."""

    title: str
    words: str
    agrees: str
    weight: float


@dataclass(frozen=True)
class Side:
    """One record of a pair with what stands by it."""

    person: InsuredPerson
    documents: Sequence[str]
    addresses: Sequence[str]
    policies: Sequence[Policy]
    clinic: str
    follows: Sequence[tuple[str, int]]
    why_not: str


@dataclass(frozen=True)
class Review:
    """A pair side by side; `suggested` is the key of the record to be kept, None when neither."""

    pair: Pair
    left: Side
    right: Side
    reasons: Sequence[Reason]
    suggested: int | None


def queue(user: User, *, sure: bool = False) -> Sequence[Pair]:
    """Return the pairs that wait, surest first, at most 50; `sure`: only that class. One query."""
    rows = Pair.objects.visible_to(user).filter(state=Pair.State.WAITING)
    if sure:
        rows = rows.filter(sure=True)
    return list(rows.select_related(*_PERSONS).order_by("-weight", "id")[:SHOWN])


def decided(user: User) -> Sequence[Pair]:
    """Return the pairs people decided last. One query."""
    rows = Pair.objects.visible_to(user).exclude(decided_at=None)
    return list(rows.select_related("left", "right").order_by("-decided_at")[:SHOWN])


def merges(user: User) -> Sequence[Merge]:
    """Return the merges made last, those taken back as well. One query."""
    return list(_merges(user).order_by("-at")[:SHOWN])


def merge_of(user: User, pk: int) -> Merge | None:
    """Return a merge the user may see. One query."""
    return _merges(user).filter(pk=pk).first()


def pair_of(user: User, pk: int) -> Pair | None:
    """Return a pair the user may see. One query."""
    return Pair.objects.visible_to(user).select_related(*_PERSONS).filter(pk=pk).first()


def review(pair: Pair) -> Review:
    """Put the two records side by side. A fixed number of queries."""
    left, right = _side(pair.left, pair.right), _side(pair.right, pair.left)
    sides = [side for side in (left, right) if not side.why_not]
    best = max(sides, key=_standing, default=None)
    return Review(pair, left, right, reasons(pair), best.person.pk if best else None)


def reasons(pair: Pair) -> tuple[Reason, ...]:
    """Return what each field says, in words. No query."""
    found = []
    for row in pair.fields:
        level = LEVELS[f"{row['field']}.{row['level']}"]
        found.append(Reason(TITLES[row["field"]], level.words, level.agrees, row["weight"]))
    return tuple(found)


def probability(pair: Pair) -> float:
    """Return how surely the pair is one person, 0 to 1. No query."""
    told = tuple(Weighed(row["field"], row["level"], row["weight"]) for row in pair.fields)
    return Likeness(pair.weight, told).probability


def _merges(user: User) -> QuerySet[Merge]:
    return Merge.objects.visible_to(user).select_related("kept", "other")


def _side(person: InsuredPerson, other: InsuredPerson) -> Side:
    documents = person.identity_documents.filter(valid_until=None).order_by("kind", "pk")
    addresses = person.addresses.filter(valid_until=None).order_by("kind")
    attached = person.attachments.filter(valid_until=None).select_related("clinic").first()
    return Side(
        person=person,
        documents=[f"{row.kind}:{row.series}:{row.number}" for row in documents],
        addresses=[f"{row.get_kind_display()}: {row.text}" for row in addresses],
        policies=list(person.policies.select_related("insurer").order_by("-begins_on", "-pk")[:5]),
        clinic=attached.clinic.short_name if attached else "",
        follows=[(one.title, one.count(person)) for one in followers()],
        why_not=obstacle(person, other),
    )


def _standing(side: Side) -> tuple[bool, bool, bool, int]:
    """A policy in force, an ENP, a cabinet, the older record: what makes a record the main one."""
    person = side.person
    insured = any(policy.state in IN_FORCE for policy in side.policies)
    return insured, bool(person.enp), bool(person.user_id), -person.pk
