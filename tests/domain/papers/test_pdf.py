"""The file itself: standards, structure, looks and signature, as other programs see them."""

import random
import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
import zxingcpp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from oms.domain.papers import codes, policy_extract, queries, rendering, typography
from oms.domain.papers.wording import Stamp
from oms.gateways import signature

AT = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
LATER = datetime(2027, 3, 1, tzinfo=UTC)
FACTS = {
    "family_name": "Климова",
    "given_name": "Анна",
    "patronymic": "Викторовна",
    "birth_date": "1985-03-14",
    "birth_date_exactness": 1,
    "sex": 2,
    "enp": "7756410835999915",
    "blank_number": "",
    "form": "Цифровой полис",
    "begins_on": "2024-03-12",
    "ends_on": None,
    "region": "Москва",
    "insurer": {
        "code": "77001",
        "full_name": 'ООО "Страховая компания "Северная звезда"',
        "short_name": 'СМО "Северная звезда"',
        "hot_line": "8 800 100-00-01",
        "phone": "",
        "email": "info@zvezda.example",
        "site": "zvezda.example",
        "address": "101000, г. Москва, ул. Примерная, д. 4",
    },
    "insured_since": "2024-03-12",
    "synced_at": "2026-11-22T06:40:00+00:00",
    "is_demo": True,
}


def drawn(at=AT, **facts):
    """An unsigned extract of the facts, any of them told otherwise."""
    code = "7KQM3XPA9RTW2HJZ"
    words = policy_extract.wording(
        facts=FACTS | facts, stamp=Stamp("В-26-000-117-3", code, at, "Кабинет ОМС")
    )
    pictures = {
        "qr": codes.qr(codes.check_address(code)),
        "barcode": codes.barcode((FACTS | facts)["enp"]),
    }
    return rendering.render(words=words, codes=pictures, at=at)


def text_of(run, tmp_path, pdf):
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    return run("pdftotext", "-layout", file, "-").stdout.decode()


