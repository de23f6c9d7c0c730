"""What people ask of the staff about their accounts, and the files made for them."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from oms.domain.accounts.models.users import Role, User


class RequestQuery(models.QuerySet["AccountRequest"]):
    """Requests and who may see them."""

    def visible_to(self, user: User) -> Self:
        """One's own; support sees all but its own."""
        if user.role in {Role.SUPPORT, Role.ADMINISTRATOR}:
            return self.exclude(user=user)
        if user.is_staff_member:
            return self.none()
        return self.filter(user=user)


class AccountRequest(models.Model):
    """A request to support: lost access, a block contested, a look complained about, deletion."""

    class Kind(models.TextChoices):
        """What is asked."""

        ACCESS = "access", "Вернуть доступ"
        CONTEST = "contest", "Оспорить блокировку"
        LOOK = "look", "Жалоба на просмотр данных"
        ERASE = "erase", "Удалить кабинет"

    class State(models.TextChoices):
        """How it stands."""

        OPEN = "open", "На рассмотрении"
        DONE = "done", "Выполнено"
        REFUSED = "refused", "Отказано"

    number = models.CharField(max_length=20, unique=True, help_text="Readable; told to the asker")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="requests"
    )
    typed: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="What the asker typed: names, birth date, how to reach them"
    )
    about = models.CharField(max_length=64, blank=True, help_text="Key: journal:5, user:7")
    text = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True, help_text="Key of the member of staff")
    answer = models.TextField(blank=True)

    objects: ClassVar[models.Manager["AccountRequest"]] = RequestQuery.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="open"), name="accounts_requests_queue"
            ),
            models.Index(fields=["user", "-asked_at"], name="accounts_requests_user"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        """The request's key in the journal and at documents."""
        return f"request:{self.pk}"


class Export(models.Model):
    """Everything stored about a person, gathered into one ZIP by the worker (152-ФЗ ст. 14)."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "В очереди"
        GATHERING = "gathering", "Собираем"
        READY = "ready", "Готово"
        FAILED = "failed", "Не получилось"
        GONE = "gone", "Удалено по сроку"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    done = models.PositiveSmallIntegerField(default=0, help_text="Parts gathered")
    parts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    file = models.CharField(max_length=128, blank=True, help_text="Name in the private storage")
    size = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["waiting", "gathering"]),
                name="accounts_one_export_at_once",
            )
        ]

    def __str__(self) -> str:
        return f"export of user:{self.user_id}"
