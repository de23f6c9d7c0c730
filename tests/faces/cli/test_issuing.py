"""Papers for many, as an administrator orders them."""

import zipfile

from click.testing import CliRunner
from tests import factories as make

from oms.domain.papers import bulk
from oms.domain.papers.models import Paper, PaperBatch
from oms.faces.cli import issuing  # noqa: F401  its commands register themselves
from oms.faces.cli.commands import oms


def test_a_stopped_command_goes_on_and_names_who_has_no_paper(
    db, settings, tmp_path, monkeypatch
) -> None:
    own = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {
        **settings.STORAGES,
        "papers": {**own, "OPTIONS": {"location": tmp_path / "papers"}},
    }
    people = [make.insured() for _ in range(3)]
    source, out = tmp_path / "list.csv", tmp_path / "papers.zip"
    source.write_text("\n".join(["ЕНП", *(one.enp for one in people), "7700000000000000"]))
    command = ["issue-papers", "--kind", "policy-extract", "--from", str(source), "--for", "Сверка"]
    command += ["--out", str(out)]
    monkeypatch.setattr(bulk, "CHUNK", 2)
    with monkeypatch.context() as patched:
        issue, calls = bulk.issue, []

        def dies_at_the_second(**told):
            calls.append(told)
            if len(calls) == 2:
                raise MemoryError
            return issue(**told)

        patched.setattr(bulk, "issue", dies_at_the_second)
        assert isinstance(CliRunner().invoke(oms, command).exception, MemoryError)
    assert (Paper.objects.count(), out.exists()) == (1, False)

    answer = CliRunner().invoke(oms, command)

    assert answer.exit_code == 1
    assert "issued 3, without a paper 1" in answer.output
    assert "5: Нет верного ЕНП" in answer.output
    assert (Paper.objects.count(), PaperBatch.objects.count()) == (3, 1)
    with zipfile.ZipFile(out) as packed:
        assert len(packed.namelist()) == 4
