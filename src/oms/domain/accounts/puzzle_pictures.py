"""The picture of a captcha: five characters, turned, bent and crossed out, still readable."""

import io
import math
from random import Random

from PIL import Image, ImageDraw, ImageFont

ALPHABET = "AEKMHPTX235679"
"""Capitals that look alike in both alphabets, and digits none of them is taken for."""
LENGTH = 5
SIZE = (280, 96)
_INKS = ((16, 60, 48), (20, 40, 96), (88, 24, 56), (56, 48, 16))
_PAPER = (243, 246, 244)
_TYPED_AS = str.maketrans("АЕКМНРТХЗБZSGИ4", "AEKMHPTX36256HA")


def text(dice: Random) -> str:
    """Return what the picture shows."""
    return "".join(dice.choice(ALPHABET) for _ in range(LENGTH))


def plain(typed: str) -> str:
    """Return an answer as we compare it: whatever case, alphabet, spaces.

    >>> plain(" акз 5-х") == plain("AK35X")
    True
    """
    return "".join(typed.upper().translate(_TYPED_AS).split()).replace("-", "")


def draw(shown: str, dice: Random) -> bytes:
    """Return the characters as a PNG; the same dice draw the same picture."""
    sheet = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(sheet)
    for _ in range(5):
        _stroke(pen, dice)
    for place, letter in enumerate(shown):
        _letter(sheet, letter, 20 + place * 50 + dice.randint(-3, 3), dice)
    pen.line(_path(dice), fill=dice.choice(_INKS), width=2, joint="curve")
    out = io.BytesIO()
    _bent(sheet, dice).save(out, "PNG", optimize=True)
    return out.getvalue()


def _letter(sheet: Image.Image, letter: str, left: int, dice: Random) -> None:
    box = Image.new("L", (70, 70), 0)
    font = ImageFont.load_default(size=dice.randint(44, 52))
    ImageDraw.Draw(box).text((35, 35), letter, fill=255, font=font, anchor="mm", stroke_width=1)
    turned = box.rotate(dice.uniform(-22, 22), Image.Resampling.BICUBIC)
    sheet.paste(Image.new("RGB", box.size, dice.choice(_INKS)), (left - 10, _top(dice)), turned)


def _top(dice: Random) -> int:
    return (SIZE[1] - 70) // 2 + dice.randint(-8, 8)


def _stroke(pen: ImageDraw.ImageDraw, dice: Random) -> None:
    ends = [(dice.randrange(SIZE[0]), dice.randrange(SIZE[1])) for _ in range(2)]
    pen.line(ends, fill=(150, 175, 166), width=dice.randint(1, 2))


def _path(dice: Random) -> list[tuple[float, float]]:
    middle, height, turn = SIZE[1] / 2, dice.uniform(10, 20), dice.uniform(0, 6)
    return [(x, middle + height * math.sin(x / 34 + turn)) for x in range(0, SIZE[0], 4)]


def _bent(sheet: Image.Image, dice: Random) -> Image.Image:
    """Shift the columns and rows along waves."""
    high, long, turn = dice.uniform(3, 5), dice.uniform(40, 60), dice.uniform(0, 6)
    bent = Image.new("RGB", SIZE, _PAPER)
    for x in range(SIZE[0]):
        shift = round(high * math.sin(x / long * 2 * math.pi + turn))
        bent.paste(sheet.crop((x, 0, x + 1, SIZE[1])), (x, shift))
    return bent
