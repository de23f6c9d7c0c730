"""Reviews: left, changed, taken back, moderated, answered, complained of. Each change is journaled.

The rating of an organisation is kept in the transaction of the change, under its row lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from oms.domain.accounts.models import Level, Role, User
from oms.domain.directory.models import Doctor, Insurer, MedicalOrganization
from oms.domain.directory.review_models import LONGEST, STARS, Rating, Review, ReviewReport
from oms.domain.journal.actions import VISITOR, Actor, record
from oms.kit.denied import Denied

State = Review.State
REASONS: Mapping[str, str] = {
    "personal": "В отзыве есть личные данные: фамилия, телефон, номер документа или диагноз",
    "rude": "В отзыве есть оскорбления или угрозы",
    "off-topic": "Отзыв не об этой организации",
    "advert": "Это реклама или ссылка на другой сайт",
    "copied": "Такой же текст уже опубликован",
    "unclear": "Из текста нельзя понять, что произошло",
}
"""Why a review is not published, as its author reads it."""
REPORTS: Mapping[str, str] = {
    "personal": "Есть личные данные",
    "rude": "Оскорбления или угрозы",
    "off-topic": "Не об этой организации",
    "advert": "Реклама",
    "false": "Неправда",
}
ANSWER = {Role.INSURER, Role.FUND}
"""Who writes the answer of an organisation: an insurer its own, a fund that of a clinic."""
LONGEST_LETTER = 120
_MODERATORS = {Role.SUPPORT, Role.ADMINISTRATOR}
_HOUSES: Mapping[str, tuple[type[Insurer] | type[MedicalOrganization] | type[Doctor], str]] = {
    "insurer": (Insurer, "users_rating"),
    "clinic": (MedicalOrganization, "rating"),
    "doctor": (Doctor, "rating"),
}


class NotConfirmed(Denied):
    """Only a proven person may rate."""

    status = 403
    text = "Отзыв может оставить человек с подтверждённой личностью. Подтвердите её в кабинете."


class OwnOrganization(Denied):
    """Staff do not rate their own house, nor anybody from a work account."""

    status = 403
    text = "С рабочей учётной записи отзывы не оставляют. Войдите в свой личный кабинет."


class NoOrganization(Denied):
    """Nothing of that key can be rated."""

    status = 404
    text = "Такой организации нет в справочнике."


class WrongReview(Denied):
    """Stars or text that cannot be kept."""

    status = 422
    text = "Поставьте от 1 до 5 звёзд и напишите не больше 2000 знаков."


class NotYours(Denied):
    """Another's review, or not for this role."""

    status = 403
    text = "Этот отзыв вам не открыт."


class AlreadyDecided(Denied):
    """Somebody decided, or the author changed it meanwhile."""

    text = "Отзыв уже изменился. Обновите страницу и посмотрите ещё раз."


class NoLetter(Denied):
    """An answer on behalf of a clinic without the letter it came with."""

    status = 422
    text = "Укажите письмо организации: номер и дату."


class NoReason(Denied):
    """A refusal without its reason."""

    status = 422
    text = "Выберите причину из списка."


@dataclass(frozen=True)
class Wording:
    """What a person says."""

    stars: int
    text: str
    named: bool


def leave(*, user: User, organization: str, wording: Wording, at: datetime) -> Review:
    """Leave a review or change one's own: it waits for moderation and is off the page until then.

    The same words again change nothing. Raises `NotConfirmed`, `OwnOrganization`,
    `NoOrganization`, `WrongReview`.
    """
    may_review(user=user)
    text = wording.text.strip()
    if wording.stars not in STARS or len(text) > LONGEST:
        raise WrongReview
    said = {
        "stars": wording.stars,
        "text": text,
        "signature": _signature(user) if wording.named else "",
    }
    with transaction.atomic():
        rating = _rating(organization)
        review = Review.objects.select_for_update().filter(author=user, organization=organization)
        found = review.first()
        if found is None:
            found = Review.objects.create(
                author=user, organization=organization, sent_at=at, **said
            )
        elif found.state != State.WITHDRAWN and all(
            getattr(found, name) == value for name, value in said.items()
        ):
            return found
        else:
            _count(rating, found, -1)
            _set(
                found, **said, state=State.WAITING, sent_at=at, revision=found.revision + 1,
                reason="", decided_at=None, decided_by="", reports_open=0, answer="",
                answered_at=None, answered_by="",
            )  # fmt: skip
            found.reports.filter(settled_at=None).update(settled_at=at)
        told = {"stars": wording.stars, "revision": found.revision}
        _record("review.leave", found, user.actor, at, told)
    return found


def withdraw(*, user: User, organization: str, at: datetime) -> None:
    """Take one's own review back; nothing happens when there is none."""
    with transaction.atomic():
        rating = _rating(organization)
        rows = Review.objects.select_for_update().filter(author=user, organization=organization)
        found = rows.exclude(state=State.WITHDRAWN).first()
        if found is None:
            return
        _count(rating, found, -1)
        _set(found, state=State.WITHDRAWN, revision=found.revision + 1, reports_open=0)
        found.reports.filter(settled_at=None).update(settled_at=at)
        _record("review.withdraw", found, user.actor, at)


