"""An application of a service no longer in the catalogue breaks nothing: it has its old name."""

from datetime import timedelta

import pytest
from django.test import Client
from tests import factories as make
from tests.signing_in import sign_in

from oms.cases import actions, tasks
from oms.cases.models import Case
from oms.cases.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(settings) -> Case:
    """Asked about, then its service went."""
    settings.WHITENOISE_AUTOREFRESH = True
    operator = make.operator()
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    actions.perform("ask", case, by=operator, at=make.NOON, note="Когда вы переехали?")
    case.refresh_from_db()
    case.service, case.pinned = "retired", {**case.pinned, "title": "Услуга прежних лет"}
    case.save()
    return case


@pytest.mark.parametrize("address", ["/", "/cases/", "/cases/{0}/", "/cases/{0}/print/"])
def test_the_applicant_still_sees_it(case, address) -> None:
    client = sign_in(Client(), case.applicant)
    answer = client.get(address.format(case.number))
    assert answer.status_code == 200
    assert "Услуга прежних лет" in answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_the_queue_still_shows_it(case) -> None:
    answer = sign_in(Client(), case.assignee).get("/desk/cases/")
    assert "Услуга прежних лет" in answer.content.decode()


def test_it_is_closed_in_time_and_holds_up_no_other(case) -> None:
    late = case.answer_by + timedelta(hours=1)
    assert tasks.remind_unanswered(at=case.answer_by - timedelta(hours=1)) == 1
    assert tasks.expire_unanswered(at=late) == 1
    case.refresh_from_db()
    assert case.state == State.REJECTED
    page = sign_in(Client(), case.applicant).get(f"/cases/{case.number}/").content.decode()
    assert "Почему отказали" in page
    assert "Подать повторно" not in page


def test_a_name_never_pinned_leaves_the_code(case) -> None:
    Case.objects.update(pinned={"form": []})
    assert "retired" in sign_in(Client(), case.applicant).get("/cases/").content.decode()
