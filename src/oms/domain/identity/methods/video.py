"""A video of the person with the document (IDN-4): recorded in the browser, judged by people.

Digits to say aloud make an old or a bought video useless. Where there is no camera
in the browser, a photo of the face and a scan of the passport do instead.
"""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from oms.domain.accounts import queries as accounts
from oms.domain.accounts.models import User
from oms.domain.documents import queries as documents
from oms.domain.documents.models import Document
from oms.domain.identity import actions, hours, queries, recordings, registers
from oms.domain.identity.method import Availability, Method, Part
from oms.domain.identity.models import OPEN, Confirmation, Recording
from oms.domain.identity.registers import Told
from oms.kit.denied import Denied

State = Confirmation.State
DIGITS = 6
DIGITS_LIVE = timedelta(hours=1)
FACE, PASSPORT = "face", "passport"


class NothingToShow(Denied):
    """Neither a video nor the two pictures."""

    status = 422
    text = "Запишите видео. Если камеры нет, приложите фотографию лица и скан паспорта."


class OldDigits(Denied):
    """The digits were given too long ago."""

    text = "Цифры устарели. Мы дали новые: запишите видео ещё раз."


def available(_user: User, at: datetime) -> Availability:
    """Recording is open day and night; say when people look at it."""
    if hours.is_open(at):
        return Availability(True, "Доступно сейчас, операторы на месте")
    return Availability(True, f"Записать можно сейчас, посмотрят {hours.opens_words(at)}")


METHOD = Method(
    code="video",
    title="Видео с паспортом",
    summary="Запишите короткое видео: лицо, паспорт и несколько цифр вслух. Посмотрит оператор.",
    takes="2 минуты, ответ до 1 рабочего дня",
    icon="user-check",
    order=40,
    gives=frozenset({Part.PERSON}),
    page="identity_video",
    available=available,
    needs="Паспорт и камера телефона или компьютера",
)


def begin(*, user: User, at: datetime) -> Confirmation:
    """Begin, or go on with digits that are young enough. Raises what `actions.begin` does."""
    tries = Confirmation.objects.filter(user=user, method=METHOD.code, state__in=OPEN)
    known = tries.select_related("user").first()
    if known and (known.state == State.WAITING or not _is_old(known, at)):
        return known
    return _begin(user, at)


@transaction.atomic
def _begin(user: User, at: datetime) -> Confirmation:
    own = actions.begin(user=user, method=METHOD.code, at=at)
    own = Confirmation.objects.select_for_update().select_related("user").get(pk=own.pk)
    if own.state != State.WAITING and _is_old(own, at):
        own.details |= {"digits": _digits(), "digits_at": at.isoformat()}
        own.save(update_fields=["details"])
    return own


def digits(confirmation: Confirmation) -> str:
    """Return the digits to say, in groups: «48 20 17»."""
    text = str(confirmation.details.get("digits", ""))
    return " ".join(text[i : i + 2] for i in range(0, len(text), 2))


def keep_video(*, confirmation: Confirmation, content: bytes, said: str, at: datetime) -> Recording:
    """Take a recording in which the digits `said` are said; it replaces an earlier one.

    Raises `OldDigits`, `recordings.NotAVideo`, `recordings.TooLarge`, `actions.Ended`.
    """
    own = Confirmation.objects.select_related("user").get(pk=confirmation.pk)
    if own.state not in {State.BEGUN, State.FIX}:
        raise actions.Ended
    if said != own.details.get("digits"):
        raise OldDigits
    return recordings.keep(confirmation=own, content=content, by=own.user.actor, at=at)


def shown(confirmation: Confirmation) -> tuple[Recording | None, dict[str, Document]]:
    """Return the recording and the newest usable pictures by slot."""
    video = Recording.objects.filter(confirmation=confirmation, erased_at=None).first()
    usable = [
        one
        for one in documents.of(about=confirmation.key)
        if one.scan != Document.Scan.INFECTED and one.state != Document.State.REFUSED
    ]
    return video, {one.slot: one for one in usable}


def submit(*, confirmation: Confirmation, at: datetime) -> Confirmation:
    """Hand in what is recorded; people answer by the end of the next working day.

    Handed in twice, it waits once. Raises `NothingToShow`, `actions.Ended`.
    """
    from oms.domain.identity.tasks import ask_for_operator

    own = Confirmation.objects.select_related("user").get(pk=confirmation.pk)
    if own.state == State.WAITING:
        return own
    video, pictures = shown(own)
    if video and video.stored_at.isoformat() < str(own.details.get("digits_at", "")):
        raise OldDigits
    if video is None and not {FACE, PASSPORT} <= set(pictures):
        raise NothingToShow
    with transaction.atomic():
        kept = {"said": actions.said(own.user), "way": "video" if video else "photo"}
        own = actions.wait(
            confirmation=own, at=at, due_at=hours.answer_by(at), details=kept, fields=()
        )
        ask_for_operator.enqueue(own.pk)
    return own


def ask(*, confirmation: Confirmation, at: datetime) -> None:
    """Ask the registers about the profile, as far as it is filled; for the operator's eyes."""
    known = accounts.profile(confirmation.user)
    user, paper, number = confirmation.user, known.get("document"), known.get("snils")
    if not (paper and paper.value and number and number.value and user.birth_date):
        return
    told = Told(
        user.family_name, user.given_name, user.patronymic, user.birth_date,
        int(paper.value["kind"]), paper.value.get("series", ""), paper.value["number"],
        number.value, user.sex,
    )  # fmt: skip
    *_, fields = registers.check(told, queries.remembered(user=user, at=at))
    with suppress(actions.Ended, actions.Closed):
        actions.note(confirmation=confirmation, fields=fields, at=at)


def _is_old(own: Confirmation, at: datetime) -> bool:
    given = own.details.get("digits_at")
    return not given or datetime.fromisoformat(given) <= at - DIGITS_LIVE


def _digits() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
