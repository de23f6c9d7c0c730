"""Tables of cases for supervisors: for a purpose, without applicants, large ones by two."""

import csv
import io
from datetime import date, timedelta

import pytest
from tests import factories as make

from oms.cases import actions, report_export
from oms.cases.models import ExportRequest
from oms.cases.refused import NotYours, SameHands, Unfounded, WrongState
from oms.domain.journal.models import Entry

pytestmark = pytest.mark.django_db
LATER = make.NOON + timedelta(hours=1)


@pytest.fixture
def bosses():
    make.insurer()
    return [make.user(role="supervisor", organization="insurer:77001") for _ in range(2)]


def ask(by, **changes):
    wanted = {"purpose": "Отчёт за октябрь", "kind": "csv", "since": make.TODAY}
    return report_export.ask(**{**wanted, "until": make.TODAY, **changes}, by=by, at=make.NOON)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_small_table_is_ready_at_once_and_names_no_applicant(bosses) -> None:
    clerk = make.operator()
    case = actions.perform("take", make.submitted(), by=clerk, at=make.NOON)
    reasons = [{"code": "suspected-fraud"}]
    actions.perform("reject", case, by=clerk, at=make.NOON, reasons=reasons)
    make.insurer("77002")
    make.submitted(insurer="77002")  # another organisation's

    content, _ = report_export.content(request=ask(bosses[0]), by=bosses[0], at=LATER)

    (head, row) = rows(content)
    assert len(head) == len(row) == len(report_export.HEAD)
    assert row[0] == case.number
    assert "Сведения недостоверны" in row
    assert "Проверкина" not in content.decode()
    assert Entry.objects.filter(act="export.take").count() == 1


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_a_large_table_waits_for_another_supervisor(bosses, monkeypatch) -> None:
    first, second = bosses
    for _ in range(2):
        make.submitted()
    monkeypatch.setattr(report_export, "ALONE", 1)
    made = ask(first)
    assert made.state == ExportRequest.State.WAITING
    with pytest.raises(WrongState):
        report_export.content(request=made, by=first, at=LATER)
    with pytest.raises(SameHands):
        report_export.settle(request=made, agreed=True, by=first, at=LATER)
    stranger = make.user(role="supervisor", organization="insurer:77002")
    for other in (stranger, make.operator()):
        with pytest.raises(NotYours):
            report_export.settle(request=made, agreed=True, by=other, at=LATER)

    agreed = report_export.settle(request=made, agreed=True, by=second, at=LATER)

    content, _ = report_export.content(request=agreed, by=first, at=LATER)
    assert len(rows(content)) == 3
    with pytest.raises(NotYours):  # who agreed does not get it by that
        report_export.content(request=agreed, by=second, at=LATER)
    with pytest.raises(WrongState):
        report_export.settle(request=made, agreed=False, by=second, at=LATER)
    with pytest.raises(WrongState):
        report_export.content(request=agreed, by=first, at=LATER + timedelta(days=8))


def test_what_grew_past_the_limit_is_not_given_by_one(bosses, monkeypatch) -> None:
    make.submitted()
    monkeypatch.setattr(report_export, "ALONE", 1)
    made = ask(bosses[0])
    make.submitted()
    with pytest.raises(WrongState):
        report_export.content(request=made, by=bosses[0], at=LATER)


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": " "},
        {"kind": "exe"},
        {"since": date(2026, 10, 6)},
        {"since": date(2025, 10, 3)},
    ],
)
def test_a_wish_has_a_purpose_a_kind_and_a_period(bosses, changes) -> None:
    with pytest.raises(Unfounded):
        ask(bosses[0], **changes)


def test_only_supervisors_wish(bosses) -> None:
    for user in (make.operator(), make.user(), make.user(role="supervisor")):
        with pytest.raises(NotYours):
            ask(user)
