"""Points of delivery from a table: whole or not at all, each mistake at its row and column."""

from decimal import Decimal

import pytest
from tests import factories as make

from oms.domain.directory import points, queries
from oms.domain.directory.models import DeliveryPoint
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry

pytestmark = pytest.mark.django_db
HEAD = ",".join(points.COLUMNS)
GOOD = 'm1,mfc,77,,МФЦ «Первый»,"г. Москва, ул. Учебная, д. 1",8 800,9–18,55.75,37.61,'
OWN = 'o1,office,77,77001,Офис,"г. Москва, ул. Учебная, д. 2",,9–18,,,2027-01-01'


@pytest.fixture
def load(tmp_path):
    make.insurer("77001")

    def read(*rows, text=None):
        file = tmp_path / "points.csv"
        content = text if text is not None else "\n".join((HEAD, *rows)).encode()
        file.write_bytes(content)
        return points.load_points(file=file, at=make.NOON, by=SYSTEM)

    return read


def test_a_table_is_loaded_once_and_changed_where_it_differs(load):
    assert load(GOOD, OWN) == (2, 0)
    assert load(GOOD, OWN) == (0, 0)
    assert load(GOOD.replace("9–18", "8–20")) == (0, 1)
    first, second = DeliveryPoint.objects.order_by("code")
    assert (first.hours, first.latitude, first.insurer) == ("8–20", Decimal("55.750000"), None)
    assert second.insurer_id == "77001"
    assert Entry.objects.filter(act="directory.points").count() == 2
    found = queries.delivery_points(region="77", on=make.TODAY, insurer="77002")
    assert [point.code for point in found] == ["m1"]


def test_semicolons_and_decimal_commas_of_a_spreadsheet(load):
    row = "m1;mfc;77;;МФЦ;г. Москва, ул. Учебная, д. 1;;9–18;55,75;37,61;"
    text = f"{HEAD.replace(',', ';')}\n{row}\n"
    assert load(text=b"\xef\xbb\xbf" + text.encode()) == (1, 0)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (GOOD.replace("mfc", "bank"), "Строка 3, столбец kind"),
        (GOOD.replace(",77,", ",98,"), "столбец region"),
        (GOOD.replace("77,,", "77,99999,"), "столбец insurer"),
        (GOOD.replace("МФЦ «Первый»", ""), "столбец name: пусто"),
        (GOOD.replace("55.75", "север"), "столбец latitude"),
        (GOOD.replace("37.61", "237.61"), "столбец longitude"),
        (GOOD.replace("55.75", "NaN"), "столбец latitude"),
        (OWN.replace("2027-01-01", "01.01.2027").replace("o1", "o2"), "столбец closed_on"),
        (OWN, "такой код в файле уже был"),
        (GOOD.replace("9–18", "9" * 201), "длиннее 200"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(load, row, words):
    with pytest.raises(points.BadTable) as no:
        load(OWN, row)
    assert words in no.value.text
    assert not DeliveryPoint.objects.exists()


@pytest.mark.parametrize("text", [b"", b"a,b\n1,2", "код".encode("cp1251"), b"\x00"])
def test_what_is_no_table_is_refused_in_words(load, text):
    with pytest.raises(points.BadTable):
        load(text=text)
