"""Ready is who can serve: with the whole schema, and never on a demo's public passwords."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import transaction
from django.urls import get_resolver
from tests import factories as make

from oms.config import health, start
from oms.domain.accounts.checks import has_forbidden_demo
from oms.domain.journal.actions import SYSTEM, record
from oms.faces.demo import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings) -> None:
    assert get_resolver().url_patterns  # read before, or other tests would lack the demo's
    settings.ENV = settings.ENV.model_copy(update={"profile": "production"})


@pytest.fixture
def demo_data(monkeypatch) -> None:
    """A demo world whose making was stopped half way."""
    monkeypatch.setattr(world.directory, "seed", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.create(persons=20, progress=False)


def migrate() -> None:
    call_command("migrate", skip_checks=False, verbosity=0, stdout=io.StringIO())


def test_the_schema_is_asked_about_only_until_it_is_complete(client, monkeypatch) -> None:
    monkeypatch.setattr(health, "_complete", set())
    plans, asked = [["a migration"], []], []

    class Executor(health.MigrationExecutor):
        def migration_plan(self, targets, clean_start=False):
            asked.append(targets)
            return plans[len(asked) - 1]

    monkeypatch.setattr(health, "MigrationExecutor", Executor)
    said = [client.get("/readyz").json()["schema"] for _ in range(4)]
    assert said == [False, True, True, True]
    assert len(asked) == 2


@pytest.mark.usefixtures("production", "demo_data")
def test_production_never_serves_on_demo_data(client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["no_demo_data"] is False
    with pytest.raises(SystemExit, match="public password"):
        start._refuse_demo_data()
    with pytest.raises(SystemCheckError, match=r"accounts\.E001"):
        migrate()


@pytest.mark.usefixtures("production")
def test_production_serves_on_data_of_its_own(client) -> None:
    with transaction.atomic():
        record(act="user.sign-in", subject="user:1", by=SYSTEM, at=make.NOON)
    assert client.get("/readyz").json()["no_demo_data"] is True
    start._refuse_demo_data()
    assert not has_forbidden_demo()


@pytest.mark.usefixtures("demo_data")
def test_a_demo_serves_on_demo_data(client) -> None:
    assert client.get("/readyz").json()["no_demo_data"] is True
    start._refuse_demo_data()
