"""Directories and reference books: insurers, territorial funds, clinics, НСИ by date."""

from typing import Any, ClassVar

from django.db import models

from oms.domain.directory.books import TITLES
from oms.domain.directory.doctor_models import Doctor, Position
from oms.domain.directory.review_models import Rating, Review, ReviewReport
from oms.law import dates
from oms.law.plural import counted

__all__ = [
    "DayOverride",
    "DeliveryPoint",
    "Doctor",
    "Insurer",
    "InsurerOffice",
    "Load",
    "MedicalOrganization",
    "OrganizationVersion",
    "Position",
    "Rating",
    "ReferenceEntry",
    "Region",
    "Review",
    "ReviewReport",
    "TerritorialFund",
]


class Region(models.Model):
    """A subject of the federation as the funds number them (F010: KOD_TF, not the vehicle code)."""

    code = models.CharField(max_length=2, primary_key=True)
    okato = models.CharField(max_length=5)
    name = models.CharField(max_length=200)
    district = models.CharField(max_length=2, blank=True, help_text="OKRUG of F010")

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class TerritorialFund(models.Model):
    """ТФОМС (F001)."""

    code = models.CharField(max_length=2, primary_key=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    okato = models.CharField(max_length=5, blank=True)
    ogrn = models.CharField(max_length=13, blank=True)
    full_name = models.CharField(max_length=500)
    short_name = models.CharField(max_length=250)
    address = models.CharField(max_length=500, blank=True)
    phone = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=100, blank=True)
    site = models.CharField(max_length=200, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.short_name


class Insurer(models.Model):
    """СМО (F002, REG-10). A fund may act as insurer (326-ФЗ, 2025): then `fund` is set."""

    code = models.CharField(max_length=5, primary_key=True, help_text="smocod")
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    fund = models.ForeignKey(TerritorialFund, on_delete=models.PROTECT, null=True, blank=True)
    full_name = models.CharField(max_length=500)
    short_name = models.CharField(max_length=250)
    inn = models.CharField(max_length=12, blank=True)
    ogrn = models.CharField(max_length=13, blank=True)
    kpp = models.CharField(max_length=9, blank=True)
    legal_address = models.CharField(max_length=500, blank=True)
    actual_address = models.CharField(max_length=500, blank=True)
    phone = models.CharField(max_length=100, blank=True)
    hot_line = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=100, blank=True)
    site = models.CharField(max_length=200, blank=True)
    licence_number = models.CharField(max_length=50, blank=True)
    licence_from = models.DateField(null=True, blank=True)
    licence_until = models.DateField(null=True, blank=True)
    included_on = models.DateField(null=True, blank=True, help_text="insInclude d_begin")
    excluded_on = models.DateField(null=True, blank=True, help_text="insInclude d_end")
    exclusion_reason = models.CharField(max_length=250, blank=True)
    insured_count = models.PositiveIntegerField(null=True, blank=True, help_text="kol_zl")
    services = models.TextField(blank=True, help_text="What the insurer does beyond the policy")
    reliability_rating = models.CharField(max_length=16, blank=True, help_text="e.g. ruAA+")
    users_rating = models.DecimalField(max_digits=2, decimal_places=1, null=True, blank=True)
    complaints_per_10k = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["short_name"]
        indexes = [models.Index(fields=["region", "short_name"], name="directory_insurer_region")]

    def __str__(self) -> str:
        return self.short_name

    @property
    def key(self) -> str:
        """The organisation's key at accounts and in the journal."""
        return f"insurer:{self.code}"


class InsurerOffice(models.Model):
    """A place where an insurer receives people."""

    insurer = models.ForeignKey(Insurer, on_delete=models.CASCADE, related_name="offices")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=500)
    phone = models.CharField(max_length=100, blank=True)
    hours = models.CharField(max_length=200, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class DeliveryPoint(models.Model):
    """A place where a printed paper is handed over (пункт выдачи, SRV-10)."""

    class Kind(models.TextChoices):
        """Who keeps the place."""

        OFFICE = "office", "Офис страховой организации"
        MFC = "mfc", "МФЦ"
        AGENT = "agent", "Пункт агента"

    code = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    insurer = models.ForeignKey(
        Insurer,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="delivery_points",
        help_text="Hands over this insurer's papers only; empty: anybody's",
    )
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=500)
    phone = models.CharField(max_length=100, blank=True)
    hours = models.CharField(max_length=200)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True, help_text="First day it is not there")

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "code"]
        indexes = [models.Index(fields=["region", "kind"], name="directory_points")]

    def __str__(self) -> str:
        return self.name


