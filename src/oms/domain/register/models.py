"""The register of insured persons (ЕРЗЛ).

Each thing has a current row, which lists and pages read, and versions beside it, which
nothing overwrites: a period in force (half-open dates), a source, an author. Both are
written in one transaction by `actions`.
"""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from oms.domain.accounts.models import Role, Sex, Source, User
from oms.domain.directory.models import Insurer, MedicalOrganization, Region
from oms.domain.register.fields import CodePointField


class InsuredPersonQuery(models.QuerySet["InsuredPerson"]):
    """Rows of the register and who may see them."""

    def visible_to(self, user: User) -> Self:
        """Only what this user may see: oneself; an insurer's own people; a fund's region."""
        if user.role == Role.FUND:
            return self.filter(region_id=user.organization_code)
        if user.role == Role.INSURER:
            return self.filter(insurer_id=user.organization_code)
        if user.is_staff_member:
            return self.none()
        return self.filter(user=user)


class InsuredPerson(models.Model):
    """застрахованное лицо: the current row."""

    class State(models.TextChoices):
        """Of the record, not of the policy."""

        ACTIVE = "active", "Действует"
        SUSPENDED = "suspended", "Приостановлено"
        ANNULLED = "annulled", "Аннулировано"
        DIED = "died", "Умер"
        MERGED = "merged", "Объединено"

    class Employment(models.IntegerChoices):
        """F009."""

        EMPLOYED = 1, "Работающий"
        NOT_EMPLOYED = 2, "Неработающий"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="insured_person",
    )
    region = models.ForeignKey(Region, on_delete=models.PROTECT, db_index=False)
    insurer = models.ForeignKey(
        Insurer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="insured_persons",
        db_index=False,  # register_insurer_name begins with it, register_region_name with region
    )
    enp = models.CharField(max_length=16, null=True, blank=True)
    snils = models.CharField(max_length=11, null=True, blank=True)
    family_name = models.CharField(max_length=60)
    given_name = models.CharField(max_length=60)
    patronymic = models.CharField(max_length=60, blank=True)
    name_key = CodePointField(max_length=184, help_text="data.name_key: «СОКОЛОВА АННА ИВАНОВНА»")
    birth_date = models.DateField()
    birth_date_exactness = models.PositiveSmallIntegerField(
        default=1, help_text="TRUE_DR: 1 exact, 2 month and year, 3 year"
    )
    birth_place = models.CharField(max_length=200, blank=True)
    sex = models.PositiveSmallIntegerField(choices=Sex.choices)
    citizenship = models.CharField(max_length=3, default="RUS", help_text="O001, ALFA3")
    employment = models.PositiveSmallIntegerField(choices=Employment.choices, null=True, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    email = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    died_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    synced_at = models.DateTimeField(help_text="As of when the row is known to be true (REG-6)")

    objects: ClassVar[models.Manager["InsuredPerson"]] = InsuredPersonQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snils"],
                condition=Q(snils__isnull=False) & ~Q(state__in=["merged", "annulled"]),
                name="register_one_person_per_snils",
            ),
            models.UniqueConstraint(fields=["enp"], name="register_one_person_per_enp"),
        ]
        indexes = [
            models.Index(fields=["name_key", "birth_date"], name="register_name_birth"),
            models.Index(fields=["birth_date", "name_key", "sex", "id"], name="register_born"),
            models.Index(fields=["snils"], name="register_snils"),
            models.Index(fields=["insurer", "name_key"], name="register_insurer_name"),
            models.Index(fields=["region", "name_key"], name="register_region_name"),
        ]

    def __str__(self) -> str:
        return f"person:{self.pk}"

    @property
    def key(self) -> str:
        """The person's key in the journal."""
        return f"person:{self.pk}"


class FormerName(models.Model):
    """A name or birth date that a record bore before, as search compares them.

    Only an entry for search: what was in force when is told by `PersonVersion`.
    """

    person = models.ForeignKey(InsuredPerson, on_delete=models.CASCADE, related_name="former_names")
    name_key = CodePointField(max_length=184)
    birth_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["birth_date", "name_key", "person"], name="register_former_name"
            )
        ]
        indexes = [models.Index(fields=["name_key", "birth_date"], name="register_former_key")]

    def __str__(self) -> str:
        return f"former name of person:{self.person_id}"


class NameSpelling(models.Model):
    """A word of the register's names under itself and under itself less one letter.

    Two words that one slip parts (a letter lost, added, changed, two swapped) share a variant,
    so a misspelt word is found by equality. Words only: whose they are is not told.
    """

    class Part(models.IntegerChoices):
        """Which part of a name the word is."""

        FAMILY = 1, "Фамилия"
        GIVEN = 2, "Имя"

    part = models.PositiveSmallIntegerField(choices=Part.choices)
    variant = CodePointField(max_length=60)
    word = CodePointField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["part", "variant", "word"], name="register_name_spelling"
            )
        ]

    def __str__(self) -> str:
        return f"{self.variant} for {self.word}"


class Period(models.Model):
    """What every version carries: when in force, from where, by whom."""

    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Half-open: not in force on it")
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=16, choices=Source.choices)
    author = models.CharField(max_length=64, help_text="Actor's key in the journal")
    basis = models.CharField(max_length=64, blank=True, help_text="case:17, load:3")

    class Meta:
        abstract = True


class PersonVersion(Period):
    """The person's own data as they were in force for a time."""

    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="versions")
    data: models.JSONField[dict[str, Any]] = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_until=None), name="register_current_version"
            )
        ]

    def __str__(self) -> str:
        return f"version of person:{self.person_id} from {self.valid_from}"


