"""What the directory keeps about a person: reviews they left, complaints of others'."""

from datetime import datetime

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import Keeper, Portion, rows
from oms.domain.directory.review_models import Review, ReviewReport
from oms.domain.directory.reviews import withdraw


def _collect(user: User) -> Portion:
    left = Review.objects.filter(author=user).order_by("sent_at")
    told = ReviewReport.objects.filter(reporter=user.key).order_by("sent_at")
    names = ("organization", "stars", "text", "signature", "state", "sent_at", "decided_at")
    return Portion(
        {
            "reviews": rows(left, *names, "reason", "answer", "answered_at"),
            "reports": rows(told, "review_id", "reason", "text", "sent_at"),
        }
    )


def _erase(user: User, at: datetime) -> None:
    """Take every review back and leave nothing of it; stars leave the rating too."""
    for review in Review.objects.filter(author=user):
        withdraw(user=user, organization=review.organization, at=at)
    Review.objects.filter(author=user).delete()
    for report in ReviewReport.objects.filter(reporter=user.key):
        report.reporter, report.text = f"gone:{report.pk}", ""
        report.save(update_fields=["reporter", "text"])


def _count(user: User) -> int:
    told = ReviewReport.objects.filter(reporter=user.key).count()
    return told + Review.objects.filter(author=user).count()


KEEPERS = (
    Keeper(
        code="reviews",
        title="Отзывы об организациях",
        basis="По вашему согласию",
        order=47,
        count=_count,
        collect=_collect,
        erase=_erase,
    ),
)