class MedicalOrganization(models.Model):
    """МО (F003/F032, REG-11)."""

    code = models.CharField(max_length=6, primary_key=True, help_text="mcod")
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    full_name = models.CharField(max_length=500)
    short_name = models.CharField(max_length=250)
    inn = models.CharField(max_length=12, blank=True)
    ogrn = models.CharField(max_length=13, blank=True)
    kpp = models.CharField(max_length=9, blank=True)
    legal_address = models.CharField(max_length=500, blank=True)
    actual_address = models.CharField(max_length=500, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    phone = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=100, blank=True)
    site = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=200, blank=True)
    specialities: models.JSONField[list[str]] = models.JSONField(default=list)
    programmes: models.JSONField[list[str]] = models.JSONField(default=list)
    licence_number = models.CharField(max_length=50, blank=True)
    licence_from = models.DateField(null=True, blank=True)
    licence_until = models.DateField(null=True, blank=True)
    accredited_from = models.DateField(null=True, blank=True)
    accredited_until = models.DateField(null=True, blank=True)
    rating = models.DecimalField(max_digits=2, decimal_places=1, null=True, blank=True)
    wants_certificate = models.BooleanField(
        default=False, help_text="Asks for a certificate of insurance before a visit"
    )
    begins_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    search_text = models.TextField(
        blank=True, help_text="See folding.py: names, code, places, #speciality#, ~programme~"
    )
    week = models.CharField(max_length=336, blank=True, help_text="See opening.py: half hours")
    insurers = models.ManyToManyField(Insurer, related_name="clinics", blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["short_name"]
        indexes = [
            models.Index(fields=["region", "short_name", "code"], name="directory_clinic_names"),
            models.Index(fields=["licence_until"], name="directory_clinic_licence"),
            models.Index(fields=["accredited_until"], name="directory_clinic_accredited"),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def key(self) -> str:
        """The organisation's key at accounts, at reviews and in the journal."""
        return f"clinic:{self.code}"


class Load(models.Model):
    """One reading of one reference file, with what it did."""

    book = models.CharField(max_length=8, help_text="F002, V005 …")
    version = models.CharField(max_length=32, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    loaded_at = models.DateTimeField()
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    warned_count = models.PositiveIntegerField(default=0)
    refused: models.JSONField[list[dict[str, Any]]] = models.JSONField(
        default=list,
        help_text="[{kind: refused or warning, row, code, field, reason}], the first ten thousand",
    )

    class Meta:
        indexes = [
            models.Index(fields=["book", "-loaded_at"], name="directory_load_book"),
            models.Index(fields=["digest"], name="directory_load_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.version}"

    def lines(self) -> list[str]:
        """Say in plain Russian what was loaded and what was wrong, a line each."""
        return [self._heading(), self._counts(), *map(_problem, self.refused), *self._untold()]

    def _heading(self) -> str:
        version = f", версия {self.version}" if self.version else ""
        issued = f" от {dates.short(self.issued_on)}" if self.issued_on else ""
        return f"{self.book} «{TITLES.get(self.book, self.book)}»{version}{issued}"

    def _counts(self) -> str:
        done = f"Добавлено: {self.added}, изменено: {self.changed}, без изменений: {self.unchanged}"
        return f"{done}, отклонено: {self.refused_count}, предупреждений: {self.warned_count}"

    def _untold(self) -> list[str]:
        more = self.refused_count + self.warned_count - len(self.refused)
        return [f"И ещё {counted(more, 'замечание', 'замечания', 'замечаний')}"] if more else []


def _problem(told: dict[str, Any]) -> str:
    what = "Отклонена строка" if told["kind"] == "refused" else "Предупреждение, строка"
    code = f", код {told['code']}" if told["code"] else ""
    return f"{what} {told['row']}{code}, поле {told['field']}: {told['reason']}"


class ReferenceEntry(models.Model):
    """One row of a simple book (F008, F009, F011, V005 …), in force for a period."""

    book = models.CharField(max_length=8)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=500)
    extra: models.JSONField[dict[str, str]] = models.JSONField(default=dict)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="Last day in force")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "code", "begins_on"], name="directory_reference"
            )
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.code}"


class OrganizationVersion(models.Model):
    """An insurer, fund or clinic as it was for a time (half-open), beside the current row."""

    kind = models.CharField(max_length=16, help_text="insurer, fund, clinic")
    code = models.CharField(max_length=6)
    data: models.JSONField[dict[str, Any]] = models.JSONField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"],
                condition=models.Q(valid_until=None),
                name="directory_one_current_version",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "code", "valid_from"], name="directory_version_history")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} from {self.valid_from}"


class DayOverride(models.Model):
    """A day that law or decree made working or free, against the calendar package."""

    day = models.DateField()
    region = models.ForeignKey(Region, on_delete=models.CASCADE, null=True, blank=True)
    is_working = models.BooleanField()
    basis = models.CharField(max_length=250)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "region"], name="directory_regional_day"),
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(region=None), name="directory_federal_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {'working' if self.is_working else 'free'}"
