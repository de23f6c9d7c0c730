"""A page made ready for reading: cut out, straight, dark on white, at the size Tesseract likes."""

import cv2
import numpy

from oms.domain.documents import quality_marks as marks
from oms.domain.documents import quality_sheet as sheets
from oms.domain.documents.quality_sheet import Colour, Grey, Sheet

DPI = 300
_MARGIN = 20
_MOST_SPOTS = 12_000
_LEAST, _MOST = 600, 4200


def straighten(picture: Colour, *, kind: str, written: tuple[float, float] | None) -> Colour:
    """Return the sheet alone, upright edges, at about 300 dpi."""
    sheet = sheets.find(picture)
    number, _ = sheets.dpi(sheet, kind=kind, written=written)
    scale = DPI / max(number, 1)
    flat = _unwarped(picture, sheet, scale) if sheet.is_found else _scaled(picture, scale)
    grey = sheets.greyed(flat)
    dark = marks.ink(grey)
    angle, plain = marks.slope(dark, max(0.45 * marks.depth(dark), 18.0))
    return _turned(flat, angle) if plain > 1.25 and abs(angle) > 0.3 else flat


def readable(picture: Colour) -> Grey:
    """Dark ink on white: shadows and the paper's pattern taken away."""
    grey = sheets.greyed(picture)
    dark = marks.ink(grey).astype(numpy.float32)
    deep = max(marks.depth(dark.astype(numpy.uint8)), 30.0)
    quiet = 0.22 * deep  # waves and watermarks
    clean = numpy.clip((dark - quiet) / (0.9 * deep - quiet), 0, 1)
    white = (255 - 255 * clean).astype(numpy.uint8)
    framed = cv2.copyMakeBorder(
        white, _MARGIN, _MARGIN, _MARGIN, _MARGIN, cv2.BORDER_CONSTANT, value=(255,)
    )
    return numpy.asarray(framed, numpy.uint8)


def holds_letters(dark: Grey) -> bool:
    """Whether spots are few enough to be letters: on noise Tesseract would sit for minutes."""
    count, _ = cv2.connectedComponents((dark < 128).astype(numpy.uint8))
    return count < _MOST_SPOTS


def quarter_turned(picture: Colour, quarters: int) -> Colour:
    """Turn by so many right angles, clockwise."""
    return numpy.ascontiguousarray(numpy.rot90(picture, -quarters))


def _unwarped(picture: Colour, sheet: Sheet, scale: float) -> Colour:
    height, width = picture.shape[:2]
    corners = numpy.array(sheet.corners, numpy.float32) * (width, height)
    across = _side(corners, 0, 1, 3, 2) * scale
    down = _side(corners, 0, 3, 1, 2) * scale
    shrink = min(1.0, _MOST / max(across, down))
    wide, high = max(int(across * shrink), 8), max(int(down * shrink), 8)
    target = numpy.array([[0, 0], [wide, 0], [wide, high], [0, high]], numpy.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(numpy.float32), target)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    if scale < 0.6:  # warping looks at few points: shrink first
        picture = sheets.reduced(picture, int(max(width, height) * scale * 1.3))
        less = picture.shape[1] / width
        matrix = cv2.getPerspectiveTransform((corners * less).astype(numpy.float32), target)
    flat = cv2.warpPerspective(
        picture, matrix, (wide, high), flags=how, borderMode=cv2.BORDER_REPLICATE
    )
    return numpy.asarray(flat, numpy.uint8)


def _side(corners: sheets.Floats, a: int, b: int, c: int, d: int) -> float:
    first = numpy.linalg.norm(corners[a] - corners[b])
    second = numpy.linalg.norm(corners[c] - corners[d])
    return float(max(first, second))


def _scaled(picture: Colour, scale: float) -> Colour:
    long = max(picture.shape[:2])
    wanted = int(min(max(long * scale, _LEAST), _MOST))
    if wanted <= long:
        return sheets.reduced(picture, wanted)
    grown = cv2.resize(
        picture, None, fx=wanted / long, fy=wanted / long, interpolation=cv2.INTER_CUBIC
    )
    return numpy.asarray(grown, numpy.uint8)


def _turned(picture: Colour, angle: float) -> Colour:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    flat = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return numpy.asarray(flat, numpy.uint8)
