"""Addresses of this face."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.demo import outbox

app_name = "demo"
urlpatterns: list[URLPattern | URLResolver] = [
    path("outbox/", outbox.messages, name="outbox"),
    path("outbox/<int:number>/", outbox.message, name="outbox-message"),
]
