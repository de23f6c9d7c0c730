"""Doctors and where they see people: who may be booked, of what, in which room."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Doctor(models.Model):
    """врач (FHIR Practitioner)."""

    class Sex(models.IntegerChoices):
        """V005."""

        MALE = 1, "Мужской"
        FEMALE = 2, "Женский"

    class Category(models.TextChoices):
        """Of qualification (квалификационная категория)."""

        NONE = "", "Без категории"
        SECOND = "second", "Вторая категория"
        FIRST = "first", "Первая категория"
        HIGHEST = "highest", "Высшая категория"

    code = models.CharField(max_length=16, unique=True, help_text="Of the clinic's own system")
    family_name = models.CharField(max_length=60)
    given_name = models.CharField(max_length=60)
    patronymic = models.CharField(max_length=60, blank=True)
    sex = models.PositiveSmallIntegerField(choices=Sex.choices)
    category = models.CharField(max_length=16, choices=Category.choices, blank=True)
    practises_since = models.PositiveSmallIntegerField(null=True, blank=True, help_text="A year")
    about = models.TextField(blank=True, max_length=1000)
    rating = models.DecimalField(
        max_digits=2, decimal_places=1, null=True, blank=True, help_text="Mean of the reviews"
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["family_name", "given_name", "patronymic", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """«Соколова Анна Ивановна»."""
        return " ".join(filter(None, (self.family_name, self.given_name, self.patronymic)))

    @property
    def key(self) -> str:
        """The doctor's key at reviews and in the journal."""
        return f"doctor:{self.pk}"


class Position(models.Model):
    """должность врача: a doctor of one speciality at one clinic (FHIR PractitionerRole)."""

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="positions")
    clinic = models.ForeignKey(
        "directory.MedicalOrganization",
        on_delete=models.PROTECT,
        related_name="positions",
        db_index=False,  # directory_positions_of_clinic begins with it
    )
    speciality = models.CharField(max_length=24, help_text="A code of law.specialities")
    room = models.CharField(max_length=32, blank=True)
    from_age = models.PositiveSmallIntegerField(default=0, help_text="In full years")
    below_age = models.PositiveSmallIntegerField(default=150, help_text="Not from this age on")
    sex = models.PositiveSmallIntegerField(
        choices=Doctor.Sex.choices, null=True, blank=True, help_text="Sees this sex only"
    )
    needs_referral = models.BooleanField(default=False)
    ends_on = models.DateField(null=True, blank=True, help_text="Last day at work")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "clinic", "speciality"], name="directory_one_position"
            ),
            models.CheckConstraint(
                condition=Q(from_age__lt=models.F("below_age")), name="directory_position_ages"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "speciality"], name="directory_positions_of_clinic"),
            models.Index(fields=["speciality", "clinic"], name="directory_positions_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.speciality} at {self.clinic_id}: doctor {self.doctor_id}"
