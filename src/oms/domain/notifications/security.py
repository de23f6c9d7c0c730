"""What people are told about the safety of their account: on every channel they have proven.

Whoever took one channel over must not be able to keep the owner in the dark, so each step goes
to all of them, and a changed contact to the one before as well. Rights to take something back
travel only there, and the text that holds one is erased once sent.
"""

import secrets
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from oms.domain.accounts.contacts import Changed
from oms.domain.accounts.models import AccountRequest, User
from oms.domain.accounts.recovery import confirmed
from oms.domain.accounts.regain import LIFE as _LIFE
from oms.domain.accounts.regain import Granted
from oms.domain.notifications import letters
from oms.domain.notifications.actions import send_now, tell
from oms.domain.notifications.models import Delivery
from oms.law import dates
from oms.law.typed import NBSP

Channel = Literal["phone", "email"]
_WORDS = {"phone": "телефон", "email": "почта"}
_RECOVERY, _LOGIN, _SECURITY = "/account/recovery/", "/account/login/", "/account/security/"
_NOWHERE = "nobody"
_UNDO, _REQUESTS, _PROFILE = "/account/undo/", "/account/requests/", "/account/profile/"


def recovery_asked(user: User | None, *, by: Channel, at: datetime) -> None:
    """Tell the contact a code did not go to that one was asked for; once a day.

    For a name without an account, without a second contact, or told today already, the same is
    written and taken back: the work of an answer tells nothing.
    """
    other: Channel = "email" if by == "phone" else "phone"
    address = confirmed(user, other)
    text = (
        f"Для вашего кабинета запросили код, чтобы задать новый пароль: {moment(at)}. "
        "Если это не вы, ничего делать не нужно: без кода пароль не изменить."
    )
    day = timezone.localtime(at).date().isoformat()
    key = f"recovery-asked:{user.pk if user else 0}:{other}:{day}"
    with transaction.atomic():
        told = Delivery.objects.filter(key=key).exists()
        _send(
            other, address or _NOWHERE, "Запрошен код для нового пароля", text, user=user, at=at,
            key=f"{key}:again" if told else key,
        )  # fmt: skip
        if told or not address:
            transaction.set_rollback(True)


def recovery_begun(user: User, *, at: datetime) -> None:
    """Tell everywhere that a code fitted and a new password is being given."""
    _tell(user, "access-recovery", at, link=_RECOVERY)


def password_changed(user: User, *, at: datetime) -> None:
    """Tell everywhere that the password is another one."""
    _tell(user, "password-changed", at, link=_RECOVERY)


def contact_changed(changed: Changed, *, at: datetime) -> None:
    """Tell everywhere, and the contact before: there with the right to take it back."""
    user, what = changed.user, _WORDS[changed.channel]
    _tell(user, "contact-changed", at, link=_PROFILE, what=what)
    if not changed.undo:
        return
    until = moment(changed.undo_until)
    if changed.channel == "email":
        text = (
            f"Почту вашего кабинета сменили: {moment(at)}. Новые сообщения сюда не придут.\n\n"
            f"Если это вы, ничего делать не нужно. Если нет, отмените смену до {until}:\n"
            f"{_address(_UNDO)}{changed.undo}/"
        )
    else:
        text = (
            f"телефон в кабинете сменили. Не вы? До {until} откройте {_address(_UNDO)} "
            f"и введите {changed.undo}"
        )
    _send(
        changed.channel, changed.old, "Контакт в кабинете изменён", text, user=user, at=at,
        until=changed.undo_until,
    )  # fmt: skip


def contact_undone(user: User, *, channel: Channel, at: datetime) -> None:
    """Tell everywhere that the contact before is back."""
    _tell(user, "contact-undone", at, link=_RECOVERY, what=_WORDS[channel])


def contact_taken(owner: User, *, channel: Channel, at: datetime) -> None:
    """Tell the owner of a contact that somebody wanted it for another account."""
    value = getattr(owner, channel)
    text = (
        "Ваш контакт указали в другом кабинете, но он уже ваш. Ничего не изменилось. "
        "Если это были вы, войдите в свой кабинет."
    )
    _send(channel, value, "Ваш контакт указали в другом кабинете", text, user=owner, at=at)


def question_changed(user: User, *, is_set: bool, at: datetime) -> None:
    """Tell everywhere that the control question is another one, or gone."""
    _tell(user, "question-changed", at, link=_SECURITY, what="задан" if is_set else "удалён")


def blocked(user: User, *, at: datetime) -> None:
    """Tell everywhere that the account is closed, why, and how to contest it."""
    _tell(user, "account-blocked", at, link=_LOGIN, reason=user.blocked_reason)


def unblocked(user: User, *, answer: str, at: datetime) -> None:
    """Tell everywhere that the account is open again."""
    _tell(user, "account-unblocked", at, link=_LOGIN, answer=answer)