class IdentityDocument(Period):
    """документ, удостоверяющий личность. The one in force has no `valid_until`."""

    person = models.ForeignKey(
        InsuredPerson, on_delete=models.PROTECT, related_name="identity_documents"
    )
    kind = models.CharField(max_length=3, help_text="Code of F011")
    code_system = models.CharField(max_length=8, default="F011")
    series = models.CharField(max_length=12, blank=True)
    number = models.CharField(max_length=20)
    number_key = models.CharField(max_length=40, help_text="kind:SERIESNUMBER without separators")
    issued_on = models.DateField(null=True, blank=True)
    issued_by = models.CharField(max_length=300, blank=True)
    department_code = models.CharField(max_length=7, blank=True)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(valid_until=None),
                name="register_one_document_of_a_kind",
            )
        ]
        indexes = [models.Index(fields=["number_key"], name="register_document")]

    def __str__(self) -> str:
        return f"document {self.kind} of person:{self.person_id}"


class Address(Period):
    """Where a person is registered or lives."""

    class Kind(models.TextChoices):
        """ADDRES_G and ADDRES_P of the exchange format."""

        REGISTRATION = "registration", "Адрес регистрации"
        RESIDENCE = "residence", "Адрес проживания"

    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    postal_code = models.CharField(max_length=6, blank=True)
    text = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(valid_until=None),
                name="register_one_address_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of person:{self.person_id}"


class Policy(models.Model):
    """полис ОМС (FHIR Coverage). The policy is the record; a form only prints it (108н)."""

    class Form(models.TextChoices):
        """Letters of the federal register."""

        OLD = "С", "Полис старого образца"
        TEMPORARY = "В", "Временное свидетельство"
        TEMPORARY_ELECTRONIC = "Е", "Временное свидетельство в электронной форме"
        PAPER = "П", "Бумажный полис единого образца"
        PLASTIC = "Э", "Электронный полис на карте"
        CARD = "К", "Полис в составе УЭК"
        DIGITAL = "Ц", "Цифровой полис"

    class State(models.TextChoices):
        """One policy of a person is active or suspended at a time; a constraint holds it."""

        ACTIVE = "active", "Действует"
        SUSPENDED = "suspended", "Приостановлен"
        SUPERSEDED = "superseded", "Заменён"
        CLOSED = "closed", "Прекращён"
        ANNULLED = "annulled", "Аннулирован"

    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="policies")
    enp = models.CharField(max_length=16, blank=True)
    form = models.CharField(max_length=1, choices=Form.choices, default=Form.DIGITAL)
    blank_number = models.CharField(max_length=20, blank=True, help_text="data.blank_key")
    insurer = models.ForeignKey(Insurer, on_delete=models.PROTECT, related_name="policies")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, db_index=False)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="Last day; empty: for ever")
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    state_since = models.DateField()
    closing_reason = models.CharField(max_length=200, blank=True)
    confirmation = models.CharField(
        max_length=32, blank=True, help_text="Number of the last confirmation by insurer or fund"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["active", "suspended"]),
                name="register_one_policy_in_force",
            )
        ]
        indexes = [
            models.Index(fields=["enp"], name="register_policy_enp"),
            models.Index(fields=["blank_number"], name="register_policy_blank"),
        ]

    def __str__(self) -> str:
        return f"policy:{self.pk}"


class Insurance(Period):
    """период страхования: who insures a person, since when, on what ground."""

    class Ground(models.IntegerChoices):
        """RSMO of order 79."""

        FIRST_CHOICE = 1, "Первичный выбор"
        YEARLY = 2, "Замена раз в год"
        MOVE = 3, "Переезд"
        CONTRACT_ENDED = 4, "Прекращение договора со страховой организацией"

    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="insurances")
    insurer = models.ForeignKey(Insurer, on_delete=models.PROTECT, related_name="insurances")
    ground = models.PositiveSmallIntegerField(choices=Ground.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_until=None), name="register_one_insurance"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")),
                name="register_insurance_order",
            ),
        ]

    def __str__(self) -> str:
        return f"insurance of person:{self.person_id} from {self.valid_from}"


class Attachment(Period):
    """прикрепление: the clinic of primary care a person chose, since when."""

    class Ground(models.TextChoices):
        """Why it was chosen now (law.clinic_choice)."""

        WISH = "wish", "По желанию"
        MOVE = "move", "Переезд"

    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="attachments")
    clinic = models.ForeignKey(
        MedicalOrganization, on_delete=models.PROTECT, related_name="attachments"
    )
    ground = models.CharField(max_length=8, choices=Ground.choices, default=Ground.WISH)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_until=None), name="register_one_attachment"
            )
        ]

    def __str__(self) -> str:
        return f"attachment of person:{self.person_id} from {self.valid_from}"


class Suspension(Period):
    """приостановление на время военной службы (326-ФЗ ст. 49.1).

    `valid_until` is the first day insured again, empty while nobody knows it.
    """

    class State(models.TextChoices):
        """A suspension told in advance begins by itself, and ends by itself."""

        PLANNED = "planned", "Начнётся"
        RUNNING = "running", "Идёт"
        ENDED = "ended", "Закончилась"

    person = models.ForeignKey(InsuredPerson, on_delete=models.PROTECT, related_name="suspensions")
    state = models.CharField(max_length=8, choices=State.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["planned", "running"]),
                name="register_one_suspension",
            )
        ]
        indexes = [
            models.Index(
                fields=["valid_from"],
                condition=Q(state="planned"),
                name="register_suspension_begins",
            ),
            models.Index(
                fields=["valid_until"],
                condition=Q(state="running"),
                name="register_suspension_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"suspension of person:{self.person_id} from {self.valid_from}"


class EnpCounter(models.Model):
    """The last sequence number given under one ten-digit beginning of an ENP."""

    prefix = models.CharField(max_length=10, primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"
