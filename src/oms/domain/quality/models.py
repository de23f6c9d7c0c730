"""What is wrong with records of the register, since when, and what was mended."""

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Insurer, Region
from oms.domain.register.models import InsuredPerson

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class OfPeopleQuery(models.QuerySet[Row_co]):
    """Rows that bear the region and the insurer of whom they are about."""

    def visible_to(self, user: User) -> Self:
        """An insurer sees its own people, a fund its region; so does who leads either."""
        is_lead = user.role == Role.SUPERVISOR
        house = user.organization.partition(":")[0] if is_lead else user.role
        if house == Role.FUND:
            return self.filter(region_id=user.organization_code)
        if house == Role.INSURER:
            return self.filter(insurer_id=user.organization_code)
        return self.none()


class Finding(models.Model):
    """A rule that a record breaks, until it does not. Region and insurer are the record's."""

    rule = models.CharField(max_length=4, help_text="Q001 …, see rules/")
    severity = models.PositiveSmallIntegerField(help_text="declaration.Severity")
    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="findings")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    insurer = models.ForeignKey(
        Insurer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.CharField(max_length=200, help_text="What is wrong; nobody is named in it")
    mendable = models.BooleanField(default=False, help_text="A repair is suggested")
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Finding"]] = OfPeopleQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "person"],
                condition=Q(gone_at=None),
                name="quality_one_open_finding",
            )
        ]
        indexes = [
            models.Index(
                fields=["insurer", "rule", "id"],
                condition=Q(gone_at=None),
                name="quality_of_insurer",
            ),
            models.Index(
                fields=["region", "rule", "id"],
                condition=Q(gone_at=None),
                name="quality_of_region",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The finding's key in the journal."""
        return f"finding:{self.pk}"


class Mark(models.Model):
    """How far the changes of the register were followed: a chain of the journal, its number."""

    chain = models.PositiveSmallIntegerField(primary_key=True)
    number = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.chain}/{self.number}"


class Sweep(models.Model):
    """A walk through the whole register, batch by batch; one is under way at a time."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    is_running = models.BooleanField(default=True)
    reached = models.BigIntegerField(default=0, help_text="The last record that was checked")
    checked = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_running"], condition=Q(is_running=True), name="quality_one_sweep"
            )
        ]

    def __str__(self) -> str:
        return f"sweep:{self.pk}"


class Snapshot(models.Model):
    """How many findings of a rule were open on a day; with an empty `rule`, of records.

    Of findings `total` is all and `fresh`, `month`, `old` their age; of records `total` is those
    on the books and `fresh` those without a fault.
    """

    on = models.DateField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    insurer = models.ForeignKey(
        Insurer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rule = models.CharField(max_length=4, blank=True)
    total = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField(default=0, help_text="Found within the last seven days")
    month = models.PositiveIntegerField(default=0, help_text="Within the last thirty")
    old = models.PositiveIntegerField(default=0)
    synthetic = models.BooleanField(default=False, help_text="Invented for the demonstration")

    objects: ClassVar[models.Manager["Snapshot"]] = OfPeopleQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "on", "region", Coalesce("insurer", Value("")), "rule", name="quality_one_snapshot"
            )
        ]
        indexes = [
            models.Index(fields=["region", "on"], name="quality_snapshot_region"),
            models.Index(fields=["insurer", "on"], name="quality_snapshot_insurer"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.region_id} {self.insurer_id} {self.rule}"


class Batch(models.Model):
    """Repairs accepted together."""

    key = models.CharField(max_length=36, unique=True, help_text="Sent twice, done once")
    rule = models.CharField(max_length=4)
    by = models.CharField(max_length=64, help_text="Actor's key in the journal")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    insurer = models.ForeignKey(
        Insurer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Batch"]] = OfPeopleQuery.as_manager()

    def __str__(self) -> str:
        return f"quality-batch:{self.pk}"


class Repair(models.Model):
    """A suggested repair that somebody accepted: values before and after."""

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="repair")
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="repairs"
    )
    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    insurer = models.ForeignKey(
        Insurer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    way = models.CharField(max_length=16, help_text="suggestions.WAYS")
    before: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    after: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    by = models.CharField(max_length=64, help_text="Actor's key in the journal")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=64, blank=True)

    objects: ClassVar[models.Manager["Repair"]] = OfPeopleQuery.as_manager()

    def __str__(self) -> str:
        return self.basis

    @property
    def basis(self) -> str:
        """The ground the register keeps with the change."""
        return f"quality:{self.pk}"
