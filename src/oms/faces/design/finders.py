"""One style sheet instead of five: what every page asks for comes in one answer."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

SHEET = "design/css/design.css"
PARTS = ("tokens", "base", "layout", "components", "forms")
"""In this order they overrule each other."""
_CSS = Path(__file__).parent / "static" / "design" / "css"


class SheetFinder(BaseFinder):
    """Finds `design.css`, composed of its parts as it is asked for."""

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """Return where the sheet lies; an empty list for any other path."""
        if path != SHEET:
            return []
        file = str(_composed() / SHEET)
        return [file] if find_all else file

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield the sheet, for `collectstatic`."""
        yield SHEET, FileSystemStorage(location=_composed())


def _composed() -> Path:
    """Write the sheet anew if its parts changed; return the folder it lies in."""
    folder = settings.STATIC_ROOT.with_name("composed")
    text = "".join((_CSS / f"{part}.css").read_text() for part in PARTS)
    file = folder / SHEET
    if not file.exists() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder
