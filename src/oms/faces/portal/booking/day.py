"""Free times of a day, and taking one: it is held for ten minutes while the person confirms."""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oms.domain.accounts.models import User
from oms.domain.booking import actions, finding
from oms.domain.booking.models import Appointment
from oms.domain.directory.models import Position
from oms.faces.design.parts import Crumb
from oms.faces.portal.booking import month, whom, words
from oms.faces.portal.booking.doctor import (
    calendar,
    channel,
    last_day,
    quotas,
    waiting_url,
    weekdays,
)
from oms.faces.portal.booking.finding import crumb, day_url, doctor_url, is_key, place
from oms.faces.portal.booking.ways import ways
from oms.faces.portal.pages import page, sign_in_url
from oms.kit.denied import Denied
from oms.law.plural import counted
from oms.law.visits import RULES

_KEY = re.compile(r"[\w-]{16,40}")


@dataclass(frozen=True)
class Time:
    """One free slot as a button."""

    pk: int
    time: str
    hint: str = ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def day(request: HttpRequest, code: int, on: str) -> HttpResponse:
    """Show the free times of a doctor's day; POST takes one. Four queries besides the frame's."""
    at = timezone.now()
    position = _position(code, request.GET.get("place", ""), at)
    chosen = read_day(on, position, at=at)
    if request.method != "POST":
        return _page(request, position, chosen, at)
    if not isinstance(request.user, User):
        return redirect(sign_in_url(request))
    try:
        made = _hold(request, position, at)
    except Denied as no:
        return _page(request, position, chosen, at, no=no)
    return redirect("portal:visit_confirm", made.number)


def _hold(request: HttpRequest, position: Position, at: datetime) -> Appointment:
    user = request.user
    assert isinstance(user, User)
    slot = request.POST.get("slot", "")
    whom.refuse_staff(request)
    person = whom.choose(request, request.POST.get("whom", ""))
    return actions.hold(
        slot=int(slot) if is_key(slot) else 0,
        person=person,
        by=user.actor,
        user=user,
        channel=channel(position),
        key=form_key(request, slot),
        at=at,
    )


def form_key(request: HttpRequest, slot: str) -> str:
    """Return the key of a sent form with its choice: sent twice, it is one request."""
    typed = request.POST.get("key", "")
    key = typed if _KEY.fullmatch(typed) else secrets.token_urlsafe(16)
    return f"{key}:{slot}"[:64]


def new_key() -> str:
    """Return a key for a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def _page(
    request: HttpRequest,
    position: Position,
    chosen: date,
    at: datetime,
    *,
    no: Denied | None = None,
) -> HttpResponse:
    shown = month.asked(request.GET.get("month", ""), first=chosen, last=last_day(chosen))
    url = day_url(position, chosen)
    people = whom.choices(request)
    typed = request.POST.get("whom", "")
    opened = next((one.key for one in people if one.is_open), whom.OWN)
    return page(
        request,
        "portal/booking/times.html",
        section="doctors",
        status=no.status if no else 200,
        title=words.capital(words.day(chosen, today=words.local(at, position.clinic).date())),
        lead=f"{position.doctor.name}, {words.lower(words.speciality(position))}. "
        f"{position.clinic.short_name}",
        crumbs=[
            crumb(), Crumb(position.doctor.name, doctor_url(position)), Crumb("Время"),
        ],
        parts=list(parts(free_times(position, chosen, at=at))),
        may_press=bool(people),
        people=people,
        whom=typed if typed in {one.key for one in people} else opened,
        key=new_key(),
        zone_note=words.zone_note(position.clinic, at=at),
        hold_words=counted(RULES.hold // timedelta(minutes=1), "минуту", "минуты", "минут"),
        month=calendar(
            position, shown, at=at, chosen=chosen,
            month_url=lambda first: f"{url}&month={first:%Y-%m}",
        ),
        weekdays=weekdays(),
        waiting_url=waiting_url(position),
        is_staff=isinstance(request.user, User) and request.user.is_staff_member,
        no=no,
        ways=ways(no),
    )  # fmt: skip


def free_times(position: Position, chosen: date, *, at: datetime) -> list[finding.FreeTime]:
    """Return the free times of a day that a person may take. One query."""
    return finding.free_times(position=position, day=chosen, at=at, quotas=quotas(position))


def parts(times: Sequence[finding.FreeTime]) -> Iterator[tuple[str, str, list[Time]]]:
    """Group times into morning, day and evening; parts without any are left out."""
    begins = 0
    for title, hours, ends in words.PARTS:
        own = [
            Time(one.slot.pk, f"{one.begins:%H:%M}", _minutes(one))
            for one in times
            if begins <= one.begins.hour < ends
        ]
        begins = ends
        if own:
            yield title, hours, own


def _minutes(one: finding.FreeTime) -> str:
    return counted((one.ends - one.begins) // timedelta(minutes=1), "минута", "минуты", "минут")


def read_day(typed: str, position: Position, *, at: datetime) -> date:
    """Return the day of an address; 404 for none, or one nobody can book for."""
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        raise Http404 from None
    today = words.local(at, position.clinic).date()
    if found.isoformat() != typed or not today <= found <= last_day(today):
        raise Http404
    return found


def _position(code: int, typed: str, at: datetime) -> Position:
    """Return the doctor's place asked for, or the one they have; 404 without any."""
    if is_key(typed):
        found = place(int(typed), at=at)
        if found and found.position.doctor_id == code:
            return found.position
        raise Http404
    rows = finding.positions(at=at, doctor=code, limit=1) if is_key(str(code)) else []
    if not rows:
        raise Http404
    return rows[0].position
