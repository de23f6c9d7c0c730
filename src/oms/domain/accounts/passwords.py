"""Passwords: how they are hashed and which are refused.

Source: NIST 800-63B-4, ASVS 5: length over composition, no rotation, all of Unicode, paste
allowed, no personal data, a list of common words of the field.
"""

import re
import threading
from collections.abc import Iterator

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

from oms.domain.accounts.models import User
from oms.gateways import breached_passwords

MIN_LENGTH = 8
GOOD_LENGTH = 12
FREE_LENGTH = 15
MAX_LENGTH = 256
HINT = (
    f"Не короче {MIN_LENGTH} знаков, с буквами и цифрами. Надёжнее несколько слов: "
    f"от {FREE_LENGTH} знаков цифры не нужны"
)
_AT_ONCE = threading.BoundedSemaphore(2)
_FIELD_WORDS = (
    "полис", "омс", "ффомс", "тфомс", "страховка", "страхование", "поликлиника", "больница",
    "здоровье", "медицина", "кабинет", "госуслуги", "снилс", "паспорт", "пароль", "россия",
    "москва", "йцукен", "привет", "polis", "oms", "polikl", "gosuslugi", "snils", "zdorov",
    "parol", "password", "qwerty", "admin", "kabinet", "rossia", "moskva", "privet",
)  # fmt: skip


class Argon2(Argon2PasswordHasher):
    """Argon2id at about 0.1 s and 46 MiB, at most two at once in a process.

    More at once would only take memory and time from those already hashing.
    """

    time_cost = 3
    memory_cost = 47_104
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with _AT_ONCE:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with its hash."""
        with _AT_ONCE:
            return super().verify(password, encoded)


class LettersAndDigits:
    """Wants letters and digits of a short password, and no more than `MAX_LENGTH` characters.

    ACC-2 asks for both; from `FREE_LENGTH` on length is worth more (ASVS 5, 6.2.5).
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a short password of letters only or of digits only, and one beyond measure."""
        mixed = any(c.isalpha() for c in password) and any(c.isdigit() for c in password)
        if len(password) < FREE_LENGTH and not mixed:
            raise ValidationError(
                f"Добавьте в пароль и буквы, и цифры или сделайте его от {FREE_LENGTH} знаков",
                code="letters_digits",
            )
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                f"Пароль длиннее {MAX_LENGTH} знаков. Сделайте его короче", code="too_long"
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return HINT


class NotPersonal:
    """Refuses what others can guess: names, birth date, phone, e-mail, words of our field."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse personal data inside the password, and field words with little else."""
        plain = _plain(password)
        if user is not None and any(part in plain for part in _personal(user)):
            raise ValidationError(
                "В пароле есть ваше имя, дата рождения, телефон или почта. Придумайте другой",
                code="personal",
            )
        rest = plain
        for word in _FIELD_WORDS:
            rest = rest.replace(_plain(word), "")
        if rest != plain and len(re.sub(r"[\W\d_]", "", rest)) < 4:
            raise ValidationError(
                "Такой пароль легко подобрать. Добавьте слова, не связанные с порталом",
                code="common_here",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return "Без имени, даты рождения, телефона и почты"


class NotBreached:
    """Refuses what is known from leaks, where `OMS_BREACHED_PASSWORDS` names a list of them."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Look the password up; a list that does not answer refuses nobody."""
        if breached_passwords.is_breached(password):
            raise ValidationError(
                "Этот пароль есть в списках украденных. Придумайте другой", code="breached"
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return "Не из списков украденных паролей"


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")


def _personal(user: User) -> Iterator[str]:
    words = [user.family_name, user.given_name, user.patronymic]
    words += (user.email or "").partition("@")[:1]
    yield from (_plain(word) for word in words if len(word) >= 3)
    if user.phone:
        yield user.phone[-10:]
        yield user.phone[-7:]
    if user.birth_date:
        day = user.birth_date
        yield from (day.strftime(form) for form in ("%d%m%Y", "%Y%m%d", "%d.%m.%Y", "%d%m%y"))
