"""Papers of a person whose record was merged into another: number, bytes and code stay.

Of two papers in force that say the same thing the one of the record left goes on; the other is
told to be superseded. A cabinet that stays with the former record keeps its papers in sight.
"""

from datetime import datetime
from typing import Any

from oms.domain.papers.models import Paper
from oms.domain.register.followers import Follower
from oms.domain.register.models import InsuredPerson

_REASON = "Запись в реестре объединена с основной"


def _follow(kept: InsuredPerson, other: InsuredPerson, _at: datetime) -> list[dict[str, Any]]:
    if other.user_id is not None:
        return []
    in_force = {
        (paper.kind, paper.scope): paper
        for paper in Paper.objects.filter(person=kept, state=Paper.State.ISSUED)
    }
    moved = []
    for paper in Paper.objects.filter(person=other).order_by("pk"):
        newer = in_force.get((paper.kind, paper.scope))
        if paper.state == Paper.State.ISSUED and newer:
            moved.append({"pk": paper.pk, "superseded_by": newer.pk})
            paper.state, paper.superseded_by = Paper.State.SUPERSEDED, newer
            paper.state_reason = _REASON
        else:
            moved.append({"pk": paper.pk})
        paper.person = kept
        paper.save(update_fields=["person", "state", "state_reason", "superseded_by"])
    return moved


def _restore(
    kept: InsuredPerson, other: InsuredPerson, moved: list[dict[str, Any]], _at: datetime
) -> list[str]:
    told = {row["pk"]: row.get("superseded_by") for row in moved}
    for paper in Paper.objects.filter(pk__in=told, person=kept).order_by("pk"):
        by = told[paper.pk]
        if by and paper.state == Paper.State.SUPERSEDED and paper.superseded_by_id == by:
            paper.state, paper.superseded_by, paper.state_reason = Paper.State.ISSUED, None, ""
        paper.person = other
        paper.save(update_fields=["person", "state", "state_reason", "superseded_by"])
    return []


FOLLOWERS = (
    Follower(
        code="papers",
        title="Выписки и справки",
        models=frozenset({"papers.Paper"}),
        count=lambda person: person.papers.count(),
        follow=_follow,
        restore=_restore,
    ),
)
