"""Addresses of this part of the desk."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.desk.duplicates import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.queue, name="duplicates"),
    path("history/", views.history, name="duplicates_history"),
    path("sure/", views.sure, name="duplicates_sure"),
    path("<int:pk>/", views.pair, name="duplicates_pair"),
    path("merges/<int:pk>/", views.merge, name="duplicates_merge"),
    path("newcomer/<str:number>/", views.newcomer, name="duplicates_newcomer"),
]
