"""Colours: every pair of text and ground we use can be read, in both themes."""

import re
from pathlib import Path

import pytest

import oms.faces.design

CSS = Path(oms.faces.design.__file__).parent / "static/design/css"
TINTS = ("ok", "warn", "danger", "info")
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2") for ground in ("ground", "surface", "sunken")],
    *[(ink, f"{tint}-tint") for ink in ("ink", "ink-2") for tint in (*TINTS, "brand")],
    *[(state, f"{state}-tint") for state in TINTS],
    *[(state, ground) for state in TINTS for ground in ("ground", "surface")],
    *[(brand, ground) for brand in ("brand", "brand-strong") for ground in ("ground", "surface")],
    ("brand-strong", "brand-tint"),
    ("brand", "brand-tint"),
    ("brand", "ok-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-hover"),
    ("surface", "danger"),
    ("surface", "ok"),
]
SHAPES = [
    *[("control", ground) for ground in ("ground", "surface", "sunken")],
    *[("brand", ground) for ground in ("ground", "surface", "brand-tint")],
    *[("danger", ground) for ground in ("ground", "surface")],
    *[("ok", ground) for ground in ("ground", "surface")],
    ("warn-bar", "surface"),
]
CARD = ("#0b7a61", "#075044", "#063d36")


def blocks() -> dict[str, dict[str, str]]:
    """Give the custom colours of the light theme and of both spellings of the dark one."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    found = re.findall(r":root([^{]*)\{\s*color-scheme: (\w+);([^}]*)\}", text)
    assert [scheme for _, scheme, _ in found] == ["light", "dark", "dark"]
    names = ("light", "dark by device", "dark by choice")
    return {
        name: dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))
        for name, (_, _, body) in zip(names, found, strict=True)
    }


def ratio(one: str, other: str) -> float:
    """Return the contrast of WCAG 2: (L1 + 0.05) / (L2 + 0.05)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_ratio_is_that_of_wcag() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_dark_is_the_same_by_device_and_by_choice() -> None:
    themes = blocks()
    assert themes["dark by device"] == themes["dark by choice"]
    assert themes["light"].keys() == themes["dark by choice"].keys()


@pytest.mark.parametrize("theme", ["light", "dark by choice"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3)], ids=["text", "shapes"])
def test_contrast(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = blocks()[theme]
    weak = {
        pair: round(ratio(colours[pair[0]], colours[pair[1]]), 2)
        for pair in pairs
        if ratio(colours[pair[0]], colours[pair[1]]) < least
    }
    assert weak == {}


def test_the_policy_card_is_readable() -> None:
    text = (CSS / "components.css").read_text(encoding="utf-8")
    assert all(colour in text for colour in CARD)
    assert min(ratio(ink, ground) for ink in ("#ffffff", "#e6f4ee") for ground in CARD) >= 4.5


def test_only_tokens_are_used() -> None:
    used: set[str] = set()
    known: set[str] = set()
    for path in CSS.glob("*.css"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"var\(--([\w-]+)", text))
        known |= set(re.findall(r"--([\w-]+):", text))
    assert len(used) > 25
    assert used <= known
