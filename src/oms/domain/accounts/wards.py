"""Who may act for whom today: the one place that answers it (ACC-15, BEY-8).

A right is in force when it is confirmed and its last day is not over: the day counts, so a right
ends on time even when nobody has marked it so yet. Asking, confirming and ending rights, with
their notices, is the room `oms.domain.wards`.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from oms.domain.accounts.models import Representation, User
from oms.law import dates, names
from oms.law.representation import FULL_AGE

Scope = Representation.Scope
Kind = Representation.Kind
ALWAYS = Scope.VIEW
"""A representative sees what they act upon."""


def in_force(*, on: date) -> Q:
    """Return the condition of a right that holds on the day."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    return lasting & Q(state=Representation.State.CONFIRMED)


def cabinets(*, user: User, on: date) -> list[Representation]:
    """Return the rights in force of a representative, each with its ward. One query."""
    rows = Representation.objects.filter(in_force(on=on), representative=user, ward__is_active=True)
    return list(rows.select_related("ward").order_by("ward__birth_date", "pk"))


def may(*, representative: User, ward_id: int, scope: Scope, on: date) -> bool:
    """Tell whether a person may do this for the ward on the day. One query."""
    rows = Representation.objects.filter(
        in_force(on=on), representative=representative, ward=ward_id, ward__is_active=True
    )
    scopes = rows.values_list("scope", flat=True).first()
    return representative.is_active and scopes is not None and allows(scopes, scope)


def allows(scopes: Iterable[str], scope: Scope) -> bool:
    """Tell whether these scopes hold the one asked for; looking is part of any right."""
    return scope == ALWAYS or scope in scopes


def of_ward(*, ward: User, on: date) -> list[Representation]:
    """Return who represents the ward on the day, each with the representative. One query."""
    rows = Representation.objects.filter(in_force(on=on), ward=ward, representative__is_active=True)
    return list(rows.select_related("representative").order_by("pk"))


def needs_others(user: User, *, on: date) -> bool:
    """Tell whether somebody else must hear what this person is told. No query.

    A ward without a way in hears nothing; of a minor with a cabinet both are told.
    """
    if not user.can_sign_in:
        return True
    return user.birth_date is not None and dates.age(user.birth_date, on=on) < FULL_AGE


def held_by(user: User) -> QuerySet[Representation]:
    """Return everything a person has asked or has, as representative, newest first."""
    rows = Representation.objects.filter(representative=user)
    return rows.select_related("ward").order_by("-asked_at", "-pk")


def over(user: User) -> QuerySet[Representation]:
    """Return the rights others have over this person, newest first."""
    states = (Representation.State.CONFIRMED, Representation.State.REVOKED)
    rows = Representation.objects.filter(ward=user, state__in=states)
    return rows.select_related("representative").order_by("-state_at", "-pk")


def word(right: Representation) -> str:
    """Return what the ward is to the representative: «ребёнок» or «подопечный»."""
    if right.kind == Kind.PARENT:
        return "ребёнок"
    return "подопечная" if right.ward.sex == 2 else "подопечный"


def called(user: User) -> str:
    """Return surname and given name: «Климов Пётр»."""
    return names.full(user.family_name, user.given_name)


def signed(user: User) -> str:
    """Return how a representative signs: «Климова А. В., представитель»."""
    return f"{names.short(user.family_name, user.given_name, user.patronymic)}, представитель"
