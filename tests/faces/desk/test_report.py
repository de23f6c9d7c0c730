"""The report: numbers of one's own organisation, a finding first, nobody's data."""

from datetime import timedelta

import pytest
from tests import factories as make
from tests.faces.desk.worlds import PEOPLE, text_of, usual_day

from oms.cases import queries
from oms.cases.models import Case
from oms.domain.directory.models import Load
from oms.faces.desk.report import finding

pytestmark = pytest.mark.django_db


def test_numbers_are_those_of_the_organisation(desk) -> None:
    usual_day(desk)
    at = make.NOON + timedelta(hours=2)
    found = queries.workload(organization="insurer:77001", at=at)
    assert {state.value: n for state, n in found.states.items()} == {
        "awaiting": 5, "in_work": 4, "clarification": 1,
    }  # fmt: skip
    assert (found.overdue, found.unassigned) == (1, 5)
    assert found.ages == (10, 0, 0, 0)
    assert (found.decided, found.late) == (2, 0)
    assert [(day.approved, day.rejected) for day in found.days][-1] == (1, 1)
    assert found.reasons == (("data-differ", 1),)
    for other in ("insurer:77002", "fund:77", "clinic:1", "", "insurer:"):
        assert queries.workload(organization=other, at=at).in_work == 0


def test_ages_are_parted_by_days(desk) -> None:
    at = make.NOON + timedelta(days=10)
    for days in (0.5, 2, 2, 5, 9):
        case = make.submitted()
        Case.objects.filter(pk=case.pk).update(submitted_at=at - timedelta(days=days))
    Case.objects.filter(pk=desk.case.pk).update(submitted_at=at - timedelta(days=1))
    found = queries.workload(organization="insurer:77001", at=at)
    assert found.ages == (1, 3, 1, 1)
    assert sum(found.ages) == found.in_work


def test_the_finding_names_what_matters_most(desk) -> None:
    usual_day(desk)
    page = desk.client(make.user(role="supervisor", organization="insurer:77001")).get(
        "/desk/report/"
    )
    text = text_of(page)
    assert "1 дело просрочено. Начните с него." in text
    assert "Данные не совпадают" in text
    for family, _, _ in PEOPLE:
        assert family not in text
    empty = queries.workload(organization="insurer:77002", at=make.NOON)
    assert finding(empty) == "Заявлений пока не было."


def test_a_supervisor_of_another_organisation_sees_nothing_of_it(desk) -> None:
    usual_day(desk)
    other = make.user(role="supervisor", organization="insurer:77002")
    assert "Заявлений пока не было" in desk.client(other).get("/desk/report/").content.decode()


def test_the_administrator_reads_what_was_refused(desk, staff) -> None:
    client = desk.client(staff("administrator"))
    assert "ещё не загружали" in client.get("/desk/reference/").content.decode()
    Load.objects.create(
        book="F002", version="1.3", digest="0" * 64, loaded_at=make.NOON, added=12, refused_count=1,
        refused=[{"kind": "refused", "row": 4, "code": "77099", "field": "inn",
                  "reason": "ИНН <b>с опечаткой"}],
    )  # fmt: skip
    page = client.get("/desk/reference/").content.decode()
    assert "F002" in page
    assert "ИНН &lt;b&gt;с опечаткой" in page
