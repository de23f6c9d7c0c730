"""Documents people bring, and the files they lie in."""

import secrets
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from oms.domain.accounts.models import User


def new_code() -> str:
    """Return a name for an address that nobody can guess: 128 bits."""
    return secrets.token_urlsafe(16)


class StoredFile(models.Model):
    """Bytes as they came, encrypted, under their own SHA-256; documents may share them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField(help_text="Bytes before encryption")
    media_type = models.CharField(max_length=32, help_text="application/pdf, image/jpeg, image/png")
    key_id = models.CharField(max_length=16, help_text="Which of the keys encrypted it")
    stored_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True, help_text="Last look at its integrity")
    is_intact = models.BooleanField(default=True)
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last document let go of it: no bytes are left"
    )

    def __str__(self) -> str:
        return self.sha256[:12]


class DocumentQuery(models.QuerySet["Document"]):
    """Documents and who may see them."""

    def visible_to(self, user: User) -> Self:
        """One's own. A ward's are seen in the ward's cabinet, while the right lasts.

        Staff come through what it is about.
        """
        if user.is_staff_member:
            return self.none()
        return self.filter(user=user).exclude(state=Document.State.REMOVED)


class Document(models.Model):
    """One paper somebody brought: a file, what it is, what it is for, what the checks found."""

    class Kind(models.TextChoices):
        """What the paper is."""

        PASSPORT = "passport", "Паспорт"
        SNILS = "snils", "СНИЛС"
        POLICY = "policy", "Полис"
        BIRTH_CERTIFICATE = "birth-certificate", "Свидетельство о рождении"
        COURT_ACT = "court-act", "Решение суда или акт опеки"
        RIGHT_TO_STAY = "right-to-stay", "Вид на жительство, разрешение, свидетельство беженца"
        LABOUR_CONTRACT = "labour-contract", "Трудовой договор"
        FACE = "face", "Фотография лица"
        OTHER = "other", "Другой документ"

    class State(models.TextChoices):
        """What became of it (BEY-3)."""

        RECEIVED = "received", "Получен"
        ACCEPTED = "accepted", "Принят"
        REFUSED = "refused", "Не принят"
        REMOVED = "removed", "Удалён"

    class Scan(models.TextChoices):
        """What the antivirus says."""

        WAITING = "waiting", "Проверяем на вирусы"
        CLEAN = "clean", "Вирусов нет"
        INFECTED = "infected", "Заражён"
        NOT_SCANNED = "not-scanned", "Не проверялся на вирусы"

    code = models.CharField(max_length=32, unique=True, default=new_code)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads"
    )
    about = models.CharField(
        max_length=64, blank=True, help_text="What it is for: case:7, representation:5"
    )
    slot = models.CharField(
        max_length=48, blank=True, help_text="Which of the papers asked for, by its code"
    )
    kind = models.CharField(max_length=24, choices=Kind.choices)
    order = models.PositiveSmallIntegerField(default=0, help_text="Among files of one slot")
    name = models.CharField(max_length=200, help_text="As the person's device called it")
    title = models.CharField(max_length=200, help_text="By our own rule (DOC-3)")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="documents")
    pages = models.PositiveSmallIntegerField(default=1)
    scan = models.CharField(max_length=16, choices=Scan.choices, default=Scan.WAITING)
    scanned_at = models.DateTimeField(null=True, blank=True)
    measures: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="Page → measure → number (dpi, blur, darkness, skew …)"
    )
    problems: models.JSONField[list[dict[str, Any]]] = models.JSONField(
        default=list, help_text="What is wrong with the scan: code, page, where"
    )
    recognition: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="state: waiting|done|off|failed; fields: name → value, confidence"
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVED)
    state_at = models.DateTimeField()
    state_reason = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Document"]] = DocumentQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "about", "slot", "file"],
                condition=~Q(state="removed"),
                name="documents_once_per_slot",
            )
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="documents_user"),
            models.Index(
                fields=["about", "slot", "order"],
                condition=~Q(about=""),
                name="documents_about",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The document's key in the journal."""
        return f"document:{self.pk}"

    @property
    def is_open_to_look(self) -> bool:
        """Whether its bytes may be served: never before the scan, never when infected."""
        return self.scan in {self.Scan.CLEAN, self.Scan.NOT_SCANNED}
