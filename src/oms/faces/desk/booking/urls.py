"""Addresses of the registrar."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.desk.booking import (
    closing,
    day,
    export,
    late,
    moving,
    new,
    schedules,
    visit,
    waiting,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", day.day, name="booking"),
    path("found/", day.found, name="booking_found"),
    path("paper/", day.paper, name="booking_print"),
    path("table/", export.export, name="booking_export"),
    path("new/", new.whom, name="booking_new"),
    path("new/<int:pk>/", new.new, name="booking_for"),
    path("new/<int:pk>/wait/", waiting.join, name="booking_wait"),
    path("offers/<int:pk>/<slug:said>/", waiting.answer, name="booking_offer"),
    path("visits/<int:pk>/", visit.visit, name="booking_visit"),
    path("visits/<int:pk>/cancel/", visit.cancel, name="booking_cancel"),
    path("visits/<int:pk>/move/", moving.move, name="booking_move"),
    path("visits/<int:pk>/<slug:move>/", visit.press, name="booking_press"),
    path("requests/", late.requests, name="booking_late"),
    path("requests/<int:pk>/", late.decide, name="booking_late_decide"),
    path("schedules/", schedules.schedules, name="booking_schedules"),
    path("schedules/<int:pk>/", schedules.schedule, name="booking_schedule"),
    path("schedules/<int:pk>/shift/", schedules.shift, name="booking_shift_new"),
    path("schedules/<int:pk>/shift/<int:shift>/", schedules.shift, name="booking_shift"),
    path("schedules/<int:pk>/propose/", schedules.propose, name="booking_propose"),
    path("days/", closing.change, name="booking_change"),
    path("days/<int:pk>/", closing.changed, name="booking_changed"),
    path("waiting/", waiting.waiting, name="booking_waiting"),
]
