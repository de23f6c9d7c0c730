"""From words to PDF: typst, our fonts only, tagged PDF/A-2a and PDF/UA-1, the same bytes each time.

People's texts reach typst as JSON data, never as source: no markup in them can come alive.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst
from django.conf import settings

_ROOM = Path(__file__).parent
_FOLDER = _ROOM / "templates"
TEMPLATE = "paper.typ"
_kept = threading.local()


def render(*, words: Any, codes: Mapping[str, str], at: datetime) -> bytes:
    """Return the PDF of a paper filled with `words` (a dataclass) and `codes` (SVG texts).

    `at` becomes the date of the document. Equal arguments give equal bytes.
    """
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    data = {
        "words": asdict(words) if is_dataclass(words) and not isinstance(words, type) else words,
        "codes": dict(codes),
        "at": [local.year, local.month, local.day, local.hour, local.minute, local.second],
    }
    pdf = _compiler().compile(
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst returned no PDF")
    return pdf


def _compiler() -> typst.Compiler:
    """Return this thread's compiler: it keeps fonts and parsed sources."""
    kept: typst.Compiler | None = getattr(_kept, "compiler", None)
    if kept is None:
        kept = _kept.compiler = typst.Compiler(
            str(_FOLDER / TEMPLATE),
            root=str(_FOLDER),
            font_paths=[str(_ROOM / "fonts")],
            ignore_system_fonts=True,
        )
    return kept
