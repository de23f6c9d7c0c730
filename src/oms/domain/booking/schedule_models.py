"""When doctors see people: shifts, days that differ, and the slots made of them."""

from datetime import UTC, datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from oms.domain.directory.models import MedicalOrganization, Position

FREE = datetime(1970, 1, 1, tzinfo=UTC)
"""`Slot.taken_until` of a slot nobody ever took."""
FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
"""`Slot.taken_until` of a booked slot."""


class Quota(models.TextChoices):
    """Who may take a slot (квота): tickets of the internet are told apart from all others."""

    INTERNET = "internet", "Интернет"
    PHONE = "phone", "Телефон"
    REGISTRAR = "registrar", "Регистратура"
    REFERRAL = "referral", "По направлению"


class Shift(models.Model):
    """A template: the doctor sees people on this day of every (odd, even) week, from … to …"""

    class Weeks(models.TextChoices):
        """Weeks by their ISO number."""

        EVERY = "every", "Каждую неделю"
        ODD = "odd", "По нечётным неделям"
        EVEN = "even", "По чётным неделям"

    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(help_text="0 Monday … 6 Sunday")
    weeks = models.CharField(max_length=8, choices=Weeks.choices, default=Weeks.EVERY)
    begins = models.TimeField(help_text="By the clock of the clinic's region")
    ends = models.TimeField()
    break_begins = models.TimeField(null=True, blank=True)
    break_ends = models.TimeField(null=True, blank=True)
    service = models.CharField(max_length=24, default="visit", help_text="law.visits.SERVICES")
    minutes = models.PositiveSmallIntegerField(help_text="Length of one slot")
    room = models.CharField(max_length=32, blank=True, help_text="Empty: the position's")
    quotas: models.JSONField[dict[str, int]] = models.JSONField(
        default=dict, help_text="{quota: how many slots of a shift}; the rest are of the internet"
    )
    on_holidays = models.BooleanField(default=False)
    from_day = models.DateField()
    until_day = models.DateField(null=True, blank=True, help_text="Last day in force")

    class Meta:
        ordering: ClassVar[list[str]] = ["weekday", "begins", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(begins__lt=F("ends")), name="booking_shift_hours"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="booking_shift_weekday"),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=240), name="booking_shift_minutes"
            ),
            models.CheckConstraint(
                condition=Q(break_begins=None, break_ends=None)
                | Q(break_begins__gt=F("begins"), break_ends__lt=F("ends"))
                & Q(break_begins__lt=F("break_ends")),
                name="booking_shift_break",
            ),
        ]

    def __str__(self) -> str:
        return f"shift {self.pk} of position {self.position_id}"


class DayChange(models.Model):
    """A day that differs: closed, or other hours; of one position or of a whole clinic."""

    class Kind(models.TextChoices):
        """What differs."""

        CLOSED = "closed", "Приёма нет"
        HOURS = "hours", "Другие часы"

    clinic = models.ForeignKey(MedicalOrganization, on_delete=models.CASCADE, related_name="+")
    position = models.ForeignKey(
        Position, on_delete=models.CASCADE, null=True, blank=True, related_name="day_changes"
    )
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    begins = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, help_text="Told to those concerned")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["position", "day"],
                condition=~Q(position=None),
                name="booking_one_change_of_position",
            ),
            models.UniqueConstraint(
                fields=["clinic", "day"],
                condition=Q(position=None),
                name="booking_one_change_of_clinic",
            ),
            models.CheckConstraint(
                condition=Q(kind="closed", begins=None, ends=None)
                | Q(kind="hours", begins__lt=F("ends")),
                name="booking_change_hours",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "day"], name="booking_changes_of_clinic")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.day}"


class SlotQuery(models.QuerySet["Slot"]):
    """Slots and who may take them; slots hold nothing personal."""

    def free(self, *, at: datetime) -> Self:
        """Those that nobody holds now and that have not begun."""
        return self.filter(taken_until__lte=at, starts_at__gt=at, is_open=True)


class Slot(models.Model):
    """слот: one stretch of one doctor's time, for one patient (FHIR Slot).

    It is free when `taken_until` has passed: a hold ends by itself, at the second, whether or
    not a worker runs. Taking it is one UPDATE that asks for that (`taking.py`).
    """

    position = models.ForeignKey(
        Position,
        on_delete=models.PROTECT,
        related_name="slots",
        db_index=False,  # booking_one_slot_at begins with it
    )
    doctor = models.ForeignKey(
        "directory.Doctor",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # booking_slots_of_doctor begins with it
        help_text="The position's: no two slots of a doctor overlap, in any clinic",
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    service = models.CharField(max_length=24, default="visit")
    quota = models.CharField(max_length=12, choices=Quota.choices, default=Quota.INTERNET)
    room = models.CharField(max_length=32, blank=True)
    is_open = models.BooleanField(default=True, help_text="False: the day was closed")
    taken_until = models.DateTimeField(default=FREE)

    objects: ClassVar[models.Manager["Slot"]] = SlotQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["position", "starts_at"], name="booking_one_slot_at"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="booking_slot_lasts"
            ),
        ]
        indexes = [
            models.Index(
                fields=["position", "quota", "starts_at"],
                condition=Q(is_open=True, taken_until__lt=FOR_GOOD),
                name="booking_slots_free",
            ),
            models.Index(
                fields=["starts_at", "position"],
                condition=Q(is_open=True, taken_until__lt=FOR_GOOD),
                name="booking_slots_soon",
            ),
            models.Index(fields=["doctor", "starts_at"], name="booking_slots_of_doctor"),
        ]

    def __str__(self) -> str:
        return f"slot {self.pk} of position {self.position_id}"
