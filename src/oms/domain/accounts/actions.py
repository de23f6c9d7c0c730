"""What is done to accounts: profile values, password, sessions."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from oms.domain.accounts import history, sign_in
from oms.domain.accounts.models import Level, ProfileValue, Source, User, Visit
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied

COLUMNS = (
    "family_name", "given_name", "patronymic", "birth_date", "sex", "birth_place",
    "citizenship", "snils", "inn", "phone", "email",
)  # fmt: skip
BESIDE_COLUMNS = ("document", "registration_address", "residence_address")
FIELDS = (*COLUMNS, *BESIDE_COLUMNS)
_PROVEN_BY_CODE = ("phone", "email")
_OPENS_SIGN_IN = ("snils", "inn")


class Confirmed(Denied):
    """A value that was checked cannot be typed over."""

    text = "Эти данные подтверждены. Изменить их можно через услугу «Обновление данных»."


@transaction.atomic
def set_profile_values(
    *, user: User, values: Mapping[str, Any], source: Source, at: datetime, by: Actor
) -> list[str]:
    """Write what is now known of a person: history, current columns, journal, all at once.

    `values` are by field name (`FIELDS`); dates as `date`, documents and addresses as JSON-able
    mappings. Same value from the same source is no change. Returns the changed fields. Raises
    `Confirmed` when typed values would replace checked ones; a phone or an e-mail is never typed
    without a code that proves it.
    """
    User.objects.select_for_update().get(pk=user.pk)
    known = {line.field: line for line in user.profile_values.filter(current=True)}
    changed = {
        field: value
        for field, value in values.items()
        if _differs(known.get(field), _plain(value), source)
    }
    typed = set(changed) - set(_PROVEN_BY_CODE) if source is Source.TYPED else set()
    if any(_is_checked(known.get(field)) for field in typed):
        raise Confirmed
    if not changed:
        return []
    _append(user, changed, source, at)
    _write_columns(user, changed, source)
    details = {"fields": sorted(changed), "source": source.value}
    record(act="profile.set", subject=user.key, by=by, at=at, person=user.key, details=details)
    return list(changed)


@transaction.atomic
def confirm_profile(*, user: User, at: datetime) -> None:
    """Keep that the owner looked at all values and said they are true."""
    user.profile_checked_at = at
    user.save(update_fields=["profile_checked_at"])
    record(act="profile.check", subject=user.key, by=user.actor, at=at, person=user.key)


@transaction.atomic
def set_password(*, user: User, password: str, by: Actor, at: datetime, keep: str = "") -> None:
    """Give the account a new password: opens the sign-in, keeps the second factor.

    Ends all sessions but `keep` (the one the password is changed in).
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    end_visits(user=user, keep=keep)
    sign_in.forget_failures(user=user)
    record(act="user.password", subject=user.key, by=by, at=at, person=user.key)


@transaction.atomic
def begin_visit(
    *,
    user: User,
    session_key: str,
    agent: str,
    at: datetime,
    method: str = "",
    origin: str = "",
) -> None:
    """Note a session that has just signed in, and how, from which network address."""
    Visit.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "agent": agent[:120], "started_at": at, "seen_at": at},
    )
    history.note(
        user=user, outcome=history.Outcome.ENTERED, method=method, agent=agent, origin=origin, at=at
    )
    user.last_login = at
    user.save(update_fields=["last_login"])
    record(act="user.sign-in", subject=user.key, by=user.actor, at=at, person=user.key)


@transaction.atomic
def end_visits(*, user: User, keep: str = "") -> int:
    """Sign the user out everywhere but in the session `keep`; return how many were ended."""
    visits = Visit.objects.filter(user=user).exclude(session_key=keep)
    keys = list(visits.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    visits.delete()
    return len(keys)


@transaction.atomic
def end_one_visit(*, user: User, pk: int) -> bool:
    """Sign the user out of one session of theirs; False when there is none."""
    visit = Visit.objects.filter(user=user, pk=pk).first()
    if visit is None:
        return False
    Session.objects.filter(session_key=visit.session_key).delete()
    visit.delete()
    return True


def move_visit(*, old: str, new: str) -> None:
    """Follow a session that got a new key."""
    Visit.objects.filter(session_key=old).update(session_key=new)


def end_visit(*, session_key: str) -> None:
    """Forget one session, as it signs out."""
    Visit.objects.filter(session_key=session_key).delete()


@transaction.atomic
def raise_level(*, user: User, level: Level, by: Actor, at: datetime, basis: str) -> None:
    """Say how far the person is known now (ACC-10); `basis` is the key of what proved it."""
    user.level = level
    user.save(update_fields=["level"])
    details = {"level": level.value, "basis": basis}
    record(act="user.level", subject=user.key, by=by, at=at, person=user.key, details=details)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _differs(line: ProfileValue | None, value: Any, source: Source) -> bool:
    if line is None:
        return value not in (None, "")
    stronger = source is not Source.TYPED and line.source != source
    return bool(line.value != value or stronger)


def _is_checked(line: ProfileValue | None) -> bool:
    return line is not None and line.source != Source.TYPED


def _append(user: User, changed: Mapping[str, Any], source: Source, at: datetime) -> None:
    user.profile_values.filter(current=True, field__in=list(changed)).update(current=False)
    ProfileValue.objects.bulk_create(
        ProfileValue(user=user, field=field, value=_plain(value), source=source, at=at)
        for field, value in changed.items()
    )


def _write_columns(user: User, changed: Mapping[str, Any], source: Source) -> None:
    """Write; where another took the number between the look and the save, look once more."""
    try:
        with transaction.atomic():
            _save_columns(user, changed, source)
    except IntegrityError:
        _save_columns(user, changed, source)


def _save_columns(user: User, changed: Mapping[str, Any], source: Source) -> None:
    columns = {field: value for field, value in changed.items() if field in COLUMNS}
    for field in _OPENS_SIGN_IN:
        if columns.get(field):
            columns[field] = _free_to_use(user, field, columns[field], source)
        elif field in columns:
            columns[field] = None
    for field, value in columns.items():
        setattr(user, field, value)
    if columns:
        user.save(update_fields=list(columns))


def _free_to_use(user: User, field: str, value: str, source: Source) -> str | None:
    """A number opens one account's sign-in: who typed it first, until somebody proves it his.

    So typing another's СНИЛС neither takes it from its owner nor tells that he has an account.
    A ward has no sign-in to open: theirs is kept for them only once proven, and never taken
    from somebody who signs in by it.
    """
    others = User.objects.exclude(pk=user.pk).filter(**{field: value})
    if not (user.phone or user.email):
        return None if source is Source.TYPED or others.exists() else value
    if source is Source.TYPED:
        return None if others.exists() else value
    others.update(**{field: None})
    return value
