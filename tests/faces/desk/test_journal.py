"""The journal at the desk: found by keys for a purpose, paged, each search itself written down."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests.signing_in import sign_in

from oms.domain.journal import search
from oms.domain.journal.actions import Actor, record
from oms.domain.journal.models import Entry

pytestmark = pytest.mark.django_db
PAGE = "/desk/journal/"


def entries(count, *, by="user:900", organization="insurer:77001", person="person:1", start=0):
    with transaction.atomic():
        for n in range(count):
            record(
                act="person.read", subject=f"case:{start + n}", person=person,
                by=Actor(by, role="insurer", organization=organization),
                at=make.NOON + timedelta(seconds=n // 2), details={"purpose": f"Дело {start + n}."},
            )  # fmt: skip


def looks(client, **asked):
    return client.post(PAGE, {"purpose": "Проверка жалобы", **asked}, follow=True)


def read(answer):
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_a_search_tells_its_purpose_is_written_down_and_names_nothing_in_addresses() -> None:
    boss = make.user(role="administrator")
    client = sign_in(Client(), boss)
    entries(3)
    entries(1, person="person:2", start=50)
    assert "напишите, зачем" in read(client.post(PAGE, {"person": "person:1"}))
    found = looks(client, person="person:1", act="person.read")
    assert found.redirect_chain == [(f"{PAGE}?found=1", 302)]
    text = read(found)
    assert [f"case:{n}<" in text for n in (0, 1, 2, 50)] == [True, True, True, False]
    assert "Дело 2." in text
    kept = Entry.objects.get(act="journal.search")
    assert (kept.actor, kept.person) == (boss.key, "person:1")
    assert kept.payload.data["purpose"] == "Проверка жалобы"
    client.get(f"{PAGE}?found=1")  # read again: the same search
    assert Entry.objects.filter(act="journal.search").count() == 1
    assert "case:0" not in read(sign_in(Client(), boss).get(f"{PAGE}?found=1"))


def test_every_entry_is_met_once_on_the_way_down_at_one_cost() -> None:
    client = sign_in(Client(), make.user(role="administrator"))
    entries(120)
    looks(client, actor="user:900")
    met, url, costs = [], f"{PAGE}?found=1", []
    while url:
        with CaptureQueriesContext(connection) as asked:
            text = read(client.get(url))
        costs.append(len(asked))
        met += [n for n in range(120) if f">case:{n}<" in text]
        url = text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert sorted(met) == list(range(120))
    assert len(costs) == 3
    assert len(set(costs)) == 1
    for odd in ("x", "1.1-1", "999999999999.000000-1", "٣.000000-1"):
        assert client.get(f"{PAGE}?found=1&after={odd}").status_code == 200


def test_a_supervisor_reads_of_the_own_house_alone() -> None:
    entries(1, start=1)
    entries(1, organization="insurer:77002", start=2)
    boss = make.user(role="supervisor", organization="insurer:77001")
    make.insurer()
    text = read(looks(sign_in(Client(), boss)))
    assert "case:1<" in text
    assert "case:2<" not in text


@pytest.mark.parametrize(
    "asked",
    [
        {"person": "Соколова Анна"}, {"actor": "user:1' OR 1=1"}, {"subject": "+79000000000"},
        {"since": "завтра"}, {"since": "02.10.2026", "until": "01.10.2026"}, {"act": "нет"},
        {"purpose": "\0"},
    ],
)  # fmt: skip
def test_names_and_numbers_are_no_keys(asked) -> None:
    client = sign_in(Client(), make.user(role="administrator"))
    assert looks(client, **asked).status_code == 422
    assert not Entry.objects.filter(act="journal.search").exists()


def test_days_are_whole_and_of_our_zone() -> None:
    client = sign_in(Client(), make.user(role="administrator"))
    entries(1)
    for day, there in (("05.10.2026", True), ("04.10.2026", False), ("06.10.2026", False)):
        text = read(looks(client, since=day, until=day))
        assert ("case:0<" in text) is there


@pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's to tell")
@pytest.mark.parametrize("name", ["person", "actor", "act", "subject", ""])
def test_each_question_is_answered_from_an_index(name) -> None:
    entries(3)
    wanted = {"person": "person:1", "actor": "user:900", "act": "person.read", "subject": "case:1"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    with CaptureQueriesContext(connection) as asked:
        search.found(wanted=search.Wanted(**({name: wanted[name]} if name else {})))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[-1]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"journal_{name or 'at'}" in plan
