"""Whole ways of a citizen through the portal, as a browser without scripts walks them."""

import re
from typing import Any

import pytest
from django.test import Client

from oms.cases import actions
from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.accounts.models import User
from oms.domain.notifications.models import Delivery
from tests import factories as make
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client: Client) -> User:
    user = make.user(email="anna@example.org", email_confirmed_at=make.NOON)
    sign_in(client, user)
    return user


def fill(client: Client, pages: dict[str, dict[str, Any]], url: str) -> str:
    """Fill page after page as the portal leads; return the page it leads to in the end."""
    for step, typed in pages.items():
        assert url.endswith(f"/{step}/"), (url, step)
        assert client.get(url).status_code == 200
        answer = client.post(url, typed | {"go": "on"})
        assert answer.status_code == 302, answer.content.decode()
        url = answer["Location"]
    return url


def sign(client: Client, url: str) -> str:
    """Confirm and sign; return the page that follows."""
    assert url.endswith("/check/")
    page = client.get(url)
    assert "Получить код и подписать" in page.content.decode(), page.content.decode()
    answer = client.post(url, {"truth": "on"})
    assert answer["Location"].endswith("/sign/"), answer
    assert client.get(answer["Location"]).status_code == 200
    return client.post(answer["Location"], {"code": code()})["Location"]


def code() -> str:
    found = re.search(r"\d{6}", Delivery.objects.filter(channel="sms").latest("pk").text)
    assert found
    return found[0]


def begin(client: Client, service: str) -> str:
    assert "Начать" in client.get(f"/services/{service}/start/").content.decode()
    return client.post(f"/services/{service}/start/")["Location"]


def without_signing(pages: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {step: typed for step, typed in pages.items() if step not in {"confirm", "request"}}


def test_a_policy_from_the_first_page_to_the_last(client: Client, anna: User) -> None:
    make.insurer()
    url = fill(client, without_signing(make.typed_policy()), begin(client, "issue-policy"))
    done = sign(client, url)
    case = Case.objects.get()
    assert done == f"/cases/{case.number}/submitted/"
    assert case.state == State.AWAITING
    assert case.pinned["signature"]["kind"] == "sms-code"
    assert case.number in client.get(done).content.decode()
    assert "Ждёт рассмотрения" in client.get(f"/cases/{case.number}/").content.decode()
    assert "Подписано кодом" in client.get(f"/cases/{case.number}/print/").content.decode()


def test_a_new_insurer_after_a_question(client: Client, anna: User) -> None:
    make.insured(anna)
    new = make.insurer("77002")
    operator = make.operator(new)
    typed = without_signing(make.typed_change(ground="3", insurer="77002"))
    url = fill(
        client,
        typed
        | {
            "reason": {
                "ground": "3",
                "moved_on": "01.09.2026",
                "region": "",
                "residence": "г. Москва, ул. Новая, д. 5, кв. 6",
            }
        },
        begin(client, "change-insurer"),
    )
    sign(client, url)
    case = Case.objects.get()
    actions.perform("take", case, by=operator, at=make.NOON)
    actions.perform(
        "ask", case, by=operator, at=make.NOON, note="Уточните адрес", fields=["residence"]
    )
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "Уточните адрес" in page
    assert 'name="residence"' in page
    wrong = client.post(f"/cases/{case.number}/answer/", {"residence": "ул", "note": "Исправила"})
    assert "Исправьте одно поле" in wrong.content.decode()
    assert "Исправила" in wrong.content.decode()
    right = client.post(
        f"/cases/{case.number}/answer/",
        {"residence": "г. Москва, ул. Новая, д. 7, кв. 6", "note": "Исправила дом"},
    )
    assert right["Location"] == f"/cases/{case.number}/"
    case.refresh_from_db()
    assert case.state == State.IN_WORK
    assert case.answers["residence"].endswith("д. 7, кв. 6")
    actions.perform("approve", case, by=operator, at=make.NOON)
    assert "СМО 77002" in client.get(f"/cases/{case.number}/").content.decode()
