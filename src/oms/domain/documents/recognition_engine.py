"""Tesseract, kept open per thread: loading its language costs more than reading a page."""

import glob
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tesserocr
from PIL import Image

from oms.domain.documents.quality_sheet import Grey

RUSSIAN, LATIN = "rus", "eng"
_PLACES = (
    "/usr/share/tesseract-ocr/*/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
)
_kept = threading.local()


@dataclass(frozen=True)
class Word:
    """One word: its text, how sure Tesseract is (0 to 1), where it stands in the picture."""

    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> int:
        """How high it is."""
        return self.bottom - self.top


def folder(wanted: str = "") -> str:
    """Return the folder of Tesseract's Russian data; empty when there is none."""
    named = [wanted] if wanted else [os.environ.get("TESSDATA_PREFIX", ""), *_installed()]
    fit = (place for place in named if place and has(place, RUSSIAN))
    return next(fit, "")


def has(place: str, language: str) -> bool:
    """Whether the folder holds a language's data."""
    return (Path(place) / f"{language}.traineddata").is_file()


def words(picture: Grey, *, place: str, language: str = RUSSIAN) -> list[Word]:
    """Read scattered words of a page."""
    api = _api(place, language, "")
    api.SetPageSegMode(tesserocr.PSM.SPARSE_TEXT)
    api.SetImage(Image.fromarray(picture))
    api.Recognize()
    return list(_words(api))


def lines(picture: Grey, *, place: str, signs: str, language: str = LATIN) -> list[str]:
    """Read lines that hold nothing but some signs."""
    api = _api(place, language, signs)
    api.SetPageSegMode(tesserocr.PSM.SINGLE_BLOCK)
    api.SetImage(Image.fromarray(picture))
    text: str = api.GetUTF8Text()
    return [line.replace(" ", "") for line in text.splitlines() if line.strip()]


def _installed() -> list[str]:
    return sorted((found for place in _PLACES for found in glob.glob(place)), reverse=True)


def _api(place: str, language: str, signs: str) -> tesserocr.PyTessBaseAPI:
    apis: dict[tuple[str, str, str], tesserocr.PyTessBaseAPI] = _kept.__dict__.setdefault(
        "apis", {}
    )
    key = (place, language, signs)
    if key not in apis:
        api = tesserocr.PyTessBaseAPI(path=place, lang=language)
        api.SetVariable("user_defined_dpi", "300")
        api.SetVariable("tessedit_char_whitelist", signs)
        if signs:
            api.SetVariable("load_system_dawg", "0")
            api.SetVariable("load_freq_dawg", "0")
        apis[key] = api
    return apis[key]


def _words(api: tesserocr.PyTessBaseAPI) -> Iterator[Word]:
    level = tesserocr.RIL.WORD
    found = api.GetIterator()
    if found is None:
        return
    for one in tesserocr.iterate_level(found, level):
        box = one.BoundingBox(level)
        text = (one.GetUTF8Text(level) or "").strip() if box else ""
        if text:
            yield Word(text, one.Confidence(level) / 100, *box)
