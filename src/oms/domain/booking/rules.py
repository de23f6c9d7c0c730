"""Whether this person may have this slot: the rules of `law.visits` over rows (BKG-2, BKG-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.db.models import (
    BigAutoField,
    CharField,
    DateTimeField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from oms.domain.accounts import wards
from oms.domain.accounts.models import Representation, Role
from oms.domain.booking import refused
from oms.domain.booking.models import Appointment, Quota, Slot
from oms.domain.directory.models import Position
from oms.domain.journal.actions import Actor
from oms.domain.register.models import InsuredPerson, Policy
from oms.kit.prepared import Prepared
from oms.law import dates
from oms.law.visits import RULES, fits_age

State = Appointment.State
GIVEN_OUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        Quota.INTERNET: frozenset({Quota.INTERNET}),
        Quota.PHONE: frozenset({Quota.INTERNET, Quota.PHONE}),
        Quota.REGISTRAR: frozenset(Quota),
        Quota.REFERRAL: frozenset({Quota.INTERNET, Quota.REFERRAL}),
    }
)
"""By which channel which slots are given out."""


@dataclass(frozen=True)
class Own:
    """What a person has now, and the visit an earlier request with this key made."""

    standing: list[Appointment]
    holds: list[Appointment]
    repeated: Appointment | None


def locked_person(person_id: int) -> InsuredPerson:
    """Lock the person until the transaction ends: whoever books for them takes turns."""
    found = _LOCKED.first(person=person_id)
    if found is None:
        raise InsuredPerson.DoesNotExist
    return found


def with_policy(rows: QuerySet[InsuredPerson]) -> QuerySet[InsuredPerson]:
    """Add to persons what `refuse_unfit` asks of their policy."""
    policies = Policy.objects.filter(person=OuterRef("pk"), state=Policy.State.ACTIVE)
    last = Coalesce("ends_on", Value(date.max))
    return rows.annotate(
        insured_since=Subquery(policies.values("begins_on")),
        insured_until=Subquery(policies.values_list(last)),
    )


def own_of(person: InsuredPerson, *, key: str, at: datetime) -> Own:
    """Return what the person has ahead and holds. One query, few rows: the past is not read."""
    rows = _OWN(person=person.pk, key=key, at=at)
    mine = [row for row in rows if row.person_id == person.pk]
    return Own(
        [row for row in mine if row.state in Appointment.KEPT and row.ends_at > at],
        [row for row in mine if row.state == State.HELD],
        next((row for row in rows if key and row.key == key), None),
    )


_LOCKED: Prepared[InsuredPerson] = Prepared(
    lambda person: with_policy(InsuredPerson.objects.select_for_update(no_key=True)).filter(
        pk=person
    ),
    person=BigAutoField(),
)
_OWN: Prepared[Appointment] = Prepared(
    lambda person, key, at: Appointment.objects.filter(
        Q(person=person, state__in=Appointment.KEPT, ends_at__gt=at)
        | Q(person=person, state=State.HELD)
        | Q(key=key)
    ).select_related("position"),
    person=BigAutoField(),
    key=CharField(),
    at=DateTimeField(),
)
"""What everybody's booking asks. No visit has an empty key: asked for none, none is found."""


def refuse_stranger(person: InsuredPerson, by: Actor, *, on: date) -> None:
    """Raise `NotYours` for a citizen who is neither the person nor may book for them.

    Other actors are asked for by `states.side`. A representative costs one query.
    """
    if by.role != Role.INSURED or by.key == f"user:{person.user_id}":
        return
    user = by.key.removeprefix("user:")
    if person.user_id and user.isdecimal():
        rights = Representation.objects.filter(
            wards.in_force(on=on), representative=int(user), ward=person.user_id
        )
        scopes = rows[0] if (rows := rights.values_list("scope", flat=True)[:1]) else []
        if wards.allows(scopes, wards.Scope.BOOK) and scopes:
            return
    raise refused.NotYours


def refuse_unfit(person: InsuredPerson, position: Position, *, on: date) -> None:
    """Refuse whom the doctor does not see on the day, or who is not insured then.

    `person` is of `locked_person`.
    """
    if person.state not in {InsuredPerson.State.ACTIVE, InsuredPerson.State.SUSPENDED}:
        raise refused.NotOnRecord
    since, until = person.insured_since, person.insured_until  # type: ignore[attr-defined]
    if since is None or not since <= on <= until:
        raise refused.NoPolicy
    limits = {"from_age": position.from_age, "below_age": position.below_age}
    if not fits_age(dates.age(person.birth_date, on=on), **limits):
        raise refused.WrongAge(**limits)
    if position.sex and position.sex != person.sex:
        raise refused.WrongSex(sex=position.sex)


def refuse_quota(slot: Slot, channel: str) -> None:
    """Refuse a slot that is not given out by this channel."""
    if slot.quota not in GIVEN_OUT[channel]:
        raise refused.WrongQuota


def refuse_without_referral(slot: Slot, referral: str) -> None:
    """Refuse a doctor or a slot by referral when no number of one is told."""
    if not referral and (slot.position.needs_referral or slot.quota == Quota.REFERRAL):
        raise refused.NeedsReferral


def refuse_overlap(slot: Slot, own: Own, *, but: int | None = None) -> None:
    """Refuse a time at which the person is elsewhere; `but` is the visit that moves away."""
    for row in own.standing:
        if row.pk != but and row.starts_at < slot.ends_at and slot.starts_at < row.ends_at:
            raise refused.Overlap


def refuse_more(slot: Slot, own: Own, *, at: datetime, but: int | None = None) -> None:
    """Refuse a second visit ahead to such a doctor, and more visits than one may have."""
    ahead = [row for row in own.standing if row.pk != but and row.starts_at > at]
    if any(row.position.speciality == slot.position.speciality for row in ahead):
        raise refused.OneASpeciality
    if len(ahead) >= RULES.visits_ahead:
        raise refused.TooMany
