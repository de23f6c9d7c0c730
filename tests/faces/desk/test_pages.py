"""Who may open what at the desk, and what it costs."""

import pytest
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_smoke(desk) -> None:
    client = desk.client(desk.irina)
    desk.taken()
    for path in (
        "",
        "cases/",
        f"cases/{desk.case.number}/",
        f"cases/{desk.case.number}/approve/",
        f"cases/{desk.case.number}/ask/",
        f"cases/{desk.case.number}/reject/",
        "people/",
        "report/",
        f"cases/?case={desk.case.number}",
    ):
        answer = client.get(f"/desk/{path}", follow=True)
        print(path, answer.status_code)
        assert answer.status_code == 200, answer.content.decode()[:500]
    person = make.insured(make.user())
    answer = client.get(f"/desk/people/{person.pk}/")
    assert answer.status_code == 200
    answer = client.post(
        "/desk/people/", {"text": "Проверкина", "purpose": "call", "comment": ""}, follow=True
    )
    assert "Фамилия совпала" in answer.content.decode()
    assert client.get(f"/desk/people/{person.pk}/").status_code == 200
    assert client.get(f"/desk/people/{person.pk}/history/").status_code == 200
