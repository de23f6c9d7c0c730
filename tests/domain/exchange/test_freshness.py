"""How fresh data are, by one policy; and that no cache outlives what the register says."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from tests import factories as make
from tests.domain.exchange import sample
from tests.signing_in import sign_in

from oms.domain.accounts.models import Level
from oms.domain.exchange import freshness, reconciling, tasks
from oms.domain.exchange.models import Feed
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.register import actions as register
from oms.domain.register import agreement
from oms.domain.register.models import InsuredPerson
from oms.domain.register.queries import public_policy_check
from oms.gateways import ferzl
from oms.gateways.errors import Permanent, Temporary
from oms.gateways.registers import asking, breaker
from oms.kit.freshness import STALE_AFTER
from oms.kit.tasks import queued_arguments, run_all_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _memory(monkeypatch):
    monkeypatch.setattr(asking, "PAUSE_S", 0)
    cache.clear()
    asking.MEMORY.clear()
    yield
    asking.MEMORY.clear()
    cache.clear()


def test_each_kind_of_source_grows_stale_by_the_policy() -> None:
    sample.insurer()
    fund = make.operator(make.fund())
    kinds = {"insurer:77001": "insurer", "ferzl": "ferzl", "register:tax": "register"}
    for code in kinds:
        freshness.succeeded(code=code, at=make.NOON)
    for code, kind in kinds.items():
        for more, stale in ((timedelta(0), False), (timedelta(seconds=1), True)):
            at = make.NOON + STALE_AFTER[kind] + more
            found = {one.code: one for one in freshness.sources(user=fund, at=at)}
            assert found[code].is_stale is stale
            assert found[code].succeeded_at == make.NOON
    assert found["register:pension"].is_unknown


def test_a_failure_keeps_the_last_success_and_late_news_change_nothing() -> None:
    freshness.succeeded(code="ferzl", at=make.NOON)
    later = make.NOON + timedelta(hours=1)
    freshness.failed(code="ferzl", error="Не отвечает", at=later)
    freshness.succeeded(code="ferzl", at=make.NOON + timedelta(minutes=1))
    feed = Feed.objects.get()
    assert (feed.succeeded_at, feed.tried_at, feed.error) == (make.NOON, later, "Не отвечает")


def test_the_state_registers_are_heard_of() -> None:
    breaker.succeeded("tax")
    breaker.failed("pension")
    tasks.hear_of_registers(at=make.NOON)
    tasks.hear_of_registers(at=make.NOON + timedelta(hours=1))
    rows = {one.code: (one.tried_at, one.error) for one in Feed.objects.all()}
    assert rows == {
        "register:tax": (make.NOON, ""), "register:pension": (make.NOON, "Не отвечает"),
    }  # fmt: skip


def test_the_cabinet_never_shows_what_the_register_no_longer_says(client) -> None:
    """Whatever was looked at before: the very next page tells the new insurer, or none."""
    user = make.user(level=Level.CONFIRMED)
    person = make.insured(user, by=sample.insurer(short_name="СМО Первая"))
    sign_in(client, user)
    number = {"number": person.enp, "birth_date": person.birth_date, "on": make.TODAY}
    assert "СМО Первая" in client.get("/").content.decode()
    assert public_policy_check(**number).insurer == "СМО Первая"
    register.change_insurer(
        person=person, insurer=make.insurer("77002", short_name="СМО Вторая"), ground=3,
        on=make.TODAY, by=SYSTEM, at=make.NOON,
    )  # fmt: skip
    page = client.get("/").content.decode()
    assert "СМО Вторая" in page
    assert "СМО Первая" not in page
    assert public_policy_check(**number).insurer == "СМО Вторая"
    register.close_policy(person=person, on=make.TODAY, reason="Проверка", by=SYSTEM, at=make.NOON)
    assert "Прекращён" in client.get("/").content.decode()
    assert public_policy_check(**number).state == "Прекращён"


def test_a_row_is_stale_by_the_same_policy() -> None:
    person = make.insured()
    since = person.synced_at
    assert not agreement.is_stale(person, at=since + STALE_AFTER["row"])
    assert agreement.is_stale(person, at=since + STALE_AFTER["row"] + timedelta(seconds=1))


def answer_of(person: InsuredPerson, **changes):
    policy = person.policies.get()
    paper = person.identity_documents.get()
    return {
        "oip": "1", "family_name": person.family_name.upper(), "given_name": person.given_name,
        "patronymic": person.patronymic, "birth_date": person.birth_date.isoformat(),
        "sex": person.sex, "snils": person.snils, "died_on": "",
        "policies": [{"enp": person.enp, "form": "Ц", "insurer": policy.insurer_id,
                      "begins_on": policy.begins_on.isoformat(), "ends_on": "",
                      "in_force": True}],
        "documents": [{"kind": paper.kind, "series": paper.series, "number": paper.number}],
        "clinics": [], **changes,
    }  # fmt: skip


def test_a_person_is_held_against_ferzl_and_nothing_is_applied() -> None:
    person = make.insured(by=sample.insurer())
    clerk = make.operator()
    before = InsuredPerson.objects.values().get(pk=person.pk)
    asking.MEMORY.answers["ferzl"] = answer_of(person)
    same = reconciling.compare(person=person, by=clerk.actor, at=make.NOON)
    assert same.found
    assert same.differing == 0
    asking.MEMORY.answers["ferzl"] = answer_of(person, patronymic="", died_on="2026-01-02")
    other = reconciling.compare(person=person, by=clerk.actor, at=make.NOON)
    told = {line.title: (line.held, line.asked) for line in other.lines if line.differs}
    assert told == {"Отчество": ("Викторовна", ""), "Дата смерти": ("", "02.01.2026")}
    assert InsuredPerson.objects.values().get(pk=person.pk) == before
    entries = Entry.objects.filter(act="person.differ", person=person.key)
    assert entries.latest("pk").payload.data["differs"] == ["Отчество", "Дата смерти"]
    asking.MEMORY.answers["ferzl"] = None
    assert not reconciling.compare(person=person, by=clerk.actor, at=make.NOON).found
    assert [next(iter(question)) for _, question in asking.MEMORY.asked[2:]] == [
        "policy", "snils", "kind",
    ]  # fmt: skip


def test_ferzl_that_is_silent_or_refuses_is_told_apart() -> None:
    person, clerk = make.insured(by=sample.insurer()), make.operator()
    asking.MEMORY.failures[:] = [Temporary("x")] * 3
    with pytest.raises(reconciling.Silent):
        reconciling.compare(person=person, by=clerk.actor, at=make.NOON)
    assert Feed.objects.get(code=ferzl.CODE).error == "Не отвечает"
    asking.MEMORY.failures[:] = [Permanent("x")]
    with pytest.raises(reconciling.NotTaken):
        reconciling.compare(person=person, by=clerk.actor, at=make.NOON)
    assert Feed.objects.get(code=ferzl.CODE).error == ""


def test_a_stale_row_is_held_against_ferzl_and_a_difference_is_noted(monkeypatch) -> None:
    """The same: fresh again. Different: a note, nothing applied, not asked again for a week."""
    person = make.insured(make.user(level=Level.CONFIRMED), by=sample.insurer())
    later = person.synced_at + STALE_AFTER["row"] + timedelta(hours=1)
    monkeypatch.setattr(tasks.timezone, "now", lambda: later)
    tasks.reconcile_stale(at=later)
    assert queued_arguments(tasks.reconcile) == [], "not configured: nobody is asked"
    monkeypatch.setattr(ferzl, "is_configured", lambda: True)
    other = answer_of(person, patronymic="", died_on="2026-01-02")
    clerk = make.operator(sample.insurer())
    for answer, fields in (
        (other, ["Отчество", "Дата смерти"]),
        (None, []),
        (answer_of(person), []),
    ):
        asking.MEMORY.answers["ferzl"] = answer
        before = InsuredPerson.objects.values().get(pk=person.pk)
        tasks.reconcile_stale(at=later)
        tasks.reconcile_stale(at=later)
        assert queued_arguments(tasks.reconcile) == [[person.pk]]
        run_all_now()
        note = reconciling.last(person, at=later)
        assert note is not None
        assert (note.found, note.fields, note.is_stale) == (bool(answer), fields, False)
        shown = [(one.person.pk, one.fields) for one in reconciling.notes(user=clerk, at=later)]
        after = InsuredPerson.objects.values().get(pk=person.pk)
        assert tasks.reconciling.due(at=later, most=5) == []
        if note.differs:
            assert shown == [(person.pk, fields)]
            assert after == before
        else:
            assert shown == []
            assert after == {**before, "synced_at": later}
        later += reconciling.AGAIN + timedelta(hours=1)
    assert reconciling.notes(user=make.operator(make.insurer("77002")), at=later) == []


def test_a_silent_ferzl_leaves_the_last_note_marked_stale(monkeypatch) -> None:
    person = make.insured(make.user(level=Level.CONFIRMED), by=sample.insurer())
    asking.MEMORY.answers["ferzl"] = answer_of(person, patronymic="")
    reconciling.compare(person=person, by=SYSTEM, at=make.NOON)
    asking.MEMORY.failures[:] = [Temporary("x")] * 3
    tasks.reconcile.call(person.pk)
    note = reconciling.last(person, at=make.NOON + timedelta(minutes=5))
    assert note is not None
    assert (note.fields, note.is_stale) == (["Отчество"], True)
    assert Entry.objects.filter(act="person.differ").count() == 1
