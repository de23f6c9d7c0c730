"""The demo's public passwords never come into a production register."""

import pytest
from click.testing import CliRunner

from oms.domain.accounts.models import User
from oms.faces.cli.commands import oms


@pytest.mark.django_db
def test_production_takes_no_demo_accounts(settings) -> None:
    settings.ENV = settings.ENV.model_copy(update={"profile": "production"})
    answer = CliRunner().invoke(oms, ["demo-data", "--persons", "1"])
    assert answer.exit_code == 1
    assert "not in production" in answer.output
    assert not User.objects.exists()
