"""A plan of where places lie, drawn here from their coordinates.

No tiles are fetched from anybody, so nobody learns who looked at what. It only helps the eye: the
list beside it says everything, under the same numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, hypot, radians

from oms.law.typed import NBSP

WIDTH, HEIGHT, MARGIN, RADIUS = 640, 400, 34, 15
KM_IN_DEGREE = 111.2
_SCALES = (1, 2, 5, 10, 20, 50, 100, 200)
_PUSHES = 40


Place = tuple[str, Decimal | None, Decimal | None]
"""Its kind, which gives the colour; its latitude; its longitude."""


@dataclass
class Dot:
    """A place on the plan: its number in the list, its centre."""

    number: int
    kind: str
    x: float
    y: float

    @property
    def at(self) -> tuple[str, str]:
        """The centre as SVG writes it, whatever the language of the page."""
        return f"{self.x:.1f}", f"{self.y:.1f}"


@dataclass(frozen=True)
class Plan:
    """Everything the drawing needs. `scale` is the length of the ruler, `scale_words` its km."""

    dots: Sequence[Dot]
    legend: Sequence[tuple[str, str]]
    scale: str
    scale_words: str
    width: int = WIDTH
    height: int = HEIGHT
    radius: int = RADIUS


def plan(places: Iterable[Place], *, legend: Sequence[tuple[str, str]]) -> Plan | None:
    """Lay the places out, north above, one scale for both directions; None below two of them.

    `legend` says what each kind is; those without coordinates keep their number and no dot.
    """
    placed = [
        (n, kind, float(longitude), float(latitude))
        for n, (kind, latitude, longitude) in enumerate(places, 1)
        if latitude is not None and longitude is not None
    ]
    if len(placed) < 2:
        return None
    middle = sum(row[3] for row in placed) / len(placed)
    flat = [(n, kind, lon * cos(radians(middle)), lat) for n, kind, lon, lat in placed]
    west, east = min(row[2] for row in flat), max(row[2] for row in flat)
    south, north = min(row[3] for row in flat), max(row[3] for row in flat)
    room = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    unit = min(room[0] / max(east - west, 1e-4), room[1] / max(north - south, 1e-4))
    left = (WIDTH - (east - west) * unit) / 2
    top = (HEIGHT - (north - south) * unit) / 2
    dots = [Dot(n, k, left + (x - west) * unit, top + (north - y) * unit) for n, k, x, y in flat]
    _push_apart(dots)
    return Plan(dots, legend, *_ruler(unit / KM_IN_DEGREE))


def _ruler(pixels_in_km: float) -> tuple[str, str]:
    fitting = [km for km in _SCALES if km * pixels_in_km <= WIDTH / 4]
    km = fitting[-1] if fitting else _SCALES[0]
    return f"{km * pixels_in_km:.0f}", f"{km}{NBSP}км"


def _push_apart(dots: Sequence[Dot]) -> None:
    """Move dots that lie on each other until their numbers can be read."""
    for _ in range(_PUSHES):
        moved = False
        for place, one in enumerate(dots):
            for other in dots[place + 1 :]:
                moved = _push(one, other) or moved
        if not moved:
            return


def _push(one: Dot, other: Dot) -> bool:
    dx, dy = other.x - one.x, other.y - one.y
    far = hypot(dx, dy)
    lacking = 2 * RADIUS + 3 - far
    if lacking <= 0:
        return False
    way = (dx / far, dy / far) if far > 0.01 else (1.0, 0.0)
    for dot, sign in ((one, -1), (other, 1)):
        dot.x = min(max(dot.x + sign * way[0] * lacking / 2, RADIUS), WIDTH - RADIUS)
        dot.y = min(max(dot.y + sign * way[1] * lacking / 2, RADIUS), HEIGHT - RADIUS)
    return True
