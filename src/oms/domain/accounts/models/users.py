"""People who sign in: users with one role each, their profile and its history, consents."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from oms.domain.journal.actions import Actor


class Role(models.TextChoices):
    """What a user is here to do (SPEC, Roles)."""

    INSURED = "insured", "Застрахованное лицо"
    INSURER = "insurer", "Оператор СМО"
    FUND = "fund", "Оператор ТФОМС"
    REGISTRAR = "registrar", "Регистратор МО"
    SUPPORT = "support", "Специалист поддержки"
    SUPERVISOR = "supervisor", "Руководитель"
    ADMINISTRATOR = "administrator", "Администратор"


STAFF_ROLES = frozenset(Role) - {Role.INSURED}


class Level(models.TextChoices):
    """How far the person behind an account is known (ACC-10)."""

    SIMPLE = "simple", "Простая"
    STANDARD = "standard", "Стандартная"
    CONFIRMED = "confirmed", "Подтверждённая"


class Sex(models.IntegerChoices):
    """V005."""

    MALE = 1, "Мужской"
    FEMALE = 2, "Женский"


class Source(models.TextChoices):
    """Where a value came from."""

    TYPED = "typed", "Указано вами"
    REGISTER = "register", "Подтверждено реестром"
    DOCUMENT = "document", "Из документа"
    OPERATOR = "operator", "Проверено оператором"
    OUTSIDE = "outside", "Из внешней учётной записи"


class Users(BaseUserManager["User"]):
    """Looks people up by what they sign in with."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by phone (E.164)."""
        return self.get(phone=username)


class User(AbstractBaseUser):
    """Someone with an account. Phone and e-mail are kept confirmed or not at all used."""

    phone = models.CharField(max_length=16, unique=True, null=True, blank=True, help_text="E.164")
    phone_confirmed_at = models.DateTimeField(null=True, blank=True)
    email = models.EmailField(null=True, blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    family_name = models.CharField(max_length=60)
    given_name = models.CharField(max_length=60)
    patronymic = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.PositiveSmallIntegerField(choices=Sex.choices, null=True, blank=True)
    birth_place = models.CharField(max_length=200, blank=True)
    citizenship = models.CharField(max_length=3, default="RUS", help_text="O001, ALFA3")
    snils = models.CharField(max_length=11, unique=True, null=True, blank=True)
    inn = models.CharField(max_length=12, unique=True, null=True, blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.INSURED)
    organization = models.CharField(
        max_length=32, blank=True, help_text="insurer:77001, fund:77, clinic:770001"
    )
    level = models.CharField(max_length=16, choices=Level.choices, default=Level.SIMPLE)
    is_active = models.BooleanField(default=True)
    blocked_reason = models.CharField(max_length=200, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    profile_checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the owner last said that all is still true"
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="Closed at the owner's wish; nothing personal is left"
    )
    created_at = models.DateTimeField()

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "phone"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_email")]
        indexes = [models.Index(fields=["birth_date"], name="accounts_user_birth")]

    def __str__(self) -> str:
        return f"user:{self.pk}"

    @property
    def key(self) -> str:
        """The user's key in the journal."""
        return f"user:{self.pk}"

    @property
    def actor(self) -> Actor:
        """The user as the journal knows actors."""
        return Actor(self.key, role=self.role, organization=self.organization)

    @property
    def is_staff_member(self) -> bool:
        """Whether the user works here (needs a second factor, sees the desk)."""
        return self.role in STAFF_ROLES

    @property
    def can_sign_in(self) -> bool:
        """Whether there is a way in: a child or ward without contacts has none."""
        return self.is_active and bool(self.phone or self.email)

    @property
    def organization_code(self) -> str:
        """The code part of `organization`: `77001` of `insurer:77001`."""
        return self.organization.partition(":")[2]

    @property
    def is_of_our_fund(self) -> bool:
        """Whether this is an operator of the fund that owns this register, not of another's."""
        return self.role == Role.FUND and self.organization_code == settings.REGION


class ProfileValue(models.Model):
    """One value of a profile, as it was from one moment on. Nothing is overwritten."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="profile_values")
    field = models.CharField(max_length=32)
    value: models.JSONField[Any] = models.JSONField(null=True)
    source = models.CharField(max_length=16, choices=Source.choices)
    at = models.DateTimeField()
    current = models.BooleanField(default=True, help_text="The one in force; the rest is history")

    class Meta:
        indexes = [models.Index(fields=["user", "field", "-at"], name="accounts_profile_value")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "field"],
                condition=models.Q(current=True),
                name="accounts_profile_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} of user:{self.user_id}"


class Consent(models.Model):
    """A version of a text a person agreed to, and until when (152-ФЗ ст. 9)."""

    class Kind(models.TextChoices):
        """Each is a document of its own."""

        TERMS = "terms", "Правила пользования"
        PERSONAL_DATA = "personal-data", "Обработка персональных данных"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    version = models.CharField(max_length=16)
    text_hash = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "version"], name="accounts_consent_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version} of user:{self.user_id}"
