"""The demo directory: complete, plainly invented, made once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oms.domain.directory import actions, queries, synthetic
from oms.domain.directory.models import (
    DayOverride,
    Insurer,
    InsurerOffice,
    MedicalOrganization,
    OrganizationVersion,
    TerritorialFund,
)
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.law import requisites

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
NSI = Path(__file__).parents[2] / "data" / "nsi"
KINDS = (TerritorialFund, Insurer, InsurerOffice, MedicalOrganization, OrganizationVersion)

pytestmark = pytest.mark.django_db


def test_every_field_of_insurers_and_clinics_is_filled_and_valid() -> None:
    synthetic.seed(at=AT)
    assert [model.objects.count() for model in KINDS] == [3, 14, 19, 26, 43]
    may_be_empty = {"fund", "excluded_on", "exclusion_reason", "ends_on"}
    for row in [*Insurer.objects.all(), *MedicalOrganization.objects.all()]:
        row.full_clean(exclude=may_be_empty, validate_unique=False)
        for field in row._meta.concrete_fields:
            if field.name not in may_be_empty:
                assert getattr(row, field.name) not in ("", None, []), field.name
        assert requisites.normalize_inn(row.inn, length=10) == row.inn
        assert requisites.normalize_ogrn(row.ogrn) == row.ogrn
        assert requisites.normalize_kpp(row.kpp) == row.kpp
        assert "чебн" in row.full_name
        assert row.site.endswith(".example")
    inns = MedicalOrganization.objects.values_list("inn", flat=True)
    assert len(set(inns)) == len(inns)


def test_clinics_have_contracts_with_insurers_in_force_of_their_region() -> None:
    synthetic.seed(at=AT)
    for region in ("77", "50", "66"):
        in_force = {insurer.code for insurer in queries.insurers(region=region, on=AT.date())}
        assert len(in_force) in (3, 4, 5)
        for clinic in queries.clinics(region=region, limit=50):
            assert clinic.latitude is not None
            assert {insurer.code for insurer in clinic.insurers.all()} <= in_force
            assert clinic.insurers.count() >= 2


def test_seeding_again_makes_nothing_and_spares_edits() -> None:
    synthetic.seed(at=AT)
    counts = [model.objects.count() for model in (*KINDS, DayOverride, Entry)]
    Insurer.objects.filter(code="77901").update(phone="8 800 000-99-99")
    synthetic.seed(at=AT + timedelta(days=3))
    assert [model.objects.count() for model in (*KINDS, DayOverride, Entry)] == counts
    assert Insurer.objects.get(code="77901").phone == "8 800 000-99-99"


def test_a_real_file_over_the_demo_world_changes_only_what_it_says(tmp_path: Path) -> None:
    synthetic.seed(at=AT)
    text = (NSI / "F002.xml").read_bytes().replace(b"77801", b"77901")
    (tmp_path / "F002.xml").write_bytes(text)
    report = actions.load_reference(file=tmp_path / "F002.xml", at=AT, by=SYSTEM)
    assert (report.added, report.changed) == (2, 1)
    insurer = Insurer.objects.get(code="77901")
    assert insurer.short_name == "Проба-Мед"
    assert (insurer.site, insurer.reliability_rating) == (
        "https://severnaya-zvezda.example",
        "ruAA+",
    )
    now = queries.as_of(kind="insurer", code="77901", on=AT.date())
    assert now is not None
    assert now.fields["short_name"] == "Проба-Мед"
