"""Messages to people and how each reached them: the row first, the sending later."""

from datetime import time
from typing import ClassVar

from django.conf import settings
from django.db import models

from oms.domain.accounts.models import User


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, and whose they are."""

    def visible_to(self, user: User) -> "MessageQuerySet":
        """Those addressed to this user; nobody reads another's."""
        return self.filter(user=user)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, and whose they are."""

    def visible_to(self, user: User) -> "DeliveryQuerySet":
        """Those addressed to this user."""
        return self.filter(user=user)


class Message(models.Model):
    """Something a person is told. Its exact text is kept (NTF-5)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_received"
    )
    kind = models.CharField(max_length=48, help_text="Name of the template, e.g. case-approved")
    template_version = models.PositiveSmallIntegerField(
        default=1, help_text="Of the code; from 1000 on of an administrator (`Text`)"
    )
    title = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=200, blank=True, help_text="Path within the portal")
    link_title = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=64, blank=True, help_text="case:17, user:5")
    key = models.CharField(max_length=120, unique=True, help_text="One event makes one message")
    answer_by = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notifications_message_user"),
            models.Index(
                fields=["user"],
                condition=models.Q(read_at=None),
                name="notifications_message_unread",
            ),
            models.Index(
                fields=["answer_by"],
                condition=models.Q(answer_by__isnull=False, answered_at=None),
                name="notifications_unanswered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to user:{self.user_id}"


class Delivery(models.Model):
    """One message on its way by one channel."""

    class Channel(models.TextChoices):
        """How it travels; in-app needs no travelling."""

        EMAIL = "email", "Электронная почта"
        SMS = "sms", "СМС"
        PUSH = "push", "Уведомление в браузере"

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", "Ждёт отправки"
        SENDING = "sending", "Отправляется"
        SENT = "sent", "Отправлено"
        FAILED = "failed", "Не доставлено"

    class Hold(models.TextChoices):
        """Why it waits although nothing went wrong."""

        NIGHT = "night", "Ждёт утра: тихие часы"
        DIGEST = "digest", "Придёт в письме за день"

    class Receipt(models.TextChoices):
        """What the network said later about what we had sent."""

        DELIVERED = "delivered", "Доставлено на телефон"
        LOST = "lost", "Оператор не смог доставить"

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", null=True, blank=True
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(
        max_length=254, help_text="Of a push: number of the browser's subscription"
    )
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(help_text="Exactly what is sent; codes are erased once sent")
    secret = models.BooleanField(default=False, help_text="Holds a code: text is erased after")
    key = models.CharField(max_length=140, unique=True, help_text="Receiver's idempotency key")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(help_text="Not tried before; the lease while sending")
    until = models.DateTimeField(null=True, blank=True, help_text="Of no use after this moment")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=250, blank=True)
    hold = models.CharField(max_length=8, choices=Hold.choices, blank=True)
    inside = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="gathered",
        help_text="The letter of the day it went in",
    )
    provider = models.CharField(
        max_length=24, blank=True, help_text="Who has it, or may have it: others are not asked"
    )
    reference = models.CharField(max_length=80, blank=True, help_text="The provider's number of it")
    receipt = models.CharField(max_length=12, choices=Receipt.choices, blank=True)
    receipt_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="notifications_due",
            ),
            models.Index(
                fields=["provider", "reference"],
                condition=~models.Q(reference=""),
                name="notifications_reference",
            ),
            models.Index(
                fields=["user", "next_at"],
                condition=models.Q(hold="digest", state="waiting", inside=None),
                name="notifications_for_the_day",
            ),
        ]
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


OPEN = (Delivery.State.WAITING, Delivery.State.SENDING)


class Preferences(models.Model):
    """How a person wants to be told. Without a row: the defaults of `wishes.py`."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="message_preferences",
    )
    chosen = models.JSONField(
        default=dict, blank=True, help_text="group → channel → now, daily or off"
    )
    quiet = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=time(22))
    quiet_to = models.TimeField(default=time(8))
    time_zone = models.CharField(max_length=40, blank=True, help_text="The region's when empty")
    bad = models.JSONField(
        default=dict, blank=True, help_text="channel → address, since, reason of a refused address"
    )
    has_push = models.BooleanField(default=False, help_text="Some browser is subscribed")
    at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"preferences of user:{self.user_id}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscribed browsers, and whose they are."""

    def visible_to(self, user: User) -> "SubscriptionQuerySet":
        """Those of this user."""
        return self.filter(user=user)


class Subscription(models.Model):
    """A browser that may be woken by web push (RFC 8030)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.CharField(max_length=600, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    agent = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"subscription {self.pk} of user:{self.user_id}"


class Provider(models.Model):
    """How an SMS provider has behaved lately, for all workers. Rules: `providers.py`."""

    code = models.CharField(max_length=24, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row")
    coolings = models.PositiveSmallIntegerField(default=0, help_text="Each doubles the next")
    cooled_until = models.DateTimeField(null=True, blank=True)
    trial_until = models.DateTimeField(null=True, blank=True, help_text="One message tries it")
    back_since = models.DateTimeField(null=True, blank=True, help_text="Its share grows from here")

    def __str__(self) -> str:
        return self.code


class Text(models.Model):
    """An administrator's text of one kind of message. Rows are only added (NTF-5)."""

    kind = models.CharField(max_length=48)
    version = models.PositiveSmallIntegerField(help_text="1000, 1001, …")
    title = models.CharField(max_length=60)
    body = models.TextField()
    short = models.CharField(max_length=200, blank=True)
    link_title = models.CharField(max_length=60)
    is_built_in = models.BooleanField(default=False, help_text="Back to the text of the code")
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="notifications_text_version")
        ]
        ordering: ClassVar[list[str]] = ["-version"]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
