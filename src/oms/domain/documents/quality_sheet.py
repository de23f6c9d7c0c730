"""Where the sheet of paper lies in a picture, how large it is on paper, whether it is all there."""

from dataclasses import dataclass

import cv2
import numpy
import numpy.typing

Grey = numpy.typing.NDArray[numpy.uint8]
Colour = numpy.typing.NDArray[numpy.uint8]
Floats = numpy.typing.NDArray[numpy.float32]
Box = tuple[float, float, float, float]  # left, top, width, height, as shares of the picture

SIDES = ("left", "right", "top", "bottom")
A4 = (297.0, 210.0)
SIZES: dict[str, tuple[tuple[float, float], ...]] = {  # millimetres, the longer side first
    "passport": ((176.0, 125.0),),
    "snils": ((110.0, 80.0),),
    "policy": ((210.0, 148.0), (85.6, 54.0)),
    "birth-certificate": ((210.0, 148.0),),
    "right-to-stay": ((176.0, 125.0), (85.6, 54.0)),
}
BURNT = 251  # a light at which nothing can be told from white
WORTHLESS_DPI = 96  # programs write 72 and 96 when nobody measured

_LONG = 800
_MM_PER_INCH = 25.4


@dataclass(frozen=True)
class Sheet:
    """The sheet found in a picture: corners and box in shares of it. Not found: the frame."""

    corners: tuple[tuple[float, float], ...]
    box: Box
    is_found: bool
    touches: tuple[str, ...] = ()
    long: float = 0.0
    short: float = 0.0

    def inside(self, picture: Colour, *, inset: float = 0.025) -> Colour:
        """The part of the picture that is paper for certain."""
        height, width = picture.shape[:2]
        left, top, wide, high = self._heart()
        inset = inset if self.is_found else 0.0
        xs = int((left + wide * inset) * width), int((left + wide * (1 - inset)) * width)
        ys = int((top + high * inset) * height), int((top + high * (1 - inset)) * height)
        part = picture[ys[0] : max(ys[1], ys[0] + 8), xs[0] : max(xs[1], xs[0] + 8)]
        return part if part.size else picture

    def _heart(self) -> Box:
        """The upright box inside four slanting edges; the outer one when little would remain."""
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = self.corners
        left, right = max(x0, x3, 0.0), min(x1, x2, 1.0)
        top, bottom = max(y0, y1, 0.0), min(y2, y3, 1.0)
        inner = (left, top, right - left, bottom - top)
        is_fair = inner[2] > 0.3 * self.box[2] and inner[3] > 0.3 * self.box[3]
        return inner if is_fair else self.box


def greyed(picture: Colour) -> Grey:
    """The picture without colour."""
    return numpy.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), numpy.uint8)


def reduced(picture: Colour, long: int = _LONG) -> Colour:
    """The picture at most so long. Whole steps first: they are many times faster."""
    share = long / max(picture.shape[:2])
    if share >= 1:
        return picture
    step = int(1 / share)
    if step >= 2:
        height, width = (side // step for side in picture.shape[:2])
        part = picture[: height * step, : width * step]
        picture = _resized(part, (max(width, 1), max(height, 1)))
        share = long / max(picture.shape[:2])
    height, width = picture.shape[:2]
    if share >= 1:
        return picture
    return _resized(picture, (max(round(width * share), 1), max(round(height * share), 1)))


def _resized(picture: Colour, size: tuple[int, int]) -> Colour:
    return numpy.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), numpy.uint8)


def find(picture: Colour) -> Sheet:
    """Find the sheet by its difference from what it lies on, which the picture's rim shows."""
    small = reduced(picture)
    lab = cv2.cvtColor(cv2.GaussianBlur(small, (0, 0), 0.7), cv2.COLOR_BGR2LAB)
    away, rim = _away_from_bed(lab.astype(numpy.float32))
    if min(small.shape[:2]) >= 64:
        for threshold in _thresholds(away, rim):
            sheet = _sheet(away, threshold, picture.shape)
            if sheet is not None and not _is_glare(small, sheet.box):
                return sheet
    height, width = picture.shape[:2]
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    long, short = float(max(height, width)), float(min(height, width))
    return Sheet(corners, (0.0, 0.0, 1.0, 1.0), False, (), long, short)


