"""What stands against a record and what was mended: a part of the person's card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from oms.domain.quality import actions, queries
from oms.domain.register.models import InsuredPerson
from oms.faces.desk.card import PERSON_TINTS
from oms.faces.desk.quality.words import Line, Mended, line, mended


@dataclass(frozen=True)
class Quality:
    """Findings with the repairs suggested, repairs made."""

    tint: str
    lines: Sequence[Line]
    repairs: Sequence[Mended]


def quality(person: InsuredPerson, *, at: datetime) -> Quality:
    """Return the part of the card. Two queries, thirteen where a repair is suggested."""
    found = queries.findings_of(person)
    told = actions.suggestions(found, at=at) if any(one.mendable for one in found) else {}
    return Quality(
        PERSON_TINTS.get(person.state, "neutral"),
        [line(one, at=at, suggestion=told.get(one.pk)) for one in found],
        [mended(one, values=True) for one in queries.repairs_of(person)],
    )
