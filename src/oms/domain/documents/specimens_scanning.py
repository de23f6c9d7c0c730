"""Scans and phone photos of specimens: good ones, and ones spoiled by one fault of known strength.

Every picture is made from the drawing and a seed, so a benchmark can be run again to the bit.
"""

import io
from dataclasses import dataclass
from typing import Any

import cv2
import numpy
import numpy.typing
from PIL import Image

from oms.domain.documents.specimens import PPI, Picture

FAULTS = (
    "low-resolution", "blurred", "too-dark", "overexposed", "glare",
    "skewed", "cropped", "no-colour", "blank", "compressed",
)  # fmt: skip
_TABLES = ((58, 84, 122), (92, 92, 96), (52, 58, 64), (150, 140, 128), (40, 62, 70))
_LIDS = ((250, 250, 250), (240, 241, 243), (205, 206, 208), (60, 60, 60))


@dataclass(frozen=True)
class Shot:
    """A file as a scanner or a phone would give it."""

    content: bytes
    way: str
    fault: str
    strength: float


def shoot(drawing: Picture, *, way: str, seed: int, fault: str = "", strength: float = 0.5) -> Shot:
    """Make a file of a drawing. `way`: scan, feed (edges of the paper are the frame's), photo.

    `strength` from 0 (mildest that is still bad) to 1 (worst).
    """
    chance = numpy.random.default_rng([seed, len(way), FAULTS.index(fault) if fault else 99])
    make = {"scan": _scan, "feed": _feed, "photo": _photo}[way]
    picture, dpi = make(drawing, chance, fault, strength)
    picture = _light(picture, chance, fault, strength)
    picture = _sharpness(picture, chance, fault, strength)
    picture = _noise(picture, chance, fault)
    quality = int(8 - 5 * strength) if fault == "compressed" else int(chance.integers(70, 96))
    return Shot(_encoded(picture, dpi, quality, way), way, fault, strength)


def _scan(drawing: Picture, chance: Any, fault: str, strength: float) -> tuple[Picture, int]:
    """On the glass of a flatbed, under a light or dark lid."""
    dpi = _dpi(chance, fault, strength)
    picture = _at(drawing, dpi)
    height, width = picture.shape[:2]
    border = int(chance.uniform(0.04, 0.12) * max(height, width))
    lid = _LIDS[chance.integers(len(_LIDS))]
    canvas = _bed(height + 2 * border, width + 2 * border, lid)
    placed = _turned(picture, canvas, border, _angle(chance, fault, strength), chance, tilt=0.0)
    return _cut(placed, (border, border, width, height), chance, fault, strength), dpi


def _feed(drawing: Picture, chance: Any, fault: str, strength: float) -> tuple[Picture, int]:
    """Through a feeder: the frame is the paper."""
    dpi = _dpi(chance, fault, strength)
    picture = _at(drawing, dpi)
    height, width = picture.shape[:2]
    paper = tuple(int(c) for c in numpy.median(picture.reshape(-1, 3)[::97], axis=0))
    canvas = _bed(height, width, paper)
    placed = _turned(picture, canvas, 0, _angle(chance, fault, strength) / 2, chance, tilt=0.0)
    return _cut(placed, (0, 0, width, height), chance, fault, strength), dpi


def _photo(drawing: Picture, chance: Any, fault: str, strength: float) -> tuple[Picture, int]:
    """On a table, from above and a little aside; phones write no resolution."""
    dpi = _dpi(chance, fault, strength, least=340)
    picture = _at(drawing, dpi)
    height, width = picture.shape[:2]
    border = int(chance.uniform(0.05, 0.15) * max(height, width))
    canvas = _bed(height + 2 * border, width + 2 * border, _TABLES[chance.integers(len(_TABLES))])
    canvas = _grain(canvas, chance)
    tilt = chance.uniform(0.0, 0.05)
    placed = _turned(picture, canvas, border, _angle(chance, fault, strength), chance, tilt=tilt)
    return _cut(placed, (border, border, width, height), chance, fault, strength), 0


