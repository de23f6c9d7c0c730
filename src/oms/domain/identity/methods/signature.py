"""Qualified electronic signature (УКЭП, IDN-2): a one-time text signed with one's own key.

The key never comes here: a browser or any tool signs the text, we see the signature alone. What
the certificate says is compared with the profile by field: names, СНИЛС, ИНН (приказ ФСБ № 795).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from oms.domain.accounts import limits
from oms.domain.accounts import queries as accounts
from oms.domain.accounts.models import User
from oms.domain.identity import actions
from oms.domain.identity.method import (
    NOW,
    Availability,
    Field,
    Method,
    Outcome,
    Part,
    proof_of,
)
from oms.domain.identity.models import Confirmation
from oms.gateways import personal_signature
from oms.gateways.errors import GatewayError
from oms.gateways.personal_signature import Problem, Signatory
from oms.gateways.registers import pension
from oms.gateways.registers.words import Asked
from oms.kit.denied import Denied
from oms.law import dates, names, snils
from oms.law.verdict import Invalid

LIFE = timedelta(minutes=15)
TRIES = limits.Limit("signature", timedelta(hours=1), limits.ladder(free=10))
_TEXT = (
    "Подтверждаю, что я владелец кабинета ОМС на {host}.\nОдноразовый код: {code}\nВремя: {when}\n"
)
WORDS = {
    Problem.NOT_CMS: "Это не электронная подпись. Нужен файл .sig или .p7s в формате CMS.",
    Problem.SEVERAL: "В файле несколько подписей. Подпишите текст одним сертификатом.",
    Problem.WEAK: "Ключ или алгоритм подписи устарел. Нужен ГОСТ 2012, RSA от 2048 или ECDSA.",
    Problem.GOST_OFF: "Подпись по ГОСТ здесь пока не проверить. Выберите другой способ.",
    Problem.OTHER_TEXT: "Подписан другой текст. Скачайте текст заново и подпишите его.",
    Problem.UNTRUSTED: "Сертификат выдан не аккредитованным центром или не для подписи.",
    Problem.NOT_YET: "Срок сертификата ещё не начался. Подождите или возьмите другой.",
    Problem.EXPIRED: "Срок сертификата закончился. Получите новый в удостоверяющем центре.",
    Problem.REVOKED: "Сертификат отозван. Получите новый в удостоверяющем центре.",
    Problem.UNKNOWN_REVOCATION: "Не удалось узнать, не отозван ли сертификат. Повторите через час.",
}


class NotSigned(Denied):
    """The signature proves nothing; the text says why and what to do."""

    status = 422


class TooManyTries(Denied):
    """Signatures are tried faster than people sign."""

    status = 429
    text = "Слишком много попыток. Подождите несколько минут и подпишите текст снова."


@dataclass(frozen=True)
class Challenge:
    """The text to sign, and until when it may be signed."""

    text: str
    until: datetime

    @property
    def content(self) -> bytes:
        """The very bytes to sign."""
        return self.text.encode()


def available(_user: User, _at: datetime) -> Availability:
    """Tell whether signatures can be checked here."""
    if not personal_signature.is_available():
        return Availability(False, "Проверка подписей не настроена")
    return NOW if personal_signature.knows_gost() else Availability(True, "Сейчас без ГОСТ")


METHOD = Method(
    code="signature",
    title="Электронная подпись",
    summary="Подпишите короткий текст своей квалифицированной подписью. Ключ остаётся у вас.",
    takes="2 минуты",
    icon="pen-line",
    order=30,
    gives=frozenset({Part.PERSON}),
    page="identity_signature",
    available=available,
    needs="Сертификат с вашим СНИЛС: файл с ключом и паролем или программа для подписи",
)


@transaction.atomic
def begin(*, user: User, at: datetime) -> Confirmation:
    """Begin, or go on with a text that is still young enough to be signed.

    Raises what `actions.begin` does.
    """
    own = actions.begin(user=user, method=METHOD.code, at=at)
    own = Confirmation.objects.select_for_update().get(pk=own.pk)
    if challenge(own).until <= at + LIFE / 3:
        own.details |= _fresh(at)
        own.save(update_fields=["details"])
    return own


def challenge(confirmation: Confirmation) -> Challenge:
    """Return the text of a try; one that never got a text is over since ever."""
    kept = confirmation.details
    until = kept.get("until")
    moment = datetime.fromisoformat(until) if until else confirmation.began_at
    return Challenge(kept.get("text", ""), moment)


def check(*, confirmation: Confirmation, signature: bytes, at: datetime) -> Confirmation:
    """Judge a signature over the text of this try and decide.

    Confirms, or asks to correct what differs from the profile. Raises `NotSigned` for a
    signature that proves nothing (the text may be signed again), `TooManyTries`, and what
    `actions` raise. The outside world is asked before any row is locked.
    """
    user, own = confirmation.user, challenge(confirmation)
    if own.until <= at:
        raise NotSigned("Время на подпись вышло. Обновите страницу и подпишите новый текст.")
    if limits.take(limit=TRIES, key=user.key, at=at):
        raise TooManyTries
    checked = personal_signature.checker().check(signature=signature, content=own.content, at=at)
    if checked.signatory is None:
        raise NotSigned(WORDS[checked.problem or Problem.NOT_CMS])
    limits.clear(limit=TRIES, key=user.key)
    return _decide(confirmation, checked.signatory, at)


def compare(user: User, signatory: Signatory) -> list[Field]:
    """Compare a certificate with the profile, field by field."""
    known = {name: line.value for name, line in accounts.profile(user).items()}
    given = f"{user.given_name} {user.patronymic}".strip()
    fields = [
        _names("family_name", user.family_name, signatory.family_name),
        _names("given_name", given, signatory.given_names),
        _number("snils", known.get("snils") or user.snils or "", signatory.snils),
    ]
    if signatory.inn and known.get("inn"):
        fields.append(_number("inn", known["inn"], signatory.inn))
    return fields


def ask_birth_date(user: User, signatory: Signatory) -> list[Field]:
    """Ask the register of СНИЛС about the birth date, which certificates do not hold.

    Says nothing when the register does not answer: the signature proves the person, and the link
    with the register of the insured needs the date to agree anyway.
    """
    if user.birth_date is None:
        return []
    person = Asked(user.family_name, user.given_name, user.patronymic, user.birth_date)
    try:
        answer = pension.check(snils=signatory.snils, person=person)
    except GatewayError:
        return []
    if not answer.found or "birth_date" not in answer.fields:
        return []
    if answer.fields["birth_date"]:
        return [Field("birth_date", Outcome.MATCH)]
    text = "Дата рождения: в реестре СНИЛС другая. Исправьте её в «Моих данных»."
    return [Field("birth_date", Outcome.DIFFERS, text)]


def _decide(confirmation: Confirmation, signatory: Signatory, at: datetime) -> Confirmation:
    user = confirmation.user
    fields = compare(user, signatory)
    if all(field.outcome is Outcome.MATCH for field in fields):
        fields += ask_birth_date(user, signatory)
    wrong = [field for field in fields if field.outcome is not Outcome.MATCH]
    if wrong:
        return actions.fix(
            confirmation=confirmation,
            fields=fields,
            reason=f"Не совпало с профилем. {wrong[0].text}",
            by=user.actor,
            at=at,
        )
    fields.append(Field("certificate", Outcome.MATCH, _certificate(signatory)))
    return actions.confirm(
        confirmation=confirmation,
        fields=fields,
        values={"snils": signatory.snils},
        by=user.actor,
        at=at,
    )


def _names(name: str, typed: str, certified: str) -> Field:
    if typed and names.fold(typed) == names.fold(certified):
        return Field(name, Outcome.MATCH, proof=proof_of(name, typed))
    title = "Фамилия" if name == "family_name" else "Имя и отчество"
    return Field(
        name,
        Outcome.DIFFERS,
        f"{title}: в сертификате «{certified or 'не указано'}», в профиле «{typed}».",
    )


def _number(name: str, typed: str, certified: str) -> Field:
    title = "СНИЛС" if name == "snils" else "ИНН"
    if not certified or (name == "snils" and not _is_snils(certified)):
        return Field(name, Outcome.UNKNOWN, f"{title}: в сертификате нет. Нужна личная подпись.")
    if not typed or typed == certified:
        return Field(name, Outcome.MATCH, proof=proof_of(name, certified))
    return Field(name, Outcome.DIFFERS, f"{title}: в сертификате другой номер, чем в профиле.")


def _is_snils(number: str) -> bool:
    try:
        return snils.normalize(number) == number
    except Invalid:
        return False


def _certificate(signatory: Signatory) -> str:
    until = dates.long(timezone.localtime(signatory.valid_until).date())
    return f"{signatory.algorithm}, выдан: {signatory.issuer}, действует до {until}"


def _fresh(at: datetime) -> dict[str, str]:
    local = timezone.localtime(at)
    text = _TEXT.format(
        host=urlsplit(settings.BASE_URL).netloc,
        code=secrets.token_hex(16),
        when=f"{local:%d.%m.%Y %H:%M}",
    )
    return {"text": text, "until": (at + LIFE).isoformat()}
