"""Addresses of this face."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.demo import outbox, pages

app_name = "demo"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.who_is_who, name="who-is-who"),
    path("as/<slug:code>/", pages.enter, name="enter"),
    path("outbox/", outbox.messages, name="outbox"),
    path("outbox/<int:number>/", outbox.message, name="outbox-message"),
]
