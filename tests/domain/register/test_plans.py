"""No search reads the whole register: the plans of the queries really sent, on both databases."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.domain.accounts.models import Role
from oms.domain.register import actions, matching, queries
from oms.domain.register.entries import Part, learn
from oms.domain.register.models import FormerName, IdentityDocument, InsuredPerson, Policy

BIG = (
    "register_insuredperson", "register_policy", "register_identitydocument",
    "register_formername", "register_namespelling",
)  # fmt: skip
BIRTH = date(1985, 3, 4)
NAME = {"family_name": "Соколова", "given_name": "Алёна", "patronymic": "Сергеевна"}


def sent(ask):
    """The statements that `ask` sends."""
    with CaptureQueriesContext(connection) as asking:
        ask()
    return [query["sql"] for query in asking if "SELECT" in query["sql"]]


def scans(sql):
    """Parts of the statement's plan that read a big table whole."""
    return _sqlite_scans(sql) if connection.vendor == "sqlite" else _postgresql_scans(sql)


def _sqlite_scans(sql):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"), ())
        steps = [row[3] for row in cursor.fetchall()]
    return [step for step in steps if step.startswith("SCAN") and any(name in step for name in BIG)]


def _postgresql_scans(sql):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql.replace("%", "%%"), ())
        told = cursor.fetchone()[0]
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return [node for node in _nodes(plan) if _reads_all(node)]


def _nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _reads_all(node):
    if node["Node Type"] == "Seq Scan":
        return node["Relation Name"] in BIG
    index = node["Node Type"] in ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
    big = node.get("Relation Name") in BIG or node.get("Index Name", "").startswith("register_")
    return index and big and "Index Cond" not in node


@pytest.fixture
def people(enter, insurer, at, on):
    """Enough people, unlike enough, for the planner to have a choice; its statistics are fresh."""
    paper = actions.DocumentData(kind="14", series="45 10", number="123456")
    first = enter(snils="11223344595", document=paper)
    InsuredPerson.objects.bulk_create(
        InsuredPerson(
            region_id="77",
            insurer=insurer,
            name_key=f"ИМЯ{number}",
            snils=f"{number:011}",
            sex=1,
            birth_date=date(1950, 1, 1) + timedelta(days=50 * number),
            created_at=at,
            updated_at=at,
            synced_at=at,
        )
        for number in range(500)
    )
    rows = InsuredPerson.objects.exclude(pk=first.pk)
    IdentityDocument.objects.bulk_create(
        IdentityDocument(
            person=row,
            kind="14",
            number=f"{row.pk:06}",
            number_key=f"14:4511{row.pk:06}",
            valid_from=on,
            recorded_at=at,
            source="typed",
            author="x",
        )
        for row in rows
    )
    Policy.objects.bulk_create(
        Policy(
            person=row,
            enp=f"{row.pk:016}",
            form="П",
            blank_number=f"МО{row.pk:06}",
            insurer=insurer,
            region_id="77",
            begins_on=on,
            state_since=on,
            created_at=at,
            updated_at=at,
        )
        for row in rows
    )
    FormerName.objects.bulk_create(
        FormerName(person=row, name_key=f"ПРЕЖДЕ{row.pk}", birth_date=row.birth_date)
        for row in rows
    )
    learn({Part.FAMILY: {f"СЛОВО{n}" for n in range(300)}, Part.GIVEN: {"АЛЕНА", "АЛИНА"}})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return first


@pytest.mark.parametrize(
    "told",
    [
        {"snils": "11223344595"},
        {"enp": "7756410835999915"},
        {"document": actions.DocumentData(kind="14", series="4510", number="123456")},
        NAME,
        NAME | {"birth_date": BIRTH},
        {"family_name": "Сокалова", "given_name": "Алена", "birth_date": BIRTH},
        NAME | {"birth_date": date(1985, 4, 3), "snils": "11223344595"},
        NAME | {"snils": "11223344596"},
        {
            "document": actions.DocumentData(kind="14", series="4510", number="123457"),
            "family_name": "Соколова",
        },
        {"family_name": "Сокалова", "given_name": "Алена"},
        {"family_name": "Cjrfkjdf", "given_name": "Fktyf"},
        {"family_name": "Sokolova", "given_name": "Alena", "birth_date": BIRTH},
        {"family_name": "Ким-Соколова", "given_name": "Алёна", "patronymic": "Сергеевна"},
    ],
)
def test_matching_enters_by_indexes(people, told):
    statements = sent(lambda: matching.find(**told))
    assert statements
    assert [scan for sql in statements for scan in scans(sql)] == []


@pytest.mark.parametrize(
    ("role", "organization"), [(Role.INSURER, "insurer:77001"), (Role.FUND, "fund:77")]
)
@pytest.mark.parametrize(
    "text",
    [
        "сокол",
        "Соколова Алёна",
        "Соколова Алёна 04.03.1985",
        "Сокалова Алена",
        "Cfrjkjdf Fktyf",
        "04.03.1985",
        "11223344595",
        "7756410835999915",
        "123456789",
        "4510123456",
        "II-АК 123456",
    ],
)
def test_the_box_of_the_desk_enters_by_indexes(people, member, role, organization, text):
    user = member(role, organization)
    statements = sent(lambda: matching.search(text, user))
    assert statements
    assert [scan for sql in statements for scan in scans(sql)] == []


@pytest.mark.parametrize("number", ["7756410835999915", "123456789", "МО 12 345678"])
def test_the_public_check_enters_by_an_index(people, number):
    statements = sent(
        lambda: queries.public_policy_check(number=number, birth_date=BIRTH, on=BIRTH)
    )
    assert len(statements) == 1
    assert scans(statements[0]) == []


def test_this_check_sees_a_scan(people):
    for rows in (
        InsuredPerson.objects.filter(name_key__contains="КОЛОВ"),
        InsuredPerson.objects.filter(given_name="Алёна"),
    ):
        (statement,) = sent(lambda rows=rows: list(rows))
        assert scans(statement)


def test_a_beginning_is_a_range_of_the_index_in_the_order_of_code_points(people):
    names = ["СОКОЛ", "СОКОЛ А", "СОКОЛ Я", "СОКОЛОВ", "СОКОЛЯ", "СОКОМ", "СОЛ", "СҐК"]
    rows = list(InsuredPerson.objects.order_by("pk")[: len(names)])
    for row, name in zip(rows, reversed(names), strict=True):
        row.name_key = name
    InsuredPerson.objects.bulk_update(rows, ["name_key"])
    known = InsuredPerson.objects.filter(pk__in=[row.pk for row in rows])
    in_order = list(known.order_by("name_key").values_list("name_key", flat=True))
    assert in_order == sorted(names)
    found = known.filter(name_key__gte="СОКОЛ", name_key__lt="СОКОМ").order_by("name_key")
    assert list(found.values_list("name_key", flat=True)) == names[:5]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT COLLATION FOR (name_key) FROM register_insuredperson LIMIT 1")
            assert cursor.fetchone() == ('"C"',)
