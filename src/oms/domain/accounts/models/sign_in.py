"""What stands between a visitor and a session: codes, counters, questions, history."""

from django.db import models

from oms.domain.accounts.models.users import User


class Registration(models.Model):
    """Someone on the way to an account: what was typed, until phone and e-mail are confirmed.

    A user exists only after both are, so nobody can occupy another's phone or e-mail.
    """

    key = models.CharField(max_length=64, unique=True, help_text="Kept in the visitor's session")
    family_name = models.CharField(max_length=60)
    given_name = models.CharField(max_length=60)
    patronymic = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField()
    phone = models.CharField(max_length=16)
    phone_confirmed_at = models.DateTimeField(null=True, blank=True)
    email = models.EmailField()
    password = models.CharField(max_length=128, help_text="Hashed")
    consents: models.JSONField[dict[str, list[str]]] = models.JSONField(
        help_text="kind: [version, hash of the text]"
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"registration:{self.pk}"


class OneTimeCode(models.Model):
    """A six-digit code on its way to a phone or a mailbox. Only its hash is kept.

    An empty hash is a decoy: the page behaves as if a code were sent, no code fits.
    """

    class Purpose(models.TextChoices):
        """What the code opens."""

        PHONE = "phone", "Подтверждение телефона"
        EMAIL = "email", "Подтверждение почты"
        RECOVERY = "recovery", "Восстановление доступа"
        SIGNATURE = "signature", "Подпись заявления"
        SIGN_IN = "sign-in", "Второй шаг входа"
        CONTACT = "contact", "Новый телефон или почта"
        UNLOCK = "unlock", "Вход с остановленного имени"
        IDENTITY = "identity", "Подтверждение личности"

    key = models.CharField(max_length=64, unique=True, help_text="Binds the code to one session")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    address = models.CharField(max_length=64, help_text="Keyed hash of the phone or e-mail")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} code:{self.pk}"


class Counter(models.Model):
    """How often something was tried, raised before the try and under a lock (see `limits`)."""

    scope = models.CharField(max_length=16)
    key = models.CharField(max_length=64, help_text="Keyed hash: no phone or e-mail in the clear")
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    wait_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="accounts_counter_key")
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.count}"


class Visit(models.Model):
    """One signed-in session of a user, so that the owner can see and end it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="visits")
    session_key = models.CharField(max_length=40, unique=True)
    agent = models.CharField(max_length=120, blank=True, help_text="Browser and system, in words")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True, help_text="Last request, to the minute")

    def __str__(self) -> str:
        return f"visit of user:{self.user_id}"


class SignIn(models.Model):
    """One line of the log-in history: who tried, how, what became of it. Kept for a year."""

    class Outcome(models.TextChoices):
        """How the try ended."""

        ENTERED = "entered", "Вход выполнен"
        WRONG_PASSWORD = "wrong-password", "Неверный пароль"
        WRONG_FACTOR = "wrong-factor", "Неверный второй шаг"
        STOPPED = "stopped", "Вход остановлен"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    method = models.CharField(
        max_length=32, blank=True, help_text="password+totp, password+sms, passkey, esia …"
    )
    agent = models.CharField(max_length=120, blank=True, help_text="Browser and system, in words")
    origin = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="accounts_sign_in_user")]

    def __str__(self) -> str:
        return f"{self.outcome} of user:{self.user_id}"


class Puzzle(models.Model):
    """A captcha's answer, kept here so that a client cannot carry it; works once."""

    key = models.CharField(max_length=64, unique=True)
    answer_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"puzzle:{self.pk}"


class ControlQuestion(models.Model):
    """A question its owner asked themselves: one more hurdle of recovery, never the only one."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="control_question")
    question = models.CharField(max_length=120)
    answer = models.CharField(max_length=128, help_text="Hashed as a password is")
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"control question of user:{self.user_id}"


class OutsideAccount(models.Model):
    """An account at an outside provider: opens this one, or vouched for its owner (ACC-14)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="outside_accounts")
    provider = models.CharField(max_length=32, help_text="Code of the provider in the settings")
    subject = models.CharField(max_length=255, help_text="The provider's `sub`")
    linked_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    signs_in = models.BooleanField(default=True, help_text="Whether it opens the cabinet")
    vouched_at = models.DateTimeField(
        null=True, blank=True, help_text="When it confirmed who the user is; stays when unlinked"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "subject"], name="accounts_outside_subject"
            ),
            models.UniqueConstraint(fields=["provider", "user"], name="accounts_outside_user"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} of user:{self.user_id}"
