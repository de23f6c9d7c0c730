"""Addresses of this face."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.demo import outbox, pages, registers, signature_key

app_name = "demo"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.who_is_who, name="who-is-who"),
    path("as/<slug:code>/", pages.enter, name="enter"),
    path("signature-key/", signature_key.signature_key, name="signature-key"),
    path("registers/", registers.overview, name="registers"),
    path("outbox/", outbox.messages, name="outbox"),
    path("outbox/<int:number>/", outbox.message, name="outbox-message"),
]
