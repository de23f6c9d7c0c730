"""What booking keeps. What the models cannot say, `guards.py` has the database promise."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from oms.domain.accounts.models import Role, User
from oms.domain.booking.schedule_models import DayChange, Quota, Shift, Slot
from oms.domain.booking.waiting_models import CalendarFeed, Offer, Reminder, WaitingEntry
from oms.domain.directory.models import MedicalOrganization, Position
from oms.domain.register.models import InsuredPerson

__all__ = [
    "Appointment",
    "CalendarFeed",
    "DayChange",
    "LateRequest",
    "Move",
    "Offer",
    "Quota",
    "Reminder",
    "Shift",
    "Slot",
    "WaitingEntry",
]


class AppointmentQuery(models.QuerySet["Appointment"]):
    """Visits and who may see them."""

    def visible_to(self, user: User) -> Self:
        """A registrar sees those of the clinic, a person their own."""
        if user.role == Role.REGISTRAR:
            return self.filter(position__clinic=user.organization_code)
        return self.none() if user.is_staff_member else self.filter(person__user=user)

    def standing(self, *, at: datetime) -> Self:
        """Those that take somebody's time: booked, come, or held at this moment."""
        return self.filter(
            Q(state__in=Appointment.KEPT) | Q(state=Appointment.State.HELD, held_until__gt=at)
        )


class Appointment(models.Model):
    """запись к врачу (FHIR Appointment): one person, one slot.

    Moving it to another slot keeps the row: number and calendar UID stay, `sequence` grows.
    """

    class State(models.TextChoices):
        """FHIR: pending, booked, arrived, fulfilled, cancelled, noshow; lapsed is not told."""

        HELD = "held", "Держим время"
        BOOKED = "booked", "Записаны"
        ARRIVED = "arrived", "Пришли"
        FULFILLED = "fulfilled", "Приём прошёл"
        CANCELLED = "cancelled", "Отменена"
        NO_SHOW = "noshow", "Не пришли"
        LAPSED = "lapsed", "Время вышло"

    KEPT: ClassVar[tuple[str, ...]] = (State.BOOKED, State.ARRIVED)
    IN_PLACE: ClassVar[tuple[str, ...]] = (
        State.HELD, State.BOOKED, State.ARRIVED, State.FULFILLED, State.NO_SHOW,
    )  # fmt: skip
    """States in which the slot is this person's and nobody else's."""

    number = models.CharField(
        max_length=16, unique=True, help_text="«З-4F7K-29QM», drawn by chance"
    )
    slot = models.ForeignKey(
        Slot, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    person = models.ForeignKey(
        InsuredPerson, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    position = models.ForeignKey(
        Position, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    doctor = models.ForeignKey(
        "directory.Doctor", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField(help_text="The slot's, kept here for the promises")
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices)
    channel = models.CharField(max_length=12, choices=Quota.choices)
    key = models.CharField(
        max_length=64, unique=True, help_text="Of the request that made it: asked twice, made once"
    )
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who booked: oneself, a representative, a registrar",
    )
    held_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="«Приду» was answered")
    arrived_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Cancelled, missed or done")
    ended_because = models.CharField(max_length=200, blank=True)
    complaint = models.CharField(max_length=300, blank=True, help_text="What to tell the doctor")
    referral = models.CharField(max_length=64, blank=True, help_text="Number of the referral")
    paper = models.CharField(max_length=64, blank=True, help_text="Key of the certificate sent")
    sequence = models.PositiveIntegerField(default=0, help_text="SEQUENCE of iCalendar")

    objects: ClassVar[models.Manager["Appointment"]] = AppointmentQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"],
                condition=Q(state__in=["held", "booked", "arrived", "fulfilled", "noshow"]),
                name="booking_one_patient_a_slot",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="booking_visit_lasts"
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(held_until__isnull=False),
                name="booking_hold_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-starts_at"], name="booking_visits_of_person"),
            models.Index(fields=["position", "starts_at"], name="booking_visits_of_position"),
            models.Index(
                fields=["starts_at"],
                condition=Q(state="booked"),
                name="booking_visits_due",
            ),
            models.Index(
                fields=["held_until"], condition=Q(state="held"), name="booking_holds_due"
            ),
        ]

    def __str__(self) -> str:
        return self.key_of_subject

    @property
    def key_of_subject(self) -> str:
        """The appointment's key in the journal, at messages and at papers."""
        return f"appointment:{self.pk}"


class Move(models.Model):
    """One move of a visit from slot to slot, by the key of the request: asked twice, moved once."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="moves")
    key = models.CharField(max_length=64, unique=True)
    from_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"move of appointment {self.appointment_id}"


class LateRequest(models.Model):
    """A wish to cancel or move a visit that is near: the clinic decides (BKG-4)."""

    class Wish(models.TextChoices):
        """What is asked for."""

        CANCEL = "cancel", "Отменить"
        MOVE = "move", "Перенести"

    class State(models.TextChoices):
        """How it stands."""

        OPEN = "open", "Ждёт ответа"
        DONE = "done", "Сделано"
        REFUSED = "refused", "Отказано"

    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="late_requests", db_index=False
    )
    clinic = models.ForeignKey(MedicalOrganization, on_delete=models.PROTECT, related_name="+")
    wish = models.CharField(max_length=8, choices=Wish.choices)
    words = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(state="open"), name="booking_one_late_request"
            )
        ]
        indexes = [
            models.Index(
                fields=["clinic", "asked_at"], condition=Q(state="open"), name="booking_late_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.wish} of appointment {self.appointment_id}"
