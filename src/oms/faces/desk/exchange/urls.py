"""Addresses of this part of the desk."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.desk.exchange import files, person, writing

urlpatterns: list[URLPattern | URLResolver] = [
    path("", files.files, name="exchange"),
    path("write/", writing.write, name="exchange_write"),
    path("people/<int:pk>/", person.person, name="exchange_person"),
    path("<int:pk>/", files.file, name="exchange_file"),
    path("<int:pk>/<slug:kind>.xml", files.protocol, name="exchange_protocol"),
]
