"""The report: numbers of one's own organisation, a finding first, nobody's data."""

from datetime import date, timedelta

import pytest
from tests import factories as make
from tests.faces.desk.worlds import PEOPLE, text_of, usual_day

from oms.cases import queries
from oms.cases.models import Case
from oms.domain.directory.models import Load
from oms.faces.desk.figures import HIGH, flow
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


def test_lengths_and_loads_are_counted(desk) -> None:
    """Ten decisions of 1 … 10 days, the last two after their term, by two clerks."""
    at = make.NOON + timedelta(days=20)
    for days in range(1, 11):
        case = make.submitted()
        decided = make.NOON + timedelta(days=days)
        Case.objects.filter(pk=case.pk).update(
            state="rejected" if days == 1 else "ready", decided_at=decided,
            due_at=make.NOON + timedelta(days=8),
            assignee=desk.irina if days > 3 else desk.olga,
        )  # fmt: skip
    desk.taken()
    found = queries.workload(organization="insurer:77001", at=at, period=28)
    assert (found.median, found.longest) == (timedelta(days=5), timedelta(days=9))
    service = found.services[0]
    assert (service.name, service.open, service.decided) == ("issue-policy", 1, 10)
    assert (service.rejected, service.late, service.overdue) == (1, 2, 1)
    loads = {row.name.split("\N{NO-BREAK SPACE}")[0]: row for row in found.clerks}
    irina = desk.irina.family_name
    assert (loads[irina].open, loads[irina].decided, loads[irina].late) == (1, 7, 2)
    assert (loads["Сидорова"].decided, loads["Сидорова"].rejected) == (3, 1)
    assert sum(one.submitted for one in found.days) == 11
    few = queries.workload(organization="insurer:77001", at=at, period=14)
    assert few.decided == 4  # of days 7 … 10
    assert queries.workload(organization="insurer:77002", at=at).median is None


def test_a_longer_period_is_drawn_by_weeks_and_clerks_are_for_supervisors(desk) -> None:
    usual_day(desk)
    boss = desk.client(make.user(role="supervisor", organization="insurer:77001"))
    text = text_of(boss.get("/desk/report/?period=91"))
    assert "по неделям" in text
    assert text.count('<th scope="row">') > 13
    assert "По исполнителям" in text
    assert "Оформление полиса ОМС" in text
    clerk = text_of(desk.client(desk.irina).get("/desk/report/?period=nonsense"))
    assert "по дням" in clerk
    assert "По исполнителям" not in clerk


def test_columns_stand_on_the_ground_and_weeks_begin_on_monday() -> None:
    days = [
        queries.DayOfWork(date(2026, 11, 1) + timedelta(days=n), n, 1, 0, n % 2) for n in range(28)
    ]
    drawn = flow(days)
    assert [row.title for row in drawn.rows[::-1]] == [
        "01.11", "02.11–08.11", "09.11–15.11", "16.11–22.11", "23.11–28.11",
    ]  # fmt: skip
    assert {one.y + one.height for one in drawn.columns} == {HIGH}
    assert max(one.height for one in drawn.columns) == HIGH
    assert sum(row.submitted for row in drawn.rows) == sum(range(28))


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
