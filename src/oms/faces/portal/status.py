"""What works now: planned works and outages, and whether applications are moved on."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.directory import queries as directory
from oms.domain.works import queries as works
from oms.domain.works.models import PlannedWork
from oms.faces.design.parts import Task
from oms.faces.portal.pages import page
from oms.kit.tasks import last_heartbeat

SILENCE = timedelta(minutes=2)
ICONS = {
    PlannedWork.Part.REGISTER: "shield-check",
    PlannedWork.Part.APPLICATIONS: "file-text",
    PlannedWork.Part.PAPERS: "file-check",
    PlannedWork.Part.MESSAGES: "mail",
    PlannedWork.Part.PORTAL: "home",
}


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show each part of the portal with its state, then works now, ahead and of late."""
    at = timezone.now()
    found = works.everything(at=at)
    names = directory.names_of(
        keys={one.audience for one in (*found.now, *found.ahead, *found.past)}
    )
    beat = last_heartbeat()
    is_silent = beat is None or at - beat > SILENCE
    return page(
        request,
        "portal/status.html",
        title="Состояние портала",
        works=found,
        now=_named(found.now, names),
        ahead=_named(found.ahead, names),
        past=_named(found.past, names),
        parts=[_part(part, found, is_silent=is_silent) for part in PlannedWork.Part],
        is_well=not found.now and not is_silent,
    )


def _named(rows: Sequence[PlannedWork], names: Mapping[str, str]) -> list[tuple[PlannedWork, str]]:
    """Each work with whom it concerns, where that is not everybody."""
    return [(one, names.get(one.audience, "")) for one in rows]


def _part(part: PlannedWork.Part, found: works.Works, *, is_silent: bool) -> Task:
    own = [one for one in found.now if one.part in (part, PlannedWork.Part.PORTAL)]
    everybody = [one for one in own if not one.audience]
    icon = ICONS[part]
    if everybody:
        outage = any(one.kind == PlannedWork.Kind.OUTAGE for one in everybody)
        state, word = ("danger", "Сбой") if outage else ("warn", "Работы")
        return Task(str(part.label), icon=icon, state=state, word=word)  # type: ignore[arg-type]
    if own:
        return Task(str(part.label), icon=icon, state="warn", word="Не у всех")
    if is_silent and part == PlannedWork.Part.APPLICATIONS:
        return Task(str(part.label), icon=icon, state="warn", word="С задержкой")
    return Task(str(part.label), icon=icon, state="ok", word="Работает")
