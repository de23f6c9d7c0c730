"""Every page of every service: opens, takes anything typed, costs the same, is one's own.

A new service is covered as soon as its file lies in the catalogue.
"""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote_plus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from tests import factories as make
from tests.faces.portal.applications.conftest import draft, empty, submitted, typed
from tests.signing_in import sign_in

from oms.cases import actions
from oms.cases.answers import LONGEST
from oms.cases.models import Case, CaseEvent, Pause
from oms.cases.states import State
from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM
from oms.domain.notifications.models import Message
from oms.faces.portal.applications.urls import urlpatterns

pytestmark = pytest.mark.django_db

STEPS = [
    pytest.param(service.code, step.code, id=f"{service.code}-{step.code}")
    for service in SERVICES.values()
    for step in service.steps
    if not step.signs
]
NUMBER = "cases/<str:number>/"
MOST_QUERIES = 13
FORM = "application/x-www-form-urlencoded"

HOSTILE = {
    "nul": "Анна\x00Петровна",
    "megabyte": "я" * 500_000,
    "script": "<script>alert(1)</script>",
    "attribute": '" autofocus onfocus="alert(1)',
    "template": "{{ 7|add:7 }}{% load x %}",
    "sql": "'; DROP TABLE cases_case; --",
    "right-to-left": "\u202eанна\u202c",
    "emoji": "👩‍👩‍👧‍👦💉",
    "blank": " \t\r\n\u00a0\u200b ",
    "number": "9" * 400,
    "date": "31.02.0000",
    "format": "%s%n{0}{x}",
}
WORST = ("nul", "megabyte", "right-to-left", "date")


def test_every_service_is_signed_on_its_last_page_and_no_step_hides_a_page() -> None:
    fixed = {str(p.pattern).removeprefix(NUMBER).split("/")[0] for p in urlpatterns}
    for service in SERVICES.values():
        assert [step.signs for step in service.steps].index(True) == len(service.steps) - 1
        assert not fixed & {step.code for step in service.steps}, service.code


@pytest.mark.parametrize(("service", "step"), STEPS)
def test_every_step_opens_empty_filled_and_wrong(
    client: Client, anna: User, service: str, step: str
) -> None:
    case = empty(service, anna, step)
    url = f"/cases/{case.number}/{step}/"
    own = SERVICES[service].step(step)
    fresh = client.get(url).content.decode()
    assert escape(own.title) in fresh
    assert "data-error-summary" not in fresh
    blank = client.post(url, {"go": "on"})
    required = [name for name, field in own.base_fields.items() if field.required]
    if required:
        assert blank.status_code == 200
        assert "data-error-summary" in blank.content.decode()
    for other, values in typed(service, step).items():
        if not SERVICES[service].step(other).signs:
            case = actions.save_draft(
                case=case, step=other, typed=values, by=anna, at=timezone.now()
            )
    assert "data-error-summary" not in client.get(url).content.decode()
    assert client.post(url, typed(service, step)[step] | {"go": "on"}).status_code == 302


@pytest.mark.parametrize(("service", "step"), STEPS)
def test_nothing_typed_breaks_a_step_or_is_lost(
    client: Client, anna: User, service: str, step: str
) -> None:
    case = draft(service, anna, step)
    url = f"/cases/{case.number}/{step}/"
    right, names = typed(service, step)[step], list(SERVICES[service].step(step).base_fields)
    short = {what: value for what, value in HOSTILE.items() if what != "megabyte"}
    everywhere = [(dict.fromkeys(names, value), what) for what, value in short.items()]
    one_by_one = [({name: HOSTILE[what]}, what) for name in names for what in WORST]
    for wrong, what in [*everywhere, *one_by_one]:
        answer = client.post(url, right | wrong | {"go": "on"})
        assert answer.status_code in (200, 302), (wrong.keys(), what)
        page = (answer if answer.status_code == 200 else client.get(url)).content.decode()
        assert "<script>alert(1)" not in page
        assert 'onfocus="alert' not in page
        case.refresh_from_db()
        kept = HOSTILE[what].replace("\x00", "\N{REPLACEMENT CHARACTER}")[:LONGEST]
        assert {name: case.typed[step][name] for name in wrong} == dict.fromkeys(wrong, kept)
    assert client.get(f"/cases/{case.number}/check/").status_code == 200
    assert client.get(f"/cases/{case.number}/").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"family_name=%ED%A0%80",
        b"family_name=%00%ff%fe",
        b"family_name=\xff",
        b"%ED%A0%80=1",
        b"revision=9e99",
    ],
)
def test_broken_bytes_do_not_break_a_step(client: Client, anna: User, body: bytes) -> None:
    case = draft("issue-policy", anna)
    url = f"/cases/{case.number}/person/"
    assert client.post(url, body, content_type=FORM).status_code in (200, 302, 400)
    assert client.post(f"{url}autosave/", body, content_type=FORM).status_code in (200, 400)
    assert client.get(url).status_code == 200


