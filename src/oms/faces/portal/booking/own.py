"""One's own visit by its number, and what its pages say of it."""

from collections.abc import Sequence
from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils import timezone

from oms.domain.accounts import access
from oms.domain.accounts.access import subject
from oms.domain.accounts.models import User
from oms.domain.booking import queries
from oms.domain.booking.models import Appointment, Quota
from oms.domain.notifications import wishes
from oms.domain.register import queries as register
from oms.faces.design.parts import Crumb, Fact
from oms.faces.portal.booking import words
from oms.faces.portal.booking.whom import refuse_lookers
from oms.faces.portal.pages import address
from oms.law import names
from oms.law.plural import counted
from oms.law.typed import NBSP
from oms.law.visits import RULES

LONGEST_NUMBER = 16
WHEN = "Когда"
State = Appointment.State


def own_visit(request: HttpRequest, number: str) -> Appointment:
    """Return a visit of the open cabinet; 404 for any other, existing or not. Two queries."""
    user = holder(request)  # first: an ended right is told the same whatever the number
    right = len(number) <= LONGEST_NUMBER and "\0" not in number
    found = queries.appointment(number, user=user) if right else None
    if found is None:
        raise Http404
    return found


def holder(request: HttpRequest) -> User:
    """Return whose visits are shown; 404 for staff, who see those of their clinic at the desk."""
    user = subject(request)
    if user.is_staff_member:
        raise Http404
    return user


def acting(request: HttpRequest) -> User:
    """Return who acts; raise `OnlyLooks` for who may not book in the open cabinet."""
    assert isinstance(request.user, User)
    subject(request)
    refuse_lookers(access.representation(request))
    return request.user


def crumbs(*further: Crumb) -> list[Crumb]:
    """Return the way down from the list of visits."""
    return [Crumb("Мои записи", address("portal:visits")), *further]


def visit_crumb(visit: Appointment) -> Crumb:
    """Return the visit as a page above another."""
    return Crumb(f"Запись {visit.number}", address("portal:visit", visit.number))


def who_sees(visit: Appointment) -> str:
    """«Иванова Анна Петровна, терапевт»."""
    title = words.lower(words.speciality(visit.position))
    return f"{visit.position.doctor.name}, {title}"


def when(visit: Appointment, *, at: datetime) -> str:
    """Return the visit's time in words, by the clinic's clock."""
    return words.when(visit.starts_at, visit.position.clinic, at=at)


def line(visit: Appointment, *, at: datetime) -> str:
    """Return who and when in one line."""
    return f"{who_sees(visit)}. {words.capital(when(visit, at=at))}"


def room_of(visit: Appointment) -> str:
    """Return the room: of the slot, else of the position."""
    return visit.slot.room or visit.position.room


def facts(visit: Appointment, *, at: datetime) -> list[Fact]:
    """Return who, where and when."""
    person, clinic = visit.person, visit.position.clinic
    minutes = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    lines = (
        ("Кто", names.full(person.family_name, person.given_name, person.patronymic)),
        ("Врач", visit.position.doctor.name),
        ("Специальность", words.speciality(visit.position)),
        (WHEN, when(visit, at=at)),
        ("Сколько длится", counted(minutes, "минуту", "минуты", "минут")),
        ("Поликлиника", clinic.short_name),
        ("Адрес", words.address_of(clinic)),
        ("Кабинет", room_of(visit)),
        ("Что сказать врачу", visit.complaint),
        ("Направление", visit.referral),
    )
    return [Fact(title, value) for title, value in lines if value]


def policy_words(visit: Appointment) -> str:
    """Return the policy the visit is by: its number and insurer. One query."""
    policy = register.policy_in_force(visit.person)
    if policy is None:
        return ""
    number = policy.enp or policy.blank_number
    return f"{number[-4:].rjust(8, '•')}, {policy.insurer.short_name}"


def needs_referral(visit: Appointment) -> bool:
    """Tell whether the number of a referral is asked for."""
    return visit.position.needs_referral or visit.slot.quota == Quota.REFERRAL


def reminders(request: HttpRequest) -> str:
    """Tell who gets which reminder. No query."""
    user = request.user
    assert isinstance(user, User)
    ways = ["в сообщениях кабинета"]
    if wishes.confirmed_address(user, "email"):
        ways.append("на почту")
    if wishes.confirmed_address(user, "sms"):
        ways.append(f"по СМС на номер …\u2060{str(user.phone)[-4:]}")
    listed = ", ".join(ways[:-1]) + (" и " if len(ways) > 1 else "") + ways[-1]
    return f"Напомним за день и за два часа: {listed}. Ответить можно одной кнопкой."


def bring(visit: Appointment) -> Sequence[str]:
    """Return what to take along."""
    rows = ["Паспорт или другой документ", "Полис: хватит номера или кода из кабинета", "СНИЛС"]
    if visit.position.below_age <= 18:
        rows[0] = "Свидетельство о рождении ребёнка и ваш паспорт"
    if visit.referral or needs_referral(visit):
        rows.append("Направление")
    if visit.position.clinic.wants_certificate:
        rows.append("Справку о страховании: её можно приложить к записи")
    rows.append("Прежние заключения и анализы, если они есть")
    return rows


def late_words() -> str:
    """Tell the rule of lateness."""
    minutes = int(RULES.late.total_seconds() // 60)
    return (
        f"Придите на 10 минут раньше. Если опоздать больше чем на {minutes}{NBSP}минут, "
        "запись отменится."
    )


def is_near(visit: Appointment, *, at: datetime) -> bool:
    """Tell whether the clinic decides about changes by now."""
    return visit.starts_at - at < RULES.near


def may_change(visit: Appointment, *, at: datetime) -> bool:
    """Tell whether the visit is ahead and stands."""
    return visit.state == State.BOOKED and visit.starts_at > at


def now() -> datetime:
    """Return this moment: faces read the clock."""
    return timezone.now()
