"""Answers that carry a document: an attachment, or a picture drawn anew. Nothing runs in them."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from oms.domain.documents import queries
from oms.domain.documents.limits import WIDTHS
from oms.domain.documents.models import Document

_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def file_response(document: Document, *, download: bool = True) -> HttpResponse:
    """The original under our own name. Raises `NotOpen`, `storage.Damaged`.

    `download=False` serves the page drawn for a look instead: a stranger's bytes never open
    inside our address.
    """
    if not download:
        return preview_response(document, width=WIDTHS[-1])
    return _answer(
        queries.content(document), document.file.media_type, document.title, attachment=True
    )


def preview_response(document: Document, *, page: int = 1, width: int = WIDTHS[1]) -> HttpResponse:
    """One page as a picture. Raises `NotOpen`, `storage.Damaged`."""
    drawn = queries.preview(document, page=page, width=width)
    return _answer(drawn, "image/jpeg", f"{page}.jpg", attachment=False)


def _answer(content: bytes, media_type: str, name: str, *, attachment: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type, headers=_HEADERS)
    response.headers["Content-Disposition"] = content_disposition_header(attachment, name) or ""
    return response
