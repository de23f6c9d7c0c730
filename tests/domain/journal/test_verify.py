import copy
import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, connection, transaction

from oms.domain.journal import actions, guards, queries
from oms.domain.journal.models import Entry, Forgotten, Payload
from oms.domain.journal.verify import ROW, main, verify

AT = datetime(2026, 3, 10, 9, 30, 0, 123456, tzinfo=UTC)


def row(chain, number, previous, payload):
    """A row as `record` would write it."""
    entry = Entry(
        chain=chain,
        number=number,
        at=AT + timedelta(seconds=number),
        actor=f"user:{number % 7}",
        role="insurer",
        organization="insurer:77001",
        act="person.update",
        subject=f"person:{number}",
        person=f"person:{number}",
        payload_hash=actions.payload_hash(payload),
        previous_hash=previous,
    )
    entry.hash = actions.entry_hash(entry)
    told = {name: getattr(entry, name) for name in (*ROW, "previous_hash", "hash")}
    return told | {"at": entry.at.isoformat(timespec="microseconds"), "payload": payload}


@pytest.fixture(scope="module")
def journal():
    """Three chains of twenty rows and their heads."""
    rows, heads = [], {}
    for chain in (0, 5, 63):
        previous = actions.GENESIS
        for number in range(1, 21):
            payload = {"changed": {"family_name": ["Соколова", f"Климова {number}"]}, "n": number}
            rows.append(row(chain, number, previous, payload))
            previous = rows[-1]["hash"]
        heads[chain] = (20, previous)
    return rows, heads


def edit(rows, rng):
    """Change any column of any row to something else; clever ones also mend the row's hash."""
    victim = rng.choice(rows)
    column = rng.choice([*ROW, "previous_hash", "hash"])
    old = victim[column]
    victim[column] = old + rng.choice([-1, 1, 100]) if isinstance(old, int) else old[:-1] + "~"
    if column != "hash" and rng.random() < 0.5:
        rehash(victim)


def delete(rows, rng):
    start = rng.randrange(len(rows))
    del rows[start : start + rng.randint(1, 3)]


def swap(rows, rng):
    """Exchange two rows, whole or all but their places in the chain."""
    one, other = rng.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]
    if rng.random() < 0.5:
        for column in ("chain", "number"):
            rows[one][column], rows[other][column] = rows[other][column], rows[one][column]
            rehash(rows[one])
            rehash(rows[other])


def cut(rows, rng):
    """Cut the tail of one chain."""
    chain = rng.choice([0, 5, 63])
    kept = rng.randrange(20)
    rows[:] = [row for row in rows if row["chain"] != chain or row["number"] <= kept]


def double(rows, rng):
    rows.insert(rng.randrange(len(rows)), dict(rng.choice(rows)))


def tamper(rows, rng):
    payload = rng.choice(rows)["payload"]
    payload[rng.choice(["n", "new"])] = rng.choice([0, "x", None, []])


def insert(rows, rng):
    """Slip a row in that continues the one before it by every rule, with others after it."""
    place = rng.choice([n for n, told in enumerate(rows) if told["number"] < 20])
    before = rows[place]
    payload = {"n": 1}
    rows.insert(place + 1, row(before["chain"], before["number"] + 1, before["hash"], payload))


def lose(rows, rng):
    """Take a payload away without a word on record."""
    rng.choice(rows).update(payload=None, forgotten=False)


def reorder(rows, rng):
    """Exchange two neighbours and number them anew."""
    place = rng.randrange(len(rows) - 1)
    one, other = rows[place : place + 2]
    rows[place], rows[place + 1] = other, one
    one["number"], other["number"] = other["number"], one["number"]
    rehash(one)
    rehash(other)


def anew(rows, rng):
    """Change one row and write the rest of its chain anew: only the anchor knows."""
    start = rng.randrange(len(rows))
    rows[start]["actor"] = "user:999"
    rehash(rows[start])
    for before, after in zip(rows[start:], rows[start + 1 :], strict=False):
        if after["chain"] != before["chain"]:
            break
        after["previous_hash"] = before["hash"]
        rehash(after)


def rehash(victim):
    canonical = json.dumps([victim[n] for n in ROW], separators=(",", ":"), ensure_ascii=False)
    victim["hash"] = actions._sha256(victim["previous_hash"] + canonical)


@pytest.mark.parametrize(
    "harm", [edit, delete, swap, cut, double, tamper, insert, lose, reorder, anew]
)
def test_no_harm_goes_unseen(journal, harm):
    rows, heads = journal
    rng = random.Random(harm.__name__)
    assert not verify(rows, heads).findings
    missed = []
    for attempt in range(150):
        harmed = copy.deepcopy(rows)
        harm(harmed, rng)
        assert harmed != rows
        if not verify(harmed, heads).findings:
            missed.append(attempt)
    assert missed == []


def test_only_the_anchor_shows_a_cut_tail(journal):
    rows, heads = journal
    short = rows[:-3]
    assert not verify(short).findings
    assert [f.code for f in verify(short, heads).findings] == ["cut"]
    earlier = heads | {63: (10, rows[49]["hash"])}
    assert not verify(short, earlier).findings


def test_a_forgotten_payload_is_no_harm(journal):
    rows, heads = journal
    forgotten = [dict(told, payload=None) if told["number"] % 2 else told for told in rows]
    report = verify(forgotten, heads)
    assert (report.rows, report.erased, report.findings) == (60, 30, [])


