"""Confirmations of identity: each try by one method, from its beginning to its result."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from oms.domain.accounts.models import User


class ConfirmationQuery(models.QuerySet["Confirmation"]):
    """Confirmations and who may see them."""

    def visible_to(self, user: User) -> Self:
        """One's own; our fund's operators see what waits for people, but not their own."""
        if user.is_of_our_fund:
            return self.exclude(user=user)
        if user.is_staff_member:
            return self.none()
        return self.filter(user=user)


class Confirmation(models.Model):
    """One try to confirm who somebody is (IDN-8): method, state, result by field."""

    class State(models.TextChoices):
        """From the first step to the result."""

        BEGUN = "begun", "Начато"
        WAITING = "waiting", "Ждём ответа"
        FIX = "fix", "Нужно уточнить"
        CONFIRMED = "confirmed", "Подтверждено"
        REFUSED = "refused", "Не подтверждено"
        EXPIRED = "expired", "Срок прошёл"

    class Link(models.TextChoices):
        """Whether the account was joined with the register's record."""

        LINKED = "linked", "Связано с реестром"
        NOBODY = "nobody", "В реестре нет"
        DOUBTFUL = "doubtful", "Разберёт сотрудник фонда"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="confirmations"
    )
    method = models.CharField(max_length=24, help_text="Code of a file in `methods`")
    state = models.CharField(max_length=16, choices=State.choices, default=State.BEGUN)
    link = models.CharField(max_length=16, choices=Link.choices, blank=True)
    code_hash = models.CharField(
        max_length=64, blank=True, help_text="Keyed hash of the code of a visit"
    )
    state_at = models.DateTimeField()
    began_at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="Until when the person must answer, or staff decide"
    )
    fields: models.JSONField[list[dict[str, Any]]] = models.JSONField(
        default=list, help_text="By field: name, outcome, text, proof, at: `method.Field`"
    )
    details: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="What the method keeps: challenge, subject of a certificate"
    )
    reason = models.CharField(max_length=300, blank=True, help_text="For the person, in words")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_confirmations",
    )
    decided_by = models.CharField(max_length=64, blank=True, help_text="Key of who decided")

    objects: ClassVar[models.Manager["Confirmation"]] = ConfirmationQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "method"],
                condition=Q(state__in=["begun", "waiting", "fix"]),
                name="identity_one_open_per_method",
            ),
            models.UniqueConstraint(
                fields=["code_hash"], condition=~Q(code_hash=""), name="identity_visit_code"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state="waiting"),
                name="identity_queue",
            ),
            models.Index(fields=["due_at", "id"], condition=Q(state="fix"), name="identity_fixes"),
            models.Index(fields=["id"], condition=Q(link="doubtful"), name="identity_doubtful"),
            models.Index(fields=["user", "-state_at"], name="identity_user"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_open(self) -> bool:
        """Whether its result is still ahead."""
        return self.state in OPEN

    @property
    def key(self) -> str:
        """The confirmation's key in the journal and at documents."""
        return f"identity:{self.pk}"


OPEN = frozenset({Confirmation.State.BEGUN, Confirmation.State.WAITING, Confirmation.State.FIX})


class Recording(models.Model):
    """A video by which a person shows themselves and a document. Its bytes are kept 30 days."""

    confirmation = models.OneToOneField(
        Confirmation, on_delete=models.CASCADE, related_name="recording"
    )
    name = models.CharField(max_length=48, unique=True, help_text="In the private storage")
    media_type = models.CharField(max_length=16, help_text="video/webm, video/mp4")
    size = models.PositiveIntegerField(help_text="Bytes before encryption")
    stored_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["stored_at"], condition=Q(erased_at=None), name="identity_recordings"
            )
        ]

    def __str__(self) -> str:
        return f"recording of identity:{self.confirmation_id}"
