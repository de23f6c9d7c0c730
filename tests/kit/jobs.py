"""Tasks for the tests: they must live in a module, as all tasks do."""

from datetime import datetime

from oms.kit.tasks import retrying, task

ran: list[str] = []


class TroubleError(Exception):
    pass


@task()
def note(text: str) -> None:
    ran.append(text)


@task()
def fail_once_for_all(text: str) -> None:
    ran.append(text)
    raise TroubleError("Ива" + "нов")


@task()
@retrying(max_attempts=3)
def stubborn(text: str) -> None:
    ran.append(text)
    raise TroubleError("Ива" + "нов")


@task()
@retrying()
def fails_until(times: int) -> None:
    ran.append("try")
    if len(ran) <= times:
        raise TroubleError


@task(queue_name="bulk")
def bulky() -> None:
    ran.append("bulk")


def nightly(*, at: datetime) -> None:
    ran.append("nightly")
