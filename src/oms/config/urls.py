"""Addresses of the house: each face under its own."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("desk/", include("oms.faces.desk.urls")),
    path("fhir/r4/", include("oms.faces.api.fhir.urls")),
    path("", include("oms.config.health")),
    path("account/wards/", include("oms.faces.portal.wards.urls")),
    path("account/", include("oms.faces.portal.account.urls")),
    path("", include("oms.faces.portal.urls")),
]
if settings.DEMO or settings.ENV.is_test:
    urlpatterns = [
        path("demo/", include("oms.faces.demo.urls")),
        path("design/", include("oms.faces.design.urls")),
        *urlpatterns,
    ]

handler400 = "oms.config.errors.bad_request"
handler403 = "oms.faces.design.views.forbidden"
handler404 = "oms.config.errors.not_found"
handler500 = "oms.config.errors.server_error"
