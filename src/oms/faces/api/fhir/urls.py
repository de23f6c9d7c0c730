"""Addresses under /fhir/r4/."""

from django.urls import path

from oms.faces.api.fhir import views

app_name = "fhir"
urlpatterns = [
    path("metadata", views.metadata, name="metadata"),
    path("<str:name>/_search", views.search, name="search"),
    path("<str:name>/<str:key>", views.instance, name="instance"),
    path("<str:name>", views.kind, name="kind"),
    path("", views.nowhere, name="base"),
    path("<path:rest>", views.nowhere, name="nowhere"),
]
