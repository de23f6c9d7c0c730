"""What confirmations do by themselves: registers asked, reminders, ends of terms."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from oms.domain.identity import actions, recordings
from oms.domain.identity.methods import documents, video
from oms.domain.identity.models import Confirmation
from oms.kit.tasks import periodic, queued_arguments, retrying, task

State = Confirmation.State
REMIND_BEFORE = timedelta(days=2)
FORGET_BEGUN = timedelta(days=30)
AT_ONCE = 500


ORPHAN_AFTER = timedelta(minutes=10)


@task()
@retrying()
def ask_registers(confirmation_id: int) -> None:
    """Ask the registers about the documents of one try; again later when one is down."""
    at = timezone.now()
    own = Confirmation.objects.select_related("user").filter(pk=confirmation_id).first()
    pause = documents.ask(confirmation=own, at=at) if own else None
    if pause:
        ask_registers.using(run_after=at + pause).enqueue(confirmation_id)


@task()
@retrying()
def ask_for_operator(confirmation_id: int) -> None:
    """Ask the registers about the profile of who sent a video: the operator sees the answer."""
    own = Confirmation.objects.select_related("user").filter(pk=confirmation_id).first()
    if own:
        video.ask(confirmation=own, at=timezone.now())


@periodic(every=timedelta(minutes=5))
def sweep(*, at: datetime) -> None:
    """Queue questions to registers that have no task any more: none is forgotten."""
    rows = Confirmation.objects.filter(
        method=documents.METHOD.code, state=State.WAITING, state_at__lte=at - ORPHAN_AFTER
    )
    queued = {arguments[0] for arguments in queued_arguments(ask_registers)}
    for number in rows.values_list("pk", flat=True)[:AT_ONCE]:
        if number not in queued:
            ask_registers.enqueue(number)


@periodic(every=timedelta(hours=6))
def forget_videos(*, at: datetime) -> None:
    """Erase videos after their 30 days."""
    recordings.forget_old(at=at)


@periodic(every=timedelta(minutes=30))
def watch_terms(*, at: datetime) -> None:
    """Remind of corrections due soon; end what is overdue or was left half-way."""
    asked = Confirmation.objects.filter(state=State.FIX).order_by("due_at")
    for soon in asked.filter(due_at__gt=at, due_at__lte=at + REMIND_BEFORE)[:AT_ONCE]:
        actions.remind(confirmation=soon, at=at)
    left = Q(state=State.BEGUN, due_at=None, began_at__lte=at - FORGET_BEGUN)
    over = Q(state__in=[State.FIX, State.BEGUN], due_at__lte=at)
    for late in Confirmation.objects.filter(left | over).order_by("pk")[:AT_ONCE]:
        actions.expire(confirmation=late, at=at)
