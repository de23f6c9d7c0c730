"""Life of a paper: issued once, superseded, revoked, kept, asked about."""

import sqlite3
import threading
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import connection, connections
from tests import factories
from tests.domain.papers.conftest import AT, CLERK

from oms.domain.journal.models import Entry
from oms.domain.papers import actions, checks, codes, queries, storage, tasks, verification
from oms.domain.papers.models import Paper
from oms.domain.register.models import Policy
from oms.gateways import signature
from oms.kit import files

LATER = AT + timedelta(days=1)


def acts():
    return list(
        Entry.objects.filter(act__startswith="paper.").order_by("pk").values_list("act", flat=True)
    )


def test_one_request_makes_one_paper_of_the_same_bytes(issue):
    first = issue("case:1")
    again = issue("case:1", at=LATER)
    assert (again.pk, Paper.objects.count()) == (first.pk, 1)
    assert queries.content(first) == queries.content(again)
    assert first.number == "В-26-000-001-" + first.number[-1]
    assert len(queries.content(first)) == first.size
    assert acts() == ["paper.issue"]


def test_a_newer_extract_supersedes_the_one_before(issue, person):
    first, second = issue("a"), issue("b", at=LATER)
    first.refresh_from_db()
    assert (first.state, first.superseded_by, first.state_at) == ("superseded", second, LATER)
    assert queries.latest(person, Paper.Kind.POLICY_EXTRACT) == second
    assert acts() == ["paper.issue", "paper.supersede", "paper.issue"]
    assert queries.content(first) != queries.content(second)


def test_an_extract_says_what_the_register_says_when_it_comes_into_force(
    issue, person, monkeypatch
):
    """The insurer changes while the paper is being signed: the paper is drawn again."""
    other = factories.insurer("77002", short_name="Другая")
    keep = storage.keep

    def keep_and_change(content):
        Policy.objects.filter(person=person).update(insurer=other)
        return keep(content)

    monkeypatch.setattr(storage, "keep", keep_and_change)
    assert issue().data["insurer"]["short_name"] == "Другая"


def test_nothing_is_certified_without_a_policy_in_force(issue, person):
    policy = person.policies.get()
    for changed in (
        {"state": Policy.State.SUSPENDED},
        {"state": Policy.State.CLOSED},
        {"begins_on": date(2027, 1, 1)},
        {"ends_on": date(2026, 11, 21)},
        {"enp": "", "blank_number": ""},
    ):
        Policy.objects.filter(pk=policy.pk).update(**changed)
        with pytest.raises(actions.NothingToCertify):
            issue(str(changed))
        policy.save()
    assert not Paper.objects.exists()
    assert issue("after").state == Paper.State.ISSUED


def test_an_old_policy_and_a_temporary_certificate_are_certified_too(issue, person):
    for blank in ("МО-12 345678", "123456789"):
        person.policies.update(enp="", blank_number=blank)
        twin = queries.twin(issue(blank))
        assert dict(twin.lines)["Номер"] == blank
        assert queries.check(twin.check_code).number_tail == blank[-4:]


@pytest.mark.parametrize(
    "change", [{"state": "suspended"}, {"state": "closed"}, {"ends_on": date(2026, 11, 22)}]
)
def test_an_extract_of_a_policy_that_is_no_more_is_revoked(issue, person, change):
    paper = issue()
    assert tasks.revoke_untrue(at=LATER) == 0
    Policy.objects.filter(person=person).update(**change)
    assert tasks.revoke_untrue(at=LATER) == 1
    assert tasks.revoke_untrue(at=LATER) == 0
    assert queries.check(paper.check_code).state == "revoked"
    assert acts() == ["paper.issue", "paper.revoke"]


def test_revoking_is_said_once_and_to_everybody(issue):
    paper = issue()
    revoked = actions.revoke(paper=paper, reason=" Ошибка в имени ", by=CLERK, at=LATER)
    actions.revoke(paper=paper, reason="Ещё раз", by=CLERK, at=LATER)
    assert (revoked.state, revoked.state_reason) == ("revoked", "Ошибка в имени")
    assert acts() == ["paper.issue", "paper.revoke"]
    told = queries.check(paper.check_code)
    assert told.text.replace("\xa0", " ") == "Выписка отозвана 23 ноября 2026 г. Не принимайте её."
    assert not told.is_in_force
    assert "имени" not in str(told)
    answer = verification.verify_file(queries.content(paper), at=LATER)
    assert (answer.code, answer.ok) == ("revoked", False)