def decide(
    *, pk: int, publish: bool, reason: str = "", revision: int, by: User, at: datetime
) -> tuple[Review, bool]:
    """Publish, or refuse for a reason of `REASONS`; return the review and whether it changed.

    Also settles complaints: a published review that stays has them answered. `revision` is the
    one that was read. Raises `NotYours`, `AlreadyDecided`, `NoReason`.
    """
    if by.role not in _MODERATORS:
        raise NotYours
    if not publish and reason not in REASONS:
        raise NoReason
    with transaction.atomic():
        rating, found = _locked(pk, by)
        target = State.PUBLISHED if publish else State.REFUSED
        if found.state == target and not found.reports_open and found.decided_by == by.key:
            return found, False
        if found.revision != revision or found.state not in {State.WAITING, State.PUBLISHED}:
            raise AlreadyDecided
        changed = found.state != target
        _count(rating, found, -1)
        _set(
            found, state=target, reason="" if publish else reason, decided_at=at,
            decided_by=by.key, reports_open=0,
        )  # fmt: skip
        _count(rating, found, +1)
        found.reports.filter(settled_at=None).update(settled_at=at)
        act = "review.publish" if publish else "review.refuse"
        _record(act, found, by.actor, at, {"reason": reason} if reason else None)
    return found, changed


def answer(
    *, pk: int, text: str, revision: int, by: User, at: datetime, letter: str = ""
) -> Review:
    """Answer a published review; an empty text takes the answer back.

    An insurer's operator answers for it. A fund's operator enters what a clinic of the region sent:
    `letter` says which (number and date) and is kept in the journal with who entered it. Raises
    `NotYours`, `AlreadyDecided`, `WrongReview`, `NoLetter`.
    """
    text, letter = text.strip(), " ".join(letter.split())[:LONGEST_LETTER]
    if len(text) > LONGEST:
        raise WrongReview
    if by.role not in ANSWER:
        raise NotYours
    if by.role == Role.FUND and not letter:
        raise NoLetter
    with transaction.atomic():
        _, found = _locked(pk, by)
        if found.revision != revision:
            raise AlreadyDecided
        if found.answer != text:
            _set(found, answer=text, answered_at=at if text else None, answered_by=by.key)
            details = {"revision": found.revision, **({"letter": letter} if letter else {})}
            _record("review.answer", found, by.actor, at, details)
    return found


def report(
    *, pk: int, reporter: str, reason: str, text: str = "", by: Actor = VISITOR, at: datetime
) -> None:
    """Complain of a published review, once a person: it goes to moderation and stays meanwhile.

    Raises `NoReason`, `NotYours`.
    """
    if reason not in REPORTS:
        raise NoReason
    with transaction.atomic():
        found = Review.objects.public().select_for_update().filter(pk=pk).first()
        if found is None:
            raise NotYours
        _, is_new = ReviewReport.objects.get_or_create(
            review=found,
            reporter=reporter,
            defaults={"reason": reason, "text": text.strip()[:500], "sent_at": at},
        )
        if is_new:
            _set(found, reports_open=found.reports_open + 1)
            _record("review.report", found, by, at, {"reason": reason})


def may_review(*, user: User) -> None:
    """Raise `NotConfirmed` or `OwnOrganization` unless the person may rate."""
    if user.is_staff_member or user.organization:
        raise OwnOrganization
    if user.level != Level.CONFIRMED:
        raise NotConfirmed


def recount(*, organization: str) -> Rating:
    """Count the rating of an organisation anew from its reviews; for repairs and tests."""
    with transaction.atomic():
        rating = _rating(organization)
        rows = Review.objects.public().filter(organization=organization)
        for stars in STARS:
            setattr(rating, f"stars_{stars}", rows.filter(stars=stars).count())
        rating.save()
        _tell_house(rating)
    return rating


def _rating(organization: str) -> Rating:
    """The rating under its lock: changes of one organisation's reviews wait for each other."""
    kind, _, code = organization.partition(":")
    house = _HOUSES.get(kind)
    if house is None or not _is_there(house[0], code):
        raise NoOrganization
    Rating.objects.get_or_create(organization=organization)
    return Rating.objects.select_for_update().get(organization=organization)


def _is_there(model: type[Insurer] | type[MedicalOrganization] | type[Doctor], code: str) -> bool:
    if model is Doctor and not (code.isascii() and code.isdigit() and len(code) < 19):
        return False
    return model._default_manager.filter(pk=code).exists()


def _locked(pk: int, by: User) -> tuple[Rating, Review]:
    """Rating first, then review: always in this order, so that nobody waits in a circle."""
    seen = Review.objects.visible_to(by).filter(pk=pk).first()
    if seen is None:
        raise NotYours
    rating = _rating(seen.organization)
    return rating, Review.objects.select_for_update().get(pk=pk)


def _count(rating: Rating, review: Review, step: int) -> None:
    """Add or take the stars of a review that everybody reads."""
    if review.state != State.PUBLISHED:
        return
    name = f"stars_{review.stars}"
    setattr(rating, name, getattr(rating, name) + step)
    rating.save(update_fields=[name])
    _tell_house(rating)


def _tell_house(rating: Rating) -> None:
    kind, _, code = rating.organization.partition(":")
    model, name = _HOUSES[kind]
    mean = Decimal(rating.total) / rating.count if rating.count else None
    shown = None if mean is None else mean.quantize(Decimal("0.1"), ROUND_HALF_UP)
    model._default_manager.filter(pk=code).update(**{name: shown})


def _signature(user: User) -> str:
    return f"{user.given_name} {user.family_name[:1]}.".strip()


def _set(review: Review, **values: object) -> None:
    for name, value in values.items():
        setattr(review, name, value)
    review.save(update_fields=[*values])


def _record(
    act: str, review: Review, by: Actor, at: datetime, details: Mapping[str, object] | None = None
) -> None:
    record(
        act=act, subject=review.key, by=by, at=at, person=f"user:{review.author_id}",
        details={"organization": review.organization, **(details or {})},
    )  # fmt: skip