def codes_on(run, tmp_path, pdf):
    """Texts of the codes a camera would read on the first page."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    run("pdftoppm", "-r", "200", "-gray", "-singlefile", file, tmp_path / "page")
    header = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", picture := (tmp_path / "page.pgm").read_bytes())
    pixels = memoryview(picture[header.end() :]).cast("B", shape=(int(header[2]), int(header[1])))
    return {found.text for found in zxingcpp.read_barcodes(pixels)}


def test_equal_words_make_equal_bytes_and_the_moment_is_theirs():
    assert drawn() == drawn()
    assert drawn() != drawn(at=LATER)


def test_is_tagged_titled_and_declares_its_standards():
    reader = PdfFileReader(BytesIO(drawn()))
    catalogue = reader.root
    assert catalogue["/Lang"].lower().startswith("ru")
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/StructTreeRoot"]["/K"]
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    xmp = catalogue["/Metadata"].data.decode()
    assert re.search(r"pdfaid:part>2<", xmp)
    assert re.search(r"pdfaid:conformance>A<", xmp)
    assert re.search(r"pdfuaid:part>1<", xmp)
    assert "Выписка о полисе обязательного медицинского страхования № В-26-000-117-3" in xmp
    assert "Кабинет ОМС" in xmp
    assert "2026-11-22T" in xmp


def test_a_signed_paper_stays_whole_for_qpdf_and_valid_for_poppler(run, tmp_path, issue):
    file = tmp_path / "signed.pdf"
    file.write_bytes(queries.content(issue()))
    checked = run("qpdf", "--check", file)
    assert checked.returncode == 0
    assert b"No syntax or stream encoding errors found" in checked.stdout
    told = run("pdfsig", file).stdout.decode()
    assert "Signature Validation: Signature is Valid." in told
    assert "Total document signed" in told
    assert "Signature Type: ETSI.CAdES.detached" in told
    assert "Signing Time: Nov 22 2026" in told


def test_an_ordinary_reader_trusts_it_with_the_demo_root(issue, demo_roots):
    reader = PdfFileReader(BytesIO(queries.content(issue())))
    (one,) = reader.embedded_regular_signatures
    status = validate_pdf_signature(one, ValidationContext(trust_roots=demo_roots, moment=LATER))
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert "/PDFA" not in one.sig_object  # nothing but a signature was added
    assert reader.root["/Metadata"].data.count(b"2026-11-22T") >= 1


def test_a_changed_byte_is_noticed_wherever_it_is(issue):
    whole = queries.content(issue())
    assert signature.validate_pdf(whole, at=LATER).ok
    dice = random.Random(326)
    hole = whole.index(b"/Contents <") + 11
    places = [dice.randrange(len(whole)) for _ in range(200)]
    places += [dice.randrange(hole, hole + 2400) for _ in range(200)]  # the signature itself
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << dice.randrange(8)
        assert not signature.validate_pdf(bytes(changed), at=LATER).ok, place


def test_a_camera_reads_the_check_address_and_a_scanner_the_policy(run, tmp_path):
    assert codes_on(run, tmp_path, drawn()) == {
        codes.check_address("7KQM3XPA9RTW2HJZ"),
        FACTS["enp"],
    }


def test_an_ordinary_extract_is_one_page_in_good_russian(run, tmp_path):
    pdf = drawn()
    assert len(list(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"])) == 1
    text = text_of(run, tmp_path, pdf)
    for part in (
        "7756 4108 3599 9915",
        "Климова Анна Викторовна",
        "14 марта 1985 г.",
        "Застрахована с",
        "СМО «Северная звезда»",
        "«Страховая компания «Северная звезда»",
        "22 ноября 2026 г., 14:05 МСК",
        "7KQM-3XPA-9RTW-2HJZ",
        "Учебный документ",
    ):
        assert part in text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    "typed",
    [
        '#eval("1")',
        "*жирный* _курсив_",
        "\\ $x$ @ref <label>",
        "= Заголовок",
        "// нет",
        "#{panic()}",
    ],
)
def test_markup_typed_by_people_stays_text(run, tmp_path, typed):
    text = text_of(run, tmp_path, drawn(family_name=typed))
    assert typed in text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_longest_names_stay_on_the_sheet(run, tmp_path):
    insurer = FACTS["insurer"] | {
        "full_name": "Щ" * 500,
        "site": "s" * 200,
        "short_name": "Ж" * 250,
    }
    pdf = drawn(family_name="Ш" * 29 + "-" + "Щ" * 30, given_name="W" * 60, insurer=insurer)
    (tmp_path / "long.pdf").write_bytes(pdf)
    boxes = run("pdftotext", "-bbox", tmp_path / "long.pdf", "-").stdout.decode()
    right = [float(x) for x in re.findall(r'xMax="([\d.]+)"', boxes)]
    assert len(right) > 50
    assert max(right) < 595 - 50


def test_every_sign_let_through_has_a_glyph():
    signs = [chr(n) for n in range(0x20, 0x2300) if typography._DRAWN.fullmatch(chr(n))]
    assert len(signs) > 300
    pdf = drawn(
        family_name=" ".join(signs), insurer=FACTS["insurer"] | {"short_name": "".join(signs)}
    )
    assert pdf.startswith(b"%PDF")


@pytest.mark.parametrize("sign", ["漢", "😀", "\ufffd", "ﷺ"])
def test_a_sign_without_a_glyph_is_a_plain_no(sign):
    with pytest.raises(typography.Unprintable):
        drawn(family_name=f"Ли{sign}")


def test_invisible_signs_and_line_breaks_do_not_reach_the_paper(run, tmp_path):
    text = text_of(run, tmp_path, drawn(family_name="Кли\u200bмо\u202eва\r\n", given_name="А\tнна"))
    assert "Климова А нна" in text
