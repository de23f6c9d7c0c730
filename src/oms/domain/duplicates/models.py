"""Pairs of records that may be one person, what people decided of them, and merges that stand."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Region
from oms.domain.register.models import InsuredPerson


class PairQuery(models.QuerySet["Pair"]):
    """Pairs and who may see them."""

    def visible_to(self, user: User) -> Self:
        """A fund sees the pairs of its region, both records of them; nobody else sees any."""
        if user.role != Role.FUND:
            return self.none()
        code = user.organization_code
        return self.filter(region_id=code, left__region_id=code, right__region_id=code)


class Pair(models.Model):
    """Two records that may be one person: how surely, why, and what was decided."""

    class State(models.TextChoices):
        """Only a person moves a pair out of WAITING."""

        WAITING = "waiting", "Ждёт решения"
        ONE = "one", "Один человек"
        DIFFERENT = "different", "Разные люди"
        UNCLEAR = "unclear", "Данных мало"

    left = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField(help_text="Match weight, bits, with the prior")
    sure = models.BooleanField(default=False, help_text="Numbers agree and nothing contradicts")
    fields: models.JSONField[list[dict[str, Any]]] = models.JSONField(
        help_text="Field by field: code, level, weight in bits"
    )
    found_by = models.CharField(max_length=16, help_text="entry or bulk")
    found_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    seen: models.JSONField[dict[str, str]] = models.JSONField(
        default=dict, help_text="Marks of the data that the decision was made on"
    )
    changed: models.JSONField[list[str]] = models.JSONField(
        default=list, help_text="What changed since, when a decided pair came back"
    )
    ask_on = models.DateField(null=True, blank=True, help_text="UNCLEAR until then")
    decided_by = models.CharField(max_length=64, blank=True, help_text="Actor's key")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager["Pair"]] = PairQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="duplicates_pair_once"),
            models.CheckConstraint(
                condition=Q(left__lt=F("right")), name="duplicates_pair_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "-weight", "id"],
                condition=Q(state="waiting"),
                name="duplicates_queue",
            ),
            models.Index(
                fields=["ask_on"], condition=Q(state="unclear"), name="duplicates_ask_again"
            ),
            models.Index(fields=["region", "-decided_at"], name="duplicates_decided"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The pair's key in the journal."""
        return f"pair:{self.pk}"


class MergeQuery(models.QuerySet["Merge"]):
    """Merges and who may see them."""

    def visible_to(self, user: User) -> Self:
        """A fund sees the merges of its region's persons; nobody else sees any."""
        if user.role != Role.FUND:
            return self.none()
        code = user.organization_code
        return self.filter(kept__region_id=code, other__region_id=code)


class Merge(models.Model):
    """One record merged into another: all that is needed to take it back."""

    kept = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="+")
    done: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="What register.actions.absorb did"
    )
    followed: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="Code of the follower → what moved"
    )
    accounts: models.JSONField[list[int]] = models.JSONField(
        default=list, help_text="Accounts of either side: whom to tell"
    )
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=64, help_text="Actor's key in the journal")
    at = models.DateTimeField()
    undone_by = models.CharField(max_length=64, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.CharField(max_length=500, blank=True)
    left: models.JSONField[list[str]] = models.JSONField(
        default=list, help_text="In words: what could not go back"
    )

    objects: ClassVar[models.Manager["Merge"]] = MergeQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["other"], condition=Q(undone_at=None), name="duplicates_merged_once"
            ),
            models.CheckConstraint(condition=~Q(kept=F("other")), name="duplicates_two_records"),
        ]
        indexes = [models.Index(fields=["-at"], name="duplicates_merges")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The merge's key in the journal and the basis of what it wrote."""
        return f"merge:{self.pk}"


class Ruling(models.Model):
    """Said before an entry: whom `basis` enters is not the person of that record."""

    basis = models.CharField(max_length=64, help_text="case:17")
    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500)
    by = models.CharField(max_length=64, help_text="Actor's key in the journal")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basis", "person"], name="duplicates_ruled_once")
        ]

    def __str__(self) -> str:
        return f"{self.basis} is not person:{self.person_id}"


class Mark(models.Model):
    """How far a search has come: the last row of a kind that it has looked at."""

    code = models.CharField(max_length=32, primary_key=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.code}: {self.last}"


class Run(models.Model):
    """One search through the whole register: what was learned, how far it has come."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    persons = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0, help_text="Pairs written")
    kept_until = models.PositiveIntegerField(default=0, help_text="Scored pairs taken in so far")
    learned: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="Weights of the model, frequencies of names"
    )

    def __str__(self) -> str:
        return f"run:{self.pk}"
