"""Who acts for whom: children and wards, and their legal representatives (ACC-15, BEY-8)."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from oms.domain.accounts.models.users import User


class RepresentationQuery(models.QuerySet["Representation"]):
    """Representations and who may see them."""

    def visible_to(self, user: User) -> Self:
        """Both sides see theirs; our fund's operators see those they confirm."""
        if user.is_of_our_fund:
            return self.exclude(representative=user)
        if user.is_staff_member:
            return self.none()
        return self.filter(Q(representative=user) | Q(ward=user))


class Representation(models.Model):
    """One person's right to act for another (законный представитель), asked for, then confirmed.

    The ward is a user too: a child without a phone is one nobody can sign in as.
    """

    class Kind(models.TextChoices):
        """On what the right rests."""

        PARENT = "parent", "Родитель"
        GUARDIAN = "guardian", "Опекун"
        TRUSTEE = "trustee", "Попечитель"

    class State(models.TextChoices):
        """From the request to the end."""

        ASKED = "asked", "На проверке"
        CONFIRMED = "confirmed", "Подтверждено"
        REFUSED = "refused", "Отказано"
        REVOKED = "revoked", "Отозвано"
        ENDED = "ended", "Срок закончился"

    class Scope(models.TextChoices):
        """What the representative may do."""

        VIEW = "view", "Смотреть полис и документы"
        APPLY = "apply", "Подавать заявления"
        BOOK = "book", "Записывать к врачу"

    representative = models.ForeignKey(User, on_delete=models.CASCADE, related_name="wards_of")
    ward = models.ForeignKey(User, on_delete=models.CASCADE, related_name="representatives_of")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    scope: models.JSONField[list[str]] = models.JSONField(default=list, help_text="`Scope` values")
    basis: models.JSONField[dict[str, Any]] = models.JSONField(
        help_text="Birth certificate or act: kind, series, number, issued_on, issued_by"
    )
    paper_key = models.CharField(
        max_length=64, blank=True, help_text="The certificate without separators: 3:IIАК123456"
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.ASKED)
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True, help_text="Of a refusal or an end")
    ends_on = models.DateField(null=True, blank=True, help_text="The last day of the right")
    asked_at = models.DateTimeField()
    wanted: models.JSONField[list[str]] = models.JSONField(
        default=list, help_text="`Scope` values asked to be added to a confirmed right"
    )
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="Until when the fund answers; empty: nothing is asked"
    )
    decided_by = models.CharField(max_length=64, blank=True, help_text="Key of the operator")

    objects: ClassVar[models.Manager["Representation"]] = RepresentationQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["representative", "ward"],
                condition=Q(state__in=["asked", "confirmed"]),
                name="accounts_one_open_representation",
            ),
            models.CheckConstraint(
                condition=~Q(representative=models.F("ward")), name="accounts_not_own_ward"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=~Q(due_at=None), name="accounts_wards_queue"
            ),
            models.Index(
                fields=["ends_on"], condition=Q(state="confirmed"), name="accounts_wards_ending"
            ),
            models.Index(
                fields=["paper_key"], condition=~Q(paper_key=""), name="accounts_wards_paper"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The representation's key in the journal and at documents."""
        return f"representation:{self.pk}"
