"""A search killed half way (merges at once with all else: exchange/test_together.py)."""

import signal
import subprocess
import sys
import time
from datetime import date

import pytest
from django.db import connection
from tests import elsewhere, factories

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def direct(transactional_db, monkeypatch):
    """A connection each, no pool; SQLite has no second writer in memory."""
    if connection.vendor != "postgresql":
        pytest.skip("writers meet on PostgreSQL")
    options = {"options": "-c synchronous_commit=off"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)


SEARCH = """
import os, django
django.setup()
from django.utils import timezone
from oms.domain.duplicates import finding
finding.BATCH = 1
print("begun", flush=True)
finding.search(at=timezone.now())
print("done", flush=True)
"""


def test_a_search_killed_again_and_again_loses_and_doubles_nothing(direct, tmp_path):
    from oms.domain.duplicates.models import Pair, Run

    for number in range(12):
        born = {"birth_date": date(1950 + 3 * number, 1 + number, 5)}
        factories.insured(snils=None, document=None, **born)
        factories.person(snils=None, document=None, **born)
    told = elsewhere.environment(
        OMS_VAR=str(tmp_path), DJANGO_SETTINGS_MODULE="oms.config.settings"
    )
    kills, deadline = 0, time.monotonic() + 60
    while time.monotonic() < deadline:
        child = subprocess.Popen([sys.executable, "-c", SEARCH], env=told, stdout=subprocess.PIPE)
        if kills < 3 and _took_in_more(child, Run):
            child.send_signal(signal.SIGKILL)
            kills += 1
        output, _ = child.communicate(timeout=60)
        if b"done" in output:
            break
    assert kills >= 1
    run = Run.objects.get()
    assert run.finished_at
    assert run.found == Pair.objects.count() == 12


def _took_in_more(child, run):
    """Wait until the search has written something more, or is over."""
    before = sum(run.objects.values_list("kept_until", flat=True))
    while child.poll() is None:
        if sum(run.objects.values_list("kept_until", flat=True)) > before:
            return True
        time.sleep(0.005)
    return False
