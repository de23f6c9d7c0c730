"""Every reason of refusal reaches the applicant with what is wrong and what to do."""

import html

import pytest
from django.test import Client
from tests import factories as make

from oms.cases import actions
from oms.domain.accounts.models import User
from oms.law.refusal import REASONS, refuse

pytestmark = pytest.mark.django_db
ABOUT = {"field": "Дата рождения", "document": "Паспорт"}


@pytest.mark.parametrize("code", REASONS)
def test_a_refusal_says_what_to_do(client: Client, anna: User, code: str) -> None:
    # given an application in work, refused for this reason
    case, about = make.submitted(anna), ABOUT.get(REASONS[code].about, "")
    field = "birth_date" if REASONS[code].about == "field" else ""
    by = make.operator(case.insurer)
    actions.perform("take", case, by=by, at=make.NOON)
    reasons = [{"code": code, "about": about, "field": field}]
    actions.perform("reject", case, by=by, at=make.NOON, reasons=reasons)

    # then its page tells both, and offers the way on
    page = client.get(f"/cases/{case.number}/").content.decode()
    told = html.unescape(page).replace("\N{NO-BREAK SPACE}", " ")
    expected = refuse(code, about=about, field=field)
    for words in (expected.text, expected.remedy, "Подать повторно", "Обжаловать"):
        assert words.replace("\N{NO-BREAK SPACE}", " ") in told, words
