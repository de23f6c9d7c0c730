"""`./oms journal`: whole chains pass, harm is named, anchors hold each other."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.db import connection, transaction
from tests import factories

from oms.domain.journal import actions, anchors, guards
from oms.domain.journal.models import Entry, Payload
from oms.domain.notifications.models import Delivery
from oms.faces.cli import tasks, trust
from oms.faces.cli.commands import oms

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings, tmp_path):
    """Anchors of our own."""
    settings.ANCHORS, settings.ANCHOR_KEY = tmp_path / "anchors", tmp_path / "keys" / "journal.pem"
    return settings.ANCHORS


def order(*words):
    done = CliRunner().invoke(oms, ("journal", *words))
    return done.exit_code, done.output


def appended(count):
    with transaction.atomic():
        for n in range(count):
            actions.record(
                act="a.b", subject="s:1", by=actions.SYSTEM, at=AT + timedelta(seconds=n),
                details={"n": n},
            )  # fmt: skip


def harm():
    """Return rows one may change: an owner of the tables has taken the guards away."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for one in guards.take_down(connection.vendor):
            cursor.execute(one)
    return Entry.objects.order_by("number")


def test_a_whole_journal_passes_and_an_empty_one_is_told_apart(kept) -> None:
    assert order("verify")[0] == 2
    appended(5)
    code, told = order("verify")
    assert code == 0
    assert "✓ entries 5, payloads erased 0, anchors 0, findings 0" in told
    assert "No anchor yet" in told
    assert order("anchor")[0] == 0
    code, told = order("verify", "--json")
    body = json.loads(told[told.index("{") :])
    assert (code, body["ok"], body["entries"], body["anchors"]) == (0, True, 6, 1)


def edited():
    harm().filter(number=2).update(actor="user:1")


def deleted():
    rows = harm()
    Payload.objects.filter(entry__number=2).delete()
    rows.filter(number=2)._raw_delete("default")


def exchanged():
    rows = harm()
    one, other = rows[1], rows[2]
    rows.filter(pk=one.pk).update(number=99)
    rows.filter(pk=other.pk).update(number=2)
    rows.filter(pk=one.pk).update(number=3)


def cut():
    rows = harm().filter(number__gt=3)
    Payload.objects.filter(entry__in=rows).delete()
    rows._raw_delete("default")


def reworded():
    harm()
    Payload.objects.filter(entry__number=4).update(data={"n": 0})


def lost():
    harm()
    Payload.objects.filter(entry__number=4).delete()


def slipped_in():
    rows = harm()
    rows.filter(number=6).update(number=7)
    rows.filter(number=5).update(number=6)
    four = rows.get(number=4)
    Entry.objects.create(
        chain=four.chain, number=5, at=AT, actor="user:1", act="a.b", subject="s:1",
        payload_hash=actions.payload_hash({}), previous_hash=four.hash, hash="0" * 64,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("done", "code"),
    [
        (edited, "edited"), (deleted, "gap"), (exchanged, "broken"), (cut, "cut"),
        (reworded, "payload"), (lost, "lost"), (slipped_in, "edited"),
    ],
)  # fmt: skip
def test_each_harm_in_the_database_is_named(done, code) -> None:
    appended(5)
    order("anchor")
    done()
    exit_code, told = order("verify")
    assert exit_code == 1
    assert f" {code}: " in told


