"""What is measured on the paper: sharpness, light, ink, slope, colour, traces of compression."""

import cv2
import numpy
import numpy.typing

from oms.domain.documents.quality_sheet import BURNT, SIDES, Box, Colour, Floats, Grey, reduced

_DEEP = 4
_TILE = 256
_TILES = 20
_REACH = 15  # points at 300 dpi in which an edge must happen
_ANGLES = numpy.arange(-20.0, 20.5, 1.0)
_MAX_POINTS = 12_000


def ink(grey: Grey) -> Grey:
    """How much darker each point is than the paper around it."""
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, numpy.ones((15, 15), numpy.uint8))
    paper = cv2.resize(cv2.blur(paper, (9, 9)), (grey.shape[1], grey.shape[0]))
    return numpy.asarray(cv2.subtract(paper, grey), dtype=numpy.uint8)


def depth(dark: Grey) -> float:
    """How much darker than paper the ink is: the darkest thousandths, noise left out."""
    calm = cv2.medianBlur(dark, 3)
    return float(numpy.percentile(calm, 99.6))


def paper(grey: Grey) -> float:
    """How light the paper is, 0 to 255."""
    return float(numpy.percentile(reduced(grey, 400), 75))


def sharpness(grey: Grey, dark: Grey) -> float:
    """How steep edges are in their worse direction: 0.4 and more sharp, under 0.2 blurred.

    An edge is as blurred as it is wide; its height (contrast) does not count. A hand that moved
    blurs one direction only, so both are measured and the worse one is told.
    """
    along, across = [], []
    for tile in _busiest(grey, dark):
        calm = cv2.GaussianBlur(tile, (0, 0), 0.6).astype(numpy.float32)
        along.append(_steepness(calm))
        across.append(_steepness(numpy.ascontiguousarray(calm.T)))
    if not along:
        return 0.0
    whole = [numpy.concatenate(part) for part in (along, across)]
    return float(min(numpy.median(part) if len(part) else 0.0 for part in whole))


def _steepness(tile: Floats) -> Floats:
    """Slope to height of the strongest edges along the rows."""
    slope = cv2.absdiff(tile[:, 2:], tile[:, :-2]) / 2
    kernel = numpy.ones((1, _REACH), numpy.uint8)
    inner = tile[:, 1:-1]
    height = cv2.dilate(inner, kernel) - cv2.erode(inner, kernel)
    steepest = cv2.dilate(slope, kernel)
    strong = height > max(0.6 * float(numpy.percentile(height, 99)), 12.0)
    return (steepest[strong] / height[strong])[::7]


