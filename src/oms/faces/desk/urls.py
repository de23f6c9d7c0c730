"""Addresses of the desk."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.desk import case, home, moves, people, queue, report

app_name = "desk"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("cases/", queue.queue, name="queue"),
    path("cases/take-next/", queue.take_next, name="take_next"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/approve/", moves.approve, name="approve"),
    path("cases/<str:number>/ask/", moves.ask, name="ask"),
    path("cases/<str:number>/reject/", moves.reject, name="reject"),
    path("cases/<str:number>/<slug:move>/", moves.press, name="press"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/history/", people.person, {"part": "history"}, name="person_history"),
    path("report/", report.report, name="report"),
    path("reference/", home.reference, name="reference"),
]
