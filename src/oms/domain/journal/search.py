"""The journal searched: by whose data, who acted, what was done, when; each search is an entry."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from oms.domain.journal.actions import Actor, record
from oms.domain.journal.models import Entry


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty asks for all. Keys are exact: `person:5`, `user:12`, `case:17`."""

    person: str = ""
    actor: str = ""
    act: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One entry as it is shown: of the payload only the purpose, never what changed."""

    pk: int
    at: datetime
    actor: str
    role: str
    organization: str
    act: str
    subject: str
    person: str
    purpose: str
    place: str


@dataclass(frozen=True)
class Portion:
    """A page of entries, newest first; `after` is where the next begins, None at the end."""

    lines: Sequence[Line]
    after: tuple[datetime, int] | None


def begin(*, wanted: Wanted, purpose: str, by: Actor, at: datetime) -> None:
    """Write down that somebody looks into the journal, for what and why."""
    details = {name: value for name, value in asdict(wanted).items() if value}
    with transaction.atomic():
        record(
            act="journal.search", subject="journal:search", by=by, at=at, person=wanted.person,
            details={**details, "purpose": purpose},
        )  # fmt: skip


def found(
    *,
    wanted: Wanted,
    organization: str = "",
    after: tuple[datetime, int] | None = None,
    size: int = 50,
) -> Portion:
    """Return the entries wanted, of one organisation if named; 1 query, however deep the page."""
    keys = {"person": wanted.person, "actor": wanted.actor, "act": wanted.act}
    keys |= {"subject": wanted.subject, "organization": organization}
    rows = Entry.objects.filter(**{name: value for name, value in keys.items() if value})
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    if after:
        at, pk = after
        rows = rows.filter(at__lte=at).filter(Q(at__lt=at) | Q(pk__lt=pk))
    names = ("pk", "at", "actor", "role", "organization", "act", "subject", "person")
    told = rows.order_by("-at", "-pk").values(*names, "chain", "number", "payload__data")
    page = list(told[: size + 1])
    lines = [
        Line(
            **{name: row[name] for name in names},
            purpose=str((row["payload__data"] or {}).get("purpose", "")),
            place=f"{row['chain']}/{row['number']}",
        )
        for row in page[:size]
    ]
    last = lines[-1] if len(page) > size else None
    return Portion(lines, (last.at, last.pk) if last else None)
