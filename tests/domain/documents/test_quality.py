"""Each fault of a scan is named, good scans are left in peace; also inside a PDF."""

import io

import cv2
import numpy
import pytest
from PIL import Image

from oms.domain.documents import checks, quality, specimens
from oms.domain.documents import specimens_scanning as scanning

pytestmark = pytest.mark.files

KINDS = ("passport", "birth-certificate", "snils", "policy", "other")


def codes(shot, kind):
    image = quality.opened(shot.content)
    measures = quality.measure(image, kind=kind, from_camera=quality.is_from_camera(image))
    return [problem.code for problem in quality.problems(measures, kind=kind)]


@pytest.fixture(scope="module")
def drawings():
    return {kind: specimens.draw(kind=kind, seed=70_001).picture for kind in KINDS}


def test_faults_are_told_and_good_scans_pass(drawings) -> None:
    """Precision and recall over all faults, as the benchmark has them, on a smaller set."""
    right = wrong = missed = 0
    for number, (way, kind) in enumerate(
        zip(("scan", "feed", "photo", "scan", "photo"), KINDS, strict=True)
    ):
        found = codes(scanning.shoot(drawings[kind], way=way, seed=number), kind)
        wrong += len(found)
    for number, fault in enumerate(scanning.FAULTS):
        kind = KINDS[number % (2 if fault == "no-colour" else len(KINDS))]
        picture = specimens.blank_page() if fault == "blank" else drawings[kind]
        way = ("scan", "photo")[number % 2]
        strength = (0.0, 0.0, 0.7)[number % 3]
        shot = scanning.shoot(picture, way=way, seed=number, fault=fault, strength=strength)
        found = codes(shot, kind)
        right += fault in found
        missed += fault not in found
        wrong += len([code for code in found if code != fault])
    assert right + missed == len(scanning.FAULTS)
    assert right / (right + missed) >= 0.95
    assert right / (right + wrong) >= 0.95


@pytest.mark.parametrize("fault", scanning.FAULTS)
def test_every_fault_is_told_by_its_name_with_words_and_a_place(drawings, fault) -> None:
    picture = specimens.blank_page() if fault == "blank" else drawings["passport"]
    shot = scanning.shoot(picture, way="scan", seed=5, fault=fault, strength=0.9)
    image = quality.opened(shot.content)
    found = quality.problems(quality.measure(image, kind="passport"), kind="passport", page=3)
    (problem,) = [one for one in found if one.code == fault]
    assert problem.title
    assert problem.text.endswith(".")
    assert problem.remedy.endswith(".")
    assert problem.page == 3
    left, top, width, height = problem.box
    assert left >= 0 <= top
    assert 0 < left + width <= 1.001
    assert 0 < top + height <= 1.001
    drawn = cv2.imdecode(numpy.frombuffer(quality.picture(image, found), numpy.uint8), 1)
    assert max(drawn.shape) <= 1600


def test_the_resolution_is_the_scanners_word_or_the_papers_size(drawings) -> None:
    page = Image.fromarray(drawings["other"][..., ::-1].copy()).resize((1654, 2339))  # A4, 200 dpi
    told = quality.measure(page, kind="other", dpi=(199.9994, 199.9994))
    assert (told.dpi, told.dpi_is_written) == (200, True)
    measured = quality.measure(page, kind="other", dpi=(72, 72))
    assert not measured.dpi_is_written
    assert abs(measured.dpi - 200) <= 2
    assert "low-resolution" in [p.code for p in quality.problems(measured, kind="other")]


def test_colour_is_asked_for_only_where_seals_must_show(drawings) -> None:
    grey = {
        kind: scanning.shoot(drawings[kind], way="scan", seed=3, fault="no-colour", strength=0.2)
        for kind in ("passport", "other")
    }
    assert "no-colour" in codes(grey["passport"], "passport")
    assert codes(grey["other"], "other") == []


def test_a_pdf_is_measured_by_the_pictures_in_it(drawings) -> None:
    shot = scanning.shoot(drawings["passport"], way="scan", seed=11)
    page = quality.opened(shot.content)
    dpi = page.info["dpi"][0]
    small = page.resize((page.width * 3 // 10, page.height * 3 // 10))
    for picture, resolution, problems in ((page, dpi, []), (small, dpi * 0.3, ["low-resolution"])):
        output = io.BytesIO()
        picture.save(output, "PDF", resolution=resolution)
        found = checks.examine_pages(
            output.getvalue(), media_type="application/pdf", kind="passport"
        )
        assert [problem["code"] for problem in found["problems"]] == problems
        assert abs(found["measures"]["1"]["dpi"] - resolution) <= 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (640, 480)])
def test_any_picture_can_be_measured(mode, size) -> None:
    image = (
        Image.new("L", size, 128).convert("I").convert("I;16")
        if mode == "I;16"
        else (Image.new("RGBA" if mode in {"LA", "RGBA"} else "RGB", size, "gray").convert(mode))
    )
    measures = quality.measure(image, kind="passport")
    assert quality.problems(measures, kind="passport")
    assert measures.as_dict()["width"] == size[0]
