"""Nothing typed is lost: autosave, two tabs, the end of a session, another device (APP-1)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from tests import factories as make
from tests.faces.portal.applications.conftest import draft, submitted
from tests.signing_in import sign_in

from oms.cases import actions
from oms.cases.models import Case
from oms.domain.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(anna: User) -> Case:
    return draft("issue-policy", anna)


@pytest.fixture
def url(case: Case) -> str:
    return f"/cases/{case.number}/contacts/"


def kept(case: Case) -> Any:
    return Case.objects.get(pk=case.pk).typed["contacts"]


def revision(client: Client, url: str) -> int:
    form = client.get(url).content.decode()
    return int(form.split('name="revision" value="')[1].split('"')[0])


def test_a_page_saves_itself_right_or_wrong_and_says_when(
    client: Client, case: Case, url: str
) -> None:
    with time_machine.travel("2026-10-05T15:04:00Z"):
        saved = client.post(f"{url}autosave/", {"phone": "8 900", "email": "анна@"})
    words = saved.json()["text"].replace("\N{NO-BREAK SPACE}", " ")
    assert words == "Черновик сохранён в 18:04. Можно закрыть и вернуться с любого устройства"
    assert kept(case) == {"phone": "8 900", "email": "анна@"}
    elsewhere = sign_in(Client(), case.applicant)
    assert 'value="8 900"' in elsewhere.get(url).content.decode()


def test_back_and_check_save_too(client: Client, case: Case, url: str) -> None:
    back = client.post(url, {"phone": "1", "go": "back"})
    assert back["Location"] == f"/cases/{case.number}/insurer/"
    assert kept(case)["phone"] == "1"
    check = client.post(url, {"phone": "2", "go": "check"})
    assert check["Location"] == f"/cases/{case.number}/check/"
    assert kept(case)["phone"] == "2"


def test_two_tabs_take_nothing_from_each_other(client: Client, case: Case, url: str) -> None:
    page = {"phone": "8 900 123-45-67", "email": "anna@example.ru"}
    old = revision(client, url)
    client.post(url, page | {"phone": "8 900 765-43-21", "revision": old})
    late = client.post(url, page | {"email": "other@example.ru", "revision": old}, follow=True)
    assert kept(case) == {"phone": "8 900 765-43-21", "email": "other@example.ru"}
    assert "поменяли «Мобильный телефон»" in late.content.decode()


def test_autosave_lets_a_value_be_taken_back(client: Client, case: Case, url: str) -> None:
    """What the page itself saved is no other tab's: its revision moves on with each answer."""
    page: dict[str, Any] = {"phone": "8 900 123-45-67", "email": "a@example.ru"}
    for email in ("ab@example.ru", "a@example.ru"):
        page["revision"] = page.get("revision", revision(client, url))
        page["email"] = email
        page["revision"] = client.post(f"{url}autosave/", page).json()["revision"]
    assert kept(case)["email"] == "a@example.ru"


def test_autosave_of_an_older_tab_keeps_its_revision(client: Client, case: Case, url: str) -> None:
    page = {"phone": "8 900 123-45-67", "email": "anna@example.ru", "revision": case.revision}
    client.post(f"{url}autosave/", page | {"phone": "8 900 765-43-21"})
    for email in ("b@example.ru", "bc@example.ru"):
        answer = client.post(f"{url}autosave/", page | {"email": email}).json()
        assert "revision" not in answer
    assert kept(case) == {"phone": "8 900 765-43-21", "email": "bc@example.ru"}


def test_a_page_sent_after_the_session_ended_comes_back_after_sign_in(
    client: Client, case: Case, url: str
) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, case.applicant)
    token = token_of(browser, url)
    browser.cookies.pop("sessionid")
    typed_then = {"phone": "8 900 111-22-33", "email": "late@example.ru"}
    told = browser.post(f"{url}autosave/", typed_then | token)
    assert told.status_code == 409
    assert "попросим войти" in told.json()["text"]
    sent = browser.post(f"{url}?from=check", typed_then | token)
    assert sent["Location"].startswith("/account/login/?next=/cases/")
    assert kept(case)["phone"] != "8 900 111-22-33"
    log_in(browser, case.applicant)
    page = browser.get(url).content.decode()
    assert "Набранное сохранено" in page
    assert 'value="8 900 111-22-33"' in page
    assert kept(case)["email"] == "late@example.ru"
    assert "Набранное сохранено" not in browser.get(url).content.decode()


