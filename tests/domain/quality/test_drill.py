"""The nightly check killed again and again: every fault found, none twice."""

import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.db import connection
from tests import elsewhere
from tests.domain.quality import sweeper

from oms.domain.quality import following, sheet
from oms.domain.quality.checking import broken
from oms.domain.quality.models import Finding, Snapshot, Sweep
from oms.domain.quality.sheet import Books
from oms.domain.register.models import InsuredPerson

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]
PEOPLE, KILLS = 120, 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a process beside needs a server")
def test_killed_anywhere_the_night_ends_with_every_fault_once(transactional_db) -> None:
    sweeper.world(PEOPLE)
    for number in range(KILLS):
        with _worker() as worker:
            assert worker.stdout
            for _ in range(1 + number % 2):
                assert worker.stdout.readline() == "batch\n"
            worker.send_signal(signal.SIGKILL)
    row = Sweep.objects.get()
    assert row.is_running
    assert 0 < row.checked < PEOPLE
    following.sweep(at=sweeper.AT, batches=99)
    row.refresh_from_db()
    assert (row.is_running, row.checked) == (False, InsuredPerson.objects.count())
    found = Counter(Finding.objects.filter(gone_at=None).values_list("person", "rule"))
    assert set(found.values()) == {1}
    keys = list(InsuredPerson.objects.values_list("pk", flat=True))
    read = sheet.read(sheet.people(keys), books=Books.read(), at=sweeper.AT)
    assert set(found) == {(one.person.pk, rule.id) for one in read for rule, _ in broken(one)}
    assert len(found) >= PEOPLE // 3
    assert Snapshot.objects.exists()


def _worker() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.domain.quality.sweeper", "sweep"],
        cwd=elsewhere.ROOT,
        env=elsewhere.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
