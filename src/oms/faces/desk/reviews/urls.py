"""Addresses of reviews at the desk."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.desk.reviews import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.queue, name="reviews"),
    path("<int:pk>/", views.review, name="review"),
]
