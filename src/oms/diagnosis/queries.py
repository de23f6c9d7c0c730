"""What may be asked about runs: the last one, its checks one by one, its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from oms.diagnosis import findings
from oms.diagnosis.catalogue import of_stage
from oms.diagnosis.declaration import STAGES, Stage
from oms.diagnosis.findings import Found
from oms.diagnosis.models import Run
from oms.domain.accounts.models import User

Mark = Literal["wait", "now", "clear", "found", "mended"]


@dataclass(frozen=True)
class Check:
    """One check of a stage: what is looked at, how it ended."""

    title: str
    mark: Mark
    text: str = ""


@dataclass(frozen=True)
class StageSeen:
    """A stage with its checks, as far as it has come."""

    title: str
    mark: Mark
    checks: Sequence[Check]


@dataclass(frozen=True)
class Verdict:
    """The result: the main cause, those beside it, what was mended in all."""

    main: Found | None
    others: Sequence[Found]
    mended: Sequence[str]

    @property
    def is_clear(self) -> bool:
        """Whether nothing was found."""
        return self.main is None


def latest(*, user: User) -> Run | None:
    """The last run about this person's cabinet. One query."""
    return Run.objects.filter(user=user).order_by("-pk").first()


def stages(run: Run) -> tuple[StageSeen, ...]:
    """All stages with their checks and marks. No query."""
    found = {one.code: one for one in findings.told(run.findings)}
    return tuple(_seen(run, stage, found) for stage in Stage)


def verdict(run: Run) -> Verdict:
    """What came out. No query."""
    found = findings.told(run.findings)
    main = findings.main(found)
    return Verdict(
        main=main,
        others=[one for one in found if one is not main],
        mended=[one.mended for one in found if one.mended],
    )


def _seen(run: Run, stage: Stage, found: dict[str, Found]) -> StageSeen:
    done = stage < run.stage
    checks = [
        Check(cause.title, _mark(found.get(cause.code)), _text(found.get(cause.code)))
        if done
        else Check(cause.title, "wait")
        for cause in of_stage(stage)
    ]
    if not done:
        return StageSeen(STAGES[stage], "now" if stage == run.stage else "wait", checks)
    marks = {check.mark for check in checks}
    mark: Mark = "found" if "found" in marks else "mended" if "mended" in marks else "clear"
    return StageSeen(STAGES[stage], mark, checks)


def _mark(found: Found | None) -> Mark:
    if found is None:
        return "clear"
    return "mended" if found.mended else "found"


def _text(found: Found | None) -> str:
    return found.text if found else ""