@pytest.mark.django_db
def test_what_was_recorded_verifies_and_each_change_in_the_database_shows():
    east = AT.astimezone(timezone(timedelta(hours=10)))
    details = {
        "changed": {"имя": ["Алёна", None]},
        "when": AT,
        "n": 3,
        "nested": [{"б": 1, "а": 2}],
    }
    with transaction.atomic():
        for number in range(5):
            actions.record(
                act="person.update", subject=f"person:{number}", person="person:1",
                by=actions.SYSTEM, at=east, details=details if number else None,
            )  # fmt: skip
    heads = queries.heads()
    rows = list(queries.export())
    assert [told["number"] for told in rows] == [1, 2, 3, 4, 5]
    assert verify(json.loads(json.dumps(rows)), heads).findings == []

    third = Entry.objects.get(number=3)
    actions.forget(entry=third)
    report = verify(queries.export(), heads)
    assert (report.rows, report.erased, report.findings) == (5, 1, [])

    unguarded()
    Payload.objects.filter(entry__number=4).update(data={"n": 4})
    Entry.objects.filter(number=2).update(actor="user:1")
    assert [(f.number, f.code) for f in verify(queries.export(), heads).findings] == [
        (2, "edited"),
        (4, "payload"),
    ]
    Entry.objects.filter(number=5).update(number=6)
    assert {f.code for f in verify(queries.export(), heads).findings} >= {"gap", "cut"}
    Payload.objects.filter(entry__number=1).delete()
    assert (1, "lost") in [(f.number, f.code) for f in verify(queries.export()).findings]


def unguarded():
    """Take the triggers away, as an owner of the tables could; the test's end brings them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for one in guards.take_down(connection.vendor):
            cursor.execute(one)


def appended(count=1):
    with transaction.atomic():
        for _ in range(count):
            entry = actions.record(
                act="a.b", subject="s:1", by=actions.SYSTEM, at=AT, details={"n": 1}
            )
    return entry


@pytest.mark.django_db
def test_the_database_refuses_every_change_but_a_recorded_erasure():
    entry = appended()
    kept, payloads = Entry.objects.all(), Payload.objects.all()
    for change in (
        lambda: kept.update(actor="user:1"),
        lambda: kept.filter(pk=entry.pk)._raw_delete("default"),
        lambda: payloads.update(data={}),
        payloads.delete,
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    actions.forget(entry=entry)
    actions.forget(entry=entry)
    assert not payloads.exists()
    for change in (
        lambda: Forgotten.objects.update(entry=entry),
        Forgotten.objects.all().delete,
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    report = verify(queries.export(), queries.heads())
    assert (report.rows, report.erased, report.found) == (1, 1, 0)
    unguarded()
    assert kept.update(actor="user:1") == 1  # it was the triggers that refused


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is of PostgreSQL")
@pytest.mark.django_db
def test_the_tables_cannot_be_emptied_at_once():
    appended()
    for table in ("journal_entry", "journal_payload", "journal_forgotten"):
        with (
            connection.cursor() as cursor,
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
        ):
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_export_and_heads_ask_no_more_for_more_rows(django_assert_num_queries):
    def append(count):
        with transaction.atomic():
            for _ in range(count):
                actions.record(act="a.b", subject="s:1", by=actions.SYSTEM, at=AT)

    append(3)
    with django_assert_num_queries(1):
        list(queries.export())
    with django_assert_num_queries(actions.CHAINS):
        queries.heads()
    append(30)
    with django_assert_num_queries(1):
        assert len(list(queries.export())) == 33


def test_the_command_needs_no_django(journal, tmp_path):
    rows, heads = journal
    file, anchor = tmp_path / "rows.jsonl", tmp_path / "anchor.json"
    file.write_text("".join(json.dumps(told, ensure_ascii=False) + "\n" for told in rows))
    anchor.write_text(json.dumps(heads))
    code = (
        "import sys; from oms.domain.journal.verify import main;"
        "code = main(sys.argv[1:]); assert 'django' not in sys.modules; sys.exit(code)"
    )
    command = [sys.executable, "-c", code, str(file), "--anchor", str(anchor)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "rows 60, payloads erased 0, findings 0\n"


def test_the_command_tells_harm_from_nothing(journal, tmp_path, capsys):
    rows, _ = journal
    file = tmp_path / "rows.jsonl"
    file.write_text("")
    assert main([str(file)]) == 2
    lines = [json.dumps(told) for told in rows]
    file.write_text("\n".join([*lines[:4], "{not json", "[]", *lines[4:]]))
    assert main([str(file)]) == 1
    assert capsys.readouterr().out.count("malformed") == 2


@pytest.mark.django_db
def test_many_acts_at_once_are_chained_as_one_after_another() -> None:
    """Heads of a chain, payloads and hashes: whoever reads cannot tell which way they came."""
    with transaction.atomic():
        actions.record(act="a.one", subject="x:1", by=actions.SYSTEM, at=AT)
        told = [
            actions.Act("a.many", f"x:{n}", f"person:{n}", {"on": AT.date(), "имя": "Ё" * n})
            for n in range(2, 40)
        ]
        actions.record_many(acts=told, by=actions.Actor("user:1", "insurer", "o"), at=AT)
        actions.record_many(acts=[], by=actions.SYSTEM, at=AT)
        actions.record(act="a.one", subject="x:40", by=actions.SYSTEM, at=AT)
    rows = list(queries.export())
    assert [row["subject"] for row in rows] == [f"x:{n}" for n in range(1, 41)]
    assert not verify(rows).findings
    assert rows[2]["payload"] == {"on": "2026-03-10", "имя": "ЁЁЁ"}
    rows[2]["payload"]["имя"] = "Е"
    assert len(verify(rows).findings) == 1
