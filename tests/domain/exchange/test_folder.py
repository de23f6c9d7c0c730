"""The watched folder: what is whole is taken, what is still written waits, answers appear whole."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.cache import cache
from lxml import etree
from tests import factories as make
from tests.domain.exchange import sample
from tests.domain.exchange.sample import NAME, content, op

from oms.domain.exchange import folder
from oms.domain.exchange.models import Answer, ExchangeFile
from oms.domain.register.models import InsuredPerson
from oms.faces.cli.exchanging import exchange_check, exchange_load
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(tmp_path: Path, settings) -> Path:
    settings.EXCHANGE_FOLDER = str(tmp_path)
    sample.insurer()
    cache.clear()
    folder.look(at=make.NOON)
    return tmp_path


def look() -> int:
    return folder.look(at=make.NOON + timedelta(minutes=1))


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir())


def test_a_file_is_taken_when_it_grows_no_more_and_its_answers_appear(root: Path) -> None:
    data, file = content([op(1), op(2, FAM=None)]), root / "in" / f"{NAME}.xml"
    file.write_bytes(data[:100])
    assert look() == 0
    file.write_bytes(data)
    assert look() == 0
    assert look() == 1
    assert (names(root / "in"), names(root / "done")) == ([], [f"{NAME}.xml"])
    assert names(root / "out") == []
    run_all_now()
    look()
    assert names(root / "out") == [f"f{NAME[1:]}.xml", f"p{NAME[1:]}.xml"]
    tree = etree.fromstring((root / "out" / f"p{NAME[1:]}.xml").read_bytes())
    assert [one.text for one in tree.iterfind("REP/CODE_ERP")] == ["AA", "AE"]
    for one in (root / "out").iterdir():
        one.unlink()
    look()
    assert names(root / "out") == []
    (root / "in" / f"{NAME}.xml").write_bytes(data)
    look()
    assert look() == 1
    assert len(names(root / "out")) == 2, "the same file again: the first protocol"
    assert Answer.objects.count() == 2


def test_what_cannot_be_taken_is_put_aside_with_a_note(root: Path) -> None:
    for name in ("photo.xml", "i77999_01_1.xml", "p77001_01_1.xml"):
        (root / "in" / name).write_bytes(b"x")
    look()
    look()
    assert names(root / "in") == []
    assert len(names(root / "refused")) == 6
    assert "образцу" in (root / "refused" / "photo.xml.txt").read_text()
    assert ExchangeFile.objects.count() == 0


def test_a_broken_file_gets_its_fault_as_an_answer(root: Path) -> None:
    (root / "in" / f"{NAME}.xml").write_bytes(content([op(1)])[:-20])
    look()
    look()
    run_all_now()
    look()
    assert names(root / "out") == [f"f{NAME[1:]}.xml"]
    assert InsuredPerson.objects.count() == 0


def test_drafts_links_and_folders_are_left_alone(root: Path) -> None:
    (root / "in" / f".{NAME}.xml").write_bytes(b"x")
    (root / "in" / "inner.xml").mkdir()
    (root / "in" / "i77001_01_9.xml").symlink_to("/etc/passwd")
    (root / "in" / "readme.txt").write_bytes(b"x")
    look()
    assert look() == 0
    assert len(names(root / "in")) == 4


def test_by_command(root: Path, tmp_path: Path) -> None:
    file = tmp_path / f"{NAME}.xml"
    file.write_bytes(content([op(1), op(2, W=7)]))
    checked = CliRunner().invoke(exchange_check, [str(file)])
    assert (checked.exit_code, checked.output.splitlines()[-1]) == (1, "2 records, 1 faults")
    for _ in range(2):
        loaded = CliRunner().invoke(exchange_load, [str(file), "--out", str(tmp_path / "answers")])
        assert loaded.exit_code == 1
        assert "2 records: 1 accepted, 1 refused" in loaded.output
    assert names(tmp_path / "answers") == [f"f{NAME[1:]}.xml", f"p{NAME[1:]}.xml"]
    assert InsuredPerson.objects.count() == 1
