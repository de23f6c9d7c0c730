"""What a clinic's registrar asks of booking besides the day: visits found, requests, the list."""

import re
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from oms.domain.accounts.models import User
from oms.domain.booking.models import Appointment, LateRequest, Offer, Shift, WaitingEntry
from oms.domain.directory.models import MedicalOrganization, Position
from oms.domain.register import asking
from oms.domain.register.models import InsuredPerson
from oms.law.names import fold

FOUND = 30
LISTED = 100
LONG_AGO = timedelta(days=60)
"""A search by name looks this far back; a number is found whenever it was."""
_NUMBER = re.compile("([З3]-)?([0-9A-ZА-Я]{4})-?([0-9A-ZА-Я]{4})")
_LATIN = str.maketrans("АСЕНКМРТХУ", "ACEHKMPTXY")
_SHORTEST = 2
"""Letters a word of a name has at least: a single one would list people, not find one."""


def visits_by(*, text: str, user: User, at: datetime) -> list[Appointment]:
    """Return visits of the registrar's clinic by number or by the beginning of a name."""
    rows = Appointment.objects.visible_to(user).select_related("person", "position__doctor")
    shown = rows.exclude(state__in=(Appointment.State.HELD, Appointment.State.LAPSED))
    if number := number_in(text):
        return list(shown.filter(number=number))
    words = [fold(word) for word in text.split() if len(fold(word)) >= _SHORTEST]
    if not words:
        return []
    key = " ".join(words)
    named = shown.filter(
        person__name_key__gte=key,
        person__name_key__lt=key[:-1] + chr(ord(key[-1]) + 1),
        starts_at__gt=at - LONG_AGO,
    )
    return list(named.order_by("-starts_at", "pk")[:FOUND])


def number_in(text: str) -> str:
    """Return the number of a visit that is typed, tidied; empty when it is a name.

    >>> number_in("з-4f7k29qm"), number_in("4f7к 29qм"), number_in("Соколова")
    ('З-4F7K-29QM', 'З-4F7K-29QM', '')
    """
    found = _NUMBER.fullmatch(text.strip().upper().replace(" ", ""))
    if not found or not (found[1] or text.isascii() or any(one.isdigit() for one in text)):
        return ""
    return "З-" + f"{found[2]}-{found[3]}".translate(_LATIN)


def people_by(*, text: str) -> list[InsuredPerson]:
    """Return whom a caller means: by a whole number, or whole names together with a birth date.

    A registrar books anybody of the register, so nothing is found by a part: no list of people
    can be leafed through here.
    """
    asked = asking.understand(text)
    rows = InsuredPerson.objects.filter(merged_into=None).select_related("insurer")
    if asked.number:
        return list(asking.answer(asked, rows, limit=FOUND))
    if not asked.birth_date or len(asked.words) < 2:
        return []
    key = " ".join(fold(word) for word in asked.words)
    found = asking.answer(asked, rows, limit=FOUND)
    return [one for one in found if f"{one.name_key} ".startswith(f"{key} ")]


def visit(*, pk: int, user: User) -> Appointment | None:
    """Return one visit of the registrar's clinic with what its page tells. Three queries."""
    rows = Appointment.objects.visible_to(user).select_related(
        "person__insurer", "person__user", "slot", "position__doctor", "position__clinic__region",
        "booked_by",
    )  # fmt: skip
    late = Prefetch("late_requests", queryset=LateRequest.objects.order_by("-asked_at", "-pk"))
    offers = Prefetch("offers", queryset=Offer.objects.select_related("slot").order_by("-pk"))
    return rows.filter(pk=pk).prefetch_related(late, offers).first() if pk < 2**63 else None


def visits_ahead(*, person: InsuredPerson, user: User, at: datetime) -> list[Appointment]:
    """Return the person's booked visits ahead at the registrar's clinic. One query."""
    rows = Appointment.objects.visible_to(user).filter(person=person, starts_at__gt=at)
    kept = rows.filter(state__in=Appointment.KEPT).order_by("starts_at")
    return list(kept.select_related("position__doctor", "position__clinic")[:FOUND])


def late_requests(clinic: MedicalOrganization) -> "QuerySet[LateRequest]":
    """Return what people asked of visits that are near and nobody has answered, oldest first."""
    rows = LateRequest.objects.filter(clinic=clinic, state=LateRequest.State.OPEN)
    return rows.order_by("asked_at", "pk").select_related(
        "appointment__person", "appointment__position__doctor"
    )


def late_request(*, pk: int, clinic: MedicalOrganization) -> LateRequest | None:
    """Return one request made to the clinic, answered or not. One query."""
    rows = LateRequest.objects.filter(clinic=clinic).select_related(
        "appointment__person__insurer", "appointment__position__doctor"
    )
    return rows.filter(pk=pk).first() if pk < 2**63 else None


def late_requests_decided(clinic: MedicalOrganization) -> list[LateRequest]:
    """Return the latest answers given. One query."""
    rows = LateRequest.objects.filter(clinic=clinic).exclude(state=LateRequest.State.OPEN)
    found = rows.select_related("appointment__person", "appointment__position__doctor")
    return list(found.order_by("-decided_at", "-pk")[:10])


def waiting(clinic: MedicalOrganization) -> list[WaitingEntry]:
    """Return who waits for this clinic, by speciality in their order. Two queries."""
    rows = WaitingEntry.objects.filter(
        Q(clinic=clinic) | Q(position__clinic=clinic), state__in=WaitingEntry.STANDING
    )
    offers = Prefetch(
        "offers",
        queryset=Offer.objects.select_related("slot__position__doctor").order_by("-pk"),
    )
    found = rows.select_related("person__user", "position__doctor").prefetch_related(offers)
    return list(found.order_by("speciality", "joined_at", "pk")[:LISTED])


def offer(*, pk: int, clinic: MedicalOrganization) -> Offer | None:
    """Return an offer of a time at the clinic. One query."""
    rows = Offer.objects.filter(slot__position__clinic=clinic)
    return rows.filter(pk=pk).first() if pk < 2**63 else None


def person(*, pk: int) -> InsuredPerson | None:
    """Return somebody found before by `people_by`. One query."""
    rows = InsuredPerson.objects.filter(merged_into=None).select_related("insurer")
    return rows.filter(pk=pk).first() if pk < 2**63 else None


def position(*, pk: int, clinic: MedicalOrganization) -> Position | None:
    """Return one doctor's post at the clinic. One query."""
    rows = Position.objects.filter(clinic=clinic).select_related("doctor", "clinic__region")
    return rows.filter(pk=pk).first() if pk < 2**63 else None


def week(clinic: MedicalOrganization, *, on: date) -> dict[int, list[Shift]]:
    """Return the shifts in force on the day or later, by position. One query."""
    rows = Shift.objects.filter(Q(until_day=None) | Q(until_day__gte=on), position__clinic=clinic)
    found: dict[int, list[Shift]] = {}
    for one in rows.order_by("weekday", "begins", "pk"):
        found.setdefault(one.position_id, []).append(one)
    return found


def shift(*, pk: int, position: Position) -> Shift | None:
    """Return one shift of the position. One query."""
    return Shift.objects.filter(pk=pk, position=position).first() if pk < 2**63 else None
