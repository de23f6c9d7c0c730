"""Runs of the diagnosis: who, when, what was found and mended."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from oms.domain.accounts.models import Role, User


class RunQuery(models.QuerySet["Run"]):
    """Runs and who may see them."""

    def visible_to(self, user: User) -> Self:
        """One's own; who helps people with their cabinets sees all but their own."""
        if user.role in {Role.SUPPORT, Role.ADMINISTRATOR}:
            return self.exclude(user=user)
        if user.is_staff_member:
            return self.none()
        return self.filter(user=user)


class Run(models.Model):
    """One diagnosis (проверка, где полис) of one cabinet, from its first check to the last."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="diagnoses",
        help_text="Whose cabinet it is about",
    )
    by = models.CharField(max_length=64, help_text="Key of who ran it: a representative may")
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    stage = models.PositiveSmallIntegerField(default=0, help_text="How many stages are done")
    findings: models.JSONField[list[dict[str, Any]]] = models.JSONField(
        default=list, help_text="`findings.Found` as plain values, in the order of checks"
    )
    main = models.CharField(max_length=32, blank=True, help_text="Code of the main cause")

    objects: ClassVar[models.Manager["Run"]] = RunQuery.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-begun_at"], name="diagnosis_user")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The run's key in the journal."""
        return f"diagnosis:{self.pk}"
