"""What may be asked about confirmations: the standing of a person, the menu, what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import Level, User
from oms.domain.identity.method import (
    Availability,
    Field,
    Method,
    Outcome,
    Part,
    fields_of,
    level_of,
)
from oms.domain.identity.methods import methods
from oms.domain.identity.models import Confirmation
from oms.domain.register.models import InsuredPerson

State = Confirmation.State
REMEMBERED = timedelta(days=30)
_SHOWN = 60


@dataclass(frozen=True)
class Standing:
    """How far a person is known: level, proven parts, the confirmation that made the level."""

    level: Level
    parts: frozenset[Part]
    confirmation: Confirmation | None
    opened: Sequence[Confirmation]

    @property
    def is_confirmed(self) -> bool:
        """Whether nothing is left to confirm."""
        return self.level == Level.CONFIRMED

    @property
    def method(self) -> Method | None:
        """The method that made the level."""
        return methods().get(self.confirmation.method) if self.confirmation else None


@dataclass(frozen=True)
class Choice:
    """One line of the menu: a method, whether it is open now, and how far the person came.

    `completes` says that the method alone leads to the confirmed level from where one stands.
    """

    method: Method
    availability: Availability
    confirmation: Confirmation | None
    completes: bool

    @property
    def is_done(self) -> bool:
        """Whether what the method proves is proven by it."""
        return bool(self.confirmation and self.confirmation.state == State.CONFIRMED)

    @property
    def failed(self) -> bool:
        """Whether the last try by this method ended without success."""
        last = self.confirmation
        return bool(last and last.state in {State.REFUSED, State.EXPIRED})


@dataclass(frozen=True)
class Menu:
    """All methods for a person, and the one to offer first."""

    standing: Standing
    choices: Sequence[Choice]
    next: Choice | None
    is_linked: bool


def current(*, user: User) -> Standing:
    """Return how far the person is known. One query."""
    return _standing(user, _tries(user))


def menu(*, user: User, at: datetime) -> Menu:
    """Return the menu of methods with availability as of now. Two queries at most, and the
    methods' own.

    Offered first is the try already under way, else the first open method that was not yet
    failed and adds something.
    """
    tries = _tries(user)
    standing = _standing(user, tries)
    latest: dict[str, Confirmation] = {}
    for one in tries:
        latest.setdefault(one.method, one)
    choices = [
        Choice(
            method,
            method.available(user, at),
            _still_true(latest.get(method.code), method, user),
            level_of(standing.parts | method.gives) == Level.CONFIRMED,
        )
        for method in methods().values()
    ]
    linked = standing.is_confirmed and InsuredPerson.objects.filter(user=user).exists()
    return Menu(standing, choices, _next(standing, choices), linked)


def parts_of(*, user: User) -> frozenset[Part]:
    """Return what the person has proven so far."""
    return _parts(user, _tries(user))


def remembered(*, user: User, at: datetime) -> Mapping[str, Field]:
    """Return fields that agreed within 30 days, by their proof: these are not checked again."""
    rows = Confirmation.objects.filter(user=user, state_at__gt=at - REMEMBERED).order_by("state_at")
    since = (at - REMEMBERED).isoformat()
    return {
        field.proof: field
        for row in rows
        for field in fields_of(row.fields)
        if field.outcome is Outcome.MATCH and field.proof and field.at > since
    }


def mine(*, user: User, method: str) -> Confirmation | None:
    """Return the person's latest try by this method."""
    rows = Confirmation.objects.filter(user=user, method=method)
    return rows.order_by("-pk").first()


def _tries(user: User) -> list[Confirmation]:
    return list(Confirmation.objects.filter(user=user).order_by("-pk")[:_SHOWN])


def _standing(user: User, tries: Sequence[Confirmation]) -> Standing:
    done = [one for one in tries if one.state == State.CONFIRMED and one.method in methods()]
    made = next((one for one in reversed(done) if _raised(one) == user.level), None)
    opened = [one for one in tries if one.is_open]
    return Standing(Level(user.level), _parts(user, tries), made, opened)


def _raised(confirmation: Confirmation) -> str:
    return str(confirmation.details.get("level", ""))


def _parts(user: User, tries: Sequence[Confirmation]) -> frozenset[Part]:
    found: set[Part] = set()
    for one in tries:
        method = methods().get(one.method)
        if method and one.state == State.CONFIRMED:
            found |= proven(one, method, user)
    return frozenset(found)


def proven(confirmation: Confirmation, method: Method, user: User) -> frozenset[Part]:
    """Return what a confirmed try still proves: a phone only while it is the profile's."""
    phone = confirmation.details.get("phone", "")
    if Part.PHONE in method.gives and phone != fingerprint(f"phone:{user.phone}"):
        return method.gives - {Part.PHONE}
    return method.gives


def _still_true(
    confirmation: Confirmation | None, method: Method, user: User
) -> Confirmation | None:
    """Leave out a confirmed try that proves nothing any more, as after a change of phone."""
    if confirmation is None or confirmation.state != State.CONFIRMED:
        return confirmation
    return confirmation if proven(confirmation, method, user) else None


def _next(standing: Standing, choices: Sequence[Choice]) -> Choice | None:
    if standing.is_confirmed:
        return None
    under_way = [one for one in choices if one.confirmation and one.confirmation.is_open]
    asked = {State.FIX, State.BEGUN}
    urgent = [one for one in under_way if one.confirmation and one.confirmation.state in asked]
    fresh = [
        one
        for one in choices
        if one.availability.now
        and not one.is_done
        and not one.failed
        and one not in under_way
        and one.method.gives - standing.parts
    ]
    # What completes the level right away goes first: after checked documents, the SMS.
    fresh.sort(key=lambda one: (not (standing.parts and one.completes), one.method.order))
    return next(iter([*urgent, *fresh]), None)
