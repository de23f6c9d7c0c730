"""Addresses of applications. Fixed words come before a step's code, so no step bears one."""

from django.urls import URLPattern, path

from oms.faces.portal.applications import (
    checking,
    enclosing,
    following,
    listing,
    moves,
    signing,
    start,
    steps,
)

urlpatterns: list[URLPattern] = [
    path("services/<slug:code>/start/", start.start, name="start"),
    path("cases/", listing.applications, name="applications"),
    path("cases/export/<slug:kind>/", listing.export, name="applications_export"),
    path("cases/<str:number>/", following.case, name="case"),
    path("cases/<str:number>/print/", following.print_view, name="case_print"),
    path("cases/<str:number>/pdf/", following.case_pdf, name="case_pdf"),
    path("cases/<str:number>/send/", moves.send_copy, name="case_send"),
    path("cases/<str:number>/documents/", enclosing.enclose, name="enclose"),
    path("cases/<str:number>/documents/take/", enclosing.take_reading, name="take_reading"),
    path("cases/<str:number>/check/", checking.check, name="check"),
    path("cases/<str:number>/sign/", signing.sign, name="sign"),
    path("cases/<str:number>/sign/again/", signing.again, name="sign_again"),
    path("cases/<str:number>/submitted/", signing.submitted, name="submitted"),
    path("cases/<str:number>/answer/", moves.answer, name="answer"),
    path("cases/<str:number>/withdraw/", moves.withdraw, name="withdraw"),
    path("cases/<str:number>/discard/", moves.discard, name="discard"),
    path("cases/<str:number>/cancel/", moves.cancel_plan, name="cancel_plan"),
    path("cases/<str:number>/repeat/", moves.repeat, name="repeat"),
    path("cases/<str:number>/<slug:step>/", steps.step, name="step"),
    path("cases/<str:number>/<slug:step>/autosave/", steps.autosave, name="autosave"),
]
