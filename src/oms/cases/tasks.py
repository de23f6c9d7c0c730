"""Work of the cases that nobody waits for, and what happens by itself as time goes on.

Tasks are thin and idempotent: a worker may die at any line, and the task runs again.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from oms.cases import clock
from oms.cases.about import appealed
from oms.cases.actions import perform
from oms.cases.models import Case, CaseEvent
from oms.cases.refused import WrongState, link
from oms.cases.review import application, service_of
from oms.cases.states import WITH_DECIDER, State
from oms.cases.telling import message_context, tell_applicant
from oms.catalog.declaration import AUTOMATIC
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.notifications.actions import tell
from oms.domain.papers.actions import NothingToCertify, issue
from oms.kit.denied import Denied
from oms.kit.tasks import periodic, queued_arguments, retrying, task

BATCH = 500
FORGOTTEN_AFTER = timedelta(minutes=15)
REMIND_BEFORE = (3, 1, 0)
"""Days before the last day of an answer on which people are reminded, each once."""


@task()
@retrying()
def decide(case_id: int) -> None:
    """Decide a case that needs nobody: all checks pass, or the refusals are told."""
    case = Case.objects.select_related("applicant", "representative").get(pk=case_id)
    if case.state != State.AWAITING or case.submitted_at is None:
        return
    at = timezone.now()
    refusals = service_of(case).refusals(application(case, on=clock.day(case.submitted_at)))
    if refusals:
        perform("reject_automatically", case, by=SYSTEM, at=at, refusals=refusals)
    else:
        perform("approve_automatically", case, by=SYSTEM, at=at)


@task()
@retrying()
def finish(case_id: int) -> None:
    """Issue the papers of an approved case, then say that they are ready.

    One paper per kind and case, whatever happens: its key holds it. A policy closed since the
    approval leaves nothing to certify: the case ends without the paper, and says so.
    """
    case = Case.objects.select_related("person").get(pk=case_id)
    if case.state != State.APPROVED:
        return
    at = timezone.now()
    try:
        _issue_papers(case, at=at)
    except NothingToCertify:
        perform("finish_without_papers", case, by=SYSTEM, at=at)
    else:
        with transaction.atomic():
            perform("finish", case, by=SYSTEM, at=at, note=_return_appealed(case, at=at))


def _return_appealed(case: Case, *, at: datetime) -> str:
    """Give the case an appeal was right about back to its decider; say why, where it cannot be."""
    words, target = case.result.get("returns"), appealed(case)
    if not words or target is None:
        return ""
    try:
        perform("return_by_appeal", target, by=SYSTEM, at=at, note=words, fund=case.fund)
    except Denied as no:
        return f"Вернуть прежнее заявление нельзя. {no.text}"
    return ""


@task()
@retrying()
def carry_out(case_id: int) -> None:
    """Do what was planned for today; what the law forbids now goes back to the operators."""
    case = Case.objects.get(pk=case_id)
    if case.state != State.PLANNED:
        return
    at = timezone.now()
    try:
        perform("carry_out", case, by=SYSTEM, at=at)
    except WrongState:  # cancelled in this very moment, or its day is still ahead
        return
    except Denied as no:
        perform("return_plan", case, by=SYSTEM, at=at, note=no.text)


@periodic(every=timedelta(minutes=10))
def carry_out_plans(*, at: datetime) -> int:
    """Queue the plans whose day has come; return how many."""
    due = Case.objects.filter(state=State.PLANNED, effective_on__lte=clock.day(at))
    return _queue_again(carry_out, due.order_by("effective_on", "pk"))


def _issue_papers(case: Case, *, at: datetime) -> None:
    for wished in case.result.get("papers", []):
        assert case.person is not None
        kind, _, scope = wished.partition(" ")
        issue(
            kind=kind,
            scope=scope,
            person=case.person,
            basis=case.key,
            key=f"{case.key}:{wished}",
            by=SYSTEM,
            at=at,
        )


@periodic(every=timedelta(minutes=30))
def take_up_forgotten(*, at: datetime) -> int:
    """Queue again cases whose task failed for good (a key or a disk was away); return how many.

    Nobody else may move them: an automatic case has no operator, an approved one no way back.
    """
    since = Case.objects.filter(state_since__lt=at - FORGOTTEN_AFTER).order_by("state_since")
    jobs = {
        decide: since.filter(state=State.AWAITING, decided_by=AUTOMATIC),
        finish: since.filter(state=State.APPROVED),
    }
    return sum(_queue_again(job, cases) for job, cases in jobs.items())


def _queue_again(job: Any, cases: QuerySet[Case]) -> int:
    queued = {arguments[0] for arguments in queued_arguments(job)}
    forgotten = set(cases.values_list("pk", flat=True)[:BATCH]) - queued
    for number in sorted(forgotten):
        job.enqueue(number)
    return len(forgotten)


@periodic(every=timedelta(minutes=10))
def expire_unanswered(*, at: datetime) -> int:
    """Close cases whose question was not answered in time; return how many."""
    late = Case.objects.filter(state=State.CLARIFICATION, answer_by__lte=at)
    return sum(_expire(case, at=at) for case in late.order_by("answer_by")[:BATCH])


def _expire(case: Case, *, at: datetime) -> bool:
    try:
        perform("expire", case, by=SYSTEM, at=at)
    except WrongState:  # answered in this very moment
        return False
    return True


@periodic(every=timedelta(hours=1))
def remind_unanswered(*, at: datetime) -> int:
    """Remind of open questions three days, a day before and on the last day; return how many.

    Each once; a question asked later than such a day has no reminder of it.
    """
    return sum(_remind(days, at=at) for days in REMIND_BEFORE)


def _remind(days: int, *, at: datetime) -> int:
    """Remind those whose last day is `days` ahead or nearer, and who were not yet told so."""
    today, zone = clock.day(at), timezone.get_default_timezone()
    end = datetime.combine(today + timedelta(days=days + 1), time(), tzinfo=zone)
    waiting = Case.objects.filter(state=State.CLARIFICATION, answer_by__gt=at, answer_by__lt=end)
    waiting = waiting.filter(Q(reminded=None) | Q(reminded__gt=days))
    with transaction.atomic():
        cases = list(waiting.select_for_update(of=("self",)).order_by("answer_by")[:BATCH])
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(reminded=days)
        prefetch_related_objects(cases, "applicant", "insurer", "fund")
        told = [case for case in cases if _is_reminder_due(case, days, today)]
        for case in told:
            _tell_of_question(case, days, at=at)
    return len(told)


def _is_reminder_due(case: Case, days: int, today: date) -> bool:
    """Whether it was asked before this day, and no nearer reminder is due today."""
    assert case.answer_by is not None
    last = clock.day(case.answer_by)
    nearer = any(last - today <= timedelta(days=n) for n in REMIND_BEFORE if n < days)
    return clock.day(case.state_since) < last - timedelta(days=days) and not nearer


def _tell_of_question(case: Case, days: int, *, at: datetime) -> None:
    tell(
        user=case.applicant,
        kind="case-question-reminder",
        context=message_context(case, text=case.question),
        key=f"{case.key}:remind:{case.revision}:{days}",
        at=at,
        subject=case.key,
        link=link(case.number),
        answer_by=case.answer_by,
    )


@periodic(every=timedelta(minutes=5))
def mark_breaches(*, at: datetime) -> int:
    """Record the terms that passed without a decision; return how many."""
    late = Case.objects.filter(state__in=WITH_DECIDER, breached_at=None, due_at__lt=at)
    with transaction.atomic():
        cases = list(late.select_for_update(of=("self",)).order_by("due_at")[:BATCH])
        prefetch_related_objects(cases, "applicant", "insurer", "fund")
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(breached_at=at)
        CaseEvent.objects.bulk_create(
            CaseEvent(
                case=case,
                at=at,
                verb="breach",
                source=case.state,
                target=case.state,
                actor=SYSTEM.key,
                actor_title="Кабинет ОМС",
                text="Срок прошёл. Вы вправе подать жалобу.",
            )
            for case in cases
        )
        for case in cases:
            record(
                act="case.breach",
                subject=case.key,
                by=SYSTEM,
                at=at,
                person=f"user:{case.applicant_id}",
                details={"due_at": case.due_at},
            )
            tell_applicant(case, verb="breach", kind="case-breached", text="", at=at)
    return len(cases)
