"""What people are sent about their account: short texts, codes kept secret.

Nothing personal stands in a subject line; links use the portal's own address, never the
request's host.
"""

import secrets
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from oms.domain.accounts.models import User
from oms.domain.accounts.registration import Sending
from oms.domain.notifications.actions import send_now
from oms.law import dates

_NOT_YOU = "Если это не вы, никому не сообщайте код и не отвечайте на это сообщение."


def phone_code(sending: Sending, *, at: datetime) -> None:
    """Send the SMS code of a registration, or tell the owner of a taken phone."""
    if sending.owner is None:
        text = f"{sending.issued.code} — код для кабинета ОМС. Никому его не сообщайте."
    else:
        text = (
            "На ваш номер пробовали открыть кабинет ОМС, но он у вас уже есть. "
            "Войдите или восстановите пароль."
        )
    _send(
        "sms",
        sending.address,
        "Код подтверждения",
        text,
        user=sending.owner,
        at=at,
        secret=not sending.owner,
    )


def email_code(sending: Sending, *, at: datetime) -> None:
    """Send the e-mail code of a registration, or tell the owner of a taken e-mail."""
    if sending.owner is None:
        text = _code_letter("Код для регистрации в кабинете ОМС", sending.issued.code)
    else:
        text = (
            "На вашу почту пробовали открыть кабинет ОМС, но он у вас уже есть.\n\n"
            f"Войти: {_address('account_login')}\n"
            f"Восстановить пароль: {_address('account_recovery')}\n\n"
            "Если это были не вы, ничего делать не нужно: кабинет в безопасности."
        )
    _send(
        "email",
        sending.address,
        "Код подтверждения",
        text,
        user=sending.owner,
        at=at,
        secret=not sending.owner,
    )


def sign_in_stopped(user: User, token: str, *, at: datetime) -> None:
    """Tell the owner that somebody failed to sign in again and again; the link lets them pass."""
    link = f"{settings.BASE_URL}{reverse('account_unlock', args=[token])}"
    text = (
        f"{_moment(at)} кто-то несколько раз указал неверный пароль от вашего кабинета. "
        "Мы на время остановили вход с незнакомых устройств.\n\n"
        f"Если это вы, откройте ссылку и войдите без ожидания: {link}\n"
        "Ссылка действует 30 минут и срабатывает один раз.\n\n"
        f"Если пароль забыт, задайте новый: {_address('account_recovery')}\n\n"
        "Если это не вы, ничего делать не нужно. С вашего обычного устройства вход открыт."
    )
    _tell(user, "Вход в кабинет остановлен на время", text, at)


def second_step_code(user: User, code: str, *, at: datetime) -> None:
    """Send the SMS of a second step."""
    text = f"{code} — код для входа в кабинет ОМС. Никому его не сообщайте."
    _send("sms", user.phone or "", "Код для входа", text, user=user, at=at, secret=True)


def new_device(user: User, agent: str, *, at: datetime) -> None:
    """Tell the owner of a sign-in from a browser not seen before."""
    text = (
        f"{_moment(at)} в ваш кабинет вошли с нового устройства: {agent}.\n\n"
        "Если это вы, ничего делать не нужно. Если нет, смените пароль и завершите "
        f"другие сеансы: {_address('account_security')}"
    )
    _tell(user, "Вход с нового устройства", text, at)


def password_changed(user: User, *, at: datetime) -> None:
    """Tell the owner that the password is another one now."""
    text = (
        f"{_moment(at)} пароль от вашего кабинета изменён.\n\n"
        f"Если это сделали не вы, задайте новый: {_address('account_recovery')}"
    )
    _tell(user, "Пароль изменён", text, at)


def factor_changed(user: User, words: str, *, at: datetime) -> None:
    """Tell the owner that the second factor changed; `words` say how."""
    text = (
        f"{_moment(at)} {words}.\n\n"
        f"Если это сделали не вы, смените пароль: {_address('account_recovery')}"
    )
    _tell(user, "Защита кабинета изменена", text, at)


def _tell(user: User, title: str, text: str, at: datetime) -> None:
    if user.email:
        _send("email", user.email, title, text, user=user, at=at)


def _code_letter(what: str, code: str) -> str:
    return f"{what}: {code}\n\nКод действует 10 минут и подходит один раз. {_NOT_YOU}"


def _moment(at: datetime) -> str:
    here = localtime(at)
    return f"{dates.short(here.date())} в {here:%H:%M} ({here.tzname()})"


def _address(name: str) -> str:
    return f"{settings.BASE_URL}{reverse(name)}"


def _send(
    channel: Literal["email", "sms"],
    address: str,
    title: str,
    text: str,
    *,
    user: User | None,
    at: datetime,
    secret: bool = False,
) -> None:
    send_now(
        channel=channel,
        address=address,
        title=title,
        text=text,
        key=f"account:{secrets.token_hex(12)}",
        at=at,
        user=user,
        secret=secret,
    )
