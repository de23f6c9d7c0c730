"""The demo world's past: messages that went out long ago are not sent again."""

from collections.abc import Iterable

from django.db.models import F
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from oms.domain.accounts.models import User
from oms.domain.notifications.models import OPEN, Delivery
from oms.domain.notifications.tasks import deliver


def consider_sent(*, users: Iterable[User]) -> int:
    """Mark what waits to be sent to these people as sent at its time; return how many.

    Call it in the transaction that made the messages: then no worker has seen them.
    """
    waiting = Delivery.objects.filter(user__in=list(users), state__in=OPEN)
    numbers = set(waiting.values_list("pk", flat=True))
    queued = DBTaskResult.objects.filter(
        task_path=deliver.module_path, status=TaskResultStatus.READY
    )
    done = [
        key for key, given in queued.values_list("pk", "args_kwargs") if given["args"][0] in numbers
    ]
    queued.filter(pk__in=done).delete()
    return waiting.update(state=Delivery.State.SENT, sent_at=F("created_at"), attempts=1)