def dpi(sheet: Sheet, *, kind: str, written: tuple[float, float] | None) -> tuple[int, bool]:
    """Return dots per inch, and whether a scanner wrote them (else: by the size of such papers)."""
    by_size = sheet.long / (size(sheet, kind)[0] / _MM_PER_INCH)
    if written and min(written) > WORTHLESS_DPI:
        stated = round(float(min(written)))
        is_shown = sheet.is_found and not sheet.touches and misfit(sheet, kind) < 0.06
        if kind in SIZES and is_shown and by_size < 0.7 * stated:
            return round(by_size), False  # enlarged, or made up
        return stated, True
    return round(by_size), False


def size(sheet: Sheet, kind: str) -> tuple[float, float]:
    """Return the size on paper (mm) that fits the sheet's proportions best."""
    ratio = sheet.long / max(sheet.short, 1.0)
    return min(SIZES.get(kind, (A4,)), key=lambda known: abs(known[0] / known[1] - ratio))


def misfit(sheet: Sheet, kind: str) -> float:
    """How far its proportions are from those of such papers, as a share."""
    known = size(sheet, kind)
    return abs((sheet.long / max(sheet.short, 1.0)) / (known[0] / known[1]) - 1)


def _is_glare(picture: Colour, box: Box) -> bool:
    """Whether what stands out is a spot of light on paper: burnt in part, all around it paper.

    A sheet is burnt nowhere or, when overexposed, all over.
    """
    darkest = picture.min(axis=2)
    height, width = darkest.shape
    left, top, wide, high = box
    rows = slice(int(top * height), int((top + high) * height) + 1)
    columns = slice(int(left * width), int((left + wide) * width) + 1)
    around = numpy.ones_like(darkest, bool)
    around[rows, columns] = False
    if not around.any():
        return False
    burnt = float((darkest[rows, columns] >= BURNT).mean())
    outside = darkest[around]
    is_paper = float(numpy.median(outside)) > 150 and float((outside >= BURNT).mean()) < 0.02
    return 0.12 < burnt < 0.85 and is_paper


