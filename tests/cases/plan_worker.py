"""A worker that carries a plan out in a process of its own, to be killed.

Run as a program with the settings in the environment. It says `begun` and waits: `inside` the
transaction, when the register has changed and nothing is kept yet, or `after` it, before the queue
learns that the task is done.
"""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from unittest.mock import patch

import django


def carry_out(case: int, at: datetime, where: str) -> None:
    from django.utils import timezone

    from oms.cases import effects, tasks

    own, perform = effects.EFFECTS["carry_out"], tasks.perform
    with (
        patch.dict(effects.EFFECTS, {"carry_out": _waits(own) if where == "inside" else own}),
        patch.object(tasks, "perform", _waits(perform) if where == "after" else perform),
        patch.object(timezone, "now", lambda: at),
    ):
        tasks.carry_out.call(case)


def _waits(act: Callable[..., Any]) -> Callable[..., Any]:
    def acted(*args: Any, **told: Any) -> Any:
        found = act(*args, **told)
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        time.sleep(60)
        return found

    return acted


if __name__ == "__main__":
    django.setup()
    carry_out(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3])