def test_a_fields_trouble_is_told_beside_it_and_what_was_typed_stays(
    client: Client, anna: User
) -> None:
    case = draft("issue-policy", anna)
    wrong = typed("issue-policy")["person"] | {"birth_date": "32 мартобря", "snils": "1"}
    page = client.post(f"/cases/{case.number}/person/", wrong).content.decode()
    assert "Исправьте 2\N{NO-BREAK SPACE}поля" in page
    assert 'value="32 мартобря"' in page
    assert 'id="id_birth_date_error"' in page
    check = client.get(f"/cases/{case.number}/check/").content.decode()
    assert "Осталось 2\N{NO-BREAK SPACE}поля" in check
    assert f"/cases/{case.number}/person/?from=check#id_birth_date" in check
    assert "Получить код" not in check


def test_what_we_know_is_filled_in_and_its_source_told(client: Client, anna: User) -> None:
    make.insurer()
    case = make.draft("issue-policy", anna)
    page = client.get(f"/cases/{case.number}/person/").content.decode()
    assert "Мы заполнили за вас" in page
    assert 'value="Проверкина"' in page
    assert "фамилия" in page


def test_insurers_are_compared_where_they_are_chosen(client: Client, anna: User) -> None:
    case = draft("issue-policy", anna)
    page = client.get(f"/cases/{case.number}/insurer/").content.decode()
    assert page.count('type="radio"') == 2
    for words in ("Лицензия", "Надёжность", "ruAA+", "Жалоб на", "Застраховано", "Телефон"):
        assert words in page
    assert "/insurers/compare/?region=77&amp;code=77001&amp;code=77002" in page
    no_region = make.draft("issue-policy", make.user())
    sign_in(client, no_region.applicant)
    page = client.get(f"/cases/{no_region.number}/insurer/").content.decode()
    assert "Указать регион" in page
    assert f"/cases/{no_region.number}/address/" in page


def paths(case: Case) -> Iterator[tuple[str, str]]:
    """Every address below a case, with GET and POST."""
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        if NUMBER in route:
            for method in ("get", "post"):
                yield (
                    method,
                    "/"
                    + route.replace("<str:number>", case.number).replace(
                        "<slug:step>", SERVICES[case.service].steps[0].code
                    ),
                )


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_another_persons_application_is_not_there(client: Client, anna: User, state: str) -> None:
    owner = make.user(family_name="Шереметьевская")
    case = draft("issue-policy", owner) if state == "draft" else submitted("issue-policy", owner)
    before = Case.objects.values().get()
    operator = make.operator()
    for user in (anna, operator):
        sign_in(client, user)
        for method, path in paths(case):
            answer = getattr(client, method)(path)
            expected = {404} if answer.status_code != 405 else {405}
            assert answer.status_code in expected, (method, path)
            assert "Шереметьевская" not in answer.content.decode()
    assert Case.objects.values().get() == before


@pytest.mark.parametrize(
    "number", ["26-000-001-0", "1", "%00", "26-000-001-3%00", "абв", "9" * 300]
)
def test_a_number_of_nothing_is_not_found(client: Client, anna: User, number: str) -> None:
    assert client.get(f"/cases/{number}/").status_code == 404
    assert client.post(f"/cases/{number}/person/", {}).status_code == 404


def test_visitors_are_led_to_sign_in_and_change_nothing(client: Client) -> None:
    case = draft("issue-policy", make.user())
    for method, path in paths(case):
        answer = getattr(client, method)(path)
        if answer.status_code not in (405, 409):
            assert answer.status_code == 302, path
            assert answer["Location"].startswith("/account/login/?next=/cases/"), path
    case.refresh_from_db()
    assert case.state == State.DRAFT


def test_a_submitted_application_cannot_be_edited(client: Client, anna: User) -> None:
    case = submitted("issue-policy", anna)
    before = Case.objects.values().get()
    for path in ("person/", "check/", "sign/", "sign/again/", "discard/"):
        answer = client.post(
            f"/cases/{case.number}/{path}", {"family_name": "Иной", "code": "123456"}
        )
        assert answer.status_code == 302, path
    saved = client.post(f"/cases/{case.number}/person/autosave/", {"family_name": "Иной"})
    assert saved.status_code == 409
    assert "уже подано" in saved.json()["text"]
    assert Case.objects.values().get() == before


def test_moves_by_get_change_nothing(client: Client, anna: User) -> None:
    case = submitted("issue-policy", anna)
    for verb in ("withdraw", "answer", "discard"):
        client.get(f"/cases/{case.number}/{verb}/")
    assert client.get(f"/cases/{case.number}/repeat/").status_code == 405
    case.refresh_from_db()
    assert case.state == State.AWAITING


