"""Answers to a reminder, without log-in: the link is the right (BKG-3, BEY-15).

Opening it changes nothing, for mail scanners open links too; a button does.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oms.domain.booking import reminders
from oms.domain.booking.models import Appointment, Reminder
from oms.faces.design.parts import Fact
from oms.faces.portal.booking import own, words
from oms.faces.portal.pages import page
from oms.kit.denied import Denied

DONE = {
    "come": "Спасибо! Отметили, что вы придёте.",
    "cancel": "Запись отменили. Время уже свободно для других.",
    "move": "Просьбу отправили регистратуре. Пока не ответят, запись остаётся.",
}
ASKED = "Просьбу отменить отправили регистратуре. Пока не ответят, запись остаётся."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show the visit with three buttons; POST is the answer. Raises `LinkOver`: not found."""
    at = own.now()
    found = reminders.by_token(token, at=at)
    no = None
    if request.method == "POST" and request.POST.get("answer") in DONE:
        try:
            outcome = reminders.answer(token=token, answer=request.POST["answer"], at=at)
        except Denied as refused:
            no = refused
        else:
            if outcome.by_oneself:
                return redirect("portal:visit_move", outcome.appointment.number)
            return redirect("portal:visit_answer", token)
    return _page(request, found, at, no)


def _page(request: HttpRequest, found: Reminder, at: datetime, no: Denied | None) -> HttpResponse:
    visit = found.appointment
    return page(
        request,
        "portal/booking/reminder.html",
        status=no.status if no else 200,
        title="Вы ответили" if found.used_at else "Вы придёте на приём?",
        facts=_facts(visit, at),
        asks=found.used_at is None,
        nav=(),  # one question: no menu, which a phone has no room for on plain pages
        is_near=own.is_near(visit, at=at),
        done=_done(found) if found.used_at else "",
        no=no,
    )


def _done(found: Reminder) -> str:
    is_off = found.appointment.state == Appointment.State.CANCELLED
    return ASKED if found.answer == "cancel" and not is_off else DONE[found.answer]


def _facts(visit: Appointment, at: datetime) -> list[Fact]:
    """No more than the reminder itself told."""
    clinic = visit.position.clinic
    return [
        Fact("Когда", words.when(visit.starts_at, clinic, at=at)),
        Fact("Врач", own.who_sees(visit)),
        Fact("Где", f"{clinic.short_name}. {words.address_of(clinic)}"),
        Fact("Запись", visit.number),
    ]
