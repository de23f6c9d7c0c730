"""What is done to confirmations of identity: begun, awaited, corrected, decided.

Each act locks the person first, then the confirmation; told twice, it leaves one effect. The
level of an account is raised here and nowhere else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from oms.domain.accounts import actions as accounts
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import Level, Source, User
from oms.domain.directory import queries as directory
from oms.domain.identity import linking, queries
from oms.domain.identity.method import Field, Method, Outcome, Part, fields_of, level_of
from oms.domain.identity.methods import methods
from oms.domain.identity.models import OPEN, Confirmation
from oms.domain.journal.actions import SYSTEM, Actor, record
from oms.domain.notifications import actions as notifications
from oms.kit.denied import Denied
from oms.law import dates, terms

State = Confirmation.State
CORE = ("family_name", "given_name", "patronymic", "birth_date")
"""What every proof vouches for: after it nobody types these over."""
PAGE = "/account/identity/"
_RANK = (Level.SIMPLE, Level.STANDARD, Level.CONFIRMED)


class Ended(Denied):
    """The try has its result already."""

    text = "Эта попытка уже завершена. Откройте страницу подтверждения личности."


class AlreadyConfirmed(Denied):
    """Nothing is left to confirm."""

    text = "Ваша личность уже подтверждена. Делать больше ничего не нужно."


class Closed(Denied):
    """The method does not work now, or the account is blocked."""

    text = "Этот способ сейчас недоступен. Выберите другой."


class Taken(Denied):
    """The СНИЛС was confirmed in another account. The words tell a stranger nothing."""

    text = (
        "Этим способом подтвердить личность не получилось. Подтвердите её лично: "
        "возьмите паспорт и приходите в офис."
    )


@transaction.atomic
def begin(
    *, user: User, method: str, at: datetime, details: Mapping[str, Any] | None = None
) -> Confirmation:
    """Begin a try by this method, or return the one still open.

    Raises `AlreadyConfirmed`, and `Closed` where the method is not available now; a try that
    is open already goes on.
    """
    user = _locked_user(user.pk)
    known = Confirmation.objects.filter(user=user, method=method, state__in=OPEN).first()
    if known:
        return known
    if user.level == Level.CONFIRMED:
        raise AlreadyConfirmed
    if not user.is_active:
        raise Closed
    availability = methods()[method].available(user, at)
    if not availability.now:
        raise Closed(f"Этот способ сейчас недоступен. {availability.words}.")
    made = Confirmation.objects.create(
        user=user, method=method, began_at=at, state_at=at, details=dict(details or {})
    )
    _journal("identity.begin", made, by=user.actor, at=at)
    return made


@transaction.atomic
def wait(
    *,
    confirmation: Confirmation,
    at: datetime,
    due_at: datetime | None = None,
    details: Mapping[str, Any] | None = None,
    fields: Sequence[Field] | None = None,
    by: Actor | None = None,
) -> Confirmation:
    """Say that the person did their part and an answer is awaited, until `due_at` if told.

    `details` are added to what is kept. Raises `Ended`.
    """
    own = _locked(confirmation)
    _refuse_ended(own)
    own.details |= details or {}
    if fields is not None:
        own.fields = _plain(fields, at)
    new = own.state != State.WAITING
    own.due_at, own.reason = due_at, ""
    _move(own, State.WAITING, at=at)
    if new:
        _journal("identity.wait", own, by=by or own.user.actor, at=at)
    return own


@transaction.atomic
def note(*, confirmation: Confirmation, fields: Sequence[Field], at: datetime) -> Confirmation:
    """Keep results by field that came in while the answer is awaited. Raises `Ended`."""
    own = _locked(confirmation)
    _refuse_ended(own)
    own.fields = _plain(fields, at)
    own.save(update_fields=["fields"])
    return own


@transaction.atomic
def fix(
    *,
    confirmation: Confirmation,
    fields: Sequence[Field],
    reason: str,
    by: Actor,
    at: datetime,
    due_at: datetime | None = None,
) -> Confirmation:
    """Ask the person to correct something, by default within 10 working days (IDN-7).

    Raises `Ended`.
    """
    own = _locked(confirmation)
    _refuse_ended(own)
    if own.state == State.FIX and own.reason == reason:
        return own
    own.fields, own.reason = _plain(fields, at), reason
    own.due_at, own.assignee = due_at or answer_by(at), None
    _move(own, State.FIX, at=at)
    _journal("identity.fix", own, by=by, at=at, reason=reason)
    _tell(own, "identity-fix", at=at, answer_by=own.due_at)
    return own


@transaction.atomic
def refuse(
    *,
    confirmation: Confirmation,
    reason: str,
    by: Actor,
    at: datetime,
    fields: Sequence[Field] = (),
    quiet: bool = False,
) -> Confirmation:
    """End the try without success; refused already, nothing changes. Raises `Ended`.

    `quiet` sends no message: the person sees the result on the page in this very moment.
    """
    own = _locked(confirmation)
    if own.state == State.REFUSED:
        return own
    _refuse_ended(own)
    own.fields, own.reason = _plain(fields, at) or own.fields, reason
    own.due_at, own.decided_by, own.code_hash = None, by.key, ""
    _move(own, State.REFUSED, at=at)
    _journal("identity.refuse", own, by=by, at=at, reason=reason)
    if not quiet:
        _tell(own, "identity-refused", at=at)
    return own


@transaction.atomic
def confirm(
    *,
    confirmation: Confirmation,
    fields: Sequence[Field],
    values: Mapping[str, Any],
    by: Actor,
    at: datetime,
    source: Source = Source.DOCUMENT,
) -> Confirmation:
    """End the try with success: keep values, raise the level, join with the register, tell.

    `values` are profile values as checked (`accounts.actions.FIELDS`); names and birth date
    are sealed with `source` even when not told. Confirmed already, nothing changes. Raises
    `Ended` after a refusal or the end of the term, `Taken` when another account proved the
    СНИЛС, `ValueError` where a field is not right.
    """
    if any(field.outcome is not Outcome.MATCH for field in fields):
        raise ValueError("only what agrees is confirmed")
    own = _locked(confirmation)
    if own.state == State.CONFIRMED:
        return own
    _refuse_ended(own)
    user, method = own.user, methods()[own.method]
    if Part.PHONE in method.gives:
        own.details["phone"] = fingerprint(f"phone:{user.phone}")
    _refuse_taken(user, values)
    _keep_values(user, method, values, source=source, by=by, at=at)
    own.fields = _plain(fields, at) or own.fields
    own.due_at, own.decided_by, own.reason, own.code_hash = None, by.key, "", ""
    _move(own, State.CONFIRMED, at=at)
    _raise_level(own, by=by, at=at)
    _journal("identity.confirm", own, by=by, at=at, level=own.details["level"])
    return own


@transaction.atomic
def expire(*, confirmation: Confirmation, at: datetime) -> Confirmation:
    """End a try whose term is over. Not over yet, or ended otherwise, nothing changes."""
    own = _locked(confirmation)
    if own.state not in {State.BEGUN, State.FIX} or (own.due_at and own.due_at > at):
        return own
    told = own.state == State.FIX
    own.reason, own.code_hash = "Срок прошёл, ответа не было.", ""
    _move(own, State.EXPIRED, at=at)
    _journal("identity.expire", own, by=SYSTEM, at=at)
    if told:
        _tell(own, "identity-expired", at=at)
    return own


@transaction.atomic
def remind(*, confirmation: Confirmation, at: datetime) -> None:
    """Remind the person of the term, once for each."""
    own = _locked(confirmation)
    if own.state == State.FIX and own.due_at and own.due_at > at:
        _tell(own, "identity-fix-reminder", at=at, answer_by=own.due_at)


def answer_by(at: datetime) -> datetime:
    """Return until when something asked now may be corrected."""
    zone = timezone.get_default_timezone()
    return terms.due_at(
        terms.term_at("clarification", on=timezone.localtime(at, zone).date()),
        received_at=at,
        calendar=directory.calendar(region=settings.REGION),
        zone=zone,
    )


def said(user: User) -> dict[str, Any]:
    """Return the core of the profile as it stands, to be kept with a try that waits for people."""
    born = user.birth_date.isoformat() if user.birth_date else ""
    return {**{name: getattr(user, name) for name in CORE}, "birth_date": born}


def _refuse_taken(user: User, values: Mapping[str, Any]) -> None:
    """Take no number from who proved it: one person has one account (BEY-6)."""
    number = values.get("snils")
    owner = User.objects.filter(snils=number).exclude(pk=user.pk).first() if number else None
    if owner and owner.level != Level.SIMPLE and owner.erased_at is None:
        raise Taken


def _keep_values(
    user: User,
    method: Method,
    values: Mapping[str, Any],
    *,
    source: Source,
    by: Actor,
    at: datetime,
) -> None:
    """Write what was checked. A method that proves neither data nor person vouches for none."""
    if not method.gives & {Part.DATA, Part.PERSON}:
        return
    core = {name: getattr(user, name) for name in CORE if getattr(user, name)}
    checked = {**core, **values}
    if isinstance(checked.get("birth_date"), str):
        checked["birth_date"] = date.fromisoformat(checked["birth_date"])
    accounts.set_profile_values(user=user, values=checked, source=source, at=at, by=by)


def _raise_level(own: Confirmation, *, by: Actor, at: datetime) -> None:
    user = own.user
    level = level_of(queries.parts_of(user=user))
    higher = _RANK.index(level) > _RANK.index(Level(user.level))
    if higher:
        accounts.raise_level(user=user, level=level, by=by, at=at, basis=own.key)
    own.details["level"] = user.level
    if higher and level == Level.CONFIRMED:
        own.link = linking.join(confirmation=own, by=by, at=at)
        _close_others(own, at=at)
    own.save(update_fields=["details", "link"])
    if higher:
        kind = "identity-confirmed" if level == Level.CONFIRMED else "identity-data-confirmed"
        _tell(own, kind, at=at)


def _close_others(own: Confirmation, *, at: datetime) -> None:
    """End what else is under way: nobody need look at a video of a person already confirmed."""
    others = Confirmation.objects.filter(user=own.user, state__in=OPEN).exclude(pk=own.pk)
    for other in others:
        other.reason, other.code_hash = "Личность подтверждена другим способом.", ""
        other.due_at = None
        _move(other, State.EXPIRED, at=at)
        _journal("identity.expire", other, by=SYSTEM, at=at)


def _locked_user(pk: int) -> User:
    return User.objects.select_for_update().get(pk=pk)


def _locked(confirmation: Confirmation) -> Confirmation:
    user = _locked_user(confirmation.user_id)
    own = Confirmation.objects.select_for_update().get(pk=confirmation.pk)
    own.user = user
    return own


def _refuse_ended(own: Confirmation) -> None:
    if not own.is_open:
        raise Ended
    if not own.user.is_active:
        raise Closed


def _move(own: Confirmation, state: Confirmation.State, *, at: datetime) -> None:
    own.state, own.state_at = state, at
    own.save()


def _plain(fields: Iterable[Field], at: datetime) -> list[dict[str, str]]:
    """Return results as JSON; one that is new is dated now, a remembered one keeps its date."""
    moment = at.isoformat()
    return [field.plain if field.at else replace(field, at=moment).plain for field in fields]


def _journal(act: str, own: Confirmation, *, by: Actor, at: datetime, **details: Any) -> None:
    """Write the act; of the fields only which and how, never values."""
    outcomes = {field.name: field.outcome.value for field in fields_of(own.fields)}
    told = {"method": own.method, "fields": outcomes, **details}
    record(act=act, subject=own.key, by=by, at=at, person=own.user.key, details=told)


def _tell(own: Confirmation, kind: str, *, at: datetime, answer_by: datetime | None = None) -> None:
    method = methods()[own.method]
    notifications.tell(
        user=own.user,
        kind=kind,
        context={"method": method.title, "reason": own.reason, "day": _day(at)},
        key=f"{own.key}:{kind}:{(answer_by or at).isoformat()}",
        subject=own.key,
        link=PAGE,
        answer_by=answer_by,
        at=at,
    )


def _day(at: datetime) -> str:
    return dates.long(timezone.localtime(at, timezone.get_default_timezone()).date())
