"""Who waits for a doctor, what is offered to them, reminders of visits, calendars that follow."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from oms.domain.accounts.models import Role, User
from oms.domain.booking.schedule_models import Slot
from oms.domain.directory.models import MedicalOrganization, Position
from oms.domain.register.models import InsuredPerson


class WaitingQuery(models.QuerySet["WaitingEntry"]):
    """Places in the list and who may see them."""

    def visible_to(self, user: User) -> Self:
        """A person sees their own; a registrar those who wait for the clinic or the whole region.

        A place without a clinic is one any clinic of the region may fill: it is in the list of
        each.
        """
        if user.role == Role.REGISTRAR:
            here = MedicalOrganization.objects.filter(code=user.organization_code)
            anywhere = Q(clinic=None, region__in=here.values("region"))
            return self.filter(Q(clinic=user.organization_code) | anywhere)
        return self.none() if user.is_staff_member else self.filter(person__user=user)


class OfferQuery(models.QuerySet["Offer"]):
    """Offers and who may see them."""

    def visible_to(self, user: User) -> Self:
        """A person sees their own, a registrar those of the clinic's slots or lost visits."""
        if user.role == Role.REGISTRAR:
            clinic = user.organization_code
            return self.filter(
                Q(slot__position__clinic=clinic) | Q(instead_of__position__clinic=clinic)
            )
        if user.is_staff_member:
            return self.none()
        return self.filter(Q(entry__person__user=user) | Q(instead_of__person__user=user))


class FeedQuery(models.QuerySet["CalendarFeed"]):
    """Feeds and who may see that they exist."""

    def visible_to(self, user: User) -> Self:
        """Who made them, and whose visits they tell."""
        return self.filter(Q(user=user) | Q(person__user=user))


class WaitingEntry(models.Model):
    """A place in the waiting list: for a doctor, or a speciality at a clinic or in a region."""

    class State(models.TextChoices):
        """How it stands; who refuses an offer goes on waiting at the same place."""

        WAITING = "waiting", "Ждёте"
        OFFERED = "offered", "Есть время"
        BOOKED = "booked", "Записаны"
        LEFT = "left", "Вышли из очереди"
        ENDED = "ended", "Срок вышел"

    STANDING: ClassVar[tuple[str, ...]] = (State.WAITING, State.OFFERED)
    """States in which the place is kept."""

    person = models.ForeignKey(InsuredPerson, on_delete=models.CASCADE, related_name="waiting")
    region = models.ForeignKey("directory.Region", on_delete=models.PROTECT, related_name="+")
    speciality = models.CharField(max_length=24)
    clinic = models.ForeignKey(
        MedicalOrganization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    position = models.ForeignKey(
        Position, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    weekdays = models.CharField(max_length=7, default="0123456", help_text="0 Monday … 6 Sunday")
    from_hour = models.PositiveSmallIntegerField(default=0, help_text="By the clinic's clock")
    until_hour = models.PositiveSmallIntegerField(default=24)
    until_day = models.DateField(help_text="Last day of a visit that is of use")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    joined_at = models.DateTimeField(help_text="The order of the list")
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    appointment = models.OneToOneField(
        "Appointment", on_delete=models.SET_NULL, null=True, blank=True, related_name="waited"
    )

    objects: ClassVar[models.Manager["WaitingEntry"]] = WaitingQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "speciality"],
                condition=Q(state__in=["waiting", "offered"]),
                name="booking_one_place_a_speciality",
            ),
            models.CheckConstraint(
                condition=Q(from_hour__lt=F("until_hour"), until_hour__lte=24),
                name="booking_waiting_hours",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "speciality", "joined_at", "id"],
                condition=Q(state__in=["waiting", "offered"]),
                name="booking_waiting_list",
            )
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The place's key in the journal and at messages."""
        return f"waiting:{self.pk}"


class Offer(models.Model):
    """A slot kept for one person for a while: from the waiting list, or instead of a closed day."""

    class State(models.TextChoices):
        """How it stands."""

        OPEN = "open", "Ждёт ответа"
        TAKEN = "taken", "Принято"
        REFUSED = "refused", "Не подошло"
        LAPSED = "lapsed", "Время вышло"

    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="offers")
    entry = models.ForeignKey(
        WaitingEntry, on_delete=models.CASCADE, null=True, blank=True, related_name="offers"
    )
    instead_of = models.ForeignKey(
        "Appointment",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        help_text="The visit that cannot take place",
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Offer"]] = OfferQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"], condition=Q(state="open"), name="booking_one_offer_a_slot"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state="open"), name="booking_one_offer_an_entry"
            ),
            models.CheckConstraint(
                condition=Q(entry=None) ^ Q(instead_of=None), name="booking_offer_for_one"
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(state="open"), name="booking_offers_due")
        ]

    def __str__(self) -> str:
        return f"offer {self.pk} of slot {self.slot_id}"


class Reminder(models.Model):
    """One reminder of one visit, with the link that answers it once, without log-in."""

    class Kind(models.TextChoices):
        """When it goes out."""

        DAY = "day", "За день"
        HOURS = "hours", "За два часа"

    appointment = models.ForeignKey(
        "Appointment", on_delete=models.CASCADE, related_name="reminders"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    starts_at = models.DateTimeField(help_text="Of the visit as it stood: moved, remind anew")
    token_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the link's")
    sent_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=8, blank=True, help_text="come, cancel, move")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "kind", "starts_at"], name="booking_one_reminder"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} reminder of appointment {self.appointment_id}"


class CalendarFeed(models.Model):
    """A calendar (iCalendar) of one person's visits for one reader, by an address only they know.

    Made anew, the address before it stops.
    """

    person = models.ForeignKey(
        InsuredPerson, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="The person's own account, or who acts for them",
    )
    token_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the address")
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager["CalendarFeed"]] = FeedQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "user"], name="booking_one_feed_a_reader")
        ]

    def __str__(self) -> str:
        return f"feed {self.pk} of person:{self.person_id}"
