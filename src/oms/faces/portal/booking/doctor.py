"""A doctor's page: who it is, where, the month with its free days, the busy hours, reviews."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.booking import finding, heat
from oms.domain.booking.models import Quota
from oms.domain.directory import opinions
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Doctor, MedicalOrganization, Position
from oms.faces.design.parts import Crumb, Fact
from oms.faces.portal.booking import month, words
from oms.faces.portal.booking.finding import crumb, day_url, is_key
from oms.faces.portal.booking.hours import busy
from oms.faces.portal.pages import address, page
from oms.faces.portal.plans import Plan
from oms.faces.portal.plans import plan as drawn
from oms.faces.portal.reviews import summary
from oms.law.visits import RULES

REVIEWS = 3
LARGEST_KEY = 2**63 - 1


@require_safe
def doctor(request: HttpRequest, code: int) -> HttpResponse:
    """Show a doctor at the chosen place of theirs. Seven queries besides the frame's."""
    at = timezone.now()
    who, places = _doctor(code, at)
    chosen = chosen_place(places, request.GET.get("place", ""))
    context = _place(request, chosen, at) if chosen else {}
    return page(
        request,
        "portal/booking/doctor.html",
        section="doctors",
        title=who.name,
        crumbs=[crumb(), Crumb(who.name)],
        doctor=who,
        chosen=chosen,
        places=[
            (one, f"{address('portal:doctor', str(who.pk))}?place={one.position.pk}")
            for one in places
        ],
        reviews=opinions.reviews(organization=who.key, size=REVIEWS).rows,
        **summary(opinions.rating(organization=who.key)),
        reviews_url=address("portal:doctor_reviews", str(who.pk)),
        review_url=address("portal:doctor_review", str(who.pk)),
        **context,
    )


def _place(request: HttpRequest, chosen: finding.Found, at: datetime) -> dict[str, Any]:
    position = chosen.position
    clinic = position.clinic
    near = chosen.nearest
    today = words.local(at, clinic).date()
    url = f"{address('portal:doctor', str(position.doctor_id))}?place={position.pk}"
    shown = month.asked(
        request.GET.get("month", ""),
        first=near.date() if near and not request.GET.get("month") else today,
        last=last_day(today),
    )
    return {
        "speciality": chosen.speciality.title,
        "facts": _facts(position, on=today),
        "nearest": words.when(near, clinic, at=at) if near else "",
        "nearest_url": day_url(position, near.date()) if near else "",
        "month": calendar(
            position, shown, at=at, month_url=lambda day: f"{url}&month={day:%Y-%m}#calendar"
        ),
        "weekdays": weekdays(),
        "zone_note": words.zone_note(clinic, at=at),
        "waiting_url": waiting_url(position),
        "busy": busy(heat.heat(position=position, at=at)),
        **where(clinic, position.room, around=directory.near(clinic, on=today)),
    }


def calendar(
    position: Position,
    shown: date,
    *,
    at: datetime,
    month_url: Callable[[date], str],
    url: Callable[[date], str] | None = None,
    chosen: date | None = None,
) -> month.Month:
    """Return the month of a doctor with its free days. One query."""
    today = words.local(at, position.clinic).date()
    return month.table(
        shown,
        finding.free_days(position=position, month=shown, at=at, quotas=quotas(position)),
        today=today,
        last=last_day(today),
        url=url or (lambda day: day_url(position, day)),
        month_url=month_url,
        chosen=chosen,
    )


def quotas(position: Position) -> Sequence[str]:
    """Return which slots a person may take here: those by referral where one is asked for."""
    return finding.QUOTAS[channel(position)]


def channel(position: Position) -> str:
    """Return by which channel a person books here."""
    return Quota.REFERRAL if position.needs_referral else Quota.INTERNET


def last_day(today: date) -> date:
    """Return the last day somebody may book for."""
    return today + timedelta(days=RULES.ahead_days + 1)


def weekdays() -> list[tuple[str, str]]:
    """Return the heads of a month's columns: short and whole."""
    return list(zip(words.SHORT_WEEKDAYS, words.WEEKDAYS, strict=True))


def chosen_place(places: Sequence[finding.Found], typed: str) -> finding.Found | None:
    """Return the place asked for, else that with the nearest free time; None without any."""
    named = [one for one in places if str(one.position.pk) == typed]
    soon = sorted((one for one in places if one.nearest), key=_moment)
    return next(iter((*named, *soon, *places)), None)


def _moment(found: finding.Found) -> datetime:
    assert found.nearest
    return found.nearest


def waiting_url(position: Position) -> str:
    """Return where one joins the waiting list for this doctor."""
    return f"{address('portal:waiting_join')}?place={position.pk}"


def where(
    clinic: MedicalOrganization, room: str, *, around: Sequence[MedicalOrganization] = ()
) -> dict[str, Any]:
    """Return what the block «Как добраться» shows; no map of anybody else's."""
    has_place = clinic.latitude is not None and clinic.longitude is not None
    coordinates = f"{clinic.latitude:.5f}, {clinic.longitude:.5f}" if has_place else ""
    return {
        "clinic": clinic,
        "room": room,
        "address": words.address_of(clinic),
        "coordinates": coordinates,
        "geo": f"geo:{coordinates.replace(' ', '')}" if coordinates else "",
        "plan": _plan(clinic, around),
        "around": list(enumerate((clinic, *around), 1)),
    }


def _plan(clinic: MedicalOrganization, around: Sequence[MedicalOrganization]) -> Plan | None:
    kinds = ["office", *("mfc" for _ in around)]
    rows = zip(kinds, (clinic, *around), strict=True)
    return drawn(
        [(kind, one.latitude, one.longitude) for kind, one in rows],
        legend=[("office", "Эта поликлиника"), ("mfc", "Соседние поликлиники")],
    )


def _facts(position: Position, *, on: date) -> list[Fact]:
    who = position.doctor
    lines = (
        ("Поликлиника", position.clinic.short_name),
        ("Адрес", words.address_of(position.clinic)),
        ("Кабинет", position.room),
        ("Принимает", words.ages(position)),
        ("Стаж", words.practice(who.practises_since, on=on)),
        ("Категория", who.get_category_display() if who.category else ""),
        ("Направление", "нужно, его номер спросим при записи" if position.needs_referral else ""),
    )
    return [Fact(title, value) for title, value in lines if value]


def _doctor(code: int, at: datetime) -> tuple[Doctor, list[finding.Found]]:
    if not is_key(str(code)):
        raise Http404
    try:
        return finding.doctor(pk=code, at=at)
    except Doctor.DoesNotExist:
        raise Http404 from None
