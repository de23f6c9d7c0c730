"""Templates of the whole house: strict CSP kept, icons exist, the first view is light."""

import gzip
import re
from pathlib import Path

import pytest
from django.template import engines

import oms
from oms.faces.design import icons

HOUSE = Path(oms.__file__).parent
# A letter is read in a mail program: no CSP of ours there, and styles must be inline.
LETTERS = {"mail.html"}
TEMPLATES = [p for p in sorted(HOUSE.glob("**/templates/**/*.html")) if p.name not in LETTERS]
STATIC = HOUSE / "faces/design/static/design"
FORBIDDEN = {
    "inline style": re.compile(r"<style[\s>]|\sstyle\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "htmx that evaluates": re.compile(r"hx-on|\bjs:|javascript:", re.IGNORECASE),
    "another host": re.compile(r"(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
}


def test_the_scan_sees_what_it_forbids() -> None:
    bad = [
        "<p style='color: red'>",
        "<script>alert(1)</script>",
        '<a onclick="x()">',
        '<b hx-on:click="x">',
        '<link href="//cdn.example">',
    ]
    seen = [
        name for text, (name, rule) in zip(bad, FORBIDDEN.items(), strict=True) if rule.search(text)
    ]
    assert seen == list(FORBIDDEN)


def test_no_template_breaks_the_content_security_policy() -> None:
    assert len(TEMPLATES) > 40
    broken = [
        (str(path.relative_to(HOUSE)), name)
        for path in TEMPLATES
        for name, rule in FORBIDDEN.items()
        if rule.search(path.read_text(encoding="utf-8"))
    ]
    assert broken == []


def test_every_template_compiles() -> None:
    engine = engines["django"]
    for path in TEMPLATES:
        engine.from_string(path.read_text(encoding="utf-8"))


def test_every_icon_named_in_a_template_exists() -> None:
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(
            r"{% icon \"([\w-]+)\"|icon=\"([\w-]+)\"|icon\|default:\"([\w-]+)\"",
            path.read_text(encoding="utf-8"),
        )
        for name in name
        if name
    }
    assert len(named) > 20
    assert named <= set(icons.names())


def test_icons_are_plain_shapes_that_readers_skip() -> None:
    drawn = [icons.svg(name, 20) for name in icons.names()]
    assert len(drawn) > 50
    assert all('aria-hidden="true"' in svg and 'width="20"' in svg for svg in drawn)
    assert not any(re.search(r"style|class=\"lucide|<script|<!--", svg) for svg in drawn)


@pytest.mark.parametrize("name", ["no-such", "../secret", ""])
def test_an_unknown_icon_is_a_mistake_of_the_programmer(name: str) -> None:
    with pytest.raises(KeyError):
        icons.svg(name)


def test_the_first_view_is_light() -> None:
    """100 KB gzip in all; 16 KB are left for the page itself."""
    packed = sum(len(gzip.compress(p.read_bytes())) for p in STATIC.glob("*/*.[cj]s*"))
    fonts = sum(p.stat().st_size for p in STATIC.glob("fonts/*.woff2"))
    assert packed > 20_000
    assert packed + fonts <= 84_000