def _away_from_bed(lab: Floats) -> tuple[Floats, Floats]:
    """How much each point differs from the bed; and the same for the points of the rim.

    The bed is a plane of colour fitted to the rim, lamps and shadows make it slope. Points far
    from the plane (paper that reaches the rim) count less and less.
    """
    height, width = lab.shape[:2]
    thick = max(2, min(height, width) // 60)
    is_rim = numpy.ones((height, width), bool)
    is_rim[thick:-thick, thick:-thick] = False
    ys, xs = numpy.nonzero(is_rim)
    step = max(1, len(ys) // 4000)
    ys, xs = ys[::step], xs[::step]
    colours = lab[ys, xs]
    ground = numpy.stack([numpy.ones(len(ys)), xs / width, ys / height], axis=1)
    middle = numpy.median(colours, axis=0)
    weights = 1 / (1 + (numpy.linalg.norm(colours - middle, axis=1) / 12) ** 2)
    plane = numpy.zeros((3, 3))
    for _ in range(4):
        weighted = ground * weights[:, None]
        plane = numpy.linalg.lstsq(weighted, colours * weights[:, None], rcond=None)[0]
        off = numpy.linalg.norm(colours - ground @ plane, axis=1)
        weights = 1 / (1 + (off / max(2.0, float(numpy.median(off)) * 2)) ** 2)
    grid_y, grid_x = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    plane = plane.astype(numpy.float32)
    bed = (
        plane[0] + (grid_x / width)[..., None] * plane[1] + (grid_y / height)[..., None] * plane[2]
    )
    away = cv2.sqrt(numpy.square(lab - bed).sum(axis=2))
    return numpy.asarray(away, numpy.float32), off.astype(numpy.float32)


def _thresholds(away: Floats, rim: Floats) -> list[float]:
    """Candidates, the boldest first: ink often stands out more than paper does."""
    capped = numpy.clip(away * 4, 0, 255).astype(numpy.uint8)
    first = _otsu(capped)
    second = _otsu(capped[capped < first * 4])
    quiet = float(numpy.percentile(rim, 50)) * 3 + 1.5
    return [max(first, 4.0), max(second, 3.5), max(quiet, 3.5)]


def _otsu(capped: Grey) -> float:
    if not capped.size:
        return 0.0
    threshold, _ = cv2.threshold(capped.reshape(-1, 1), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return threshold / 4


def _sheet(away: Floats, threshold: float, shape: tuple[int, ...]) -> Sheet | None:
    """The largest solid four-cornered spot, if there is one.

    A block of text is solid too, but what shows between its lines is the bed.
    """
    height, width = away.shape
    bits = (away > threshold).astype(numpy.uint8)
    kernel = numpy.ones((7, 7), numpy.uint8)
    closed = cv2.morphologyEx(bits, cv2.MORPH_CLOSE, kernel)
    closed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel)
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    area = cv2.contourArea(hull)
    rectangle = cv2.minAreaRect(hull)
    filled = numpy.zeros_like(bits)
    cv2.fillPoly(filled, [hull], (1,))
    within = away[filled > 0]
    is_solid = within.size > 0 and float(numpy.percentile(within, 25)) > max(0.6 * threshold, 2.5)
    is_square = area > 0.86 * max(rectangle[1][0] * rectangle[1][1], 1.0)
    if not (0.1 * height * width < area < 0.985 * height * width and is_solid and is_square):
        return None
    corners = _corners(numpy.asarray(hull, numpy.int32), rectangle)
    touches = tuple(
        side
        for side, line in zip(SIDES, _rims(filled), strict=True)
        if line.sum() > 0.35 * (_extent(filled, 0 if side in {"left", "right"} else 1))
    )
    left, top, wide, high = cv2.boundingRect(hull)
    scale = shape[0] / height
    sides = numpy.linalg.norm(corners - numpy.roll(corners, -1, axis=0), axis=1)
    pairs = sorted((float(sides[[0, 2]].mean()), float(sides[[1, 3]].mean())))
    return Sheet(
        corners=tuple((float(x) / width, float(y) / height) for x, y in corners),
        box=(left / width, top / height, wide / width, high / height),
        is_found=True,
        touches=touches,
        long=pairs[1] * scale,
        short=pairs[0] * scale,
    )


def _corners(hull: numpy.typing.NDArray[numpy.int32], rectangle: cv2.typing.RotatedRect) -> Floats:
    """Four corners of the hull, clockwise from the top left; of its rectangle when it has more."""
    length = cv2.arcLength(hull, True)
    points = cv2.boxPoints(rectangle)
    for share in (0.02, 0.03, 0.05, 0.08):
        simple = cv2.approxPolyDP(hull, share * length, True)
        if len(simple) == 4:
            points = simple.reshape(4, 2).astype(numpy.float32)
            break
    middle = points.mean(axis=0)
    turn = numpy.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0])
    ordered = points[numpy.argsort(turn)]
    first = int(numpy.argmin(ordered.sum(axis=1)))
    return numpy.roll(ordered, -first, axis=0).astype(numpy.float32)


def _rims(filled: Grey) -> tuple[Grey, Grey, Grey, Grey]:
    return (
        filled[:, :3].max(axis=1),
        filled[:, -3:].max(axis=1),
        filled[:3].max(axis=0),
        filled[-3:].max(axis=0),
    )


def _extent(filled: Grey, axis: int) -> int:
    return int(filled.max(axis=1 - axis).sum())
