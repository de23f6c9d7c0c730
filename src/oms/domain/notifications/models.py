"""Messages to people and how each reached them: the row first, the sending later."""

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
    template_version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=200, blank=True, help_text="Path within the portal")
    link_title = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=64, blank=True, help_text="case:17, user:5")
    key = models.CharField(max_length=120, unique=True, help_text="One event makes one message")
    answer_by = models.DateTimeField(null=True, blank=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.kind} to user:{self.user_id}"


class Delivery(models.Model):
    """One message on its way by one channel."""

    class Channel(models.TextChoices):
        """How it travels; in-app needs no travelling."""

        EMAIL = "email", "Электронная почта"
        SMS = "sms", "СМС"

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", "Ждёт отправки"
        SENDING = "sending", "Отправляется"
        SENT = "sent", "Отправлено"
        FAILED = "failed", "Не доставлено"

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", null=True, blank=True
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=254)
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

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="notifications_due",
            )
        ]
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


OPEN = (Delivery.State.WAITING, Delivery.State.SENDING)
