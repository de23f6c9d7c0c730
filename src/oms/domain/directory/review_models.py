"""Reviews of insurers, clinics and doctors: what people say, how it adds up, complaints."""

from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat

from oms.domain.accounts.models import Role, User

STARS = (1, 2, 3, 4, 5)
LONGEST = 2000


def _keys(model: str, kind: str, name: str, user: User) -> models.QuerySet[Any, Any]:
    """Return keys of what is in the region of a fund's operator: a part of a query."""
    rows: models.QuerySet[Any, Any] = apps.get_model("directory", model)._default_manager.all()
    where = "region" if model == "MedicalOrganization" else "clinic__region"
    key = Concat(Value(kind), Cast(name, models.CharField()))
    return rows.filter(**{where: user.organization_code}).values_list(key)


class ReviewQuery(models.QuerySet["Review"]):
    """Reviews and who may see them."""

    def public(self) -> Self:
        """Those everybody reads."""
        return self.filter(state=Review.State.PUBLISHED)

    def visible_to(self, user: User) -> Self:
        """Support sees all but its own, others theirs.

        Operators see what is said of their insurer; those of a fund, of its region's clinics and
        doctors.
        """
        if user.role in {Role.SUPPORT, Role.ADMINISTRATOR}:
            return self.exclude(author=user)
        if user.role == Role.INSURER:
            return self.public().filter(organization=user.organization)
        if user.role == Role.FUND:
            of_region = Q(organization__in=_keys("MedicalOrganization", "clinic:", "code", user))
            of_region |= Q(organization__in=_keys("Position", "doctor:", "doctor", user))
            return self.public().filter(of_region)
        return self.none() if user.is_staff_member else self.filter(author=user)


class Review(models.Model):
    """What one person says of one organisation; moderated, changed or taken back at any time."""

    class State(models.TextChoices):
        """How it stands."""

        WAITING = "waiting", "На проверке"
        PUBLISHED = "published", "Опубликован"
        REFUSED = "refused", "Не опубликован"
        WITHDRAWN = "withdrawn", "Снят автором"

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reviews")
    organization = models.CharField(
        max_length=32, help_text="insurer:77001, clinic:770001, doctor:7"
    )
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True, max_length=LONGEST)
    signature = models.CharField(max_length=64, blank=True, help_text="«Анна С.»; empty: unnamed")
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    revision = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField(help_text="When this wording was sent")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=16, blank=True, help_text="Code of reviews.REASONS")
    reports_open = models.PositiveIntegerField(default=0)
    answer = models.TextField(blank=True, max_length=LONGEST)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)

    objects: ClassVar[models.Manager["Review"]] = ReviewQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "organization"], name="directory_one_review"),
            models.CheckConstraint(condition=Q(stars__in=STARS), name="directory_review_stars"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "-sent_at", "-id"],
                condition=Q(state="published"),
                name="directory_reviews_new",
            ),
            models.Index(
                fields=["organization", "stars", "-sent_at", "-id"],
                condition=Q(state="published"),
                name="directory_reviews_stars",
            ),
            models.Index(
                fields=["sent_at", "id"], condition=Q(state="waiting"), name="directory_reviews_due"
            ),
            models.Index(
                fields=["sent_at", "id"],
                condition=Q(reports_open__gt=0),
                name="directory_reviews_reported",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The review's key in the journal and at messages."""
        return f"review:{self.pk}"


class ReviewReport(models.Model):
    """That somebody finds a published review wrong; one a person and review."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="reports")
    reporter = models.CharField(max_length=64, help_text="user:7, or the mark of a visitor's place")
    reason = models.CharField(max_length=16)
    text = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "reporter"], name="directory_one_report")
        ]

    def __str__(self) -> str:
        return f"report of review:{self.review_id}"


class Rating(models.Model):
    """How many gave an organisation how many stars: kept with every change of a review."""

    organization = models.CharField(max_length=32, primary_key=True)
    stars_1 = models.PositiveIntegerField(default=0)
    stars_2 = models.PositiveIntegerField(default=0)
    stars_3 = models.PositiveIntegerField(default=0)
    stars_4 = models.PositiveIntegerField(default=0)
    stars_5 = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"rating of {self.organization}"

    @property
    def counts(self) -> dict[int, int]:
        """How many reviews of each number of stars."""
        return {stars: getattr(self, f"stars_{stars}") for stars in STARS}

    @property
    def count(self) -> int:
        """How many reviews."""
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        """All stars together."""
        return sum(stars * count for stars, count in self.counts.items())
