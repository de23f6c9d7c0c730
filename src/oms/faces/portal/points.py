"""Places that hand over printed papers: a list with hours, a plan of where they lie (SRV-10)."""

from collections.abc import Sequence
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
from oms.faces.portal.plans import Plan
from oms.faces.portal.plans import plan as drawn

LEGEND = [
    ("office", "Офис страховой организации"), ("mfc", "МФЦ"), ("agent", "Пункт агента"),
]  # fmt: skip


def plan(points: Sequence[DeliveryPoint]) -> Plan | None:
    """Where these places lie; None below two of them."""
    return drawn([(p.kind, p.latitude, p.longitude) for p in points], legend=LEGEND)


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