def test_each_anchor_holds_the_one_before_and_openssl_knows_the_signature(kept) -> None:
    appended(2)
    first, _ = trust.anchor(at=AT)
    second, _ = trust.anchor(at=AT)
    third, _ = trust.anchor(at=AT + timedelta(days=1))
    names = [path.name for path in anchors.files(kept)]
    assert names == ["2026-11-22.json", "2026-11-22-2.json", "2026-11-23.json"]
    assert (first.previous, second.previous, third.previous) == ("", first.digest, second.digest)
    assert third.entries == 4  # an anchor is itself in the journal
    check = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin", "-inkey", kept / anchors.PUBLIC]
    files = ["-in", third.path, "-sigfile", f"{third.path}.sig"]
    assert subprocess.run([*check, *files], capture_output=True, check=False).returncode == 0
    assert order("verify", "--digest", third.digest)[0] == 0
    assert order("verify", "--digest", "0" * 64)[0] == 1

    forged = json.loads(second.path.read_text())
    forged["heads"] = {"0": [1, "0" * 64]}
    second.path.write_text(json.dumps(forged))
    code, told = order("verify")
    assert code == 1
    assert "2026-11-22-2.json: the signature does not fit" in told
    key = anchors.key(trust.settings.ANCHOR_KEY)
    second.path.with_suffix(".json.sig").write_bytes(key.sign(second.path.read_bytes()))
    code, told = order("verify")
    assert "2026-11-23.json: does not continue the anchor before it" in told


def test_an_anchor_kept_elsewhere_shows_what_was_written_anew(kept, tmp_path) -> None:
    appended(3)
    trust.anchor(at=AT)
    outside = tmp_path / "outside.json"
    outside.write_bytes(next(kept.glob("*.json")).read_bytes())
    for path in kept.iterdir():
        path.unlink()
    row = harm().get(number=3)
    row.actor = "user:9"
    Entry.objects.filter(pk=row.pk).update(actor=row.actor, hash=actions.entry_hash(row))
    last = Entry.objects.get(number=4)
    last.previous_hash = actions.entry_hash(row)
    Entry.objects.filter(pk=last.pk).update(
        previous_hash=last.previous_hash, hash=actions.entry_hash(last)
    )
    assert order("verify")[0] == 0
    code, told = order("verify", "--anchor", str(outside))
    assert code == 1
    assert "rewritten" in told
    outside.write_text("[]")
    assert order("verify", "--anchor", str(outside))[0] == 1


def test_every_day_the_digest_goes_to_administrators_and_harm_is_told(kept) -> None:
    boss = factories.user(role="administrator", email="boss@example.org", email_confirmed_at=AT)
    factories.user(role="administrator", email="unproven@example.org")
    appended(2)
    assert tasks.anchor_the_journal(at=AT) == "2026-11-22.json"
    assert tasks.anchor_the_journal(at=AT + timedelta(hours=1)) == ""
    letter = Delivery.objects.get()
    assert (letter.address, letter.title, letter.user) == (boss.email, "Якорь журнала", boss)
    assert anchors.read(kept / "2026-11-22.json").digest in letter.text
    harm().filter(number=2).update(hash="f" * 64)
    tasks.anchor_the_journal(at=AT + timedelta(days=1))
    alarm = Delivery.objects.latest("pk")
    assert alarm.title == "Журнал изменён в обход портала"
    assert "1\N{NO-BREAK SPACE}цепочка" in alarm.text
    assert Entry.objects.filter(act="journal.anchor").count() == 2


def test_letters_of_an_anchor_are_made_up_for_after_a_crash(kept, monkeypatch) -> None:
    factories.user(role="administrator", email="boss@example.org", email_confirmed_at=AT)
    appended(1)

    def dies(**_):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(trust.duty, "anchored", dies)
        with pytest.raises(RuntimeError):
            tasks.anchor_the_journal(at=AT)
    assert len(anchors.files(kept)) == 1
    assert not Delivery.objects.exists()
    for hours in (1, 2):
        assert tasks.anchor_the_journal(at=AT + timedelta(hours=hours)) == ""
    assert len(anchors.files(kept)) == Delivery.objects.count() == 1


def test_verifying_asks_no_more_for_a_longer_journal(django_assert_num_queries) -> None:
    appended(3)
    with django_assert_num_queries(actions.CHAINS + 1):
        order("verify")
    appended(200)
    with django_assert_num_queries(actions.CHAINS + 1):
        assert "entries 203" in order("verify")[1]
