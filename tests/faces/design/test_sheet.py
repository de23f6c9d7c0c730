"""Every page asks for one sheet, and gets all its parts in the order they overrule each other."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client

from oms.faces.design.finders import PARTS, SHEET


def test_the_sheet_is_its_parts() -> None:
    found = finders.find(SHEET)
    assert found
    text = Path(found).read_text()
    parts = [Path(finders.find(f"design/css/{part}.css")).read_text() for part in PARTS]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert places[0] == 0
    listed = {path for finder in finders.get_finders() for path, _ in finder.list([])}
    assert {SHEET, "design/css/print.css"} <= listed


def test_pages_travel_compressed(db: None) -> None:
    answer = Client().get("/help/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < len(Client().get("/help/").content) / 2
    font = Client().get(
        "/static/design/fonts/golos-latin.woff2", headers={"Accept-Encoding": "gzip"}
    )
    assert "Content-Encoding" not in font.headers  # compressed once already
    assert int(font.headers["Content-Length"]) == len(b"".join(font.streaming_content))
