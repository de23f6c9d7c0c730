from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import identity_documents as documents
from oms.law.identity_documents import Document
from oms.law.verdict import Invalid

ADULT = date(1990, 5, 1)
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("kind", "series", "number", "normal"),
    [
        (1, "xii-ТВ", "123456", Document(1, "XII-ТВ", "123456")),
        (3, "11 АК", "123 456", Document(3, "II-АК", "123456")),
        (3, "1У – мю", "№123456", Document(3, "IV-МЮ", "123456")),
        (3, "ХХАБ", "000001", Document(3, "XX-АБ", "000001")),
        (3, "LХV-AK", "123456", Document(3, "LXV-АК", "123456")),
        (3, "слхуак", "123456", Document(3, "CLXV-АК", "123456")),
        (4, "аб", "1234567", Document(4, "АБ", "1234567")),
        (7, "AH", "123456", Document(7, "АН", "123456")),
        (9, "", "12345678", Document(9, "", "12345678")),
        (11, "82", "0123456", Document(11, "82", "0123456")),
        (14, "4510", "123456", Document(14, "45 10", "123456")),
        (14, "45\u00a010", "123-456", Document(14, "45 10", "123456")),
        (15, "64", "1234567", Document(15, "64", "1234567")),
        (25, "77", "1234567", Document(25, "77", "1234567")),
    ],
)
def test_typed_documents_become_normal(kind, series, number, normal):
    assert documents.normalize(kind, series=series, number=number) == normal


@pytest.mark.parametrize(
    ("kind", "series", "number", "part"),
    [
        (3, "IIII-АК", "123456", "series"),
        (3, "АК", "123456", "series"),
        (3, "II-А", "123456", "series"),
        (3, "II-АК", "12345", "number"),
        (4, "АБВ", "1234567", "series"),
        (14, "451", "123456", "series"),
        (14, "45 1О", "123456", "series"),
        (14, "45 10", "1234567", "number"),
        (14, "", "", "series"),
        (9, "", "", "number"),
        (9, "", "12345678901", "number"),
        (2, "", "１２３", "number"),
    ],
)
def test_the_wrong_part_is_named(kind, series, number, part):
    with pytest.raises(Invalid) as refused:
        documents.normalize(kind, series=series, number=number)
    assert refused.value.code == part


def test_every_kind_of_f011_is_there_and_no_other():
    assert sorted(documents.KINDS) == [*range(1, 19), *range(21, 26)]


@given(st.sampled_from(sorted(documents.KINDS)), st.text(max_size=20), st.text(max_size=20))
def test_normal_form_is_stable_and_hostile_text_is_only_refused(kind, series, number):
    try:
        normal = documents.normalize(kind, series=series, number=number)
    except Invalid:
        return
    again = documents.normalize(kind, series=normal.series, number=normal.number)
    assert again == normal


def test_department_code():
    assert documents.normalize_department_code("770001") == "770-001"
    with pytest.raises(Invalid):
        documents.normalize_department_code("77-00-1")


def _codes(kind, **facts):
    defaults = {"birth_date": ADULT, "issued_on": date(2010, 5, 20), "on": TODAY}
    return [refusal.code for refusal in documents.plausible(kind, **(defaults | facts))]


@pytest.mark.parametrize(
    ("kind", "facts", "codes"),
    [
        (14, {}, []),
        (14, {"issued_on": None}, []),
        (14, {"issued_on": date(1989, 1, 1)}, ["document-date-impossible"]),
        (14, {"issued_on": date(2026, 11, 23)}, ["document-date-impossible"]),
        (14, {"issued_on": date(2004, 4, 30)}, ["document-too-early"]),
        (14, {"issued_on": date(2010, 4, 30)}, ["document-expired"]),
        (14, {"birth_date": date(2013, 11, 22), "issued_on": None}, ["document-too-early"]),
        (14, {"birth_date": date(2012, 11, 22), "issued_on": None}, []),
        (3, {"birth_date": date(2012, 11, 22)}, ["document-date-impossible"]),
        (
            3,
            {"birth_date": date(2012, 11, 22), "issued_on": date(2012, 12, 1)},
            ["document-too-late"],
        ),
        (3, {"birth_date": date(2012, 11, 23), "issued_on": date(2012, 12, 1)}, []),
        (11, {"valid_until": date(2026, 11, 21)}, ["document-expired"]),
        (11, {"valid_until": TODAY}, []),
    ],
)
def test_plausibility(kind, facts, codes):
    assert _codes(kind, **facts) == codes


def test_grace_of_reissue_is_a_parameter():
    at_45 = {"birth_date": date(1981, 9, 1), "issued_on": date(2001, 9, 10)}
    assert _codes(14, **at_45, on=date(2026, 11, 30)) == []
    assert _codes(14, **at_45, on=date(2026, 12, 1)) == ["document-expired"]
    assert _codes(14, **at_45, on=date(2026, 10, 2), grace_days=30) == ["document-expired"]


def test_a_passport_issued_after_45_has_no_end():
    assert documents.reissue_due_on(birth_date=ADULT, issued_on=date(2035, 5, 1)) is None
