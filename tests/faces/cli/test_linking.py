"""`./oms find-duplicates` and `./oms link`: what they write, and what they refuse."""

import csv
import random

import pytest
from click.testing import CliRunner
from tests import factories as make
from tests.domain.duplicates.conftest import BY, passport

from oms.domain.duplicates.models import Pair
from oms.domain.register import actions as register
from oms.faces.cli import linking
from oms.kit.denied import Denied

HEAD = ["id", "surname", "given", "born", "town"]


def run(command, *arguments):
    return CliRunner().invoke(command, [str(one) for one in arguments], catch_exceptions=False)


def people(count):
    """So many people, every tenth told twice with a slip somewhere; and who is twice."""
    chance = random.Random(4)
    syllables = ("ва", "ло", "ми", "рус", "ка", "не", "пет", "дол", "гу", "сем", "жа", "ти")
    rows, twice = [], []
    for number in range(count):
        surname = "".join(chance.choices(syllables, k=3)).capitalize() + "ов"
        given = "".join(chance.choices(syllables, k=2)).capitalize()
        born = f"{chance.randint(1, 28):02}.{chance.randint(1, 12):02}.{chance.randint(1940, 2010)}"
        row = [f"a{number}", surname, given, born, f"г. {number % 40}"]
        rows.append(row)
        if number % 10 == 0:
            again, place = [f"b{number}", *row[1:]], chance.randint(1, 4)
            again[place] = ("9" if place == 3 else "Ю") + again[place][1:]
            rows.append(again)
            twice.append((row[0], again[0]))
    return rows, twice


@pytest.fixture
def files(tmp_path):
    rows, twice = people(600)
    for name, told in (("people.csv", [HEAD, *rows]), ("truth.csv", twice)):
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as text:
            csv.writer(text).writerows(told)
    return tmp_path


def test_a_file_is_linked_with_itself_and_measured(files):
    columns = "surname=name,given=name,born=date,town=text"
    done = run(
        linking.link, files / "people.csv", "--columns", columns,
        "--out", files / "pairs.csv", "--truth", files / "truth.csv",
    )  # fmt: skip
    assert done.exit_code == 0
    precision, recall = (float(word.strip(",.")) for word in done.output.split()[-3::2])
    assert precision >= 0.95
    assert recall >= 0.95
    with (files / "pairs.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert set(rows[0]) == {"left", "right", "probability", "surname", "given", "born", "town"}
    assert all(float(row["born"]) > 0 for row in rows if float(row["probability"]) > 0.99)


@pytest.mark.parametrize(
    ("columns", "words"), [("surname=word", "виды"), ("no=name", "нет колонок")]
)
def test_columns_that_cannot_be_read_are_told(files, columns, words):
    with pytest.raises(Denied, match=words):
        run(linking.link, files / "people.csv", "--columns", columns, "--out", files / "p.csv")


@pytest.mark.django_db
def test_the_register_is_searched_dry_and_for_good():
    make.insured(snils=None, document=passport(1))
    second = make.person(snils=None, document=None, family_name="Проверкена")
    register.set_identity_document(
        person=second, document=passport(1), on=make.TODAY, by=BY, at=make.NOON, source="operator"
    )
    assert "Compared 2 records: 1 pairs would" in run(linking.find_duplicates, "--dry-run").output
    assert not Pair.objects.exists()
    assert "1 pairs new" in run(linking.find_duplicates).output
    assert Pair.objects.get().right == second