def _busiest(grey: Grey, dark: Grey) -> list[Grey]:
    """The tiles with most ink."""
    height, width = grey.shape
    size = min(_TILE, height, width)
    places = [
        (y, x) for y in range(0, height - size + 1, size) for x in range(0, width - size + 1, size)
    ]
    small = cv2.resize(dark, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    part = max(size // 8, 1)
    weight = {
        (y, x): float(small[y // 8 : y // 8 + part, x // 8 : x // 8 + part].std())
        for y, x in places
    }
    best = sorted(places, key=lambda place: -weight[place])[:_TILES]
    return [grey[y : y + size, x : x + size] for y, x in best]


def slope(dark: Grey, least: float) -> tuple[float, float]:
    """Degrees by which lines of text are turned, and how plainly they say so (1: not at all)."""
    small = reduced(dark, 1000)
    ys, xs = numpy.nonzero(small > least)
    if len(ys) < 150:
        return 0.0, 1.0
    chosen = numpy.random.default_rng(1).permutation(len(ys))[:_MAX_POINTS]
    points = numpy.stack([xs[chosen], ys[chosen]], axis=1).astype(numpy.float32)
    upright, lying = _best_angle(points), _best_angle(points[:, ::-1] * (1, -1))
    angle, score = max(upright, lying, key=lambda found: found[1])
    return angle, score


def _best_angle(points: Floats) -> tuple[float, float]:
    scores = [_banding(points, angle) for angle in _ANGLES]
    best = float(_ANGLES[int(numpy.argmax(scores))])
    fine = numpy.arange(best - 1.0, best + 1.01, 0.25)
    finer = [_banding(points, angle) for angle in fine]
    plain = max(finer) / max(float(numpy.median(scores)), 1.0)
    return float(fine[int(numpy.argmax(finer))]), plain


def _banding(points: Floats, angle: float) -> float:
    """How unevenly points fall on lines turned by the angle."""
    turn = numpy.deg2rad(angle)
    places = points[:, 1] * numpy.cos(turn) - points[:, 0] * numpy.sin(turn)
    counts = numpy.bincount((places - places.min()).astype(numpy.int32)).astype(numpy.float64)
    return float(numpy.square(numpy.diff(counts)).sum())


def colour(picture: Colour, light: float) -> float:
    """How far colours part from the paper's own tint; a grey copy on any paper has about 0."""
    small = cv2.GaussianBlur(reduced(picture, 500), (0, 0), 1.0)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(numpy.float32)[..., 1:]
    off = numpy.linalg.norm(lab - numpy.median(lab, axis=(0, 1)), axis=2)
    return float(numpy.percentile(off, 98.5)) * 220 / max(light, 40.0)


def hot_spot(picture: Colour) -> tuple[float, Box | None]:
    """The largest spot burnt to white on paper that is not, as a share, and where it is."""
    small = cv2.GaussianBlur(reduced(picture, 500), (0, 0), 1.5)
    darkest = small.min(axis=2)
    if float(numpy.percentile(darkest, 45)) > 246:
        return 0.0, None  # white paper: nothing is lost in what is white
    count, _labels, stats, _ = cv2.connectedComponentsWithStats((darkest >= BURNT).astype("uint8"))
    if count < 2:
        return 0.0, None
    left, top, wide, high, area = (int(v) for v in max(stats[1:], key=lambda spot: spot[4]))
    height, width = darkest.shape
    if area < 0.45 * wide * high:  # a rim or a line, not a spot
        return 0.0, None
    return area / darkest.size, (left / width, top / height, wide / width, high / height)


def blocks(grey: Grey) -> float:
    """How plainly the 8-by-8 blocks of a JPEG stand out, in levels of grey at their borders."""
    height, width = grey.shape
    part = grey[
        max(0, height // 2 - 700) : height // 2 + 700, max(0, width // 2 - 700) : width // 2 + 700
    ].astype(numpy.int16)
    return min(_seams(part), _seams(part.T))


def _seams(part: numpy.typing.NDArray[numpy.int16]) -> float:
    steps = numpy.abs(numpy.diff(part, axis=1)).mean(axis=0)
    if len(steps) < 64:
        return 0.0
    phases = numpy.array([steps[phase::8].mean() for phase in range(8)])
    rest = float(numpy.median(phases))
    return float((phases.max() - rest) / (rest + 0.5))


def is_tinted(picture: Colour) -> bool:
    """Whether the rim is coloured paper rather than a white margin."""
    small = reduced(picture, 300)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(numpy.float32)
    rim = numpy.concatenate([lab[:4].reshape(-1, 3), lab[-4:].reshape(-1, 3)])
    sides = numpy.concatenate([lab[:, :4].reshape(-1, 3), lab[:, -4:].reshape(-1, 3)])
    tint = numpy.median(numpy.concatenate([rim, sides]), axis=0)[1:] - 128
    return float(numpy.linalg.norm(tint)) > 5


def cut_ink(dark: Grey, least: float) -> dict[str, int]:
    """How many strokes run out of the picture at each side."""
    small = reduced(dark, 2600)
    bits = (small > least).astype(numpy.uint8)
    strips = {
        "left": bits[:, :_DEEP],
        "right": bits[:, -_DEEP:],
        "top": bits[:_DEEP].T,
        "bottom": bits[-_DEEP:].T,
    }
    return {side: _runs(strips[side]) for side in SIDES}


def _runs(strip: Grey) -> int:
    """Strokes that go from the rim inside; long ones are frames, single points are dirt."""
    through = strip.all(axis=1).astype(numpy.int8)
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate([[0], through, [0]])))
    lengths = edges[1::2] - edges[::2]
    return int(((lengths >= 2) & (lengths <= 60)).sum())
