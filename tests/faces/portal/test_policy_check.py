"""The public check of a policy: it tells what it may and nothing else, and not too often."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories
from tests.puzzles import key_in, solved

from oms.domain.accounts.models import Counter
from oms.domain.journal.models import Entry
from oms.domain.register.data import blank_key
from oms.domain.register.models import Policy
from oms.faces.portal import tries
from oms.law import enp

pytestmark = pytest.mark.django_db
ADDRESS = "/check-policy/"
BORN = "14.03.1985"


def ask(client: Client, number: str, born: str = BORN, page: Any = None, **extra: Any) -> Any:
    """Ask; `page` is the answer before, whose puzzle is solved if it has one."""
    puzzle = solved(page.content.decode()) if page else {}
    return client.post(ADDRESS, {"number": number, "birth_date": born, **puzzle}, **extra)


def body(answer: Any) -> str:
    """What is told, without the token of the form and the marks of this browser."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_a_policy_in_force_is_told_with_insurer_and_term_only(client, insured_anna) -> None:
    text = ask(client, insured_anna.enp).content.decode()
    assert "Действует" in text
    assert "СМО 77001" in text
    assert "1\N{NO-BREAK SPACE}января\N{NO-BREAK SPACE}2020" in text
    for secret in ("Климова", "Анна", "Викторовна", insured_anna.snils):
        assert secret not in text


@pytest.mark.parametrize(
    "typed", ["{0} {1} {2} {3}", "{0}-{1}-{2}-{3}", "№ {0}{1}{2}{3}", " {0}{1} {2}{3} "]
)
@pytest.mark.parametrize("born", ["14.3.1985", "14031985", "1985-03-14", "14 марта 1985 г."])
def test_the_number_and_the_date_are_typed_in_any_way(client, insured_anna, typed, born) -> None:
    number = typed.format(*(insured_anna.enp[i : i + 4] for i in range(0, 16, 4)))
    assert "Действует" in ask(client, number, born).content.decode()


def test_an_unknown_number_and_a_wrong_birth_date_get_the_same_page(client, insured_anna) -> None:
    other = enp.build(region="77", birth_date=insured_anna.birth_date, sex="F", sequence=77)
    assert not Policy.objects.filter(enp=other).exists()
    wrong = body(ask(client, insured_anna.enp, "15.03.1985"))
    unknown = body(ask(client, other, "15.03.1985"))
    assert "не нашли" in wrong
    assert wrong.replace(insured_anna.enp, "") == unknown.replace(other, "")


def test_both_take_the_same_queries(client, insured_anna) -> None:
    counted = []
    asked = ((insured_anna.enp, "15.03.1985"), ("1" * 16, BORN))
    asked = (*asked, (insured_anna.enp, BORN))
    for place, (number, born) in enumerate(asked):
        here = f"203.0.113.{place}"
        ask(client, number, born, REMOTE_ADDR=here)
        with CaptureQueriesContext(connection) as seen:
            ask(client, number, born, REMOTE_ADDR=here)
        counted.append(len([q for q in seen if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]))
    assert counted[0] == counted[1] == counted[2] <= 12


def test_found_or_not_an_answer_has_one_build_and_one_size(client, insured_anna) -> None:
    """Who sees only the length of an encrypted answer learns nothing either."""

    def build(answer: Any) -> list[str]:
        main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        tags = re.findall(r"<(/?[a-z0-9]+)", main)
        return [tag for tag in tags if tag.lstrip("/") not in ("path", "circle", "line")]

    pages = [
        ask(client, number, born, REMOTE_ADDR=f"203.0.113.{n}")
        for n, (number, born) in enumerate(
            [(insured_anna.enp, BORN), (insured_anna.enp, "15.03.1985"), ("1" * 16, BORN)]
        )
    ]
    assert [("Действует" in body(page).replace("Действует ли", "")) for page in pages] == [
        True, False, False,
    ]  # fmt: skip
    assert build(pages[0]) == build(pages[1]) == build(pages[2])
    sizes = [len(page.content) for page in pages]
    assert max(sizes) - min(sizes) < 400


@pytest.mark.parametrize("is_known", [True, False])
def test_a_number_tried_from_many_places_asks_for_a_person_then_says_no(
    client, insured_anna, is_known
) -> None:
    """Nobody learns by guessing, and nobody is told what is not so: known or not, the same."""
    number = insured_anna.enp if is_known else "1" * 16
    spaced = " ".join(number[n : n + 4] for n in range(0, 16, 4))
    page = None
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for n in range(20):
            told = ask(client, spaced if n % 2 else number, f"{n + 1:02}.01.1985", page,
                       REMOTE_ADDR=f"203.0.113.{n}")  # fmt: skip
            assert "Такого полиса не нашли" in told.content.decode()
            assert bool(key_in(told.content.decode())) is (4 <= n < 19)
            page = told if n >= 4 else None
        refused = ask(client, number, BORN, REMOTE_ADDR="198.51.100.1")
        text = refused.content.decode()
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "86400")
        assert "Этот номер сегодня проверяли слишком часто" in text
        assert "не нашли" not in text
        assert "Войдите в кабинет" in text
        other = factories.insured(factories.user(birth_date=factories.date(1985, 3, 14)))
        assert "Такого полиса не нашли" not in body(ask(client, other.enp))
        clock.shift(timedelta(days=1, seconds=1))
        again = ask(client, insured_anna.enp, BORN, REMOTE_ADDR="198.51.100.2")
        assert "Действует" in again.content.decode().replace("Действует ли", "")


