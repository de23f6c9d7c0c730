"""What a run keeps of a finding: plain values, words as they were told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oms.catalog.catalogue import SERVICES
from oms.diagnosis.catalogue import CAUSES
from oms.diagnosis.declaration import REMARKS, Cause, Finding, Mended, WayOn


@dataclass(frozen=True)
class Found:
    """A cause that was found, as kept; `mended` says what was set right, else empty."""

    code: str
    text: str
    todo: str = ""
    by_when: str = ""
    mended: str = ""
    ways: Sequence[WayOn] = ()

    @property
    def title(self) -> str:
        """What was checked; empty for a cause that is no more."""
        cause = CAUSES.get(self.code)
        return cause.title if cause else ""

    @property
    def order(self) -> int:
        """How grave: the least is the main one."""
        cause = CAUSES.get(self.code)
        return cause.order if cause else 1000


def main(found: Sequence[Found]) -> Found | None:
    """The main one: the gravest that still hides a policy, else the gravest of all."""
    hiding = [one for one in found if one.order < REMARKS and not one.mended]
    return next(iter(hiding or found), None)


def ways(finding: Finding) -> tuple[WayOn, ...]:
    """The ways on that are open: services that are on offer, and pages."""
    return tuple(way for way in finding.ways if way.page or way.service in SERVICES)


def kept(cause: Cause, finding: Finding, mended: Mended | None) -> dict[str, Any]:
    """A finding as a row keeps it. What a draft begins with is not kept: it is looked up anew."""
    return {
        "code": cause.code,
        "text": finding.text,
        "todo": finding.todo,
        "by_when": finding.by_when,
        "mended": mended.text if mended else "",
        "ways": [
            {"title": way.title, "service": way.service, "page": way.page, "args": list(way.args)}
            for way in ways(finding)
        ],
    }


def told(rows: Iterable[Mapping[str, Any]]) -> tuple[Found, ...]:
    """Findings of a run, the gravest first."""
    found = (Found(**row) for row in rows)
    whole = (replace(one, ways=tuple(WayOn(**way) for way in one.ways)) for one in found)  # type: ignore[arg-type]
    return tuple(sorted(whole, key=lambda one: (one.order, one.code)))
