"""Cases (дела): applications on their way, each with its timeline."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from oms.cases.states import OPEN, TITLES, WITH_DECIDER, WORKED, State
from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Insurer, TerritorialFund
from oms.domain.register.models import InsuredPerson


class CaseQuery(models.QuerySet["Case"]):
    """Cases and who may see them."""

    def visible_to(self, user: User) -> Self:
        """One's own cases; an insurer's or a fund's, once submitted to it.

        An insurer that is being left reads the case too, and decides nothing of it.
        """
        code = user.organization_code
        if user.role == Role.INSURER:
            return self._submitted().filter(Q(insurer_id=code) | Q(informed_id=code))
        return self.addressed_to(user)

    def addressed_to(self, user: User) -> Self:
        """One's own cases; those that the staff's organisation has to decide."""
        submitted = self._submitted()
        if user.role == Role.INSURER:
            return submitted.filter(insurer_id=user.organization_code)
        if user.role == Role.FUND:
            return submitted.filter(fund_id=user.organization_code)
        if user.is_staff_member:
            return self.none()
        return self.filter(applicant=user)

    def _submitted(self) -> Self:
        return self.exclude(state=State.DRAFT).exclude(submitted_at=None)


class Case(models.Model):
    """An application (заявление) from the first typed letter to the last paper."""

    number = models.CharField(max_length=20, unique=True, help_text="Readable, with a check digit")
    service = models.CharField(max_length=48, help_text="Code of the public service")
    about = models.CharField(
        max_length=64,
        blank=True,
        help_text="What it concerns: case:17, value:snils; else empty",
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases"
    )
    representative = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases_filed",
        help_text="Who acts for the applicant; empty: the applicant",
    )
    applicant_name = models.CharField(max_length=184, blank=True, help_text="As submitted")
    person = models.ForeignKey(
        InsuredPerson, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    decided_by = models.CharField(max_length=16, blank=True, help_text="Role or `automatic`")
    insurer = models.ForeignKey(Insurer, on_delete=models.PROTECT, null=True, blank=True)
    fund = models.ForeignKey(TerritorialFund, on_delete=models.PROTECT, null=True, blank=True)
    informed = models.ForeignKey(
        Insurer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases_read",
        help_text="Who reads it besides the decider: the insurer being left",
    )
    state = models.CharField(
        max_length=16, choices=[(s.value, TITLES[s]) for s in State], default=State.DRAFT.value
    )
    state_since = models.DateTimeField()
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField(help_text="When the draft last took in what was typed")
    submitted_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    question = models.TextField(blank=True)
    question_fields: models.JSONField[list[str]] = models.JSONField(default=list)
    question_documents: models.JSONField[list[str]] = models.JSONField(
        default=list, help_text="Codes of documents the question asks for"
    )
    answer_by = models.DateTimeField(null=True, blank=True)
    reminded = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days before the last day of which one was reminded"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_cases",
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    typed: models.JSONField[dict[str, dict[str, Any]]] = models.JSONField(
        default=dict, help_text="Step code → field → exactly what was typed"
    )
    answers: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="Field → cleaned value, fixed at submission"
    )
    trail: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="step.field → last changes [revision, value before] of a draft"
    )
    pinned: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, help_text="Versions of form, rules, term, texts and documents at submission"
    )
    refusals: models.JSONField[list[dict[str, str]]] = models.JSONField(default=list)
    result: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    decided_at = models.DateTimeField(null=True, blank=True)
    effective_on = models.DateField(
        null=True, blank=True, help_text="The day a plan is carried out"
    )
    proposal: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, blank=True, help_text="A decision that waits for a second operator"
    )
    instruction = models.TextField(
        blank=True, help_text="What the fund told the decider when it set a refusal aside"
    )
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="repeats"
    )
    revision = models.PositiveIntegerField(default=0, help_text="Grows with each change")

    objects: ClassVar[models.Manager["Case"]] = CaseQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "service", "about"],
                condition=Q(state__in=sorted(state.value for state in OPEN)),
                name="cases_one_open_per_service",
            )
        ]
        indexes = [
            models.Index(
                fields=["insurer", "due_at", "id"],
                condition=Q(state__in=sorted(state.value for state in WORKED)),
                name="cases_insurer_queue",
            ),
            models.Index(
                fields=["fund", "due_at", "id"],
                condition=Q(state__in=sorted(state.value for state in WORKED)),
                name="cases_fund_queue",
            ),
            models.Index(
                fields=["assignee", "due_at", "id"],
                condition=Q(state__in=sorted(state.value for state in WORKED)),
                name="cases_assignee_queue",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(
                    breached_at=None, state__in=sorted(state.value for state in WITH_DECIDER)
                ),
                name="cases_not_yet_breached",
            ),
            models.Index(fields=["applicant", "-started_at"], name="cases_applicant"),
            models.Index(
                fields=["answer_by"],
                condition=Q(state="clarification"),
                name="cases_waiting_answer",
            ),
            models.Index(
                fields=["effective_on"], condition=Q(state="planned"), name="cases_planned"
            ),
            models.Index(fields=["about"], condition=~Q(about=""), name="cases_about"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        """The case's key in the journal."""
        return f"case:{self.pk}"