def _dpi(chance: Any, fault: str, strength: float, least: int = 300) -> int:
    if fault == "low-resolution":
        return int(200 - 110 * strength)
    return int(chance.choice([least, 350, 400]))


def _angle(chance: Any, fault: str, strength: float) -> float:
    if fault == "skewed":
        return float(chance.choice([-1, 1]) * (6.5 + 7 * strength))
    return float(chance.uniform(-1.2, 1.2))


def _at(drawing: Picture, dpi: int) -> Picture:
    how = cv2.INTER_AREA if dpi < PPI else cv2.INTER_CUBIC
    return _u8(cv2.resize(drawing, None, fx=dpi / PPI, fy=dpi / PPI, interpolation=how))


def _bed(height: int, width: int, colour: Any) -> Picture:
    return numpy.full((height, width, 3), colour, numpy.uint8)


def _grain(canvas: Picture, chance: Any) -> Picture:
    """Wood: long soft stripes."""
    height, width = canvas.shape[:2]
    stripes = chance.normal(0, 1, (max(height // 6, 2), max(width // 60, 2))).astype(numpy.float32)
    stripes = cv2.resize(stripes, (width, height), interpolation=cv2.INTER_CUBIC) * 7
    return _u8(canvas + stripes[..., None])


def _turned(
    picture: Picture, canvas: Picture, border: int, angle: float, chance: Any, *, tilt: float
) -> Picture:
    """Lay the picture on the canvas: turned, and seen aside by `tilt` of its width."""
    height, width = picture.shape[:2]
    corners = numpy.array([[0, 0], [width, 0], [width, height], [0, height]], numpy.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    lain = corners @ turn[:, :2].T + turn[:, 2] + border
    lain = lain + chance.uniform(-tilt, tilt, (4, 2)) * min(width, height) / 2
    spread = numpy.max(numpy.abs(lain - (border + numpy.array([width, height]) / 2)), axis=0)
    room = numpy.array([canvas.shape[1], canvas.shape[0]]) / 2
    if border and (spread > room * 0.985).any():  # a strong turn needs a wider bed
        more = int(numpy.max(spread - room * 0.985)) + 8
        canvas = _u8(cv2.copyMakeBorder(canvas, more, more, more, more, cv2.BORDER_REFLECT))
        lain = lain + more
    matrix = cv2.getPerspectiveTransform(corners, lain.astype(numpy.float32))
    size = (canvas.shape[1], canvas.shape[0])
    laid = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(numpy.full((height, width), 255, numpy.uint8), matrix, size)
    share = mask[..., None].astype(numpy.float32) / 255
    return _u8(laid * share + canvas * (1 - share))


def _cut(
    picture: Picture, inside: tuple[int, int, int, int], chance: Any, fault: str, strength: float
) -> Picture:
    """Cut a side off through the document, 12 to 30 % of it.

    Where paper and bed look alike the cut goes through ink: else it would leave no trace.
    """
    if fault != "cropped":
        return picture
    left, top, width, height = inside
    share = 0.12 + 0.18 * strength
    begin_x, end_x = left + int(width * share), left + int(width * (1 - share))
    begin_y, end_y = top + int(height * share), top + int(height * (1 - share))
    parts = (
        picture[:, begin_x:],
        picture[:, :end_x],
        picture[begin_y:],
        picture[:end_y],
    )
    rims = (picture[:, begin_x], picture[:, end_x], picture[begin_y], picture[end_y])
    bed, paper = picture[2:8].mean(axis=(0, 1)), numpy.median(rims[0], axis=0)
    shown = [numpy.count_nonzero(rim.min(axis=1) < rim.max() - 90) > 60 for rim in rims]
    plain = left > 0 and float(numpy.abs(bed - paper).max()) > 12
    sides = [side for side in range(4) if plain or shown[side]] or [0]
    return parts[sides[int(chance.integers(len(sides)))]]


def _light(picture: Picture, chance: Any, fault: str, strength: float) -> Picture:
    """Colour of the lamp, a soft shadow; or too little light, too much, a hot spot."""
    height, width = picture.shape[:2]
    cast = 1 + chance.uniform(-0.03, 0.03, 3)
    gain = chance.uniform(0.9, 1.0)
    if fault == "glare":
        gain = chance.uniform(0.82, 0.92)  # a camera answers to the spot
    if fault == "too-dark":
        gain = 0.4 - 0.22 * strength
    angle, depth = chance.uniform(0, 6.28), chance.uniform(0.0, 0.18)
    ys, xs = numpy.mgrid[0 : height / 16, 0 : width / 16].astype(numpy.float32) * 16
    slope = (numpy.cos(angle) * xs / width + numpy.sin(angle) * ys / height + 1) / 2
    shade = (1 - depth * numpy.clip(slope, 0, 1))[..., None] * (gain * cast)
    lit = picture * cv2.resize(shade.astype(numpy.float32), (width, height))
    if fault == "overexposed":
        lit = 255 - (255 - lit) * (0.3 - 0.2 * strength)
    if fault == "glare":
        radius = (0.13 + 0.12 * strength) * min(height, width)
        middle = chance.uniform(0.3, 0.7, 2) * (height, width)
        distance = numpy.hypot(ys - middle[0], (xs - middle[1]) * 0.7)
        spot = 400 / (1 + numpy.exp((distance - radius) / (radius * 0.12)))
        lit += cv2.resize(spot.astype(numpy.float32), (width, height))[..., None]
    if fault == "no-colour":
        grey = cv2.cvtColor(_u8(lit), cv2.COLOR_BGR2GRAY)
        if strength > 0.6:
            around = cv2.blur(grey, (51, 51)).astype(numpy.int16)
            grey = numpy.where(grey < around - 18, 20, 245).astype(numpy.uint8)
        lit = cv2.cvtColor(_u8(grey), cv2.COLOR_GRAY2BGR).astype(numpy.float32)
    return _u8(lit)


def _sharpness(picture: Picture, chance: Any, fault: str, strength: float) -> Picture:
    """The lens; or a focus missed, a hand that moved."""
    soft = cv2.GaussianBlur(picture, (0, 0), float(chance.uniform(0.4, 0.8)))
    if fault != "blurred":
        return _u8(soft)
    if chance.random() < 0.5:
        return _u8(cv2.GaussianBlur(soft, (0, 0), 3.0 + 3 * strength))
    length = int(12 + 14 * strength)
    line = numpy.zeros((length, length), numpy.float32)
    line[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length / 2, length / 2), float(chance.uniform(0, 180)), 1)
    kernel = cv2.warpAffine(line, turn, (length, length))
    return _u8(cv2.filter2D(soft, -1, kernel / kernel.sum()))


def _noise(picture: Picture, chance: Any, fault: str) -> Picture:
    """Grain of the sensor: one grain for all colours, and a little of each."""
    sigma = float(chance.uniform(0.5, 4.0))
    height, width = picture.shape[:2]
    patch = chance.normal(0, sigma, (600, 600, 1)) + numpy.zeros(3)
    if fault != "no-colour":
        patch = patch + chance.normal(0, sigma / 2, (600, 600, 3))
    times = (height // 600 + 1, width // 600 + 1, 1)
    grain = numpy.tile(patch.astype(numpy.int16), times)[:height, :width]
    return _u8(picture + grain)


def _encoded(picture: Picture, dpi: int, quality: int, way: str) -> bytes:
    output = io.BytesIO()
    image = Image.fromarray(picture[..., ::-1].copy())
    more: dict[str, Any] = {"dpi": (dpi, dpi)} if dpi else {}
    if way == "photo":
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Specimen", "Phone"
        more["exif"] = exif
    image.save(output, "JPEG", quality=quality, **more)
    return output.getvalue()


def _u8(picture: Any) -> Picture:
    return numpy.asarray(numpy.clip(picture, 0, 255), numpy.uint8)
