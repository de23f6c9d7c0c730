"""Single-use rights: a recovery that was proven, a way back in, an undo, a stop."""

from typing import Any, ClassVar

from django.db import models

from oms.domain.accounts.models.requests import AccountRequest
from oms.domain.accounts.models.users import User


class Permit(models.Model):
    """A right to one act, held by whoever has its token. Only the token's keyed hash is kept."""

    class Purpose(models.TextChoices):
        """What the holder may do, once."""

        RECOVERY = "recovery", "Задать новый пароль"
        ACCESS = "access", "Войти по решению поддержки"
        UNDO = "undo", "Отменить смену контакта"
        STOP = "stop", "Остановить возврат доступа"

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="permits")
    request = models.ForeignKey(
        AccountRequest, on_delete=models.CASCADE, null=True, blank=True, related_name="permits"
    )
    data: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="Steps of a recovery passed; a contact's old and new value"
    )
    created_at = models.DateTimeField()
    opens_at = models.DateTimeField(help_text="Of no use before")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "purpose"], name="accounts_permit_user"),
            models.Index(fields=["expires_at"], name="accounts_permit_end"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} permit:{self.pk}"
