"""Addresses of the portal. Applications and the account have files of their own."""

from django.urls import URLPattern, URLResolver, include, path

from oms.faces.portal import (
    clinics,
    documents,
    help,
    home,
    insurers,
    messages,
    points,
    policy_check,
    readers,
    services,
    verification,
    well_known,
)
from oms.faces.portal.account import telling

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("policy/code/", home.policy_code, name="policy_code"),
    path("services/", services.catalogue, name="services"),
    path("services/<slug:code>/", services.service, name="service"),
    path("check-policy/", policy_check.check_policy, name="check_policy"),
    path("verify/", verification.verify, name="verify"),
    path("verify/<str:code>/", verification.verify_code, name="verify_code"),
    path("documents/", documents.documents, name="documents"),
    path("", include("oms.faces.portal.uploads.urls")),
    path("documents/<str:number>/", documents.document, name="document"),
    path("documents/<str:number>/pdf", documents.document_pdf, name="document_pdf"),
    path("documents/<str:number>/sig", documents.document_sig, name="document_sig"),
    path("messages/", messages.inbox, name="messages"),
    path("messages/export/", messages.export, name="messages_export"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("messages/<int:pk>/again/<int:delivery>/", messages.resend, name="message_resend"),
    path("insurers/", insurers.insurers, name="insurers"),
    path("insurers/compare/", insurers.compare, name="compare"),
    path("insurers/<slug:code>/", insurers.insurer, name="insurer"),
    path("clinics/", clinics.clinics, name="clinics"),
    path("clinics/<slug:code>/", clinics.clinic, name="clinic"),
    path("points/", points.points, name="points"),
    path("help/", help.help_page, name="help"),
    path("accessibility/", help.accessibility, name="accessibility"),
    path("readers/", readers.readers, name="readers"),
    path("readers/<int:number>/complain/", readers.complain, name="complain"),
    path("privacy/", help.privacy, name="privacy"),
    path("push-worker.js", telling.worker, name="push_worker"),
    path("robots.txt", well_known.robots, name="robots"),
    path("favicon.ico", well_known.favicon, name="favicon"),
    path("favicon.svg", well_known.favicon, name="favicon_svg"),
    path("", include("oms.faces.portal.applications.urls")),
    path(".well-known/security.txt", well_known.security, name="security_txt"),
]
