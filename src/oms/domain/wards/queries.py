"""What may be asked about the right to act for another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from oms.domain.accounts.models import Representation, User
from oms.domain.documents import queries as documents
from oms.domain.documents.models import Document
from oms.domain.journal.models import Entry
from oms.domain.register import queries as register
from oms.domain.register.matching import Match
from oms.domain.wards import joining
from oms.domain.wards.actions import SLOT

State = Representation.State
ACTS_SHOWN = 100
_PRIVATE = ("message.", "person.read")


@dataclass(frozen=True)
class Deed:
    """One thing a representative did for the ward: the journal's act, and its subject's key."""

    at: datetime
    act: str
    subject: str


@dataclass(frozen=True)
class QueuePage:
    """A page of requests that wait for the fund; `after` leads on, empty at the end."""

    rights: tuple[Representation, ...]
    after: str


@dataclass(frozen=True)
class Sheet:
    """What a decision needs: the record sought in the register, the papers, other requests."""

    right: Representation
    snils: str
    matches: Sequence[Match]
    certain: Match | None
    documents: Sequence[Document]
    others: Sequence[Representation]


def deeds(right: Representation) -> list[Deed]:
    """Return what the representative did for the ward by this right, newest first.

    At most a hundred; three queries. Acts before the request are not of it.
    """
    person = register.person_of(right.ward)
    keys = [right.ward.key, *([person.key] if person else [])]
    rows = Entry.objects.filter(
        actor=right.representative.key, person__in=keys, at__gte=right.asked_at
    )
    for act in _PRIVATE:
        rows = rows.exclude(act__startswith=act)
    found = rows.order_by("-at", "-pk").values_list("at", "act", "subject")[:ACTS_SHOWN]
    return [Deed(*row) for row in found]


def papers(right: Representation) -> list[Document]:
    """Return the files brought to prove the right. One query."""
    return documents.of(about=right.key, slot=SLOT)


def queue(user: User, *, after: str = "", limit: int = 25) -> QueuePage:
    """Return requests that wait for the fund, most urgent first. One query."""
    rows = Representation.objects.visible_to(user).exclude(due_at=None).exclude(ward=user)
    point = _read(after)
    if point:
        due, pk = point
        rows = rows.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk))
    found = list(
        rows.select_related("representative", "ward").order_by("due_at", "pk")[: limit + 1]
    )
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    cursor = f"{last.due_at.isoformat()}~{last.pk}" if last and last.due_at else ""
    return QueuePage(tuple(page), cursor)


def sheet(right: Representation) -> Sheet:
    """Gather what the fund looks at. For who has passed `visible_to`."""
    matches = joining.matches(right)
    sure = [match for match in matches if joining.is_certain(match, right.ward)]
    return Sheet(
        right=right,
        snils=joining.snils_of(right.ward),
        matches=matches,
        certain=sure[0] if len(sure) == 1 else None,
        documents=papers(right),
        others=_others(right),
    )


def ending(*, within: date) -> list[Representation]:
    """Return rights in force whose last day is over or comes by `within`."""
    rows = Representation.objects.filter(state=State.CONFIRMED, ends_on__lte=within)
    return list(rows.order_by("ends_on", "pk"))


def _others(right: Representation) -> list[Representation]:
    """Return rights of other people by the same certificate, or over the same ward."""
    same = Q(ward=right.ward_id)
    if right.paper_key:
        same |= Q(paper_key=right.paper_key, ward__birth_date=right.ward.birth_date)
    rows = Representation.objects.filter(same).exclude(pk=right.pk)
    return list(rows.select_related("representative", "ward").order_by("-state_at")[:8])


def _read(text: str) -> tuple[datetime, int] | None:
    at, _, pk = text.strip().replace(" ", "+").partition("~")
    try:
        found = parse_datetime(at)
    except ValueError:
        return None
    right = pk.isascii() and pk.isdigit() and len(pk) < 19
    return (found, int(pk)) if found and found.tzinfo and right else None


def facts_of(right: Representation) -> dict[str, Any]:
    """Return the ward's data as typed, by profile field, for comparing and showing."""
    ward = right.ward
    names = (
        "family_name", "given_name", "patronymic", "birth_date", "sex", "birth_place",
        "citizenship",
    )  # fmt: skip
    return {name: getattr(ward, name) for name in names}