def test_what_one_typed_before_sign_in_is_not_anothers(case: Case, url: str) -> None:
    browser = Client()
    browser.post(url, {"phone": "8 900 111-22-33"})
    log_in(browser, make.user())
    assert browser.get(url).status_code == 404
    log_in(browser, case.applicant)
    browser.get(url)
    assert kept(case)["phone"] != "8 900 111-22-33"


def test_what_waits_for_sign_in_does_not_wait_for_ever(case: Case, url: str) -> None:
    browser = Client()
    with time_machine.travel(timezone.now() - timedelta(hours=2)):
        browser.post(url, {"phone": "8 900 111-22-33"})
    log_in(browser, case.applicant)
    browser.get(url)
    assert kept(case)["phone"] != "8 900 111-22-33"


def test_what_waits_for_sign_in_has_its_bounds(case: Case, url: str) -> None:
    browser = Client()
    many = {f"f{n}": "я" * 5000 for n in range(100)}
    assert browser.post(url, many).status_code == 302
    waits = browser.session["typed_before_sign_in"]["typed"]
    assert len(waits) <= 60
    assert sum(map(len, waits.values())) <= 20_000


def test_a_form_open_since_before_sign_in_keeps_its_text(case: Case, url: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, case.applicant)
    token = token_of(browser, url)
    log_in(browser, case.applicant)  # elsewhere: the token of the open page is an old one now
    page = {"phone": "8 900 111-22-33", "email": "x@example.ru"}
    assert browser.post(f"{url}autosave/", page | token).status_code == 409
    own = browser.post(url, page | token, headers={"Sec-Fetch-Site": "same-origin"})
    assert own["Location"] == url
    assert 'value="8 900 111-22-33"' in browser.get(url).content.decode()


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_of_another_site_is_refused(case: Case, url: str, site: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, case.applicant)
    headers = {"Sec-Fetch-Site": site} if site else {}
    before = kept(case)
    for path in (url, f"/cases/{case.number}/answer/"):
        assert browser.post(path, {"phone": "1"}, headers=headers).status_code == 403
    assert browser.post(f"{url}autosave/", {"phone": "1"}, headers=headers).status_code == 409
    browser.get(url)
    assert kept(case) == before


def test_an_answer_typed_without_a_session_comes_back(anna: User) -> None:
    case = submitted("issue-policy", anna)
    operator = make.operator()
    actions.perform("take", case, by=operator, at=timezone.now())
    actions.perform("ask", case, by=operator, at=timezone.now(), note="?", fields=["phone"])
    browser, url = Client(), f"/cases/{case.number}/answer/"
    answer = {"note": "Вот что я думаю", "phone": "8 900 111-22-33"}
    assert browser.post(url, answer)["Location"].startswith("/account/login/")
    log_in(browser, anna)
    page = browser.get(url).content.decode()
    assert "Вот что я думаю" in page
    assert 'value="8 900 111-22-33"' in page
    case.refresh_from_db()
    assert case.state == "clarification"


def token_of(browser: Client, url: str) -> dict[str, str]:
    page = browser.get(url).content.decode()
    return {
        "csrfmiddlewaretoken": page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    }


def log_in(browser: Client, user: User) -> None:
    """Sign in within the browser's own session, as the page of sign-in does."""
    request = HttpRequest()
    request.session = browser.session
    request.META["CSRF_COOKIE"] = "x"
    login(request, user, backend="oms.domain.accounts.backends.AnyIdentifier")
    request.session.save()
    browser.cookies["sessionid"] = request.session.session_key or ""
    if "csrftoken" in browser.cookies:
        browser.cookies["csrftoken"] = str(request.META["CSRF_COOKIE"])
