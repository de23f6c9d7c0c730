from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from oms.domain.accounts.models import Role, Source
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.register import actions, looks, queries
from oms.domain.register.models import InsuredPerson, Policy
from oms.law import facts as law
from oms.law import insurer_choice

LATER = date(2026, 6, 1)
UNKNOWN = queries.PolicyAnswer(found=False)


@pytest.fixture
def told(at):
    return {"by": SYSTEM, "at": at, "source": Source.DOCUMENT}


@pytest.fixture
def crowd(enter, insure, at):
    """Makes the register bigger: `count` persons with a policy each, born on the same day."""

    def grow(count):
        for number in range(count):
            insure(enter(given_name="Анна" + "а" * (number % 20)))

    return grow


def check(number, birth_date=date(1985, 3, 4), on=LATER):
    return queries.public_policy_check(number=number, birth_date=birth_date, on=on)


def test_person_and_policy_of_an_account(enter, insure, member, django_assert_num_queries):
    user, stranger = member(), member()
    person = enter(user=user)
    assert queries.policy_in_force(person) is None
    insure(person)
    with django_assert_num_queries(2):
        found = queries.person_of(user)
        policy = queries.policy_in_force(found)
        assert (found, found.insurer.short_name, policy.insurer.short_name, policy.region.name) == (
            person,
            "Первая",
            "Первая",
            "Москва",
        )
    assert queries.person_of(stranger) is None


def test_facts_of_a_citizen_feed_the_rules(enter, insure, other_insurer, told, at, on):
    person = enter()
    assert queries.facts(person, on=LATER) == law.PersonFacts(
        birth_date=date(1985, 3, 4), region="77", residence_region="77"
    )
    insure(person)
    actions.set_address(person=person, kind="residence", text="Клин", region="50", on=LATER, **told)
    actions.change_insurer(
        person=person, insurer=other_insurer, ground=3, on=LATER, by=SYSTEM, at=at
    )
    known = queries.facts(person, on=LATER)
    assert known == law.PersonFacts(
        birth_date=date(1985, 3, 4),
        policy_state=law.PolicyState.ACTIVE,
        insurer="50002",
        insured_since=LATER,
        insurances=(
            law.InsuranceFacts("77001", on, LATER, law.Ground.FIRST_CHOICE),
            law.InsuranceFacts("50002", LATER, None, law.Ground.MOVE),
        ),
        region="50",
        residence_region="50",
    )
    assert insurer_choice.is_insured(known, on=LATER)
    assert queries.facts(person, on=on).insurer == "77001"


@pytest.mark.parametrize(
    ("citizenship", "kind", "status", "until"),
    [
        ("RUS", "11", law.LegalStatus.CITIZEN, None),
        ("UZB", "11", law.LegalStatus.PERMANENT_RESIDENT, LATER),
        ("UZB", "23", law.LegalStatus.TEMPORARY_RESIDENT, LATER),
        ("SYR", "12", law.LegalStatus.REFUGEE, LATER),
        ("SYR", "25", law.LegalStatus.TEMPORARY_ASYLUM, LATER),
        ("KGZ", "9", law.LegalStatus.EAEU_WORKER, None),
        ("USA", "9", law.LegalStatus.VISITOR, None),
    ],
)
def test_the_ground_for_living_here_follows_from_the_papers(
    enter, on, citizenship, kind, status, until
):
    paper = actions.DocumentData(kind=kind, number="1234567", expires_on=LATER)
    known = queries.facts(enter(citizenship=citizenship, document=paper), on=on)
    assert (known.status, known.permit_valid_until) == (status, until)


def test_facts_ask_four_queries_however_long_the_history(
    enter, insure, insurer, other_insurer, crowd, at, django_assert_num_queries
):
    person = enter()
    insure(person)
    with django_assert_num_queries(4):
        queries.facts(person, on=LATER)
    for year, where in enumerate([other_insurer, insurer] * 5, start=2027):
        actions.change_insurer(
            person=person, insurer=where, ground=2, on=date(year, 2, 1), by=SYSTEM, at=at
        )
    crowd(10)
    person = InsuredPerson.objects.get(pk=person.pk)
    with django_assert_num_queries(4):
        assert len(queries.facts(person, on=LATER).insurances) == 11


def test_the_public_check_tells_state_insurer_and_term_only(enter, insure, at, on):
    person = enter()
    number = insure(person, ends_on=date(2026, 12, 31)).enp
    assert (
        check(number)
        == check(f"{number[:4]} {number[4:]}")
        == queries.PolicyAnswer(
            found=True,
            state="Действует",
            insurer="Первая",
            begins_on=on,
            ends_on=date(2026, 12, 31),
        )
    )
    assert check(number, on=on - timedelta(days=1)).state == "Ещё не действует"
    assert check(number, on=date(2027, 1, 1)).state == "Срок действия истёк"
    actions.hold_policy(person=person, state="suspended", on=LATER, by=SYSTEM, at=at)
    assert check(number).state == "Приостановлен"
    actions.close_policy(person=person, on=LATER, reason="Смерть", by=SYSTEM, at=at)
    assert check(number).state == "Прекращён"


