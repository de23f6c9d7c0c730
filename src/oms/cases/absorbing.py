"""Applications of a person whose record was merged into another: they go on with the one left."""

from datetime import datetime

from oms.cases.models import Case
from oms.domain.register.followers import Follower
from oms.domain.register.models import InsuredPerson


def _follow(kept: InsuredPerson, other: InsuredPerson, _at: datetime) -> list[int]:
    keys = list(Case.objects.filter(person=other).order_by("pk").values_list("pk", flat=True))
    Case.objects.filter(pk__in=keys).update(person=kept)
    return keys


def _restore(
    kept: InsuredPerson, other: InsuredPerson, moved: list[int], _at: datetime
) -> list[str]:
    Case.objects.filter(pk__in=moved, person=kept).update(person=other)
    return []


FOLLOWERS = (
    Follower(
        code="cases",
        title="Заявления",
        models=frozenset({"cases.Case"}),
        count=lambda person: person.cases.count(),
        follow=_follow,
        restore=_restore,
    ),
)
