"""What a document is called: by its owner, by us (DOC-3), and never by both in one place."""

import re
import unicodedata
from datetime import datetime

from django.utils.timezone import localtime

MAX_NAME = 120
UNNAMED = "Файл"
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_SPACES = re.compile(r"\s+")


def clean(name: str) -> str:
    """Return a name fit to be shown: no folders, no control or direction marks, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(" " if _hidden(char) else char for char in unicodedata.normalize("NFC", last))
    tidy = _SPACES.sub(" ", visible).strip(" .")
    if len(tidy) > MAX_NAME:
        stem, dot, extension = tidy.rpartition(".")
        tail = f"…{dot}{extension}" if dot and len(extension) <= 5 else "…"
        tidy = (stem or tidy)[: MAX_NAME - len(tail)].rstrip() + tail
    return tidy or UNNAMED


def title(*, kind: str, media_type: str, label: str, order: int, at: datetime) -> str:
    """Return our own name of a file: «77-26-000123-4 Паспорт.pdf», else with the date.

    `label` is the number of the application it was brought for. The second file of a slot
    gets «2» after the kind, and so on.
    """
    head = label or f"{localtime(at):%Y-%m-%d}"
    number = f" {order + 1}" if order else ""
    words = clean(f"{head} {kind}{number}").replace("/", "-")
    return f"{words}.{EXTENSIONS[media_type]}"


def _hidden(char: str) -> bool:
    """Whether a sign steers instead of showing: controls, direction marks, what is no sign."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