def pages_of(user: User) -> dict[str, str]:
    """Pages to weigh, by name."""
    waiting, number = submitted("change-insurer", user).number, draft("policy-extract", user).number
    other = Case.objects.get(number=waiting)
    operator = make.operator(other.insurer)
    actions.perform("take", other, by=operator, at=make.NOON)
    actions.perform("ask", other, by=operator, at=make.NOON, note="?", fields=["residence"])
    pages = {"question": waiting, "print": f"{waiting}/print", "submitted": f"{waiting}/submitted"}
    pages |= {"draft": number, "check": f"{number}/check"}
    return {name: f"/cases/{path}/" for name, path in pages.items()} | {"list": "/cases/"}


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_every_page_costs_the_same_however_much_there_is(client: Client, anna: User) -> None:
    pages = pages_of(anna)
    before = {name: queries(client, url) for name, url in pages.items()}
    assert {name: n for name, n in before.items() if n > MOST_QUERIES} == {}
    other = Case.objects.exclude(submitted_at=None).get()
    for n in range(40):
        at = make.NOON + timedelta(minutes=n)
        make.insurer(f"77{n + 100}")
        CaseEvent.objects.create(case=other, at=at, verb="take", target="in_work", actor="user:0")
        Pause.objects.create(case=other, reason="ждём", began_at=at, ended_at=at)
        Message.objects.create(user=anna, kind="x", title="т", body="т", key=f"k{n}", at=at)
        Case.objects.create(
            number=f"26-900-{n:03}-0", service="issue-policy", applicant=anna,
            insurer=other.insurer, state=State.REJECTED, state_since=at, started_at=at,
            saved_at=at, submitted_at=at,
        )  # fmt: skip
    assert {name: queries(client, url) for name, url in pages.items()} == before


@pytest.mark.parametrize(("service", "step"), STEPS)
def test_every_step_costs_few_queries(client: Client, anna: User, service: str, step: str) -> None:
    case = draft(service, anna, step)
    assert queries(client, f"/cases/{case.number}/{step}/") <= MOST_QUERIES
    for path in ("check/", ""):
        assert queries(client, f"/cases/{case.number}/{path}") <= MOST_QUERIES


def test_the_list_shows_open_ones_first_and_pages_on(client: Client, anna: User) -> None:
    for n in range(45):
        at = make.NOON + timedelta(hours=n)
        Case.objects.create(
            number=f"26-900-{n:03}-0", service="issue-policy", applicant=anna,
            state=State.READY if n % 2 else State.WITHDRAWN, state_since=at, started_at=at,
            saved_at=at, submitted_at=at,
        )  # fmt: skip
    opened = draft("policy-extract", anna)
    Case.objects.filter(pk=opened.pk).update(started_at=make.NOON - timedelta(days=400))
    url, seen = "/cases/", []
    while url:
        page = client.get(url)
        seen += [row.number for row in [*page.context["opened"], *page.context["rows"]]]
        url = page.context["next_url"]
    assert seen[0] == opened.number
    assert len(seen) == len(set(seen)) == 46
    ready = client.get("/cases/?state=ready")
    assert {row.word for row in ready.context["rows"]} == {"Готово к скачиванию"}
    found = client.get(f"/cases/?q={opened.number.replace('-', '+')}")
    assert [row.number for row in found.context["rows"]] == [opened.number]
    assert [row.number for row in client.get("/cases/?q=выписка").context["rows"]] == [
        opened.number
    ]
    for value in [
        *HOSTILE.values(),
        "2026-01-01~1",
        "~",
        "2026-01-01T00:00:00+00:00~99999999999999999999",
    ]:
        short = quote_plus(value[:2000])
        for name in ("q", "state", "after"):
            assert client.get(f"/cases/?{name}={short}").status_code == 200, (name, value[:20])


def test_an_empty_list_says_how_to_begin(client: Client, anna: User) -> None:
    page = client.get("/cases/").content.decode()
    assert "Заявлений пока нет" in page
    assert 'href="/services/"' in page
    assert 'role="search"' not in page


def test_staff_do_not_apply(client: Client) -> None:
    sign_in(client, make.operator())
    assert client.get("/services/issue-policy/start/").status_code == 403
    assert client.post("/services/issue-policy/start/").status_code == 403
    assert not Case.objects.exists()


def test_no_service_of_that_code(client: Client, anna: User) -> None:
    assert client.get("/services/no-such/start/").status_code == 404
    assert client.post("/services/no-such/start/").status_code == 404


def test_the_system_s_silence_is_told_as_it_is(client: Client, anna: User) -> None:
    """A case past its term says so, with the right to complain."""
    case = submitted("issue-policy", anna)
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(days=1))
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "вправе подать" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "г.." not in page
    assert SYSTEM.key not in page
