"""PDF of what people keep of their applications: one application, or the list of them.

Texts reach typst as JSON data, never as source. Equal words give equal bytes.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import typst
from django.utils import timezone

from oms.domain import papers

_FOLDER = Path(__file__).parent / "templates"
_FONTS = Path(papers.__file__).parent / "fonts"
_kept = threading.local()


@dataclass(frozen=True)
class Section:
    """Facts under a heading: (title, value)."""

    title: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Sheet:
    """A page in words: sections of facts, or a table with the shares of its columns."""

    title: str
    lead: str
    footer: str
    sections: Sequence[Section] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)
    columns: Sequence[int] = ()
    note: str = ""
    wide: bool = False


def pdf(sheet: Sheet, *, at: datetime) -> bytes:
    """Return the sheet as PDF/A-2a and PDF/UA-1, dated with the moment."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    moment = [local.year, local.month, local.day, local.hour, local.minute, local.second]
    made = _compiler().compile(
        format="pdf",
        sys_inputs={"data": json.dumps({**asdict(sheet), "at": moment}, ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("typst returned no PDF")
    return made


def _compiler() -> typst.Compiler:
    kept: typst.Compiler | None = getattr(_kept, "compiler", None)
    if kept is None:
        kept = _kept.compiler = typst.Compiler(
            str(_FOLDER / "print.typ"),
            root=str(_FOLDER),
            font_paths=[str(_FONTS)],
            ignore_system_fonts=True,
        )
    return kept
