"""Is a scan fit to be read: numbers measured on it, and what is wrong by them (DOC-2).

Pure functions over pictures: no Django, so that the examining child process can use them too.
"""

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy
from PIL import Image, ImageOps

from oms.domain.documents import quality_marks as marks
from oms.domain.documents import quality_sheet as sheets
from oms.domain.documents.quality_sheet import Box, Colour, Grey, Sheet
from oms.domain.documents.quality_words import WORDS

WORKING_DPI = 300
_ORIENTATION = 0x0112
_LEAST_SIDE = 128
IN_COLOUR = frozenset({"passport", "birth-certificate", "court-act", "right-to-stay"})
WITHOUT_TEXT = frozenset({"face"})

THRESHOLDS: Mapping[str, float] = {
    "dpi": 295,  # a scanner's word
    "dpi_by_size": 250,  # by the paper's size: a photo
    "sharpness": 0.25,
    "paper": 115,  # 0 black, 255 white
    "ink": 80,  # ink under light paper: washed out
    "ink_blank": 13,
    "hot_spot": 0.006,  # share of the sheet
    "skew": 3.5,  # degrees
    "colour": 5.0,
    "blocks": 0.85,
    "jpeg_quality": 12,
    "cut_strokes": 5,
    "misfit": 0.06,  # share by which a side is too short
}


@dataclass(frozen=True)
class Measures:
    """What was measured on one page."""

    width: int
    height: int
    dpi: int
    dpi_is_written: bool
    from_camera: bool
    sharpness: float
    paper: float
    ink: float
    hot_spot: float
    skew: float
    colour: float
    blocks: float
    jpeg_quality: int
    cut: tuple[str, ...]
    cut_strokes: int
    sheet: Box
    hot_spot_at: Box | None = None

    def as_dict(self) -> dict[str, Any]:
        """The numbers, rounded, fit for JSON."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a page. `box` is where: left, top, width, height, as shares of it."""

    code: str
    title: str
    text: str
    remedy: str
    page: int
    box: Box

    def as_dict(self) -> dict[str, Any]:
        """Fit for JSON."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def measure(
    image: Image.Image,
    *,
    kind: str,
    from_camera: bool = False,
    dpi: tuple[float, float] | None = None,
) -> Measures:
    """Measure one page. `dpi`: what is known of the resolution; else what the file says."""
    picture = pixels(image)
    sheet = sheets.find(picture)
    written = dpi or (None if from_camera else image.info.get("dpi"))
    number, is_written = sheets.dpi(sheet, kind=kind, written=written)
    height, width = picture.shape[:2]
    if min(height, width) < _LEAST_SIDE:  # a scrap: room for what looks around each point
        down, right = max(_LEAST_SIDE - height, 0), max(_LEAST_SIDE - width, 0)
        grown = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)
        picture = numpy.asarray(grown, numpy.uint8)
    whole = sheets.greyed(picture)
    blocks = marks.blocks(sheet.inside(whole))
    if number > WORKING_DPI * 1.1:
        whole = sheets.reduced(whole, int(max(width, height) * WORKING_DPI / number))
    grey, part = sheet.inside(whole), sheet.inside(picture)
    dark = marks.ink(grey)
    light, depth = marks.paper(grey), marks.depth(dark)
    spot, spot_at = marks.hot_spot(part)
    strokes = marks.cut_ink(marks.ink(whole), max(0.5 * depth, 40.0))
    is_part = kind in sheets.SIZES and marks.is_tinted(picture)
    cut, cut_strokes = _cut(sheet, strokes, kind=kind, is_photo=from_camera, is_part=is_part)
    return Measures(
        width=width,
        height=height,
        dpi=number,
        dpi_is_written=is_written,
        from_camera=from_camera,
        sharpness=marks.sharpness(grey, dark),
        paper=light,
        ink=depth,
        hot_spot=spot,
        skew=_skew(dark, sheet, depth),
        colour=marks.colour(part, light),
        blocks=blocks,
        jpeg_quality=_jpeg_quality(image),
        cut=cut,
        cut_strokes=cut_strokes,
        sheet=sheet.box,
        hot_spot_at=_within(sheet.box, spot_at) if spot_at else None,
    )


def problems(
    measures: Measures,
    *,
    kind: str,
    page: int = 1,
    thresholds: Mapping[str, float] = THRESHOLDS,
    is_drawn: bool = False,
) -> list[Problem]:
    """Return what is wrong with a page, by its numbers: causes only, not what follows of them.

    `is_drawn`: the page was never paper, a program wrote it; it has no faults of a scan.
    """
    found = _wrong(measures, kind, {**THRESHOLDS, **thresholds})
    if is_drawn:
        found = [code for code in found if code == "blank"]
    return [_problem(code, measures, page) for code in found]


def picture(image: Image.Image, problems: list[Problem]) -> bytes:
    """Return the page as a PNG with what is wrong framed and named by its number in the list."""
    drawn = pixels(image).copy()
    height, width = drawn.shape[:2]
    line = max(2, max(height, width) // 300)
    for number, problem in enumerate(problems, 1):
        left, top, wide, high = problem.box
        begin = int(left * width) + line * number, int(top * height) + line * number
        end = int((left + wide) * width) - line * number, int((top + high) * height) - line * number
        cv2.rectangle(drawn, begin, end, (40, 40, 200), line)
        place = begin[0] + 3 * line, begin[1] + 14 * line
        cv2.putText(drawn, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, line / 3, (40, 40, 200))
    ok, png = cv2.imencode(".png", sheets.reduced(drawn, 1600))
    if not ok:
        raise ValueError("the page could not be drawn")
    return png.tobytes()


def pixels(image: Image.Image) -> Colour:
    """Return the picture upright, on white paper, as blue, green, red."""
    is_turned = image.getexif().get(_ORIENTATION, 1) != 1
    upright = ImageOps.exif_transpose(image) if is_turned else image
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        above = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    if upright.mode.startswith("I"):  # 16 bits a pixel
        upright = upright.point(lambda value: value / 256).convert("L")
    flat = upright if upright.mode == "RGB" else upright.convert("RGB")
    return numpy.asarray(cv2.cvtColor(numpy.asarray(flat), cv2.COLOR_RGB2BGR), numpy.uint8)


def is_from_camera(image: Image.Image) -> bool:
    """Whether a camera says that it took the picture."""
    exif = image.getexif()
    return bool(exif.get(0x0110) or exif.get(0x010F)) or image.format == "MPO"


def opened(content: bytes) -> Image.Image:
    """Open a JPEG or PNG."""
    return Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])


def _jpeg_quality(image: Image.Image) -> int:
    """The quality (1 to 100) a JPEG was saved with, by its table of steps; 100 for other files."""
    tables: dict[int, list[int]] = getattr(image, "quantization", None) or {}
    if not tables or len(tables[0]) != 64:
        return 100
    steps = tables[0]  # quality 50 begins with 16 and has 10 as its least; higher ones are capped
    scale = (steps[0] / 16 + min(steps) / 10) * 50
    return max(1, min(100, round(5000 / scale if scale > 100 else 100 - scale / 2)))


def _skew(dark: Grey, sheet: Sheet, depth: float) -> float:
    """Degrees: by lines of text where they speak plainly, else by the sheet's edges."""
    angle, plain = marks.slope(dark, max(0.45 * depth, 18.0))
    if plain >= 1.6 or not sheet.is_found:
        return angle if plain >= 1.25 else 0.0
    (x0, y0), (x1, y1) = sheet.corners[0], sheet.corners[1]
    edge = float(numpy.rad2deg(numpy.arctan2(y1 - y0, x1 - x0)))
    return (edge + 45) % 90 - 45


