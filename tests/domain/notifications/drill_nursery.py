"""Workers on demand: loads the house once and forks, so that a drill is about killing.

Reads lines: `queue PREFIX COUNT`, `start`, `forgetful` (a worker with a planted fault: a new
key at each attempt), `careless` (another: it asks any provider, whoever may have the message),
`wait PID`. Answers each with a line: the pid, or the exit status.
"""

import os
import sys
import uuid
from datetime import datetime, timedelta

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "oms.config.settings"
    django.setup()

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from oms.domain.notifications import actions, providers, tasks
from oms.domain.notifications.models import Delivery
from oms.kit import worker

ADDRESSES = {"email": "anna@example.ru", "sms": "+79001234567"}


def queue(prefix: str, count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            channel = "sms" if number % 2 else "email"
            actions.send_now(
                channel=channel,
                address=ADDRESSES[channel],
                title="Тема",
                text=f"Сообщение [{prefix}-{number}]",
                key=f"{prefix}/{number}",
                at=timezone.now(),
                secret=False,
            )


def work(*, forgetful: bool = False, careless: bool = False) -> None:
    true = tasks._hand_over

    def with_another_key(delivery: Delivery, *, at: datetime) -> dict[str, str]:
        delivery.key = uuid.uuid4().hex
        return true(delivery, at=at)

    if forgetful:
        tasks._hand_over = with_another_key
    if careless:
        tasks._askable = lambda delivery, *, at: providers.choice(
            uuid.uuid4().hex, tasks.sms.weights(), at=at, hurry=False
        )
    tasks.LEASE = timedelta(seconds=2)
    tasks.PAUSES = tuple(timedelta(seconds=one) for one in (0.3, 0.6, 1.2, 2, 3, 4, 4))
    providers.COOLING, providers.LONGEST_COOLING = timedelta(seconds=1), timedelta(seconds=3)
    providers.TRIAL, providers.RETURN = timedelta(seconds=3), timedelta(seconds=4)
    worker.run(interval=0.1, beat=0.4, lease=1.5)


def child(command: list[str]) -> None:
    match command:
        case ["queue", prefix, count]:
            queue(prefix, int(count))
        case ["start"]:
            work()
        case ["forgetful"]:
            work(forgetful=True)
        case ["careless"]:
            work(careless=True)


def serve() -> None:
    autodiscover_modules("tasks")  # what each worker would load, once for all
    for line in sys.stdin:
        words = line.split()
        if words[0] == "wait":
            answer = os.waitstatus_to_exitcode(os.waitpid(int(words[1]), 0)[1])
        elif answer := os.fork():
            pass
        else:
            child(words)
            sys.exit(0)
        print(answer, flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
