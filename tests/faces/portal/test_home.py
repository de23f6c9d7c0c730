"""The cabinet: what it says in each state of affairs, always at the same cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests import factories

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor
from oms.domain.duplicates import merging
from oms.domain.identity import synthetic as identity
from oms.domain.journal.actions import Actor
from oms.domain.papers.models import Paper
from oms.domain.register.models import InsuredPerson, Policy

pytestmark = pytest.mark.django_db
MOST = 12


def shown(client: Any, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


def closed_case(user: Any) -> Case:
    case = cases.start(service="issue-policy", applicant=user, at=factories.NOON)
    return cases.perform("discard", case, by=user, at=factories.NOON)


def test_a_visitor_reads_what_can_be_done_and_may_check_a_policy(client) -> None:
    text = shown(client)
    for words in ("Полис ОМС", "Войти в кабинет", "Зарегистрироваться", 'action="/check-policy/"'):
        assert words in text
    for service in ("issue-policy", "change-insurer", "policy-extract"):
        assert f"/services/{service}/" in text


def test_of_two_cabinets_of_one_person_one_has_the_policy_the_other_leads_there(
    anna, insured_anna, paper_of, entered
) -> None:
    """A record has one account: the other keeps what it did, is told, and says nothing false."""
    second = factories.user(level="confirmed")
    case = closed_case(second)
    former = factories.insured(second)
    paper = paper_of(former)
    merging.merge(
        kept=insured_anna, other=former, by=Actor("user:9", "fund", "fund:77"),
        at=factories.NOON, reason="Один человек",
    )  # fmt: skip
    assert "Полис действует" in shown(entered(anna))
    client = entered(second)
    text = shown(client)
    assert "Две записи в реестре объединили: полис теперь в основной." in text
    assert "Полис в основной записи" in text
    assert "Действующего полиса сейчас нет" not in text
    assert "Оформить полис" not in text
    assert reverse("portal:diagnosis") in text
    assert list(Paper.objects.visible_to(second)) == [paper]
    assert list(Case.objects.visible_to(second)) == [case]


def test_the_policy_stands_first_with_insurer_contacts_code_and_extract(
    anna, insured_anna, paper_of, entered
) -> None:
    insurer = factories.insurer()
    insurer.hot_line, insurer.email = "8 800 000-10-01", "help@insurer.example"
    insurer.actual_address, insurer.site = "г. Москва, ул. Учебная, д. 1", "https://insurer.example"
    insurer.save()
    paper = paper_of(insured_anna)
    text = shown(entered(anna))
    assert "Здравствуйте, Анна Викторовна" in text
    number = insured_anna.enp
    grouped = " ".join(number[i : i + 4] for i in range(0, 16, 4))
    for words in (
        grouped, "Действует", "СМО 77001", "1 января 2020 г.", "Показать код",
        'href="tel:88000001001"', 'href="mailto:help@insurer.example"', "ул. Учебная",
        'href="https://insurer.example"', "Сведения на",
    ):  # fmt: skip
        assert words in text, words
    assert reverse("portal:document", args=[paper.number]) in text


def test_newcomers_are_told_how_to_begin(anna, entered) -> None:
    text = shown(entered(anna))
    assert "Полиса в кабинете пока нет." in text
    assert "/services/issue-policy/" in text
    assert "/policy/missing/" in text
    assert "Показать код" not in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("suspended", "Полис приостановлен."),
        ("closed", "Действующего полиса сейчас нет."),
        ("annulled", "Действующего полиса сейчас нет."),
    ],
)
def test_a_policy_that_is_not_in_force_is_said_so(
    anna, insured_anna, entered, state, words
) -> None:
    Policy.objects.filter(person=insured_anna).update(state=state)
    text = shown(entered(anna))
    assert words in text
    assert 'class="policy off"' in text


def test_the_end_of_a_policy_is_told_before_and_after(anna, insured_anna, entered) -> None:
    today = timezone.localdate()
    mine = Policy.objects.filter(person=insured_anna)
    mine.update(ends_on=today)
    assert "Полис действует до " in shown(entered(anna))
    mine.update(ends_on=today - timedelta(days=1))
    assert "Срок действия полиса истёк" in shown(entered(anna))


def test_old_data_are_marked_as_old(anna, insured_anna, entered) -> None:
    fresh = InsuredPerson.objects.filter(pk=insured_anna.pk)
    fresh.update(synced_at=timezone.now())
    assert "давно не отвечал" not in shown(entered(anna))
    fresh.update(synced_at=timezone.now() - timedelta(days=4))
    assert "Реестр давно не отвечал" in shown(entered(anna))


def test_what_is_asked_of_the_person_comes_first_with_its_date(anna, entered) -> None:
    case = factories.submitted(anna)
    operator = factories.operator()
    now = timezone.now()
    case = cases.perform("take", case, by=operator, at=now)
    text = shown(entered(anna))
    assert "Одно заявление в работе." in text
    assert "Нужно ваше участие" in text
    cases.perform("ask", case, by=operator, at=now, note="Уточните адрес", fields=["registration"])
    text = shown(entered(anna))
    assert "Одно заявление ждёт вашего ответа." in text
    assert "Ответьте на вопрос по заявлению" in text
    assert "Ответьте до " in text
    assert f"/cases/{case.number}/" in text
    assert "Требуется уточнение" in text


def test_a_draft_the_second_factor_and_identity_are_offered_until_done(anna, entered) -> None:
    client = entered(anna)
    case = cases.start(service="issue-policy", applicant=anna, at=timezone.now())
    text = shown(client)
    assert "Закончите черновик" in text
    assert "Защитите вход вторым шагом" in text
    assert "Подтвердите личность" in text
    identity.confirm(user=anna, at=timezone.now())
    cases.perform("discard", case, by=anna, at=timezone.now())
    add_factor(user=anna, secret=DEMO_SECRET, at=timezone.now())
    text = shown(client)
    assert "От вас ничего не нужно" in text


def test_the_page_costs_the_same_with_ten_times_the_past(
    anna, insured_anna, entered, paper_of, message_to, django_assert_max_num_queries
) -> None:
    client = entered(anna)
    cases.start(service="change-insurer", applicant=anna, at=timezone.now())
    paper_of(insured_anna)
    message_to(anna, 0)
    with django_assert_max_num_queries(MOST) as few:
        shown(client)
    for number in range(1, 13):
        message_to(anna, number)
        Case.objects.create(
            number=f"past-{number}", service="change-insurer", applicant=anna, state="rejected",
            state_since=factories.NOON, started_at=factories.NOON, saved_at=factories.NOON,
            submitted_at=factories.NOON,
        )  # fmt: skip
    with django_assert_max_num_queries(MOST) as many:
        shown(client)
    assert len(few.captured_queries) == len(many.captured_queries)


def test_the_code_is_the_number_and_nothing_else(anna, insured_anna, entered) -> None:
    text = shown(entered(anna), "/policy/code/")
    assert text.count('viewBox="0 0 ') >= 2
    assert insured_anna.snils not in text
    assert "Климова" not in text


def test_without_a_policy_there_is_no_code(anna, entered) -> None:
    assert "Показывать пока нечего" in shown(entered(anna), "/policy/code/")
