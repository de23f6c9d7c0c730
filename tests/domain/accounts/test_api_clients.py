"""Programs with a token: only its digest is kept, rights exist, what is withdrawn is gone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import NOON

from oms.domain.accounts import clients, limits
from oms.domain.accounts.models import ApiClient, Counter, Role
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry

pytestmark = pytest.mark.django_db
MINE = {"organization": "clinic:770001", "by": SYSTEM, "at": NOON}


def test_a_token_is_told_once_and_kept_as_a_digest():
    client, token = clients.make(name="МИС", scopes=["system/Appointment.*"], **MINE)
    assert len(token) > 40
    assert token not in str(ApiClient.objects.values())
    assert clients.find(token=token, at=NOON) == client
    assert clients.find(token=token[:-1], at=NOON) is None
    assert clients.find(token=client.token_digest, at=NOON) is None
    entry = Entry.objects.get(act="client.make")
    assert (entry.subject, token in str(entry.payload.data)) == (client.key, False)


def test_a_clinics_program_stands_at_its_registrars_place():
    client, _ = clients.make(name="МИС", scopes=["system/Appointment.*"], **MINE)
    assert (client.actor.role, client.actor.organization) == (Role.REGISTRAR, "clinic:770001")
    other, _ = clients.make(name="Сайт", scopes=["system/Slot.read"], **MINE | {"organization": ""})
    assert (other.actor.role, other.clinic) == ("client", "")


@pytest.mark.parametrize(
    ("scopes", "act", "kind", "may"),
    [
        (["system/Slot.read"], "read", "Slot", True),
        (["system/Slot.read"], "write", "Slot", False),
        (["system/Slot.read"], "read", "Schedule", False),
        (["system/*.read"], "read", "Patient", True),
        (["system/*.read"], "write", "Appointment", False),
        (["system/Appointment.*"], "write", "Appointment", True),
        (["system/*.*"], "write", "Appointment", True),
        ([], "read", "Slot", False),
    ],
)
def test_a_right_covers_what_it_names(scopes, act, kind, may):
    assert ApiClient(scopes=scopes).may(act, kind) is may


@pytest.mark.parametrize(
    ("scope", "organization"),
    [
        ("system/Shoe.read", "clinic:770001"),
        ("user/Slot.read", "clinic:770001"),
        ("system/Slot.delete", "clinic:770001"),
        ("system/Slot.write", "clinic:770001"),
        ("system/Patient.write", "clinic:770001"),
        ("system/Patient.*", "insurer:77001"),
        ("system/*.read", "fund:77"),
        ("system/Appointment.read", ""),
    ],
)
def test_rights_that_do_not_exist_are_not_given(scope, organization):
    with pytest.raises(clients.BadScope):
        clients.make(name="МИС", scopes=[scope], **MINE | {"organization": organization})
    assert not ApiClient.objects.exists()


def test_a_withdrawn_token_is_nobodys_and_withdrawn_once():
    client, token = clients.make(name="МИС", scopes=["system/*.read"], **MINE)
    clients.revoke(pk=client.pk, by=SYSTEM, at=NOON)
    assert clients.find(token=token, at=NOON) is None
    with pytest.raises(clients.NoClient):
        clients.revoke(pk=client.pk, by=SYSTEM, at=NOON)
    assert [one.revoked_at for one in clients.every()] == [NOON]


def test_the_last_use_is_kept_to_the_hour():
    _, token = clients.make(name="МИС", scopes=["system/*.read"], **MINE)
    costs = []
    for minutes in (0, 30, 59, 61):
        with CaptureQueriesContext(connection) as made:
            clients.find(token=token, at=NOON + timedelta(minutes=minutes))
        costs.append(len(made))
    assert costs == [2, 1, 1, 2]
    assert ApiClient.objects.get().last_used_at == NOON + timedelta(minutes=61)


def test_a_pace_is_counted_by_the_minute_in_one_statement():
    pace, late = limits.Pace("test", a_minute=3), NOON + timedelta(seconds=59)
    with CaptureQueriesContext(connection) as made:
        waits = [limits.spend(pace=pace, key="a", at=at) for at in (NOON, NOON, late, late)]
    assert waits == [None, None, None, NOON + timedelta(minutes=1)]
    assert len(made) == 4
    assert limits.spend(pace=pace, key="b", at=late) is None
    assert limits.spend(pace=pace, key="a", at=NOON + timedelta(minutes=1)) is None
    assert Counter.objects.get(key="a").count == 1
