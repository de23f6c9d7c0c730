"""«Мои записи»: what is ahead and what was, and one visit with everything one may do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.booking import certificate, queries
from oms.domain.booking.models import Appointment, LateRequest
from oms.domain.directory import queries as directory
from oms.domain.register import queries as register
from oms.faces.design.parts import Chip, Crumb
from oms.faces.design.parts import State as Tint
from oms.faces.portal.booking import own, whom, words
from oms.faces.portal.booking.doctor import where
from oms.faces.portal.booking.finding import day_url, doctor_url
from oms.faces.portal.booking.offering import open_offer
from oms.faces.portal.pages import address, page
from oms.law.plural import counted

State = Appointment.State
FILTERS = (("", "Все"), ("ahead", "Впереди"), ("past", "Прошедшие"), ("cancelled", "Отменённые"))


@dataclass(frozen=True)
class Row:
    """One visit in the list."""

    visit: Appointment
    url: str
    title: str
    when: str
    place: str
    word: str
    tint: Tint
    note: str = ""


@never_cache
@sign_in_required
@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """Show the visits of the open cabinet. Seven queries besides the frame's."""
    whom.refuse_staff(request)
    at, person = own.now(), register.person_of(subject(request))
    found = queries.visits_of(person, at=at) if person else queries.Visits((), ())
    held = queries.hold_of(person, at=at) if person else None
    lost = queries.lost_with_offer(person, at=at) if person else []
    asked = request.GET.get("show", "")
    asked = asked if asked in dict(FILTERS) else ""
    url = address("portal:visits")
    return page(
        request,
        "portal/booking/visits.html",
        section="doctors",
        title="Мои записи",
        held=held,
        held_words=own.line(held, at=at) if held else "",
        lost=rows(lost, at=at),
        ahead=rows(found.ahead, at=at) if asked in ("", "ahead") else (),
        past=rows(_past(found.past, asked), at=at) if asked != "ahead" else (),
        shows_ahead=asked in ("", "ahead"),
        shows_past=asked != "ahead",
        chips=[
            Chip(title, f"{url}?show={key}" if key else url, current=key == asked)
            for key, title in FILTERS
        ],
        label="Какие записи показать",
        others=[one for one in whom.choices(request) if not one.is_open],
        has_record=person is not None,
    )


def _past(found: Sequence[Appointment], asked: str) -> list[Appointment]:
    if asked == "cancelled":
        return [one for one in found if one.state == State.CANCELLED]
    if asked == "past":
        return [one for one in found if one.state != State.CANCELLED]
    return list(found)


def rows(found: Sequence[Appointment], *, at: datetime) -> list[Row]:
    """Put visits in words."""
    return [
        Row(
            visit=one,
            url=address("portal:visit", one.number),
            title=own.who_sees(one),
            when=own.when(one, at=at),
            place=one.position.clinic.short_name,
            word=str(State(one.state).label),
            tint=words.TINTS[one.state],
            note=_note(one),
        )
        for one in found
    ]


def _note(one: Appointment) -> str:
    asked: list[LateRequest] = getattr(one, "asked", [])
    if asked:
        return f"Просьба отправлена: {asked[0].get_wish_display().lower()}"
    return "Вы ответили, что придёте" if one.answered_at and one.state == State.BOOKED else ""


@never_cache
@sign_in_required
@require_safe
def visit(request: HttpRequest, number: str) -> HttpResponse:
    """Show one visit. Six queries besides the frame's."""
    found, at = own.own_visit(request, number), own.now()
    position, clinic = found.position, found.position.clinic
    is_held = found.state == State.HELD and found.held_until and found.held_until > at
    ahead = own.may_change(found, at=at)
    near = directory.near(clinic, on=words.local(at, clinic).date()) if ahead else []
    local = words.local(found.starts_at, clinic)
    return page(
        request,
        "portal/booking/visit.html",
        section="doctors",
        title=f"Запись {found.number}",
        crumbs=own.crumbs(Crumb(f"Запись {found.number}")),
        visit=found,
        word=State(found.state).label if is_held or found.state != State.HELD else "Время вышло",
        tint=words.TINTS[found.state],
        lead=own.line(found, at=at),
        facts=own.facts(found, at=at),
        ended_because=found.ended_because,
        is_held=is_held,
        may_change=ahead,
        is_near=own.is_near(found, at=at),
        asked=next(iter(getattr(found, "asked", ())), None),
        ahead_words=_ahead(found, at) if ahead else "",
        bring=own.bring(found) if ahead else (),
        late_words=own.late_words(),
        proof=certificate.standing(appointment=found) if ahead else None,
        certificate_url=address("portal:service", "insurance-certificate"),
        **open_offer(request, found, at=at),
        review_url=address("portal:doctor_review", str(position.doctor_id)),
        again_url=doctor_url(position),
        day_url=day_url(position, local.date()) if found.starts_at > at else "",
        **where(clinic, own.room_of(found), around=near),
    )


def _ahead(found: Appointment, at: datetime) -> str:
    """Tell how far off the visit is: «через 3 дня»."""
    clinic = found.position.clinic
    days = (words.local(found.starts_at, clinic).date() - words.local(at, clinic).date()).days
    if days > 1:
        return f"через {counted(days, 'день', 'дня', 'дней')}"
    hours = int((found.starts_at - at).total_seconds() // 3600)
    if days == 1:
        return "завтра"
    return f"через {counted(hours, 'час', 'часа', 'часов')}" if hours else "меньше чем через час"
