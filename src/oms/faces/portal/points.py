"""Places that hand over printed papers: a list with hours, and a plan of where they lie (SRV-10).

The plan is drawn here from coordinates: no tiles are fetched from anybody, so nobody learns who
looked at what. It only helps the eye; the list says everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.directory import queries as directory
from oms.domain.directory.models import DeliveryPoint
from oms.domain.papers.deliveries import TO_BRING
from oms.domain.papers.models import Delivery
from oms.faces.portal.insurers import chosen_region
from oms.faces.portal.pages import page
from oms.law.typed import NBSP

WIDTH, HEIGHT, MARGIN, RADIUS = 640, 400, 34, 15
KM_IN_DEGREE = 111.2
_SCALES = (1, 2, 5, 10, 20, 50, 100, 200)
_PUSHES = 40


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
    scale: str
    scale_words: str
    width: int = WIDTH
    height: int = HEIGHT
    radius: int = RADIUS


def plan(points: Sequence[DeliveryPoint]) -> Plan | None:
    """Lay the places out, north above, one scale for both directions; None below two places."""
    placed = [
        (n, p.kind, float(p.longitude), float(p.latitude))
        for n, p in enumerate(points, 1)
        if p.latitude is not None and p.longitude is not None
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
    return Plan(dots, *_ruler(unit / KM_IN_DEGREE))


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


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Show the places of a region, all or of one kind."""
    region, regions = chosen_region(request)
    asked = request.GET.get("kind", "")
    kind = asked if asked in DeliveryPoint.Kind.values else ""
    found = directory.delivery_points(region=region, on=timezone.localdate(), kind=kind)
    return page(
        request,
        "portal/points.html",
        title="Пункты выдачи",
        regions=regions,
        region=region,
        kinds=[("", "Любой"), *DeliveryPoint.Kind.choices],
        kind=kind,
        points=numbered(found),
        plan=plan(found),
    )


def numbered(found: Sequence[DeliveryPoint]) -> list[tuple[int, DeliveryPoint, str]]:
    """Each place with its number on the plan and what to bring there."""
    bring: dict[Any, str] = dict(TO_BRING)
    return [(n, point, bring[Delivery.Way(point.kind)]) for n, point in enumerate(found, 1)]
