"""Issued papers (выписки, справки): kept for ever, superseded or revoked, never edited.

And what goes with them: signatures beside the file, printed copies, issue in bulk.
"""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import DeliveryPoint, Insurer
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
        INSURANCE_CERTIFICATE = "insurance-certificate", "Справка о страховании"
        CHANGE_EXTRACT = "change-extract", "Выписка о последнем изменении"

    class State(models.TextChoices):
        """Lifecycle (BEY-10)."""

        ISSUED = "issued", "Действительна"
        SUPERSEDED = "superseded", "Заменена более новой"
        REVOKED = "revoked", "Отозвана"

    number = models.CharField(max_length=24, unique=True, help_text="Readable, with a check digit")
    check_code = models.CharField(max_length=32, unique=True, help_text="In the QR code; random")
    kind = models.CharField(max_length=32, choices=Kind.choices)
    scope = models.CharField(
        max_length=40, blank=True, help_text="2025-01-01/2025-12-31; empty: as things are"
    )
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
                fields=["person", "kind", "scope"],
                condition=Q(state="issued"),
                name="papers_one_in_force",
            )
        ]
        indexes = [
            models.Index(fields=["person", "-issued_at"], name="papers_person"),
            models.Index(fields=["basis"], name="papers_basis"),
        ]

    def __str__(self) -> str:
        return self.number


class PaperCounter(models.Model):
    """The last number given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class DetachedSignature(models.Model):
    """A signature beside the file: CAdES-BES by GOST R 34.10-2012 over the paper's very bytes."""

    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="detached")
    content = models.BinaryField(help_text="CMS, DER")
    signer = models.CharField(max_length=300)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"signature of {self.paper_id}"


class DeliveryQuery(models.QuerySet["Delivery"]):
    """Printed copies and who may see them."""

    def visible_to(self, user: User) -> Self:
        """One's own; for an insurer those it hands over; for a fund those of its region."""
        if user.role == Role.INSURER:
            return self.filter(insurer_id=user.organization_code)
        if user.role == Role.FUND:
            return self.filter(insurer__region_id=user.organization_code)
        if user.is_staff_member:
            return self.none()
        return self.filter(paper__person__user=user)


class Delivery(models.Model):
    """A printed copy (бумажный экземпляр) and how it comes into a person's hands."""

    class Way(models.TextChoices):
        """SRV-10. The first three end at a point, the others at an address."""

        OFFICE = "office", "Офис страховой организации"
        MFC = "mfc", "МФЦ"
        AGENT = "agent", "Пункт агента"
        POST = "post", "Почтой"
        COURIER = "courier", "Курьером"

    class State(models.TextChoices):
        """Printed already when the row is made."""

        WAITING = "waiting", "Ждёт в пункте"
        SENT = "sent", "В пути"
        HANDED = "handed", "Вручён"
        RETURNED = "returned", "Вернулся"

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="deliveries")
    insurer = models.ForeignKey(Insurer, on_delete=models.PROTECT, help_text="Who prints and hands")
    basis = models.CharField(max_length=64, unique=True, help_text="case:17")
    way = models.CharField(max_length=16, choices=Way.choices)
    point = models.ForeignKey(DeliveryPoint, on_delete=models.PROTECT, null=True, blank=True)
    address = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=16, choices=State.choices)
    state_at = models.DateTimeField()
    prepared_at = models.DateTimeField()
    taken_by = models.CharField(max_length=184, blank=True, help_text="Who took it")
    taken_by_document = models.CharField(max_length=120, blank=True, help_text="By which document")
    note = models.CharField(max_length=200, blank=True, help_text="Why it came back")

    objects: ClassVar[models.Manager["Delivery"]] = DeliveryQuery.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(point__isnull=False) | ~Q(address=""), name="papers_delivery_somewhere"
            ),
            models.CheckConstraint(
                condition=~Q(state="handed") | (~Q(taken_by="") & ~Q(taken_by_document="")),
                name="papers_delivery_taken_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["insurer", "state", "prepared_at"], name="papers_delivery_queue")
        ]

    def __str__(self) -> str:
        return f"delivery:{self.pk}"

    @property
    def is_on_the_way(self) -> bool:
        """Whether it may still be handed over."""
        return self.state in {self.State.WAITING, self.State.SENT}


class BatchQuery(models.QuerySet["PaperBatch"]):
    """Orders for many and who may see them."""

    def visible_to(self, user: User) -> Self:
        """Those of the clerk's own organisation."""
        if user.role not in {Role.FUND, Role.INSURER} or not user.organization:
            return self.none()
        return self.filter(organization=user.organization)


class PaperBatch(models.Model):
    """Papers of one kind issued to many people by the worker, and how far that has come."""

    key = models.CharField(max_length=64, unique=True, help_text="One order makes one batch")
    kind = models.CharField(max_length=32, choices=Paper.Kind.choices)
    scope = models.CharField(max_length=40, blank=True)
    persons: models.JSONField[list[int]] = models.JSONField(help_text="Whom, by primary key")
    done = models.PositiveIntegerField(default=0)
    refused: models.JSONField[dict[str, str]] = models.JSONField(
        default=dict, help_text="Person → why there is no paper"
    )
    organization = models.CharField(max_length=64, blank=True, help_text="insurer:77001, fund:77")
    purpose = models.CharField(max_length=300, blank=True)
    lines: models.JSONField[list[int]] = models.JSONField(
        default=list, help_text="Line of the list, for each of `persons`"
    )
    problems: models.JSONField[list[tuple[int, str]]] = models.JSONField(
        default=list, help_text="Lines of the list that mean nobody, and why"
    )
    ordered_by = models.CharField(max_length=64, help_text="Actor's key in the journal")
    ordered_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["PaperBatch"]] = BatchQuery.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organization", "-id"], name="papers_batches")]

    def __str__(self) -> str:
        return f"batch:{self.pk}"

    @property
    def basis(self) -> str:
        """What the papers of the batch rest on."""
        return f"batch:{self.pk}"

    @property
    def left(self) -> int:
        """How many people still wait."""
        return len(self.persons) - self.done - len(self.refused)
