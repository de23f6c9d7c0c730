"""The worker killed while it carries a plan out: the plan is carried out once all the same."""

import signal
import subprocess
import sys

import pytest
from django.db import connection
from django.utils import timezone
from tests import elsewhere
from tests import factories as make
from tests.cases.test_plans import AT, DAY, NOON_OF_DAY, ask_for

from oms.cases import actions, tasks
from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.journal.models import Entry

pytestmark = [
    pytest.mark.drill,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a process beside needs a server"),
]


@pytest.mark.parametrize("where", ["inside", "after"])
def test_killed_in_the_middle_it_is_carried_out_once(where, monkeypatch) -> None:
    clerk = make.operator(make.insurer("77002"))
    case = actions.perform("take", ask_for(), by=clerk, at=AT)
    case = actions.perform("plan", case, by=clerk, at=AT)
    with _worker(case, where) as worker:
        assert worker.stdout
        assert worker.stdout.readline() == "begun\n"
        worker.send_signal(signal.SIGKILL)
    kept = Case.objects.get(pk=case.pk).state
    assert kept == (State.PLANNED if where == "inside" else State.APPROVED)

    assert tasks.carry_out_plans(at=NOON_OF_DAY) == (1 if where == "inside" else 0)
    monkeypatch.setattr(timezone, "now", lambda: NOON_OF_DAY)
    tasks.carry_out.call(case.pk)  # as the reaper gives the task back

    done = Case.objects.get(pk=case.pk)
    assert done.state == State.APPROVED
    assert done.events.filter(verb="carry_out").count() == 1
    insurances = done.person.insurances.order_by("valid_from", "pk")
    assert [(one.insurer_id, one.valid_until) for one in insurances] == [
        ("77001", DAY), ("77002", None),
    ]  # fmt: skip
    assert Entry.objects.filter(act="case.carry_out", subject=case.key).count() == 1


def _worker(case: Case, where: str) -> subprocess.Popen[str]:
    told = [str(case.pk), NOON_OF_DAY.isoformat(), where]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cases.plan_worker", *told],
        cwd=elsewhere.ROOT,
        env=elsewhere.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
