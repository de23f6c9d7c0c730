"""«Полиса нет в кабинете», as a person meets it: with and without scripts, for a ward too."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests import factories as make
from tests.cases.test_representatives import right, ward
from tests.diagnosis import plants

from oms.cases.models import Case
from oms.diagnosis.catalogue import CAUSES
from oms.diagnosis.declaration import STAGES
from oms.diagnosis.models import Run
from oms.domain.accounts.access import CABINET
from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM
from oms.domain.works import actions as works

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
PAGE, STEP, ON = "/policy/missing/", "/policy/missing/step/", "/policy/missing/on/"
SCRIPT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def moment() -> Any:
    with time_machine.travel(plants.AT, tick=False) as clock:
        yield clock


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def test_without_scripts_one_button_does_it_all(entered: Enter) -> None:
    world = plants.certain()
    client = entered(world.user)
    assert "Что мы проверим" in text_of(client.get(PAGE))
    assert "Полиса здесь пока нет" in text_of(client.get("/"))
    page = text_of(client.post(PAGE, follow=True))
    assert "Запись о вас в реестре есть, но с кабинетом она не была связана." in page
    assert "Связали кабинет с вашей записью" in page
    assert "Посмотреть полис" in page
    assert page.count("plain-checks") == len(STAGES)
    assert all(cause.title.split()[0] in page for cause in CAUSES.values())
    assert "Полис действует" in text_of(client.get("/"))


def test_with_scripts_it_goes_step_by_step(entered: Enter) -> None:
    world = plants.linked()
    plants.expired(world)
    client = entered(world.user)
    page = text_of(client.post(PAGE, **SCRIPT))
    assert "<html" not in page
    assert f"Шаг 1 из {len(STAGES)}" in page
    assert "Шаг 1 из" in text_of(client.get(PAGE)), "a page opened anew goes on"
    for number in range(1, len(STAGES)):
        assert f"Шаг {number + 1} из {len(STAGES)}" in text_of(client.post(STEP, **SCRIPT))
    page = text_of(client.post(STEP, **SCRIPT))
    assert "Срок полиса истёк 4 октября 2026 г." in page
    assert "autofocus" in page
    assert Run.objects.get().main == "expired"


def test_half_way_without_scripts_goes_to_the_end(entered: Enter) -> None:
    world = plants.linked()
    client = entered(world.user)
    client.post(PAGE, **SCRIPT)
    assert "Всё в порядке" in text_of(client.post(PAGE, follow=True))
    assert Run.objects.count() == 1


def test_again_in_a_minute(entered: Enter, moment: Any) -> None:
    client = entered(plants.linked().user)
    client.post(PAGE)
    assert "меньше минуты назад" in text_of(client.post(PAGE, follow=True))
    assert "меньше минуты назад" in text_of(client.post(PAGE, **SCRIPT))
    assert Run.objects.count() == 1
    moment.shift(timedelta(minutes=1))
    client.post(PAGE)
    assert Run.objects.count() == 2


def test_the_button_onward_opens_the_application_filled_in(entered: Enter) -> None:
    make.insurer()
    world = plants.nobody()
    client = entered(world.user)
    page = text_of(client.post(PAGE, follow=True))
    assert "Записи о вас в реестре застрахованных нет." in page
    assert 'value="issue-policy"' in page
    told = {"cause": "no-record", "service": "issue-policy", "for": ""}
    page = text_of(client.post(ON, told, follow=True))
    assert "Какой документ удостоверяет личность?" in page, "the first page is filled in already"
    assert Case.objects.get().typed["person"]["family_name"] == "Никтова"


def test_what_is_closed_tells_why(entered: Enter) -> None:
    """The duplicate's service may be closed to a person: its own page says the reason."""
    world = plants.linked()
    plants.profile_differs(world)
    plants.closed(world)  # not insured: data cannot be updated before there is a policy
    client = entered(world.user)
    client.post(PAGE)
    answer = client.post(ON, {"cause": "profile-differs", "service": "data-update", "for": ""})
    assert answer.url == reverse("portal:start", args=["data-update"])


@pytest.mark.parametrize("cause", ["no-record", "", "../../x", "works"])
def test_what_was_not_found_leads_back(entered: Enter, cause: str) -> None:
    client = entered(plants.linked().user)
    answer = client.post(ON, {"cause": cause, "for": ""})
    assert answer.url == PAGE
    assert not Case.objects.exists()


def test_a_parent_checks_the_childs_cabinet(entered: Enter) -> None:
    parent, child = make.user(), ward()
    held = right(parent, child)
    client = entered(parent)
    session = client.session
    session[CABINET] = held.pk
    session.save()
    client.post(PAGE)
    run = Run.objects.get()
    assert (run.user, run.by) == (child, parent.key)
    answer = client.post(ON, {"cause": "no-record", "for": ""})
    assert answer.url == PAGE, "the form was drawn in another cabinet"
    assert not Case.objects.exists()


def test_strangers_and_staff_stay_outside(client: Client, entered: Enter) -> None:
    for path in (PAGE, STEP, ON):
        answer = client.post(path)
        assert answer.status_code == 302
        assert "/account/login/" in answer.url
        assert entered(make.operator()).post(path).status_code == 403
    assert not Run.objects.exists()


def test_nobody_sees_anothers_run(entered: Enter) -> None:
    world, other = plants.nobody(), plants.linked()
    entered(world.user).post(PAGE)
    page = text_of(entered(other.user).get(PAGE))
    assert "Записи о вас" not in page
    assert "Что мы проверим" in page


def test_a_look_costs_a_fixed_number_of_queries(
    entered: Enter, django_assert_max_num_queries: Any, moment: Any
) -> None:
    world = plants.nobody()
    client = entered(world.user)
    client.post(PAGE)
    with django_assert_max_num_queries(6) as few:
        client.get(PAGE)
    for _ in range(10):
        moment.shift(timedelta(minutes=2))
        client.post(PAGE)
    with django_assert_max_num_queries(6) as many:
        client.get(PAGE)
    assert len(few.captured_queries) == len(many.captured_queries)


def test_ways_in(entered: Enter) -> None:
    client = entered(make.user())
    for path in ("/", "/help/", "/services/", "/services/?q=полис+пропал"):
        assert f'href="{PAGE}"' in text_of(client.get(path)), path
    assert "Проверка, где полис" not in text_of(client.get("/services/?q=сменить"))


def test_works_are_told_above_pages_and_on_their_own(client: Client, entered: Enter) -> None:
    signed_in = entered(make.user())
    make.region("77")
    assert "Всё работает." in text_of(client.get("/status/")) or "С задержкой" in text_of(
        client.get("/status/")
    )
    told = {
        "kind": "planned", "part": "register", "title": "Обновляем реестр", "by": SYSTEM,
        "begins_at": plants.AT - timedelta(hours=1), "ends_at": plants.AT + timedelta(hours=2),
        "at": plants.AT,
    }  # fmt: skip
    works.add(**told, audience="region:77")
    assert "Обновляем реестр" not in text_of(signed_in.get("/services/"))
    assert "Не у всех" in text_of(client.get("/status/"))
    assert "Кого касается: Регион 77" in text_of(client.get("/status/"))
    works.add(**told)
    for one, path in ((signed_in, "/services/"), (signed_in, "/"), (client, "/")):
        assert "Обновляем реестр. Закончим: сегодня, 14:00." in text_of(one.get(path))
    assert "Работы" in text_of(client.get("/status/"))
