"""Is it a document we take? Judged by content alone, never by name or by what a browser says.

Runs in the examiner's child process. What a format may hold is judged by its own module; here
is what holds for all: which format it is, and that no second file hides in it.
"""

import io
import zipfile
from typing import Any

from oms.domain.documents import formats
from oms.domain.documents.unfit import Unfit, check_small

HEAD = 1024
"""How far readers look for the beginning of a page, a program or a PDF."""


def examine(content: bytes) -> dict[str, Any]:
    """Return media type and pages of a file we take; raise `Unfit` for any other."""
    kind = formats.of(content)
    if kind not in {"jpeg", "png", "pdf"}:
        raise Unfit(kind)
    check_small(len(content))
    _check_single(content, kind)
    if kind == "pdf":
        from oms.domain.documents import pdf

        return pdf.examine(content)
    from oms.domain.documents import images

    return images.examine(content, kind=kind)


def _check_single(content: bytes, kind: str) -> None:
    """No page and no other file at the beginning, no archive at the end."""
    head = content[:HEAD]
    if formats.holds_markup(head) or (kind != "pdf" and b"%PDF-" in head):
        raise Unfit("mixed")
    if zipfile.is_zipfile(io.BytesIO(content)) or b"Rar!\x1a\x07" in head:
        raise Unfit("mixed")
