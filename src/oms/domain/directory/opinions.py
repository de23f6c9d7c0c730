"""Looks at reviews: a page of them, how they add up, what waits for moderation."""

from dataclasses import dataclass

from django.db.models import QuerySet

from oms.domain.accounts.models import User
from oms.domain.directory.review_models import Rating, Review

SORTS = {
    "new": ("-sent_at", "-pk"),
    "best": ("-stars", "-sent_at", "-pk"),
    "worst": ("stars", "-sent_at", "-pk"),
}
QUEUES = ("waiting", "reported", "decided")


@dataclass(frozen=True)
class Portion:
    """One page of reviews, and whether another follows."""

    rows: list[Review]
    more: bool


def rating(*, organization: str) -> Rating:
    """How an organisation is rated; nobody yet gives zeros. 1 query."""
    found = Rating.objects.filter(organization=organization).first()
    return found or Rating(organization=organization)


def reviews(
    *, organization: str, sort: str = "new", stars: int = 0, size: int = 10, page: int = 1
) -> Portion:
    """Published reviews of an organisation, sorted by a key of `SORTS`; 1 query."""
    found = Review.objects.public().filter(organization=organization)
    if stars:
        found = found.filter(stars=stars)
    return _portion(found.order_by(*SORTS[sort]), size, page)


def own(*, user: User, organization: str) -> Review | None:
    """The person's own review of an organisation unless it was taken back; 1 query."""
    rows = Review.objects.filter(author=user, organization=organization)
    return rows.exclude(state=Review.State.WITHDRAWN).first()


def published(*, pk: int) -> Review | None:
    """A review everybody reads; 1 query."""
    return Review.objects.public().filter(pk=pk).first() if pk < 2**63 else None


def queue(*, by: User, which: str, size: int = 25, page: int = 1) -> Portion:
    """What a moderator or an operator has to read: `which` of `QUEUES`; 1 query."""
    rows = Review.objects.visible_to(by)
    if which == "waiting":
        return _portion(
            rows.filter(state=Review.State.WAITING).order_by("sent_at", "pk"), size, page
        )
    if which == "reported":
        return _portion(rows.filter(reports_open__gt=0).order_by("sent_at", "pk"), size, page)
    done = rows.exclude(state__in=[Review.State.WAITING, Review.State.WITHDRAWN])
    return _portion(done.order_by("-sent_at", "-pk"), size, page)


def unanswered(*, by: User, size: int = 25, page: int = 1) -> Portion:
    """Published reviews that the operator may answer and nobody has; 1 query."""
    rows = Review.objects.visible_to(by).filter(answered_at=None)
    return _portion(rows.order_by("-sent_at", "-pk"), size, page)


def readable(*, by: User, pk: int) -> Review | None:
    """A review this member of staff may open; 1 query."""
    return Review.objects.visible_to(by).filter(pk=pk).first() if pk < 2**63 else None


def _portion(rows: QuerySet[Review], size: int, page: int) -> Portion:
    start = (page - 1) * size
    found = list(rows[start : start + size + 1])
    return Portion(found[:size], len(found) > size)
