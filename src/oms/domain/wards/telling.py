"""What both sides are told of a right: names short, the ward only if they can read it."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from oms.domain.accounts import wards
from oms.domain.accounts.models import Representation, User
from oms.domain.notifications.actions import tell
from oms.law import dates, names
from oms.law.typed import NBSP

PAGE = "/account/wards/"


def handed_in(own: Representation, *, at: datetime) -> None:
    """The documents are in; until when the fund answers."""
    _tell(own, "ward-handed-in", at=at, due=_until(own.due_at) if own.due_at else "")


def better_asked(own: Representation, *, at: datetime) -> None:
    """Another document is needed."""
    _tell(own, "ward-question", at=at, text=own.reason)


def confirmed(own: Representation, *, at: datetime) -> None:
    """The right is given; a ward with a cabinet learns who has it."""
    _tell(own, "ward-confirmed", at=at, until=_lasts(own))
    _tell_ward(own, "represented", at=at, until=_lasts(own))


def refused(own: Representation, *, at: datetime) -> None:
    """The right is not given, and why."""
    _tell(own, "ward-refused", at=at, text=own.reason)


def widened(own: Representation, *, at: datetime) -> None:
    """The wider right is given."""
    _tell(own, "ward-widened", at=at, scope=scope_words(own))
    _tell_ward(own, "represented-scope", at=at, scope=scope_words(own))


def scope_refused(own: Representation, text: str, *, at: datetime) -> None:
    """The wider right is not given, and why."""
    _tell(own, "ward-scope-refused", at=at, text=text)


def narrowed(own: Representation, *, at: datetime) -> None:
    """Less may be done from now on."""
    _tell(own, "ward-narrowed", at=at, scope=scope_words(own))
    _tell_ward(own, "represented-scope", at=at, scope=scope_words(own))


def revoked(own: Representation, *, at: datetime) -> None:
    """The right is revoked: both sides are told, whoever did it."""
    _tell(own, "ward-revoked", at=at, text=own.reason)
    _tell_ward(own, "represented-no-more", at=at, text=own.reason)


def ended(own: Representation, *, at: datetime) -> None:
    """The last day of the right is over."""
    _tell(own, "ward-ended", at=at, text=own.reason)
    _tell_ward(own, "represented-no-more", at=at, text=own.reason)


def ending(own: Representation, *, at: datetime) -> None:
    """The right ends within a month; told once for each last day."""
    assert own.ends_on is not None  # a right without an end does not end
    words = {"until": dates.long(own.ends_on)}
    _send(own, own.representative, "ward-ending", f"{own.ends_on}", at=at, **words)
    if own.ward.can_sign_in:
        _send(own, own.ward, "represented-ending", f"{own.ends_on}", at=at, **words)


def scope_words(own: Representation) -> str:
    """Return what the representative may do: «смотреть полис и документы, подавать заявления»."""
    return words_of(own.scope)


def words_of(scopes: Iterable[str]) -> str:
    """Return scopes in words, with a small letter each."""
    known = {str(scope): str(scope.label) for scope in wards.Scope}
    return ", ".join(known[name][:1].lower() + known[name][1:] for name in scopes)


def _tell(own: Representation, kind: str, *, at: datetime, **words: str) -> None:
    _send(own, own.representative, kind, at.isoformat(), at=at, **words)


def _tell_ward(own: Representation, kind: str, *, at: datetime, **words: str) -> None:
    if own.ward.can_sign_in:
        _send(own, own.ward, kind, at.isoformat(), at=at, **words)


def _send(
    own: Representation, user: User, kind: str, once: str, *, at: datetime, **words: str
) -> None:
    other = own.representative
    by = names.short(other.family_name, other.given_name, other.patronymic)
    tell(
        user=user,
        kind=kind,
        context={"name": own.ward.given_name, "by": by, **words},
        key=f"{own.key}:{kind}:{once}",
        subject=own.key,
        link=f"{PAGE}{own.pk}/",
        at=at,
    )


def _lasts(own: Representation) -> str:
    return f"до {dates.long(own.ends_on)}" if own.ends_on else f"без{NBSP}срока."


def _until(at: datetime) -> str:
    return dates.long(timezone.localtime(at, timezone.get_default_timezone()).date())