def signed_out(user: User, *, at: datetime) -> None:
    """Tell everywhere that the staff ended all sessions."""
    _tell(user, "sessions-ended", at, link=_SECURITY)


def request_decided(request: AccountRequest, *, at: datetime) -> None:
    """Tell who asked what was decided: in the account, or at the contacts of a lost one."""
    if request.kind == AccountRequest.Kind.ACCESS:
        text = f"По обращению №{NBSP}{request.number} доступ не вернули.\n\n{request.answer}"
        _to_new(request, "Ответ на ваше обращение", text, f"ответ на №{NBSP}{request.number}", at)
    elif request.user is not None:
        tell(
            user=request.user,
            kind="request-decided",
            context={
                "number": request.number,
                "result": request.get_state_display().lower(),
                "answer": request.answer,
            },
            key=f"request:{request.pk}:decided",
            at=at,
            subject=request.key,
            link=_REQUESTS,
        )


def access_asked(request: AccountRequest, *, at: datetime) -> None:
    """Tell the new contacts the number of the request and what happens next."""
    text = (
        f"Мы приняли обращение №{NBSP}{request.number}. Ответим до "
        f"{_day(request.due_at)}: сотрудник свяжется с вами и сверит документ.\n\n"
        "Пароль и коды сотрудник не спрашивает."
    )
    short = f"обращение №{NBSP}{request.number} принято. Ответ до {_day(request.due_at)}"
    _to_new(request, "Обращение принято", text, short, at)


def access_granted(granted: Granted, *, at: datetime) -> None:
    """Send the way in to the new contacts, and a way to stop it to the old ones."""
    request, opens = granted.request, moment(granted.opens_at)
    link = f"{_address('/account/access/open/')}{granted.token}/"
    when = "Ссылка действует сразу" if granted.opens_at <= at else f"Ссылка откроется {opens}"
    text = (
        f"По обращению №{NBSP}{request.number} вам вернули доступ к кабинету. {when}, "
        f"подойдёт один раз и три дня. Ещё понадобится код из СМС.\n\n{link}"
    )
    email, phone = request.typed["email"], request.typed["phone"]
    until = granted.opens_at + _LIFE
    _send("email", email, "Доступ к кабинету", text, user=None, at=at, until=until)
    _send(
        "phone", phone, "", f"доступ вернули. Ссылка в письме, откроется {opens}", user=None, at=at
    )
    for channel, value in granted.old:
        _send(
            channel, value, "Доступ к кабинету просят вернуть", _stop_words(granted, channel),
            user=granted.user, at=at, until=until,
        )  # fmt: skip


def access_stopped(request: AccountRequest, *, at: datetime) -> None:
    """Tell the owner that it is stopped, and the asker that there is no way in."""
    if request.user is not None:
        _tell(request.user, "access-stopped", at, link=_SECURITY)
    request_decided(request, at=at)


def moment(at: datetime) -> str:
    """Return a moment as a message says it: «22.11.2026 в 18:04»."""
    here = timezone.localtime(at)
    return f"{dates.short(here.date())} в{NBSP}{here:%H:%M}"


def _stop_words(granted: Granted, channel: Channel) -> str:
    opens = moment(granted.opens_at)
    if channel == "phone":
        return (
            f"ваш доступ просят передать на другой телефон. Не вы? До {opens} откройте "
            f"{_address(_UNDO)} и введите {granted.stop}"
        )
    return (
        "Кто-то назвался вами, сказал, что потерял телефон и почту, и просит вернуть доступ к "
        f"вашему кабинету. Сотрудник сверил документ. Новый вход откроется {opens}.\n\n"
        f"Если это не вы, остановите его одним нажатием:\n{_address(_UNDO)}{granted.stop}/"
    )


def _to_new(request: AccountRequest, title: str, text: str, short: str, at: datetime) -> None:
    _send("email", request.typed["email"], title, text, user=None, at=at)
    _send("phone", request.typed["phone"], title, short, user=None, at=at)


def _tell(user: User, kind: str, at: datetime, *, link: str, **context: str) -> None:
    tell(
        user=user,
        kind=kind,
        context={"when": moment(at), **context},
        key=f"{kind}:{user.pk}:{secrets.token_hex(8)}",
        at=at,
        subject=user.key,
        link=link,
    )


def _send(
    channel: Channel,
    address: str,
    title: str,
    text: str,
    *,
    user: User | None,
    at: datetime,
    until: datetime | None = None,
    key: str = "",
) -> None:
    """Send to one address; with `until` the text holds a right and is erased once sent."""
    by_sms = channel == "phone"
    send_now(
        channel="sms" if by_sms else "email",
        address=address,
        title=title,
        text=letters.sms_text(short=text) if by_sms else text,
        key=key or f"security:{secrets.token_hex(12)}",
        at=at,
        user=user,
        secret=until is not None,
        until=until,
    )


def _address(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def _day(at: datetime) -> str:
    return dates.short(timezone.localtime(at).date())