def test_the_check_page_tells_no_more_than_needed(issue, django_assert_num_queries):
    paper = issue()
    with django_assert_num_queries(1):
        by_code = queries.check(codes.grouped(paper.check_code).lower())
    assert (by_code.holder, by_code.number_tail) == ("А*** В*** П.", paper.data["enp"][-4:])
    assert by_code.is_in_force
    by_number = queries.check(f"№ {paper.number}".replace("-", " "))
    assert (by_number.number, by_number.holder, by_number.number_tail) == (paper.number, "", "")
    for told in (by_code, by_number):
        assert "Проверкина" not in str(told)
        assert paper.data["enp"] not in str(told)
        assert "1985" not in str(told)


@pytest.mark.parametrize(
    "asked", ["", "В-26-000-001-0", "7KQM-3XPA-9RTW-2HJZ", "' OR 1=1", "x" * 9999, "\0"]
)
@pytest.mark.django_db
def test_unknown_codes_have_no_answer(asked):
    assert queries.check(asked) is None


def test_damage_in_the_store_is_found_on_reading(issue):
    paper = issue()
    (file,) = (path for path in Path(storages["papers"].location).rglob("*.pdf"))
    assert file.stat().st_mode & 0o077 == 0
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    with pytest.raises(storage.Damaged):
        queries.content(paper)
    file.unlink()
    with pytest.raises(storage.Damaged):
        queries.content(paper)


def test_nothing_half_written_is_left_when_the_disk_is_full(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.keep(b"%PDF-x")
    assert not [path for path in (tmp_path / "papers").rglob("*") if path.is_file()]


def test_files_people_bring_are_told_apart(issue):
    paper = issue()
    whole = queries.content(paper)
    middle = len(whole) // 2
    stranger = signature.signer().sign_pdf(
        whole[: whole.rindex(b"%%EOF", 0, whole.index(b"/ByteRange")) + 6], reason="x", at=AT
    )
    unsigned = whole[: whole.index(b"/ByteRange")]
    expected = {
        "issued": whole,
        "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "unknown": stranger,
        "unsigned": unsigned,
        "not-pdf": b"PK\x03\x04",
        "too-large": b"%PDF-" + bytes(6 * 1024 * 1024),
    }
    answers = {code: verification.verify_file(data, at=LATER) for code, data in expected.items()}
    assert {code: told.code for code, told in answers.items()} == {code: code for code in expected}
    assert [code for code, told in answers.items() if told.ok] == ["issued"]
    appended = verification.verify_file(whole + b"\n", at=LATER)
    assert (appended.code, appended.ok) == ("changed", False)
    assert "что-то добавили" in appended.text
    ok, lines = verification.explain(whole, at=LATER)
    assert ok
    assert f"Выписка о полисе ОМС №\xa0{paper.number}" in lines


def test_the_twin_says_what_the_pdf_says(issue, django_assert_num_queries):
    paper = issue()
    with django_assert_num_queries(0):
        twin = queries.twin(paper)
    lines = dict(twin.lines)
    assert lines["Фамилия, имя, отчество"] == "Проверкина Анна Викторовна"
    assert lines["Единый номер полиса"].replace("\xa0", "") == paper.data["enp"]
    assert (twin.number, twin.notice[:15]) == (paper.number, "Учебный документ"[:15])


def test_production_without_a_key_is_an_error(settings):
    settings.ENV = settings.ENV.model_copy(update={"profile": "production"})
    assert [found.id for found in checks.signing_key()] == ["papers.E001"]
    settings.SIGNER = settings.SIGNER | {"pkcs12": Path("/key.p12")}
    assert checks.signing_key() == []


@pytest.fixture
def crowd(transactional_db, person, tmp_path, monkeypatch):
    """Threads that really meet. SQLite takes part with a file: in memory it has one writer."""
    if connection.vendor == "sqlite":
        file = tmp_path / "crowd.sqlite3"
        with sqlite3.connect(file) as copy:
            connection.connection.backup(copy)
        copy.close()
        monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    return together


def together(works):
    """Do all the works at once, each in a thread; return results, raise the first error."""
    start, results, errors = threading.Barrier(len(works)), [], []

    def run(work):
        try:
            start.wait()
            results.append(work())
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    running = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if errors:
        raise errors[0]
    return results


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_many_extracts_at_once_leave_one_in_force(crowd, issue):
    papers = crowd([partial(issue, f"key:{n}") for n in range(6)])
    assert len({paper.number for paper in papers}) == 6
    (order,) = crowd([lambda: list(Paper.objects.order_by("pk"))])
    assert [paper.state for paper in order] == ["superseded"] * 5 + ["issued"]
    assert [old.superseded_by_id for old in order] == [new.pk for new in order[1:]] + [None]


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_one_request_sent_many_times_at_once_makes_one_paper(crowd, issue):
    papers = crowd([partial(issue, "same")] * 6)
    (kept,) = crowd([lambda: [paper.pk for paper in Paper.objects.all()]])
    assert [paper.pk for paper in papers] == kept * 6
