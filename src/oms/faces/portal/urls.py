"""Addresses of the portal. Applications and the account have files of their own."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.portal import home

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
]
