"""What documents say: read from scans and photos, turned any way, from MRZ, codes and print."""

import io

import numpy
import pytest
from PIL import Image

from oms.domain.documents import quality, recognition, specimens
from oms.domain.documents import specimens_scanning as scanning

pytestmark = pytest.mark.files

KINDS = ("passport", "snils", "policy", "birth-certificate")


def reading(drawing, *, way="scan", seed=1):
    shot = scanning.shoot(drawing.picture, way=way, seed=seed)
    return recognition.of_document(shot.content, "image/jpeg", drawing.kind)


@pytest.mark.parametrize("kind", KINDS)
def test_good_scans_are_read(kind) -> None:
    asked = right = 0
    for seed, way in ((80_001, "scan"), (80_002, "photo"), (80_003, "feed")):
        drawing = specimens.draw(kind=kind, seed=seed)
        found = reading(drawing, way=way, seed=seed)
        assert found.state == "done"
        for name, value in drawing.fields.items():
            asked += 1
            suggestion = found.fields.get(name)
            right += suggestion is not None and suggestion.value == value
            if suggestion is not None and suggestion.value != value:
                assert suggestion.confidence <= 0.9
    assert right / asked >= 0.95


def test_sources_are_told_and_the_sure_ones_are_checked() -> None:
    passport = reading(specimens.draw(kind="passport", seed=80_010)).fields
    assert passport["number"].source == "mrz"
    assert passport["number"].confidence > 0.95
    policy = reading(specimens.draw(kind="policy", seed=80_011)).fields
    assert policy["enp"].source == "barcode"


def test_without_codes_print_is_enough() -> None:
    old = specimens.draw(kind="passport", seed=80_020, with_mrz=False)
    found = reading(old).fields
    assert found["family_name"].value == old.fields["family_name"]
    assert found["series"].value == old.fields["series"]
    assert {one.source for one in found.values()} == {"ocr"}
    bare = specimens.draw(kind="policy", seed=80_021, code="")
    assert reading(bare).fields["enp"].value == bare.fields["enp"]
    square = specimens.draw(kind="policy", seed=80_022, code="qr")
    assert reading(square).fields["enp"].source == "barcode"


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_lying_on_its_side_is_read(quarters) -> None:
    drawing = specimens.draw(kind="snils", seed=80_030)
    turned = numpy.ascontiguousarray(numpy.rot90(drawing.picture, quarters))
    image = Image.fromarray(turned[..., ::-1].copy())
    image.info["dpi"] = (400, 400)
    found = recognition.read([image], kind="snils").fields
    assert found["snils"].value == drawing.fields["snils"]


def test_a_pdf_is_read() -> None:
    drawing = specimens.draw(kind="birth-certificate", seed=80_040)
    output = io.BytesIO()
    Image.fromarray(drawing.picture[..., ::-1].copy()).save(output, "PDF", resolution=400)
    found = recognition.of_document(output.getvalue(), "application/pdf", "birth-certificate")
    assert found.fields["number"].value == drawing.fields["number"]
    assert found.as_dict()["fields"]["number"]["value"] == drawing.fields["number"]


@pytest.mark.parametrize("kind", [*KINDS, "other", "face", "court-act"])
def test_pictures_without_text_say_nothing(kind) -> None:
    page = Image.fromarray(specimens.blank_page())
    noise = Image.effect_noise((800, 600), 80).convert("RGB")
    assert recognition.read([page, noise], kind=kind) == recognition.Reading("done", {})


def test_a_number_with_a_wrong_check_digit_is_not_told(monkeypatch) -> None:
    drawing = specimens.draw(kind="snils", seed=80_050)
    monkeypatch.setattr(specimens.snils, "check_digits", lambda nine: "00")
    wrong = specimens.draw(kind="snils", seed=80_050)
    assert wrong.fields["snils"][:9] == drawing.fields["snils"][:9]
    monkeypatch.undo()
    assert "snils" not in reading(wrong).fields
    assert "snils" in reading(drawing).fields


def test_without_tesseracts_russian_it_is_off(tmp_path) -> None:
    image = quality.opened(
        scanning.shoot(specimens.draw(kind="snils", seed=1).picture, way="feed", seed=1).content
    )
    assert recognition.read([image], kind="snils", tessdata=str(tmp_path)).state == "off"
