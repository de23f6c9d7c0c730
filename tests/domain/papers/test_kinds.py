"""Certificates for a period and extracts about the last change: facts, words, life."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories as make
from tests.domain.papers.conftest import AT, CLERK

from oms.domain.journal.actions import SYSTEM
from oms.domain.papers import actions, periods, queries, tasks, verification
from oms.domain.papers.kinds import KINDS
from oms.domain.papers.models import Paper
from oms.domain.papers.periods import Days
from oms.domain.papers.refused import NeverInsured, WrongScope
from oms.domain.papers.wording import Stamp
from oms.domain.register import actions as register
from oms.domain.register.models import Insurance, InsuredPerson, Policy

YEAR = "2025-01-01/2025-12-31"
LATER = AT + timedelta(days=40)


@pytest.fixture
def certify(person):
    """Issues a certificate; the period and the key may be told otherwise."""

    def make_one(scope=YEAR, *, key="case:1:certificate", at=AT, kind="insurance-certificate"):
        return actions.issue(
            kind=kind, person=person, scope=scope, basis="case:1", key=key, by=CLERK, at=at
        )

    return make_one


def plain(text):
    return re.sub(r"\s+", " ", text)


def told(paper):
    twin = queries.twin(paper)
    return [(plain(label), plain(words)) for label, words in twin.lines]


def moved(person, *, on, to="77002", at=AT):
    """The person changes to another insurer, as an approved application does."""
    return register.change_insurer(
        person=person,
        insurer=make.insurer(to, short_name="Ладога-Мед"),
        ground=Insurance.Ground.YEARLY,
        on=on,
        by=SYSTEM,
        at=at,
        basis="case:9",
    )


def test_a_certificate_names_insurers_policies_and_gaps_of_the_period(person, certify):
    # given two insurers in the year and a stretch without any
    row = person.insurances.get()
    Insurance.objects.filter(pk=row.pk).update(
        valid_from=date(2024, 5, 1), valid_until=date(2025, 3, 12)
    )
    Insurance.objects.create(
        person=person,
        insurer=make.insurer("77002", short_name="Ладога-Мед"),
        ground=Insurance.Ground.MOVE,
        valid_from=date(2025, 4, 1),
        recorded_at=AT,
        source="register",
        author="system",
    )

    lines = told(certify())

    assert ("Период", "2025 год") in lines
    periods_told = [line for line in lines if line[0].startswith("с 1") or "марта" in line[0]]
    assert periods_told[:3] == [
        ("с 1 января 2025 г. по 11 марта 2025 г.", "СМО «Северная звезда». Первичный выбор"),
        ("с 12 марта 2025 г. по 31 марта 2025 г.", "Страхования не было"),
        ("с 1 апреля 2025 г. по 31 декабря 2025 г.", "Ладога-Мед. Переезд"),
    ]
    assert any("не весь период" in words for _, words in lines)


def test_a_whole_year_is_said_in_one_word(person, certify):
    lines = told(certify())
    assert ("Застрахована", "весь период") in lines
    assert [label for label, _ in lines].count("2025 год") == 2  # the insurer's and the policy's
    assert queries.check(certify().check_code).text.startswith("Справка выдана")


def test_a_superseded_policy_ends_where_the_next_begins(person, certify):
    Policy.objects.filter(person=person).update(
        state=Policy.State.SUPERSEDED, state_since=date(2025, 7, 1)
    )
    Policy.objects.create(
        person=person, enp=person.enp, insurer=make.insurer("77002"), region=person.region,
        begins_on=date(2025, 7, 1), state=Policy.State.ACTIVE, state_since=date(2025, 7, 1),
        created_at=AT, updated_at=AT,
    )  # fmt: skip
    labels = [label for label, _ in told(certify())]
    assert "с 1 января 2025 г. по 30 июня 2025 г." in labels
    assert "с 1 июля 2025 г. по 31 декабря 2025 г." in labels


@pytest.mark.parametrize(
    "scope",
    ["", "2025", "2025-12-31/2025-01-01", "2025-02-30/2025-03-01", "2026-01-01/2026-12-31",
     "2010-01-01/2012-01-01", "х/х"],
)  # fmt: skip
def test_periods_nobody_can_certify_are_refused(certify, scope):
    with pytest.raises(WrongScope):
        certify(scope)
    assert not Paper.objects.exists()


def test_a_period_before_any_insurance_is_told_not_certified(certify):
    with pytest.raises(NeverInsured, match="никто не страховал"):
        certify("2015-01-01/2015-12-31")


def test_only_the_same_period_is_superseded_and_the_past_stays_true(person, certify):
    year, month = certify(), certify("2025-03-01/2025-03-31", key="month")
    extract = certify("", key="extract", kind="policy-extract")
    again = certify(key="again", at=LATER)
    year.refresh_from_db()
    assert (year.state, year.superseded_by) == ("superseded", again)
    in_force = {paper.pk for paper in queries.in_force(person)}
    assert in_force == {month.pk, extract.pk, again.pk}

    # the policy ends: what was is still true, what is today is not
    Policy.objects.filter(person=person).update(state=Policy.State.CLOSED)
    assert tasks.revoke_untrue(at=LATER) == 1
    assert {paper.kind for paper in queries.in_force(person)} == {"insurance-certificate"}


def test_a_certificate_is_given_to_whom_nobody_insures_today(person, certify):
    Policy.objects.filter(person=person).update(
        state=Policy.State.CLOSED, state_since=date(2026, 2, 1)
    )
    Insurance.objects.filter(person=person).update(valid_until=date(2026, 2, 1))
    assert certify().state == Paper.State.ISSUED


def test_the_last_change_is_told_whole_with_its_basis(person, certify):
    moved(person, on=date(2026, 10, 1), at=AT - timedelta(days=3))
    paper = certify("", kind="change-extract")
    lines = told(paper)
    text = " ".join(words for _, words in lines)
    assert "Страхует Ладога-Мед" in text
    assert "Выдан полис" in text
    assert "Запись внесена" not in text
    assert ("Основание", "Заявление") in lines
    assert next(words for label, words in lines if label == "Внесено в реестр").startswith(
        "19 ноября 2026 г."
    )
    # a later change supersedes it
    register.update_person(
        person=person,
        changes={"family_name": "Новикова"},
        on=date(2026, 11, 22),
        source="operator",
        by=SYSTEM,
        at=AT,
    )
    person.refresh_from_db()
    newer = certify("", kind="change-extract", key="newer", at=LATER)
    assert "Проверкина теперь Новикова" in " ".join(words for _, words in told(newer))
    assert ("Основание", "Проверено оператором") in told(newer)
    paper.refresh_from_db()
    assert paper.state == "superseded"


@pytest.mark.parametrize(
    ("kind", "scope"),
    [("policy-extract", ""), ("insurance-certificate", YEAR), ("change-extract", "")],
)
def test_every_kind_is_a_whole_paper(certify, run, tmp_path, kind, scope):
    paper = certify(scope, kind=kind)
    content = queries.content(paper)
    again = certify(scope, kind=kind, at=LATER)
    assert (again.pk, queries.content(again)) == (paper.pk, content)
    assert verification.verify_file(content, at=LATER).ok
    assert queries.check(paper.number).kind_title == paper.get_kind_display()
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    text = plain(run("pdftotext", "-layout", file, "-").stdout.decode())
    assert KINDS[kind].title.split()[0] in text
    for section in queries.twin(paper).sections:
        assert section.title in text
    assert b"Signature is Valid" in run("pdfsig", "-nocert", file).stdout
    assert b"Tagged: yes" in b" ".join(run("pdfinfo", file).stdout.split())


LETTERS = st.sampled_from("АБЁЖЩЫЯабвёжщъьэюяӘӨҢіїґ-'’ ")
NAMES = st.text(LETTERS, min_size=1, max_size=60).map(lambda n: f"Ё{n}".strip())


@given(family=NAMES, given_name=NAMES, patronymic=st.one_of(st.just(""), NAMES))
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_odd_names_are_worded_as_they_are(family, given_name, patronymic):
    facts = {
        "family_name": family, "given_name": given_name, "patronymic": patronymic,
        "birth_date": "1985-03-14", "birth_date_exactness": 1, "sex": 2, "enp": "7756410835999915",
        "blank_number": "", "synced_at": "2026-11-22T06:40:00+00:00", "is_demo": True,
        "scope": YEAR, "policies": [], "region": "Москва",
        "insurances": [{"days": YEAR, "ground": "Переезд", "insurer": family, "full_name": family}],
    }  # fmt: skip
    stamp = Stamp("С-26-000-117-3", "7KQM3XPA9RTW2HJZ", AT, "Кабинет ОМС")
    words = KINDS["insurance-certificate"].wording(facts=facts, stamp=stamp)
    name = dict(words.sections[0].lines)
    ((label, said),) = [row for row in name.items() if row[0].startswith("Фамилия")]
    assert label == ("Фамилия, имя, отчество" if patronymic else "Фамилия, имя")
    assert said.split() == " ".join(filter(None, (family, given_name, patronymic))).split()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("family", "given_name", "patronymic"),
    [
        ("Ёлкина-Щёголева", "Наталья", "Семёновна"),
        ("О’Нил", "Д'Артаньян", ""),
        ("Х" * 60, "Ы" * 60, "Щ" * 60),
        ("Я", "Ё", ""),
        ("Мамин-Сибиряк", "Әлия", "Қайрат қызы"),
        ("де ла Крус Гонсалес", "Хуан-Карлос", ""),
    ],
)
def test_odd_names_are_printed_on_every_kind(family, given_name, patronymic, run, tmp_path):
    person = make.insured()
    InsuredPerson.objects.filter(pk=person.pk).update(
        family_name=family, given_name=given_name, patronymic=patronymic
    )
    for kind, scope in (("insurance-certificate", YEAR), ("change-extract", "")):
        paper = actions.issue(
            kind=kind, person=person, scope=scope, basis="case:1", key=kind, by=CLERK, at=AT
        )
        file = tmp_path / "paper.pdf"
        file.write_bytes(queries.content(paper))
        text = run("pdftotext", "-raw", file, "-").stdout.decode()
        bare = re.sub(r"[\s\u200b\u00ad]", "", text)
        assert re.sub(r"\s", "", family + given_name + patronymic) in bare


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@given(
    within=st.tuples(DAYS, DAYS).map(lambda two: Days(min(two), max(two))),
    spans=st.lists(st.tuples(DAYS, DAYS).map(lambda two: Days(min(two), max(two))), max_size=5),
)
def test_gaps_are_exactly_the_days_nobody_covers(within, spans):
    found = periods.gaps(spans, within=within)
    day = within.begins
    while day <= within.ends:
        covered = any(span.begins <= day <= span.ends for span in spans)
        assert covered is not any(gap.begins <= day <= gap.ends for gap in found)
        day += timedelta(days=1)
    assert all(a.ends < b.begins for a, b in pairwise(found))


def test_the_moment_is_the_portals_day_not_londons(certify):
    """At 22:00 UTC of New Year's Eve it is the new year in Moscow: the old one is over."""
    eve = datetime(2026, 12, 31, 22, 0, tzinfo=UTC)
    assert certify("2026-01-01/2026-12-31", at=eve).number.startswith("С-27-")
