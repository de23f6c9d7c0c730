"""Files of the exchange with insurers and the fund, an answer to each record, the sources."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Insurer


class ExchangeFileQuery(models.QuerySet["ExchangeFile"]):
    """Files and who may see them."""

    def visible_to(self, user: User) -> Self:
        """A fund's region; an insurer's own; nobody else's."""
        if user.role == Role.FUND:
            return self.filter(insurer__region_id=user.organization_code)
        if user.role == Role.INSURER:
            return self.filter(insurer_id=user.organization_code)
        return self.none()


class ExchangeFile(models.Model):
    """файл обмена: one that came in, answered record by record. `KINDS` says what may come."""

    KINDS: ClassVar[dict[str, str]] = {
        "i": "Изменения",
        "s": "Прекращение страхования",
        "k": "Корректировки фонда",
        "p": "Ответы фонда",
    }

    class State(models.TextChoices):
        """Refused means nothing of it was applied; done means every record has its answer."""

        WAITING = "waiting", "В очереди"
        RUNNING = "running", "Обрабатывается"
        DONE = "done", "Обработан"
        REFUSED = "refused", "Не принят"

    class Origin(models.TextChoices):
        """How it came."""

        DESK = "desk", "Загрузил оператор"
        FOLDER = "folder", "Папка обмена"
        COMMAND = "command", "Командная строка"

    name = models.CharField(max_length=32, unique=True, help_text="Without .xml: i77001_01_261123")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes")
    size = models.PositiveBigIntegerField(help_text="Bytes")
    insurer = models.ForeignKey(Insurer, on_delete=models.PROTECT, related_name="exchange_files")
    point = models.CharField(max_length=8, help_text="PRZCOD: where the insurer took applications")
    version = models.CharField(max_length=8, blank=True, help_text="VERS of the file")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    brought_by = models.CharField(max_length=64, help_text="Actor's key in the journal")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    records = models.PositiveIntegerField(default=0, help_text="NRECORDS, once it was checked")
    done = models.PositiveIntegerField(default=0, help_text="Records answered, from the first on")
    accepted = models.PositiveIntegerField(default=0)
    faults: models.JSONField[list[dict[str, Any]]] = models.JSONField(
        default=list, help_text="Why the whole file was refused"
    )
    stored_as = models.CharField(max_length=64, help_text="Name in the store; empty once erased")
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    put_out_at = models.DateTimeField(
        null=True, blank=True, help_text="When its protocols were put into the folder"
    )

    objects: ClassVar[models.Manager["ExchangeFile"]] = ExchangeFileQuery.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted__lte=F("done")) & Q(done__lte=F("records")),
                name="exchange_counts",
            )
        ]
        indexes = [
            models.Index(fields=["insurer", "-received_at"], name="exchange_file_insurer"),
            models.Index(
                fields=["received_at"],
                condition=Q(state__in=["waiting", "running"]),
                name="exchange_file_open",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The file's key in the journal and as the author of what it changes."""
        return f"exchange:{self.pk}"

    @property
    def kind(self) -> str:
        """The letter of its name, one of `KINDS`."""
        return self.name[:1]

    @property
    def title(self) -> str:
        """What it is, in words."""
        return self.KINDS[self.kind]

    @property
    def feed(self) -> str:
        """The source it comes from: changes from the insurer, all else from the fund."""
        return self.insurer.key if self.kind == "i" else f"fund:{self.insurer.region_id}"

    @property
    def is_answer(self) -> bool:
        """Whether it holds the fund's answers to a file of ours: nobody answers an answer."""
        return self.kind == "p"

    @property
    def is_over(self) -> bool:
        """Whether its protocols stand."""
        return self.state in {self.State.DONE, self.State.REFUSED}

    @property
    def refused(self) -> int:
        """Records answered AE."""
        return self.done - self.accepted

    @property
    def share(self) -> int:
        """Whole per cent of the records answered."""
        return self.done * 100 // self.records if self.records else 0


class Answer(models.Model):
    """The answer to one record, written in the transaction of what the record changed."""

    class Code(models.TextChoices):
        """CODE_ERP."""

        ACCEPTED = "AA", "Принята"
        REFUSED = "AE", "Отклонена"

    file = models.ForeignKey(ExchangeFile, on_delete=models.CASCADE, related_name="answers")
    place = models.PositiveIntegerField(help_text="Counts the records of the file from 1")
    number = models.CharField(max_length=36, blank=True, help_text="N_REC")
    operation = models.CharField(max_length=4, blank=True, help_text="TIP_OP")
    code = models.CharField(max_length=2, choices=Code.choices)
    comment = models.CharField(max_length=300, blank=True, help_text="Names fields, never values")
    faults: models.JSONField[list[dict[str, Any]]] = models.JSONField(
        default=list, help_text="Format control: error (F012), field, within, comment"
    )
    is_double = models.BooleanField(default=False, help_text="Its N_REC had been in the file")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "place"], name="exchange_one_answer"),
            models.UniqueConstraint(
                fields=["file", "number"],
                condition=Q(is_double=False) & ~Q(number=""),
                name="exchange_one_answer_per_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=["file", "place"], condition=Q(code="AE"), name="exchange_refused_answers"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} to record {self.place} of exchange:{self.file_id}"


class Feed(models.Model):
    """An outside source of the register: when it last answered, and what is wrong with it."""

    code = models.CharField(max_length=32, primary_key=True, help_text="insurer:77001, ferzl …")
    tried_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True, help_text="Empty after a success")

    def __str__(self) -> str:
        return self.code
