"""Running the diagnosis stage by stage, and setting out from what it found."""

from datetime import datetime, timedelta

from django.db import transaction

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.cases.states import State
from oms.catalog.catalogue import SERVICES
from oms.diagnosis import findings
from oms.diagnosis.catalogue import CAUSES, of_stage
from oms.diagnosis.declaration import STAGES, Stage, WayOn
from oms.diagnosis.models import Run
from oms.diagnosis.situation import Situation, read
from oms.domain.accounts import limits
from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.kit.denied import Denied

PAUSE = timedelta(minutes=1)
ABANDONED = timedelta(minutes=10)
"""A run left half way is gone on with for so long; then another one begins."""
RUNS = limits.Limit("diagnosis", timedelta(hours=1), lambda count: PAUSE)


class TooSoon(Denied):
    """A run a minute is enough."""

    status = 429
    text = "Вы проверяли меньше минуты назад. Результат ниже; проверить ещё раз можно через минуту."


class NoLonger(Denied):
    """What was found is not so any more."""

    text = "Похоже, это уже исправлено. Проверьте ещё раз: покажем, как обстоит дело сейчас."


def begin(*, user: User, by: User, at: datetime) -> Run:
    """Begin a run, or return the one under way. Raises `TooSoon`.

    The caller has made sure that `by` may look into this cabinet.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        since = at - ABANDONED
        under_way = Run.objects.filter(user=user, finished_at=None, begun_at__gt=since)
        known = under_way.order_by("-pk").first()
        if known:
            return known
        if limits.take(limit=RUNS, key=user.key, at=at):
            raise TooSoon
        return Run.objects.create(user=user, by=by.key, begun_at=at)


def advance(*, run: Run, by: User, at: datetime) -> Run:
    """Do the next stage of a run; one that is over stays as it is."""
    with transaction.atomic():
        own = _locked(run)
        if own.finished_at is None:
            _do(own, read(user=own.user, at=at), by=by, at=at)
    return own


def finish(*, run: Run, by: User, at: datetime) -> Run:
    """Do all stages that are left; the situation is read anew only after a mending."""
    with transaction.atomic():
        own = _locked(run)
        situation: Situation | None = None
        while own.finished_at is None:
            situation = situation or read(user=own.user, at=at)
            if _do(own, situation, by=by, at=at):
                situation = None
    return own


def set_out(*, user: User, by: User, cause: str, service: str = "", at: datetime) -> Case:
    """Begin the application a cause leads to, with what is known typed in; or return its draft.

    `service` chooses among the services of the cause; empty or unknown means its first.

    The cause is looked for anew: what a draft begins with is never what a page brought. Raises
    `NoLonger`, and what `cases.actions.start` raises (`AlreadyOpen`, `ClosedTo`, `NotYours`).
    """
    way = _way(user, cause, service, at=at)
    with transaction.atomic():
        case = cases.start(service=way.service, applicant=user, by=by, about=way.about, at=at)
        if case.state == State.DRAFT and not case.typed:
            for step, typed in way.typed.items():
                case = cases.save_draft(case=case, step=step, typed=typed, by=by, at=at)
    return case


def _way(user: User, code: str, service: str, *, at: datetime) -> WayOn:
    cause = CAUSES.get(code)
    finding = cause.detect(read(user=user, at=at)) if cause else None
    offered = [way for way in finding.ways if way.service in SERVICES] if finding else []
    if not offered:
        raise NoLonger
    return next((way for way in offered if way.service == service), offered[0])


def _locked(run: Run) -> Run:
    Run.objects.select_for_update().values_list("pk").get(pk=run.pk)
    return Run.objects.select_related("user").get(pk=run.pk)


def _do(run: Run, situation: Situation, *, by: User, at: datetime) -> bool:
    """Do one stage: look for all its causes, then mend; return whether something was mended."""
    seen = {row["code"] for row in run.findings}
    looked = [(cause, cause.detect(situation)) for cause in of_stage(Stage(run.stage))]
    rows = []
    for cause, finding in looked:
        if finding is not None and cause.code not in seen:
            mended = cause.mend(situation, by=by.actor, at=at)
            rows.append(findings.kept(cause, finding, mended))
    run.findings = [*run.findings, *rows]
    run.stage += 1
    if run.stage == len(STAGES):
        _end(run, by=by, at=at)
    run.save(update_fields=["findings", "stage", "finished_at", "main"])
    return any(row["mended"] for row in rows)


def _end(run: Run, *, by: User, at: datetime) -> None:
    found = findings.told(run.findings)
    run.finished_at = at
    first = findings.main(found)
    run.main = first.code if first else ""
    details = {
        "found": [one.code for one in found],
        "mended": [one.code for one in found if one.mended],
    }
    record(
        act="diagnosis.run", subject=run.key, by=by.actor, at=at,
        person=run.user.key, details=details,
    )  # fmt: skip