def test_the_public_check_answers_as_of_the_day(enter, insure, other_insurer, at, on):
    person = enter()
    number = insure(person).enp
    actions.change_insurer(
        person=person, insurer=other_insurer, ground=3, on=LATER, by=SYSTEM, at=at
    )
    before, after = check(number, on=LATER - timedelta(days=1)), check(number)
    assert (before.insurer, before.state) == ("Первая", "Действует")
    assert (after.insurer, after.state, after.begins_on) == ("Вторая", "Действует", LATER)


def test_the_public_check_knows_older_numbers(enter, insure):
    insure(enter(), form=Policy.Form.TEMPORARY, blank_number="123 456 789")
    insure(enter(given_name="Мария"), form=Policy.Form.OLD, blank_number="мо-12 № 345678")
    assert check("123456789").found
    assert check("MO 12 345678").found
    assert check("MO 12 345679") == UNKNOWN


def test_nothing_tells_an_unknown_number_from_a_wrong_birth_date(enter, insure, crowd):
    person = enter()
    number = insure(person).enp
    wrong = [
        check(number, birth_date=date(1985, 4, 3)),
        check("7756410835999915"),
        check("123456789"),
        check("МО12 345"),
        check(""),
        check("№"),
        check("'; --"),
    ]
    assert wrong == [UNKNOWN] * 7
    counts = set()
    for _ in range(2):
        for asked in (number, "7756410835999915", "123456789", "МО12 345", "", "'; --"):
            with CaptureQueriesContext(
                connection,
            ) as asking:
                check(asked)
            counts.add(len(asking))
        crowd(10)
    assert counts == {1}


def test_history_is_one_timeline_newest_first(
    enter, insure, other_insurer, told, at, on, django_assert_num_queries
):
    paper = actions.DocumentData(kind="14", series="4510", number="123456")
    person = enter(document=paper, registration="Москва, ул. Лесная, 1")
    insure(person)
    later = told | {"at": at + timedelta(days=90)}
    actions.update_person(
        person=person,
        changes={"family_name": "Климова", "birth_date": date(1985, 4, 3), "employment": 1},
        on=LATER,
        basis="case:3",
        **later,
    )
    actions.change_insurer(
        person=person,
        insurer=other_insurer,
        ground=3,
        on=date(2026, 7, 1),
        by=SYSTEM,
        at=at + timedelta(days=120),
    )
    with django_assert_num_queries(6):
        lines = queries.history(person)
    assert [line.on for line in lines] == sorted((line.on for line in lines), reverse=True)
    titles = [line.title for line in lines]
    assert set(titles[:3]) == {"Выдан полис", "Страхует Вторая", "Полис: заменён"}
    assert titles[3] == "Изменены данные: фамилия, дата рождения, занятость"
    assert lines[3].text == ("Соколова → Климова; 04.03.1985 → 03.04.1985; не указано → Работающий")
    assert (lines[3].basis, lines[3].source) == ("case:3", "document")
    assert set(titles[4:]) == {
        "Запись внесена в реестр",
        "Паспорт гражданина России",
        "Адрес регистрации",
        "Выдан полис",
        "Страхует Первая",
    }


def test_history_is_bounded(enter, told, django_assert_num_queries):
    person = enter()
    for number in range(205):
        actions.update_person(
            person=person, changes={"email": f"a{number}@oms.example"}, on=LATER, **told
        )
    with django_assert_num_queries(6):
        lines = queries.history(person)
    assert len(lines) == 200
    assert lines[0].text == "a203@oms.example → a204@oms.example"


def test_readers_are_shown_newest_first(enter, member, at, django_assert_num_queries):
    person, other = enter(), enter(given_name="Мария")
    clerk = member(Role.INSURER, "insurer:77001")
    fund = member(Role.FUND, "fund:77")
    actions.look(people=[person], by=clerk, purpose="Заявление", at=at)
    actions.look(people=[other], by=clerk, purpose="Чужое", at=at)
    actions.look(people=[person], by=fund, purpose="Жалоба", at=at + timedelta(hours=1))
    with django_assert_num_queries(1):
        rows = looks.newest(looks.keys_of_person(person))
    assert [(row.role, row.organization, row.purpose) for row in rows] == [
        ("fund", "fund:77", "Жалоба"),
        ("insurer", "insurer:77001", "Заявление"),
    ]


def test_looks_before_the_person_was_on_record_are_shown_too(enter, member, at):
    anna, clerk = member(Role.INSURED), member(Role.INSURER, "insurer:77001")
    with transaction.atomic():
        record(
            act="person.read", subject="case:1", person=anna.key, by=clerk.actor, at=at,
            details={"purpose": "Дело № 1"},
        )  # fmt: skip
    person = actions.link_account(person=enter(), user=anna, by=SYSTEM, at=at)
    assert [row.purpose for row in looks.newest(looks.keys_of_person(person))] == ["Дело № 1"]
