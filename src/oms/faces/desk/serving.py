"""A video for an operator's player: pieces by range, nothing that runs, nothing kept."""

import re

from django.http import HttpRequest, HttpResponse

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Disposition": "inline",
    "Accept-Ranges": "bytes",
}


def video_response(request: HttpRequest, content: bytes, *, media_type: str) -> HttpResponse:
    """Answer with the whole, or with the one range that is asked for (RFC 9110, 14)."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not (asked[1] or asked[2]):
        return HttpResponse(content, content_type=media_type, headers=_HEADERS)
    size = len(content)
    first, last = _bounds(asked[1], asked[2], size)
    if first > last or first >= size:
        headers = {**_HEADERS, "Content-Range": f"bytes */{size}"}
        return HttpResponse(status=416, headers=headers)
    headers = {**_HEADERS, "Content-Range": f"bytes {first}-{last}/{size}"}
    piece = content[first : last + 1]
    return HttpResponse(piece, status=206, content_type=media_type, headers=headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the first and last byte; without a first one the end is meant."""
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1
