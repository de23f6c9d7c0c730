"""Issued papers (выписки, справки): kept for ever, superseded or revoked, never edited."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from oms.domain.accounts.models import Role, User
from oms.domain.register.models import InsuredPerson


class PaperQuery(models.QuerySet["Paper"]):
    """Papers and who may see them."""

    def visible_to(self, user: User) -> Self:
        """One's own papers; for staff, the papers of people they may see."""
        if user.role in {Role.FUND, Role.INSURER}:
            return self.filter(person__in=InsuredPerson.objects.visible_to(user))
        if user.is_staff_member:
            return self.none()
        return self.filter(person__user=user)


class Paper(models.Model):
    """One signed paper. `content` lies in the papers' storage under its own hash."""

    class Kind(models.TextChoices):
        """What it certifies."""

        POLICY_EXTRACT = "policy-extract", "Выписка о полисе ОМС"

    class State(models.TextChoices):
        """Lifecycle (BEY-10)."""

        ISSUED = "issued", "Действительна"
        SUPERSEDED = "superseded", "Заменена более новой"
        REVOKED = "revoked", "Отозвана"

    number = models.CharField(max_length=24, unique=True, help_text="Readable, with a check digit")
    check_code = models.CharField(max_length=32, unique=True, help_text="In the QR code; random")
    kind = models.CharField(max_length=32, choices=Kind.choices)
    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="papers")
    basis = models.CharField(max_length=64, blank=True, help_text="case:17")
    key = models.CharField(max_length=120, unique=True, help_text="One request makes one paper")
    data: models.JSONField[dict[str, Any]] = models.JSONField(help_text="What the paper says")
    template_version = models.CharField(max_length=16)
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.ISSUED)
    state_at = models.DateTimeField()
    state_reason = models.CharField(max_length=200, blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes"
    )
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField(help_text="Bytes")
    signer = models.CharField(max_length=300, help_text="Subject of the signing certificate")

    objects: ClassVar[models.Manager["Paper"]] = PaperQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(state="issued", kind="policy-extract"),
                name="papers_one_extract_in_force",
            )
        ]
        indexes = [models.Index(fields=["person", "-issued_at"], name="papers_person")]

    def __str__(self) -> str:
        return self.number


class PaperCounter(models.Model):
    """The last number given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
