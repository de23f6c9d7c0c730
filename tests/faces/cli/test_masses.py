import csv

import pytest
from click.testing import CliRunner

from oms.domain.register.models import InsuredPerson
from oms.faces.cli.masses import invent_region


@pytest.mark.django_db
def test_a_region_is_invented_with_its_truth(tmp_path):
    told = ["--persons", "300", "--processes", "1", "--truth", str(tmp_path / "truth.csv")]
    answer = CliRunner().invoke(invent_region, told)
    assert answer.exit_code == 0, answer.output
    assert "Added 300 invented persons." in answer.output
    people = set(InsuredPerson.objects.values_list("pk", flat=True))
    with (tmp_path / "truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(people) == 300
    assert len(rows) == 6
    assert {int(row[name]) for row in rows for name in ("person", "same_as")} <= people