def test_nothing_is_kept_of_who_was_asked_about(client, insured_anna) -> None:
    before = Entry.objects.count()
    answer = ask(client, insured_anna.enp)
    assert answer.headers["Cache-Control"] == "no-store"
    assert insured_anna.enp not in answer.wsgi_request.get_full_path()
    assert (Entry.objects.count(), Session.objects.count()) == (before, 0)
    assert all(insured_anna.enp not in f"{c.scope}{c.key}" for c in Counter.objects.all())


def test_ten_tries_then_a_wait_that_is_told(client, insured_anna) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = None
        for _ in range(10):
            page = ask(client, "1" * 16, page=page)
            assert page.status_code == 200
        refused = ask(client, insured_anna.enp)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "600"
        text = refused.content.decode()
        assert "Подождите 10\N{NO-BREAK SPACE}минут" in text
        assert "Действует" not in text.replace("Действует ли", "")
        assert insured_anna.enp in text  # what was typed stays
        assert ask(client, insured_anna.enp, REMOTE_ADDR="203.0.113.9").status_code == 200
        clock.shift(timedelta(minutes=10, seconds=1))
        assert "Действует" in ask(client, insured_anna.enp).content.decode()


def test_after_three_tries_a_puzzle_and_no_look_without_its_answer(client, insured_anna) -> None:
    for n in range(3):
        page = ask(client, "1" * 16)
        assert bool(key_in(page.content.decode())) is (n == 2)
    refused = ask(client, insured_anna.enp)
    assert "введите знаки с картинки" in refused.content.decode().lower()
    assert Counter.objects.get(scope="policy-check").count == 3
    assert "Такого полиса не нашли" not in refused.content.decode()
    assert "Действует" in ask(client, insured_anna.enp, page=refused).content.decode()
    assert "не подошёл" in ask(client, insured_anna.enp, page=refused).content.decode()


def test_a_try_is_counted_before_the_register_is_asked(client, insured_anna, monkeypatch) -> None:
    counted: list[int] = []

    def look(**_: Any) -> Any:
        counted.append(Counter.objects.get(scope="policy-check").count)
        raise RuntimeError

    monkeypatch.setattr("oms.faces.portal.policy_check.public_policy_check", look)
    with pytest.raises(RuntimeError):
        ask(client, insured_anna.enp)
    assert counted == [1]


def test_a_slip_in_the_form_costs_no_try(client) -> None:
    for _ in range(12):
        assert ask(client, "", "завтра").status_code == 200
    assert not Counter.objects.filter(scope="policy-check").exists()


@pytest.mark.parametrize(
    ("number", "born", "words"),
    [
        ("", BORN, "Укажите номер полиса"),
        ("полис", BORN, "Укажите номер цифрами"),
        ("1" * 60, BORN, "Слишком длинный номер"),
        ("1" * 16, "", "Укажите дату"),
        ("1" * 16, "30.02.1985", "Такой даты нет"),
        ("1" * 16, "14.03.85", "Укажите дату в виде"),
        ("1" * 16, "14.03.1785", "Проверьте год"),
        ("\0", "\0", "Уберите невидимые знаки"),
        ("<script>alert(1)</script>", "' OR 1=1 --", "Укажите дату"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_typed_text_stays(
    client, number, born, words
) -> None:
    answer = ask(client, number, born)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert words in text
    assert "data-error-summary" in text
    assert "<script>alert" not in text
    if born.isprintable() and "'" not in born and born:
        assert f'value="{born}"' in text


@pytest.mark.parametrize(
    "number", ["١" * 16, "🏥1", "1e9", "-1", "\u202e12", "9" * 40, "0" * 9, "АБ 12"]
)
def test_odd_numbers_are_simply_not_found(client, insured_anna, number) -> None:
    answer = ask(client, number)
    assert answer.status_code == 200
    assert "не нашли" in answer.content.decode() or "цифрами" in answer.content.decode()


def test_older_forms_and_states(client) -> None:
    holder = factories.insured(factories.user(birth_date=factories.date(1985, 3, 14)))
    policy = Policy.objects.filter(person=holder)
    policy.update(form="В", blank_number="123456789", state="suspended")
    assert "Приостановлен" in ask(client, "123 456 789").content.decode()
    policy.update(form="С", blank_number=blank_key("АБ 1234567"), state="active")
    assert "Такого полиса не нашли" not in ask(client, "аб № 1234567").content.decode()


def test_subscribers_of_ipv6_are_counted_together() -> None:
    assert tries.network("2001:db8:1:2::7") == tries.network("2001:db8:1:2:ffff::1")
    assert tries.network("2001:db8:1:3::7") != tries.network("2001:db8:1:2::7")
    assert tries.network("not an address") == "not an address"
