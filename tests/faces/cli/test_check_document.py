"""`./oms check-document`: any file gets an answer, never a traceback."""

import json

import pytest
from click.testing import CliRunner

from oms.domain.documents import specimens
from oms.domain.documents import specimens_scanning as scanning
from oms.faces.cli.commands import oms

pytestmark = pytest.mark.files


def run(*words):
    return CliRunner().invoke(oms, ["check-document", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def scan(tmp_path):
    def make(fault=""):
        drawing = specimens.draw(kind="snils", seed=90_001)
        file = tmp_path / f"{fault or 'good'}.jpg"
        file.write_bytes(scanning.shoot(drawing.picture, way="scan", seed=2, fault=fault).content)
        return file, drawing

    return make


def test_a_good_scan_is_read_and_a_spoiled_one_named(scan) -> None:
    file, drawing = scan()
    good = run(file, "--kind", "snils", "--json")
    told = json.loads(good.stdout)
    assert (good.exit_code, told["ok"], told["problems"]) == (0, True, [])
    assert told["recognition"]["fields"]["snils"]["value"] == drawing.fields["snils"]
    assert told["measures"]["1"]["dpi"] >= 300
    spoiled = run(scan("too-dark")[0], "--kind", "snils")
    assert spoiled.exit_code == 1
    assert "too-dark" in spoiled.stdout


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 20_000, b"%PDF-1.7\n" + b"x" * 20_000, b"\xff\xd8\xff" + b"q" * 20_000]
)
def test_nonsense_is_told_from_a_document(tmp_path, content) -> None:
    file = tmp_path / "паспорт.jpg"
    file.write_bytes(content)
    answer = run(file, "--kind", "passport", "--json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert told["problems"][0]["code"]
    assert told["problems"][0]["remedy"]