class CaseEvent(models.Model):
    """One line of a case's timeline."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    verb = models.CharField(max_length=32)
    source = models.CharField(max_length=16, blank=True)
    target = models.CharField(max_length=16)
    actor = models.CharField(max_length=64)
    actor_title = models.CharField(max_length=120, blank=True, help_text="As the applicant sees it")
    text = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="cases_event_case")]

    def __str__(self) -> str:
        return f"{self.verb} {self.case_id}"


class Pause(models.Model):
    """A stretch in which the legal clock stood still, and why (BEY-2)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at=None), name="cases_one_open_pause"
            )
        ]

    def __str__(self) -> str:
        return f"pause of case:{self.case_id}"


class CaseNote(models.Model):
    """A word said beside a case: a colleague's note, or what the insurer being left says of it."""

    class Kind(models.TextChoices):
        NOTE = "note", "Заметка"
        NO_OBJECTION = "no_objection", "Возражений нет"
        OBJECTION = "objection", "Возражение"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization = models.CharField(max_length=64, help_text="insurer:77001 or fund:77")
    text = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=~Q(kind="note"), name="cases_one_answer_of_the_left"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of case:{self.case_id}"


class AnswerTemplate(models.Model):
    """Words an organisation says often: a question, or what stands beside a refusal."""

    class Kind(models.TextChoices):
        QUESTION = "question", "Вопрос заявителю"
        REFUSAL = "refusal", "Пояснение к отказу"

    organization = models.CharField(max_length=64, help_text="insurer:77001 or fund:77")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    title = models.CharField(max_length=80)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["kind", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "title"], name="cases_one_template_of_a_title"
            )
        ]

    def __str__(self) -> str:
        return self.title


class SavedFilterQuery(models.QuerySet["SavedFilter"]):
    """Saved filters, and whose they are."""

    def visible_to(self, user: User) -> Self:
        """One's own."""
        return self.filter(user=user)


class SavedFilter(models.Model):
    """A filter of the queue under a name of the operator's own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=40)
    filter = models.CharField(max_length=16, help_text="Of worklist.FILTERS")
    service = models.CharField(max_length=48, blank=True, help_text="Code of the public service")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager["SavedFilter"]] = SavedFilterQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "title"], name="cases_one_filter_of_a_title")
        ]

    def __str__(self) -> str:
        return self.title


class ExportQuery(models.QuerySet["ExportRequest"]):
    """Wishes for a table and who may see them."""

    def visible_to(self, user: User) -> Self:
        """Those of the supervisor's own organisation."""
        if user.role != Role.SUPERVISOR or not user.organization:
            return self.none()
        return self.filter(organization=user.organization)


class ExportRequest(models.Model):
    """A supervisor's wish for a table of cases: why, of which days, and who agreed."""

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    class State(models.TextChoices):
        WAITING = "waiting", "Ждёт согласия"
        READY = "ready", "Можно скачать"
        REFUSED = "refused", "Не согласовано"

    organization = models.CharField(max_length=64, help_text="insurer:77001 or fund:77")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=300)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    since = models.DateField()
    until = models.DateField()
    rows = models.PositiveIntegerField(help_text="Cases at the moment of the wish")
    state = models.CharField(max_length=8, choices=State.choices)
    asked_at = models.DateTimeField()
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["ExportRequest"]] = ExportQuery.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("by")), name="cases_export_by_two"
            )
        ]
        indexes = [models.Index(fields=["organization", "-id"], name="cases_exports")]

    def __str__(self) -> str:
        return f"export:{self.pk}"


class CaseCounter(models.Model):
    """The last case number given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
