"""`./oms api-client`: a program is let in, listed and shut out."""

import pytest
from click.testing import CliRunner
from tests import visits

from oms.domain.accounts import clients
from oms.domain.accounts.models import ApiClient
from oms.faces.cli.programs import api_client
from oms.kit.denied import Denied

pytestmark = pytest.mark.django_db


def run(*arguments):
    return CliRunner().invoke(api_client, arguments, catch_exceptions=False)


def test_a_program_is_let_in_listed_and_shut_out():
    visits.clinic()
    told = run("add", "МИС", "--organization", "clinic:770001", "--scope", "system/Appointment.*")
    token = told.stdout.strip()
    client = ApiClient.objects.get(token_digest=clients.digest(token))
    listed = run("list").stdout
    assert "clinic:770001" in listed
    assert "never used" in listed
    assert token not in listed
    assert run("revoke", str(client.pk)).exit_code == 0
    assert "revoked" in run("list").stdout


def test_what_is_wrong_is_said():
    unknown = run("add", "МИС", "--organization", "clinic:999999", "--scope", "system/Slot.read")
    assert (unknown.exit_code, "No such organisation" in unknown.output) == (1, True)
    with pytest.raises(Denied, match="только программе поликлиники"):
        run("add", "МИС", "--scope", "system/Patient.read")
