"""Addresses of booking; they stand in the portal's own namespace."""

from django.urls import URLPattern, path

from oms.faces.portal import reviews
from oms.faces.portal.booking import (
    answering,
    changing,
    confirming,
    day,
    doctor,
    finding,
    joining,
    keeping,
    moving,
    offering,
    visits,
    waiting,
)

DOCTOR = {"kind": "doctor"}
urlpatterns: list[URLPattern] = [
    path("doctors/", finding.doctors, name="doctors"),
    path("doctors/compare/", finding.compare, name="compare_doctors"),
    path("doctors/<int:code>/", doctor.doctor, name="doctor"),
    path("doctors/<int:code>/reviews/", reviews.reviews, DOCTOR, name="doctor_reviews"),
    path("doctors/<int:code>/review/", reviews.review, DOCTOR, name="doctor_review"),
    path("doctors/<int:code>/<str:on>/", day.day, name="doctor_day"),
    path("visits/", visits.visits, name="visits"),
    path("visits/calendar/", keeping.feeds, name="visits_feed"),
    path("calendar/<str:token>.ics", keeping.feed, name="calendar_feed"),
    path("visit/<str:token>/", answering.answer, name="visit_answer"),
    path("visits/<str:number>/", visits.visit, name="visit"),
    path("visits/<str:number>/confirm/", confirming.confirm, name="visit_confirm"),
    path("visits/<str:number>/release/", confirming.release, name="visit_release"),
    path("visits/<str:number>/done/", confirming.done, name="visit_done"),
    path("visits/<str:number>/move/", moving.move, name="visit_move"),
    path("visits/<str:number>/move/<str:on>/", moving.move_day, name="visit_move_day"),
    path("visits/<str:number>/cancel/", changing.cancel, name="visit_cancel"),
    path("visits/<str:number>/late/", changing.late, name="visit_late"),
    path("visits/<str:number>/certificate/", changing.certificate, name="visit_certificate"),
    path("visits/<str:number>/offer/", offering.offer, name="visit_offer"),
    path("visits/<str:number>/pdf", keeping.pdf, name="visit_pdf"),
    path("visits/<str:number>/visit.ics", keeping.calendar, name="visit_calendar"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("waiting/join/", joining.join, name="waiting_join"),
    path("waiting/<int:pk>/", waiting.entry, name="waiting_entry"),
    path("waiting/<int:pk>/answer/", waiting.answer, name="waiting_answer"),
    path("waiting/<int:pk>/wishes/", joining.wishes, name="waiting_wishes"),
    path("waiting/<int:pk>/leave/", waiting.leave, name="waiting_leave"),
]
