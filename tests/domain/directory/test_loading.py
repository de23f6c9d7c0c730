"""Reference books: every book in both shapes, twice, changed, and with bad rows."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from oms.domain.directory import actions, queries
from oms.domain.directory.models import (
    Insurer,
    Load,
    MedicalOrganization,
    OrganizationVersion,
    ReferenceEntry,
    Region,
    TerritorialFund,
)
from oms.domain.journal.actions import SYSTEM, Actor
from oms.domain.journal.models import Entry

NSI = Path(__file__).parents[2] / "data" / "nsi"
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
ROWS = {
    "F001": 2, "F002": 3, "F003": 3, "F032": 2, "F008": 3, "F009": 2, "F010": 84, "F011": 23,
    "F012": 5, "V005": 2, "O001": 3,
}  # fmt: skip

pytestmark = pytest.mark.django_db


def load(content: bytes | str, *, book: str | None = None, at: datetime = AT) -> Load:
    raw = content.encode("windows-1251") if isinstance(content, str) else content
    return actions.load_reference(file=io.BytesIO(raw), book=book, at=at, by=SYSTEM)


def sample(book: str) -> str:
    return (NSI / f"{book}.xml").read_bytes().decode("windows-1251")


@pytest.fixture
def _regions() -> None:
    load(sample("F010"))


def as_elements(book: str) -> bytes:
    """The sample with attributes turned into elements, in UTF-8 and upper case."""
    given = etree.parse(NSI / f"{book}.xml").getroot()
    packet = etree.Element("PACKET")
    heading = etree.SubElement(packet, "ZGLV")
    etree.SubElement(heading, "TYPE").text = book
    for row in given:
        if row.tag.lower() != "zglv":
            record = etree.SubElement(packet, "ZAP")
            for name, value in row.attrib.items():
                etree.SubElement(record, name.upper()).text = value
    return etree.tostring(packet, encoding="utf-8", xml_declaration=True)


def as_attributes(book: str) -> bytes:
    """The sample with plain elements turned into attributes of numbered records."""
    given = etree.parse(NSI / f"{book}.xml").getroot()
    root = etree.Element("root")
    rows = [row for row in given if row.tag.lower() != "zglv"]
    for number, row in enumerate(rows, 1):
        record = etree.SubElement(root, f"rec{number}")
        for leaf in row.iter():
            if not len(leaf) and leaf.text and leaf.tag.upper() not in record.attrib:
                record.set(leaf.tag.upper(), leaf.text)
    return etree.tostring(root, encoding="windows-1251", xml_declaration=True)


ELEMENTS = ("F001", "F002", "F003", "F032", "O001")


@pytest.mark.usefixtures("_regions")
@pytest.mark.parametrize("book", ROWS)
def test_every_book_in_its_own_shape(book: str) -> None:
    report = load(sample(book))
    assert report.book == book
    assert report.added + report.unchanged == ROWS[book]


@pytest.mark.usefixtures("_regions")
@pytest.mark.parametrize("book", ROWS)
def test_every_book_in_the_other_shape(book: str) -> None:
    first = load(sample(book))
    other = load(as_attributes(book) if book in ELEMENTS else as_elements(book), book=book)
    assert (other.book, other.added) == (book, 0)
    assert other.changed + other.unchanged == first.added + first.unchanged
    if book not in ELEMENTS:
        assert other.changed == 0


@pytest.mark.usefixtures("_regions")
@pytest.mark.parametrize("book", ROWS)
def test_the_same_file_twice_gives_the_same_report_or_changes_nothing(book: str) -> None:
    first = load(sample(book))
    again = load(sample(book), at=AT + timedelta(days=1))
    lacks_region = any(told["field"] == "tf_okato" for told in first.refused)
    assert (again.pk == first.pk) is not lacks_region
    touched = load(sample(book) + "\n<!-- ещё раз -->", at=AT + timedelta(days=1))
    assert touched.pk != first.pk
    assert (touched.added, touched.changed) == (0, 0)
    assert touched.unchanged == ROWS[book]


@pytest.mark.usefixtures("_regions")
def test_insurers_keep_what_is_in_force_and_remember_the_rest() -> None:
    load(sample("F002"))
    first = Insurer.objects.get(code="77801")
    assert first.region_id == "77"
    assert (first.licence_number, first.licence_from) == ("ОС № 9901-01", date(2015, 2, 1))
    assert (first.included_on, first.excluded_on) == (date(2020, 3, 1), None)
    assert first.insured_count == 162_000
    assert first.legal_address == "000077, г. Москва, ул. Учебная, д. 1"
    excluded = Insurer.objects.get(code="50802")
    assert excluded.excluded_on == date(2026, 7, 1)
    assert excluded.exclusion_reason == "Прекращение деятельности"
    assert Insurer.objects.get(code="66803").licence_until == date(2026, 6, 30)
    version = queries.as_of(kind="insurer", code="77801", on=date(2026, 10, 15))
    assert version is not None
    assert [part["n_doc"] for part in version.source["licenziy[]"][0]["licence[]"]] == [
        "С № 1111 77",
        "ОС № 9901-01",
    ]
    assert len(version.source["insinclude[]"]) == 2


@pytest.mark.usefixtures("_regions")
def test_bad_rows_are_refused_and_bad_values_left_out_both_told() -> None:
    report = load(sample("F002"))
    told = [(row["kind"], row["row"], row["code"], row["field"]) for row in report.refused]
    assert told == [
        ("warning", 2, "50802", "kpp"),
        ("warning", 3, "66803", "inn"),
        ("refused", 4, "77804", "tf_okato"),
        ("refused", 5, "77801", "smocod"),
        ("refused", 6, "7780", "smocod"),
        ("refused", 7, "77807", "d_end"),
    ]
    assert (report.added, report.refused_count, report.warned_count) == (3, 4, 2)
    assert Insurer.objects.get(code="66803").inn == ""
    assert Insurer.objects.get(code="77801").short_name == "Проба-Мед"
    lines = report.lines()
    assert lines[0] == "F002 «Страховые медицинские организации», версия 1.1 от 15.10.2026"
    assert lines[1].startswith("Добавлено: 3, изменено: 0, без изменений: 0, отклонено: 4")
    assert "Отклонена строка 4, код 77804, поле tf_okato: Регион «77777» не найден" in lines[4]


@pytest.mark.usefixtures("_regions")
def test_a_change_closes_the_version_on_the_day_of_the_file_and_spares_what_staff_wrote() -> None:
    load(sample("F002"))
    Insurer.objects.filter(code="77801").update(site="https://proba.example", phone="по записи")
    later = sample("F002").replace("15.10.2026", "20.11.2026").replace("Проба-Мед", "Проба-Полис")
    report = load(later)
    assert (report.added, report.changed, report.unchanged) == (0, 1, 2)
    insurer = Insurer.objects.get(code="77801")
    assert (insurer.short_name, insurer.site, insurer.phone) == (
        "Проба-Полис",
        "https://proba.example",
        "по записи",
    )
    names = {}
    for day in (date(2026, 10, 14), date(2026, 11, 19), date(2026, 11, 20), date(2027, 1, 1)):
        version = queries.as_of(kind="insurer", code="77801", on=day)
        names[day.isoformat()] = version and version.fields["short_name"]
    assert names == {
        "2026-10-14": None,
        "2026-11-19": "Проба-Мед",
        "2026-11-20": "Проба-Полис",
        "2027-01-01": "Проба-Полис",
    }
    assert OrganizationVersion.objects.filter(kind="insurer", valid_until=None).count() == 3


@pytest.mark.usefixtures("_regions")
def test_an_older_file_is_refused_and_a_return_to_an_undated_one_is_not() -> None:
    load(sample("F002"))
    with pytest.raises(actions.Outdated, match=r"от 01\.09\.2026 старше загруженного"):
        load(sample("F002").replace("15.10.2026", "01.09.2026"))
    load(sample("V005"))
    load(sample("V005").replace("Женский", "жен."))
    assert load(sample("V005")).changed == 1
    found = queries.entry(book="V005", code="2", on=AT.date())
    assert found is not None
    assert found.name == "Женский"


@pytest.mark.usefixtures("_regions")
def test_two_different_files_of_one_day_leave_one_version_in_force() -> None:
    load(sample("F002"))
    load(sample("F002").replace("Проба-Мед", "Проба-Полис"))
    version = queries.as_of(kind="insurer", code="77801", on=date(2026, 10, 15))
    assert version is not None
    assert version.fields["short_name"] == "Проба-Полис"
    assert OrganizationVersion.objects.filter(kind="insurer", code="77801").count() == 2


def test_a_file_that_lacked_regions_is_taken_again_once_they_are_known() -> None:
    assert load(sample("F002")).refused_count == 7
    load(sample("F010"))
    assert load(sample("F002")).added == 3


@pytest.mark.usefixtures("_regions")
def test_funds_clinics_and_countries_land_in_their_fields() -> None:
    for book in ("F001", "F003", "F032", "O001"):
        load(sample(book))
    fund = TerritorialFund.objects.get(code="50")
    assert (fund.region_id, fund.email) == ("50", "fund50@tfoms.example")
    clinic = MedicalOrganization.objects.get(code="770001")
    assert (clinic.licence_number, clinic.begins_on) == ("ЛО-77-1", date(2018, 1, 1))
    assert [found.code for found in queries.clinics(region="77", text="березовая 2")] == ["770002"]
    assert MedicalOrganization.objects.get(code="770009").ends_on == date(2025, 12, 31)
    country = queries.entry(book="O001", code="BLR", on=AT.date())
    assert country is not None
    assert country.extra["kod"] == "112"
    assert queries.entry(book="O001", code="SCG", on=AT.date()) is None
    assert queries.entry(book="O001", code="SCG", on=date(2011, 6, 3)) is not None


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ('IDPOL="" POLNAME="?" DATEBEG="01.01.2011"', "idpol"),
        ('IDPOL="12" POLNAME="?" DATEBEG="01.01.2011"', "idpol"),
        ('IDPOL="١" POLNAME="?" DATEBEG="01.01.2011"', "idpol"),
        ('IDPOL="3" POLNAME="?" DATEBEG="31.02.2011"', "datebeg"),
        ('IDPOL="3" POLNAME="?" DATEBEG="01.01.9999999"', "datebeg"),
        ('IDPOL="3" POLNAME="?" DATEBEG="02.01.2011" DATEEND="01.01.2011"', "dateend"),
        ('IDPOL="1" POLNAME="?" DATEBEG="2011-01-01T00:00:00"', "idpol"),
    ],
)
def test_a_row_without_a_usable_key_is_refused(row: str, field: str) -> None:
    good = '<rec1 IDPOL="1" POLNAME="Мужской" DATEBEG="01.01.2011" DATEEND=""/>'
    report = load(f"<root>{good}<rec2 {row}/></root>".encode())
    assert [(told["row"], told["field"]) for told in report.refused] == [(2, field)]
    assert report.added == ReferenceEntry.objects.count() == 1


def test_a_file_that_breaks_midway_leaves_nothing() -> None:
    whole = sample("F010")
    with pytest.raises(actions.Unreadable, match="обрывается"):
        load(whole[: len(whole) // 2])
    assert not Region.objects.exists()
    assert not Load.objects.exists()
    assert not Entry.objects.exists()


def test_the_wrong_book_is_refused_by_name() -> None:
    load(sample("F010"))
    with pytest.raises(actions.Unreadable, match="F010 «Субъекты Российской Федерации», а не F002"):
        load(sample("F010"), book="F002")
    with pytest.raises(actions.Unreadable, match="«X999» не поддерживается"):
        load(sample("F010"), book="X999")


def test_a_load_is_journaled_with_its_author() -> None:
    report = actions.load_reference(
        file=NSI / "V005.xml", book="v005", at=AT, by=Actor("user:7", role="administrator")
    )
    entry = Entry.objects.get(act="directory.load")
    assert (entry.actor, entry.subject) == ("user:7", f"load:{report.pk}")
    assert entry.payload.data["added"] == 2


def country_wide(size: int, name: str) -> str:
    company = sample("F002").split("<insCompany>")[1].split("</insCompany>")[0]
    named = f"<insCompany>{company.replace('Проба', name)}</insCompany>"
    rows = "".join(named.replace("77801", f"77{number:03}") for number in range(size))
    return f"<packet><zglv><type>F002</type></zglv>{rows}</packet>"


@pytest.mark.usefixtures("_regions")
def test_four_hundred_insurers_load_in_few_queries() -> None:
    def count(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries_made:
            act()
        return len(queries_made)

    seen: list[int] = []
    assert count(lambda: _load_all("Проба", seen)) <= 60
    assert Insurer.objects.count() == 400
    assert seen == [400]
    assert count(lambda: _load_all("Новая", seen)) <= 60
    assert Insurer.objects.filter(short_name__startswith="Новая").count() == 400
    assert OrganizationVersion.objects.filter(kind="insurer").count() == 800


def _load_all(name: str, seen: list[int]) -> None:
    actions.load_reference(
        file=io.BytesIO(country_wide(400, name).encode()), at=AT, by=SYSTEM, progress=seen.append
    )


def test_packaged_books_load_once_and_never_undo_a_newer_one() -> None:
    loads = actions.load_packaged(at=AT, by=SYSTEM)
    assert [report.book for report in loads] == ["F008", "F009", "F010", "F011", "F012", "V005"]
    assert sum(report.refused_count for report in loads) == 0
    load(sample("V005").replace("Женский", "Женщина"))
    assert actions.load_packaged(at=AT, by=SYSTEM) == []
    assert [found.name for found in queries.entries(book="V005", on=AT.date())] == [
        "Мужской",
        "Женщина",
    ]
