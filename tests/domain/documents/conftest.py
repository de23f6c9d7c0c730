"""Documents' own store, and small honest files."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageDraw
from tests import factories

from oms.domain.documents import actions
from oms.gateways.antivirus import MEMORY

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def photo(text="SPECIMEN", *, size=(900, 640), form="JPEG", **options):
    """A sheet with lines of words; different words make a different file."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for line in range(20, size[1], 40):
        pen.text((20, line), f"{text} {line} " * 4, fill="black", font_size=28)
    out = io.BytesIO()
    picture.save(out, form, **({"quality": 90} if form == "JPEG" else {}) | options)
    return out.getvalue()


def files(folder):
    """Every file of the store."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def _well_antivirus():
    yield
    MEMORY.failures.clear()


@pytest.fixture(autouse=True)
def store(tmp_path, settings):
    """The folder documents lie in."""
    folder = tmp_path / "documents"
    settings.STORAGES = {
        **settings.STORAGES,
        "documents": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder},
        },
    }
    return folder


@pytest.fixture
def owner(db):
    return factories.user()


@pytest.fixture
def bring(owner):
    """Receives a file; whatever is not told is ordinary."""

    def receive(content=None, **told):
        values = {"user": owner, "by": owner, "kind": "other", "name": "скан.jpg", "at": AT}
        return actions.receive(
            content=photo() if content is None else content, **{**values, **told}
        )

    return receive