def _cut(
    sheet: Sheet, strokes: Mapping[str, int], *, kind: str, is_photo: bool, is_part: bool
) -> tuple[tuple[str, ...], int]:
    """Sides where the paper goes on outside, and strokes that run out there.

    A scanner's glass has corners to lay papers into: only a sheet too short is cut there.
    """
    misfit = sheets.misfit(sheet, kind)
    if not sheet.is_found:
        return (("frame",) if is_part and misfit > 0.08 else ()), max(strokes.values())
    ran_out = max((strokes[side] for side in sheet.touches), default=0)
    is_short = is_photo or misfit > THRESHOLDS["misfit"]
    return (sheet.touches if is_short else ()), ran_out


def _wrong(measures: Measures, kind: str, limits: Mapping[str, float]) -> list[str]:
    least = limits["dpi" if measures.dpi_is_written else "dpi_by_size"]
    has_text = kind not in WITHOUT_TEXT
    is_blurred = measures.sharpness < limits["sharpness"]
    if has_text and measures.ink < limits["ink_blank"]:
        return ["blank"]
    is_dark = measures.paper < limits["paper"]
    is_washed = measures.ink < limits["ink"] and not is_dark and not is_blurred
    is_coarse = measures.dpi < least
    is_squeezed = (
        measures.blocks > limits["blocks"] or measures.jpeg_quality < limits["jpeg_quality"]
    )
    judged = {
        "low-resolution": is_coarse and has_text,
        "blurred": is_blurred,
        "too-dark": is_dark,
        "overexposed": is_washed and has_text,
        "glare": measures.hot_spot > limits["hot_spot"] and not is_washed,
        "skewed": abs(measures.skew) > limits["skew"] and has_text,
        "cropped": (bool(measures.cut) and not is_squeezed)
        or measures.cut_strokes >= limits["cut_strokes"],
        "no-colour": (
            kind in IN_COLOUR
            and measures.colour < limits["colour"]
            and not (is_dark or is_washed or is_squeezed)
        ),
        "compressed": is_squeezed and not is_coarse,
    }
    return [code for code, is_wrong in judged.items() if is_wrong]


def _problem(code: str, measures: Measures, page: int) -> Problem:
    title, text, remedy = WORDS[code]
    box = measures.hot_spot_at if code == "glare" and measures.hot_spot_at else measures.sheet
    return Problem(code, title, text, remedy, page, box)


def _within(outer: Box, inner: Box) -> Box:
    left, top, wide, high = outer
    return (
        left + inner[0] * wide,
        top + inner[1] * high,
        inner[2] * wide,
        inner[3] * high,
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, tuple):
        return [_rounded(one) for one in value]
    return value
