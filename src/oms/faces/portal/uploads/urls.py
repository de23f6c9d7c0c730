"""Addresses of uploaded documents."""

from django.urls import URLPattern, path

from oms.faces.portal.uploads import own, receiving, sending, showing

urlpatterns: list[URLPattern] = [
    path("documents/add/", own.add, name="document_add"),
    path("documents/uploads/", receiving.receive, name="upload_receive"),
    path("documents/uploads/again/", receiving.again, name="upload_again"),
    path("documents/uploads/<str:code>/", showing.upload, name="upload"),
    path("documents/uploads/<str:code>/state/", showing.state, name="upload_state"),
    path("documents/uploads/<str:code>/file/", showing.file, name="upload_file"),
    path("documents/uploads/<str:code>/replace/", showing.replace, name="upload_replace"),
    path("documents/uploads/<str:code>/remove/", showing.remove, name="upload_remove"),
    path("documents/uploads/<str:code>/keep/", showing.keep, name="upload_keep"),
    path("documents/uploads/<str:code>/send/", sending.send_upload, name="upload_send"),
    path(
        "documents/uploads/<str:code>/pages/<int:number>/", showing.preview, name="upload_preview"
    ),
    path("documents/<str:number>/send/", sending.send_paper, name="document_send"),
]
