"""Addresses of this part of the desk."""

from django.urls import URLPattern, URLResolver, path

from oms.faces.desk.quality import board, mending

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.board, name="quality"),
    path("list/", board.work_list, name="quality_list"),
    path("list/file/", board.export, name="quality_export"),
    path("rules/<slug:rule>/", mending.together, name="quality_together"),
    path("findings/<int:pk>/accept/", mending.accept, name="quality_accept"),
    path("repairs/<int:pk>/undo/", mending.undo, name="quality_undo"),
    path("batches/<int:pk>/", mending.batch, name="quality_batch"),
    path("batches/<int:pk>/undo/", mending.undo_batch, name="quality_batch_undo"),
]
