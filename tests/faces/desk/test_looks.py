"""Every look at personal data is in the journal, once per purpose and ten minutes."""

from datetime import timedelta

import pytest
import time_machine
from tests import factories as make
from tests.faces.desk.conftest import NOW
from tests.faces.desk.worlds import change_of

from oms.domain.journal.models import Entry
from oms.domain.register.looks import keys_of_person, newest

pytestmark = pytest.mark.django_db


def looks(person: str) -> list[tuple[str, str]]:
    rows = Entry.objects.filter(act="person.read", person=person).order_by("pk")
    return [(row.actor, row.payload.data["purpose"]) for row in rows]


def test_opening_a_case_is_a_look_at_its_applicant(desk) -> None:
    client, case = desk.client(desk.irina), desk.case
    for name in ("", "approve/", "ask/", "reject/"):
        client.get(f"/desk/cases/{case.number}/{name}")
    client.get(f"/desk/cases/?case={case.number}")
    client.get(f"/desk/cases/{case.number}/", headers={"X-Pane": "1"})
    purpose = f"Дело №\N{NO-BREAK SPACE}{case.number}"
    assert looks(case.applicant.key) == [(desk.irina.key, purpose)]

    desk.client(desk.olga).get(f"/desk/cases/{case.number}/")
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        client.get(f"/desk/cases/{case.number}/")
    assert [actor for actor, _ in looks(case.applicant.key)] == [
        desk.irina.key, desk.olga.key, desk.irina.key,
    ]  # fmt: skip


def test_a_case_shown_to_nobody_is_no_look(desk) -> None:
    desk.client(desk.irina).get("/desk/cases/")
    desk.client(desk.stranger).get(f"/desk/cases/{desk.case.number}/")
    assert looks(desk.case.applicant.key) == []


def test_people_compared_with_are_looked_at_too(desk) -> None:
    number = make.snils()
    alike = make.insured(make.user(), given_name="Алла", snils=number)
    foreign = make.insured(
        make.user(), given_name="Анна", by=make.insurer("77002"), birth_date="1985-03-14"
    )
    case = make.submitted(snils=number)
    page = desk.client(desk.irina).get(f"/desk/cases/{case.number}/").content.decode()
    assert "СНИЛС совпал" in page
    assert f"/desk/people/{alike.pk}/?case={case.number}" in page
    assert [purpose.partition(": ")[2] for _, purpose in looks(alike.key)] == ["сверка с реестром"]
    assert len(looks(foreign.key)) == 1
    assert f"/desk/people/{foreign.pk}/" not in page
    assert "Застрахован в другой организации" in page


def test_a_persons_case_is_read_by_them(desk) -> None:
    case = change_of(desk)
    desk.client(desk.irina).get(f"/desk/cases/{case.number}/")
    read = newest(keys_of_person(case.person))
    assert [(r.role, r.organization, r.purpose[-len(case.number) :]) for r in read] == [
        ("insurer", "insurer:77001", case.number)
    ]
