"""What a document says: suggestions for a form, read by Tesseract, MRZ and barcodes (DOC-5).

Nothing here is ever put into anybody's data: people see it beside what they typed. Only values
that the law allows are told, in their normal form, each with how sure we are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from PIL import Image

from oms.domain.documents import pages, quality
from oms.domain.documents import recognition_engine as engine
from oms.domain.documents import recognition_kinds as kinds
from oms.domain.documents import recognition_page as page
from oms.domain.documents.recognition_kinds import Source, Suggestion

State = Literal["done", "off", "failed"]
READ_PAGES = 4
_ENOUGH = 6  # words that Tesseract is sure of: the page stands upright


@dataclass(frozen=True)
class Reading:
    """What was read, and whether reading was possible at all."""

    state: State
    fields: dict[str, Suggestion] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Fit for JSON."""
        return {
            "state": self.state,
            "fields": {name: asdict(found) for name, found in self.fields.items()},
        }


def read(images: Iterable[Image.Image], *, kind: str, tessdata: str = "") -> Reading:
    """Read the pages of a document. State `off`: Tesseract has no Russian here."""
    place = engine.folder(tessdata)
    if not place:
        return Reading("off")
    reader = kinds.READERS.get(kind)
    best: dict[str, Suggestion] = {}
    for number, image in enumerate(images):
        if reader is None or number >= READ_PAGES:
            break
        for name, found in _read_page(image, reader, kind=kind, place=place).items():
            if name not in best or found.confidence > best[name].confidence:
                best[name] = found
    return Reading("done", best)


def of_document(content: bytes, media_type: str, kind: str, *, tessdata: str = "") -> Reading:
    """Read a file: JPEG, PNG or PDF."""
    if not engine.folder(tessdata):
        return Reading("off")
    shown = (one.image for one in pages.of(content, media_type=media_type, most=READ_PAGES))
    return read(shown, kind=kind, tessdata=tessdata)


def _read_page(
    image: Image.Image, reader: kinds.Reader, *, kind: str, place: str
) -> dict[str, Suggestion]:
    picture = quality.pixels(image)
    written = None if quality.is_from_camera(image) else image.info.get("dpi")
    flat = page.straighten(picture, kind=kind, written=written)
    best: kinds.Page | None = None
    for quarters in (0, 2, 1, 3):
        turned = page.quarter_turned(flat, quarters)
        dark = page.readable(turned)
        if not page.holds_letters(dark):
            return {}
        shown = kinds.Page(turned, dark, engine.words(dark, place=place), place)
        if best is None or _plain(shown.words) > _plain(best.words):
            best = shown
        if _plain(best.words) >= _ENOUGH:
            break
    return reader(best) if best else {}


def _plain(words: Sequence[engine.Word]) -> int:
    """How many words are words without doubt."""
    return sum(word.confidence > 0.85 and len(word.text) > 3 for word in words)


__all__ = ["Reading", "Source", "State", "Suggestion", "of_document", "read"]
