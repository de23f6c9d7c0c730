"""What authors of reviews are told: published, refused and why, answered."""

from datetime import datetime

from oms.domain.directory.models import Review
from oms.domain.directory.queries import organization_names
from oms.domain.directory.reviews import REASONS
from oms.domain.notifications.actions import tell

_FOLDERS = {"insurer": "insurers", "clinic": "clinics", "doctor": "doctors"}


def decided(review: Review, *, at: datetime) -> None:
    """Tell the author what became of the review; once a wording and decision."""
    if review.state == Review.State.PUBLISHED:
        _tell(review, "review-published", "review", {}, at)
    elif review.state == Review.State.REFUSED:
        _tell(review, "review-refused", "review", {"reason": REASONS[review.reason]}, at)


def answered(review: Review, *, at: datetime) -> None:
    """Tell the author of an answer, once a wording of the review."""
    if review.answer:
        _tell(review, "review-answered", "reviews", {}, at)


def _tell(review: Review, kind: str, page: str, context: dict[str, str], at: datetime) -> None:
    names = organization_names(keys={review.organization})
    house, _, code = review.organization.partition(":")
    tell(
        user=review.author,
        kind=kind,
        context={"organization": names.get(review.organization, ""), **context},
        key=f"{review.key}:{review.revision}:{kind}",
        subject=review.key,
        link=f"/{_FOLDERS[house]}/{code}/{page}/",
        at=at,
    )
