"""Works and outages at the desk: told, seen by people, ended."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests import factories as make

from oms.domain.accounts.models import Role
from oms.domain.works.models import PlannedWork

pytestmark = pytest.mark.django_db
PAGE = "/desk/works/"


@pytest.fixture
def boss(desk, staff) -> Client:
    make.insurer()
    return desk.client(staff(Role.ADMINISTRATOR))


def typed(**changes: str) -> dict[str, str]:
    told = {
        "kind": "planned", "part": "register", "title": "Обновляем реестр", "audience": "",
        "text": "Полис действует", "begins_at": "01.02.2031 02:00", "ends_at": "01.02.2031 06:00",
    }  # fmt: skip
    return {**told, **changes}


def test_a_work_is_told_and_cancelled(boss: Client) -> None:
    answer = boss.post(PAGE, typed(audience="insurer:77001"), follow=True)
    assert "Люди увидят это" in answer.content.decode()
    assert "Касается: СМО" in answer.content.decode()
    work = PlannedWork.objects.get()
    assert work.begins_at.astimezone(timezone.get_default_timezone()).hour == 2
    assert (work.audience, work.ends_at - work.begins_at) == ("insurer:77001", timedelta(hours=4))
    for _ in range(2):
        boss.post(f"{PAGE}end/", {"work": work.pk})
    work.refresh_from_db()
    assert work.ended_at
    assert boss.post(f"{PAGE}end/", {"work": "9999"}).status_code == 302
    assert boss.post(f"{PAGE}end/", {"work": "x"}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_at": "01.02.2031 01:00"}, "время позже начала"),
        ({"begins_at": "завтра"}, "ДД.ММ.ГГГГ ЧЧ:ММ"),
        ({"title": ""}, "напишите, что происходит"),
        ({"audience": "insurer:1"}, "audience"),
        ({"part": ""}, "Выберите, что не работает"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(boss: Client, changes, words: str) -> None:
    answer = boss.post(PAGE, typed(**changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "Полис действует" in page
    assert not PlannedWork.objects.exists()
