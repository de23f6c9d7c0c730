"""Works on the portal and outages (плановые работы и сбои)."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q


class PlannedWorkQuery(models.QuerySet["PlannedWork"]):
    """Works; they are for everybody to read."""

    def public(self) -> Self:
        """All of them."""
        return self.all()

    def in_force(self, *, at: datetime) -> Self:
        """Those going on at the moment."""
        lasting = Q(ends_at=None) | Q(ends_at__gt=at)
        return self.filter(lasting, ended_at=None, begins_at__lte=at)

    def ahead(self, *, at: datetime) -> Self:
        """Those that begin later."""
        return self.filter(ended_at=None, begins_at__gt=at)


class PlannedWork(models.Model):
    """One stretch in which something does not work. Nothing is deleted: it is ended."""

    class Kind(models.TextChoices):
        """Whether it was told in advance."""

        PLANNED = "planned", "Плановые работы"
        OUTAGE = "outage", "Сбой"

    class Part(models.TextChoices):
        """What does not work."""

        REGISTER = "register", "Сведения реестра о полисах"
        APPLICATIONS = "applications", "Подача заявлений"
        PAPERS = "papers", "Выписки и справки"
        MESSAGES = "messages", "Письма и СМС"
        PORTAL = "portal", "Весь портал"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    part = models.CharField(max_length=16, choices=Part.choices)
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=500, blank=True, help_text="What is safe, what to do")
    audience = models.CharField(
        max_length=32, blank=True, help_text="insurer:77001, region:50; empty: everybody"
    )
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: nobody knows yet")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Said to be over")
    added_by = models.CharField(max_length=64, help_text="Actor's key in the journal")
    added_at = models.DateTimeField()

    objects: ClassVar[models.Manager["PlannedWork"]] = PlannedWorkQuery.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("begins_at")), name="works_order"
            )
        ]
        indexes = [
            models.Index(fields=["begins_at"], condition=Q(ended_at=None), name="works_not_over")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Its key in the journal."""
        return f"work:{self.pk}"

    def concerns(self, audiences: frozenset[str]) -> bool:
        """Tell whether it concerns somebody with these keys (`insurer:77001`, `region:77`)."""
        return not self.audience or self.audience in audiences
