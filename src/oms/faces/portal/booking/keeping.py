"""What one keeps of a visit: a slip to print, an entry for a calendar, a calendar that follows."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from oms.cases import printing
from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.accounts.models import User
from oms.domain.booking import calendar_feeds, calendar_file
from oms.domain.booking.models import Appointment
from oms.domain.register import queries as register
from oms.faces.design.parts import Crumb
from oms.faces.portal.booking import own, whom, words
from oms.faces.portal.pages import page


@never_cache
@sign_in_required
@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Give the slip (талон) of a visit to print."""
    visit = own.own_visit(request, number)
    content = printing.pdf(_slip(visit), at=visit.booked_at or visit.made_at)
    return attachment(content, "application/pdf", f"Талон {visit.number}.pdf")


@never_cache
@sign_in_required
@require_safe
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    """Give the visit as a file for a calendar."""
    visit = own.own_visit(request, number)
    content = calendar_file.of_visit(visit, at=own.now())
    return attachment(content, calendar_file.MEDIA_TYPE, calendar_file.file_name(visit))


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give a calendar program the visits behind an address nobody can guess; no signing in."""
    content = calendar_feeds.content(token=token, at=own.now())
    answer = HttpResponse(content, content_type=calendar_file.MEDIA_TYPE)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def feeds(request: HttpRequest) -> HttpResponse:
    """Give an address for one's calendar, shown once; make it anew, or take it back."""
    whom.refuse_staff(request)
    user, at = request.user, own.now()
    assert isinstance(user, User)
    person = register.person_of(subject(request))
    path = ""
    if request.method == "POST" and person:
        if "revoke" in request.POST:
            calendar_feeds.revoke(person=person, user=user, by=user.actor, at=at)
            messages.success(request, "Адрес больше не действует.")
            return redirect("portal:visits_feed")
        path = calendar_feeds.give(person=person, user=user, by=user.actor, at=at)
    address = f"{settings.BASE_URL}{path}" if path else ""
    return page(
        request,
        "portal/booking/feed.html",
        section="doctors",
        title="Записи в вашем календаре",
        crumbs=own.crumbs(Crumb("Календарь")),
        person=person,
        given=calendar_feeds.of_reader(person=person, user=user) if person else None,
        address=address,
        webcal=f"webcal://{address.split('://', 1)[1]}" if address else "",
    )


def attachment(content: bytes, kind: str, name: str) -> HttpResponse:
    """Return a file to keep."""
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=kind, headers=headers)


def _slip(visit: Appointment) -> printing.Sheet:
    clinic = visit.position.clinic
    at = visit.booked_at or visit.made_at
    when = words.exact(visit.starts_at, clinic)
    facts = [
        (fact.title, when if fact.title == own.WHEN else fact.value)
        for fact in own.facts(visit, at=at)
    ]
    phone = [("Регистратура", clinic.phone)] if clinic.phone else []
    bring = [(str(n), one) for n, one in enumerate(own.bring(visit), 1)]
    return printing.Sheet(
        title=f"Талон {visit.number}",
        lead=f"{visit.get_state_display()}. {words.zone_note(clinic, at=visit.starts_at)}".strip(),
        footer=f"Запись к врачу {visit.number}",
        sections=[
            printing.Section("", [*facts, *phone]),
            printing.Section("Что взять с собой", bring),
        ],
        note=f"{own.late_words()} Отменить или перенести запись можно в кабинете за сутки.",
    )
