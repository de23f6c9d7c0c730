"""The waiting list: one's places in it, an offer with its time left, yes or no (BKG-5, BEY-13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.domain.accounts.access import sign_in_required
from oms.domain.booking import waiting as domain
from oms.domain.booking.models import Offer, WaitingEntry
from oms.faces.design.parts import Crumb, Fact
from oms.faces.design.parts import State as Tint
from oms.faces.portal.booking import own, whom, words
from oms.faces.portal.booking.day import form_key, new_key
from oms.faces.portal.booking.finding import is_key
from oms.faces.portal.booking.ways import ways
from oms.faces.portal.pages import address, page
from oms.kit.denied import Denied
from oms.law import dates
from oms.law.plural import counted
from oms.law.typed import NBSP
from oms.law.visits import RULES

State = WaitingEntry.State
PAST_SHOWN = 20
HISTORY_SHOWN = 10
LARGEST_KEY = 2**63 - 1
TINTS: dict[str, Tint] = {
    State.WAITING: "info", State.OFFERED: "warn", State.BOOKED: "ok", State.LEFT: "neutral",
    State.ENDED: "neutral",
}  # fmt: skip
ENDED = {
    State.BOOKED: "Время нашлось: вы записаны.",
    State.LEFT: "Вы вышли из этой очереди.",
    State.ENDED: "Очередь закрыта. Если врач ещё нужен, встаньте в неё снова.",
}


@dataclass(frozen=True)
class Row:
    """One place in the list, in words."""

    entry: WaitingEntry
    url: str
    title: str
    word: str
    tint: Tint
    wishes: str
    place_words: str = ""
    offer: str = ""


@never_cache
@sign_in_required
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Show one's places. Four queries besides the frame's."""
    whom.refuse_staff(request)
    at = own.now()
    found = list(_entries(request).order_by("-joined_at", "-pk")[: PAST_SHOWN + domain.MOST])
    standing = [one for one in found if one.state in WaitingEntry.STANDING]
    offers = {one.entry_id: one for one in _open(request, at)}
    places = domain.places(standing)
    return page(
        request,
        "portal/booking/waiting.html",
        section="doctors",
        title="Лист ожидания",
        crumbs=own.crumbs(Crumb("Лист ожидания")),
        offer_words=counted(RULES.offer // timedelta(minutes=1), "минуту", "минуты", "минут"),
        rows=[
            row_of(one, offer=offers.get(one.pk), place=places[one.pk], at=at) for one in standing
        ],
        past=[row_of(one) for one in found if one not in standing],
    )


@never_cache
@sign_in_required
@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one place, what was offered and what went past. Five queries besides the frame's."""
    return _page(request, own_entry(request, pk))


@require_POST
@sign_in_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take what is offered, or say no and keep the place."""
    found, at = own_entry(request, pk), own.now()
    typed = request.POST.get("offer", "")
    offer = _offers(request).filter(entry=found, pk=int(typed) if is_key(typed) else 0).first()
    if offer is None:
        messages.warning(request, "Это предложение уже не действует.")
        return redirect("portal:waiting_entry", found.pk)
    try:
        return answered(request, offer, at)
    except Denied as no:
        found.refresh_from_db()
        return _page(request, found, no=no)


def answered(request: HttpRequest, offer: Offer, at: datetime) -> HttpResponse:
    """Do what the pressed button says of an offer, and go where it leads."""
    user = own.acting(request)
    if request.POST.get("answer") == "accept":
        made = domain.accept(
            offer=offer,
            by=user.actor,
            user=user,
            key=form_key(request, f"offer-{offer.pk}"),
            at=at,
            referral=" ".join(request.POST.get("referral", "").replace("\0", "").split())[:64],
        )
        return redirect("portal:visit_done", made.number)
    domain.refuse(offer=offer, by=user.actor, at=at)
    if offer.entry_id is None:
        messages.info(request, "Хорошо, это время отпустили. Выберите другое.")
        return redirect("portal:visits")
    messages.info(request, "Хорошо. Ваше место в очереди прежнее.")
    return redirect("portal:waiting_entry", offer.entry_id)


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to leave the list, and leave it."""
    found = own_entry(request, pk)
    no = None
    if found.state not in WaitingEntry.STANDING:
        return redirect("portal:waiting_entry", found.pk)
    if request.method == "POST":
        try:
            domain.leave(entry=found, by=own.acting(request).actor, at=own.now())
        except Denied as refused:
            no = refused
        else:
            messages.success(request, "Вы вышли из очереди.")
            return redirect("portal:waiting")
    return page(
        request,
        "portal/booking/leave.html",
        section="doctors",
        status=no.status if no else 200,
        title="Выйти из очереди?",
        crumbs=crumbs(found, Crumb("Выйти")),
        row=row_of(found, place=domain.place(found)),
        no=no,
        ways=ways(no),
    )


def crumbs(found: WaitingEntry, *further: Crumb) -> list[Crumb]:
    """Return the way down from the visits through the list."""
    up = Crumb("Лист ожидания", address("portal:waiting"))
    own_page = Crumb(title_of(found), address("portal:waiting_entry", str(found.pk)))
    return own.crumbs(up, *([own_page, *further] if further else [Crumb(title_of(found))]))


def own_entry(request: HttpRequest, pk: int) -> WaitingEntry:
    """Return a place of the open cabinet; 404 for any other. One query."""
    rows = _entries(request)
    found = rows.filter(pk=pk).first() if pk <= LARGEST_KEY else None
    if found is None:
        raise Http404
    return found


def _entries(request: HttpRequest) -> QuerySet[WaitingEntry]:
    rows = WaitingEntry.objects.visible_to(own.holder(request))
    return rows.select_related(
        "region", "clinic__region", "position__doctor", "position__clinic", "appointment", "person"
    )


def _offers(request: HttpRequest) -> QuerySet[Offer]:
    rows = Offer.objects.visible_to(own.holder(request))
    return rows.select_related("slot__position__doctor", "slot__position__clinic__region")


def _open(request: HttpRequest, at: datetime) -> list[Offer]:
    rows = _offers(request).filter(state=Offer.State.OPEN, until__gt=at).exclude(entry=None)
    return list(rows[: domain.MOST])


def row_of(
    found: WaitingEntry,
    *,
    offer: Offer | None = None,
    place: int = 0,
    at: datetime | None = None,
) -> Row:
    """Put a place in words."""
    offered = ""
    if offer and at:
        clinic = offer.slot.position.clinic
        offered = (
            f"{words.capital(words.when(offer.slot.starts_at, clinic, at=at))}. "
            f"Держим до {words.time(offer.until, clinic)}."
        )
    return Row(
        entry=found,
        url=address("portal:waiting_entry", str(found.pk)),
        title=title_of(found),
        word=str(State(found.state).label),
        tint=TINTS[State(found.state)],
        wishes=wishes_words(found),
        place_words=place_words(place) if place else "",
        offer=offered,
    )


def title_of(found: WaitingEntry) -> str:
    """Whom one waits for: «Терапевт, Иванова Анна Петровна», «Терапевт в поликлинике …»."""
    title = words.speciality_title(found.speciality)
    if found.position:
        return f"{title}, {found.position.doctor.name}"
    return f"{title}, {found.clinic.short_name if found.clinic else found.region.name}"


def place_words(place: int) -> str:
    """Return the place in words: «Вы 4-й в очереди. Перед вами 3 человека»."""
    return ahead_words(place) if place <= 1 else f"Вы {place}-й в очереди. {ahead_words(place)}"


def ahead_words(place: int) -> str:
    """Return how many are before: «Перед вами 3 человека»."""
    if place <= 1:
        return "Ваша очередь — следующая."
    return f"Перед вами {counted(place - 1, 'человек', 'человека', 'человек')}."


def wishes_words(found: WaitingEntry) -> str:
    """Return the days and hours that suit, and until when one waits."""
    return f"Подойдёт: {suits(found)}. Ждёте до {dates.long(found.until_day)}"


def suits(found: WaitingEntry) -> str:
    """Return the days and hours that suit."""
    picked = [words.SHORT_WEEKDAYS[int(day)].lower() for day in found.weekdays]
    days = "любой день" if len(picked) == 7 else ", ".join(picked)
    hours = f"с{NBSP}{found.from_hour}:00 до{NBSP}{found.until_hour}:00"
    whole = found.from_hour == 0 and found.until_hour == 24
    return days if whole else f"{days}, {hours}"


def _page(request: HttpRequest, found: WaitingEntry, *, no: Denied | None = None) -> HttpResponse:
    at = own.now()
    offers = list(_offers(request).filter(entry=found).order_by("-pk")[:HISTORY_SHOWN])
    offer = next((one for one in offers if one.state == Offer.State.OPEN and one.until > at), None)
    standing = found.state in WaitingEntry.STANDING
    place = domain.place(found) if standing else 0
    visit = found.appointment
    return page(
        request,
        "portal/booking/entry.html",
        section="doctors",
        status=no.status if no else 200,
        title="Место в очереди",
        crumbs=crumbs(found),
        entry=found,
        row=row_of(found, place=place),
        place=place,
        ahead_words=ahead_words(place) if place else "",
        is_standing=standing,
        ended_words=ENDED.get(State(found.state), ""),
        facts=_facts(found),
        offer=offer,
        **(_offer_words(offer, at) if offer else {}),
        history=[_told(one, at) for one in offers if one != offer],
        passed=domain.passed_over(found, most=HISTORY_SHOWN),
        key=new_key(),
        visit_url=address("portal:visit", visit.number) if visit else "",
        no=no,
        ways=ways(no),
    )


def _offer_words(offer: Offer, at: datetime) -> dict[str, Any]:
    position = offer.slot.position
    clinic = position.clinic
    return {
        "offer_words": f"{position.doctor.name}, {words.when(offer.slot.starts_at, clinic, at=at)}",
        "offer_place": f"{clinic.short_name}. {words.address_of(clinic)}",
        "offer_until": words.time(offer.until, clinic),
        "seconds_left": int((offer.until - at).total_seconds()),
        "needs_referral": position.needs_referral,
    }


def _told(one: Offer, at: datetime) -> tuple[str, str]:
    clinic = one.slot.position.clinic
    return words.when(one.slot.starts_at, clinic, at=at), str(one.get_state_display())


def _facts(found: WaitingEntry) -> list[Fact]:
    joined = words.local(found.joined_at, found.clinic) if found.clinic else found.joined_at
    return [
        Fact("Кого ждёте", title_of(found)),
        Fact("Когда удобно", suits(found)),
        Fact("Ждёте до", dates.long(found.until_day)),
        Fact("Встали в очередь", dates.long(joined.date())),
    ]
