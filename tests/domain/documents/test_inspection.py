"""What people bring: honest files are taken, hostile ones refused in words without a trace."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest
from tests.domain.documents import honest, hostile

from oms.domain.documents import actions, examiner, images, naming, unfit
from oms.domain.documents.models import Document, StoredFile
from oms.domain.documents.tasks import look
from oms.domain.documents.unfit import REASONS, Unfit
from oms.kit.tasks import queued_arguments

pytestmark = pytest.mark.files


@pytest.mark.parametrize("group", hostile.GROUPS)
def test_hostile_files_are_refused_and_leave_nothing(bring, store, group, monkeypatch) -> None:
    monkeypatch.setitem(examiner.call.__kwdefaults__, "seconds", 5)  # a bomb burns all it is given
    answers, expected = {}, {}
    for name, content, code in group():
        expected[name] = code
        answers[name] = refusal(lambda content=content: bring(content, name="паспорт.jpg"))
    assert answers == expected
    assert len(expected) >= 6
    assert not Document.objects.exists()
    assert not StoredFile.objects.exists()
    assert queued_arguments(look) == []
    assert [path for path in store.rglob("*") if path.is_file()] == []


def test_every_reason_is_met_in_the_corpus() -> None:
    source = Path(hostile.__file__).read_text()
    assert {code for code in REASONS if f'"{code}"' not in source} == {"djvu"}


@pytest.mark.parametrize("group", honest.GROUPS)
def test_honest_files_are_taken_and_can_be_looked_at(group) -> None:
    for name, content in group():
        found, _ = examiner.call("inspect", content)
        _, drawn = examiner.call(
            "preview", content, media_type=found["media_type"], page=found["pages"], width=320
        )
        width, _ = images.read_jpeg(drawn)
        assert 0 < width <= 320, name
        assert b"Exif" not in drawn, name
        assert b"Phone" not in drawn, name


def test_whatever_bytes_are_changed_the_answer_is_yes_or_no() -> None:
    chance, answers = random.Random(7), Counter()
    whole = [content for group in honest.GROUPS for _, content in group()]
    for content in chance.sample(whole, 12):
        changed = bytearray(content)
        for _ in range(12):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        answers[refusal(lambda changed=bytes(changed): examiner.call("inspect", changed))] += 1
    assert set(answers) <= {"", *REASONS}
    assert answers.total() == 12


def refusal(action) -> str:
    """The code an action is refused with; empty when it is not."""
    try:
        action()
    except Unfit as no:
        return no.code
    return ""


def test_the_readme_tells_every_reason() -> None:
    readme = (Path(unfit.__file__).parent / "README.md").read_text()
    for one in REASONS.values():
        row = f"| `{one.code}` | {one.text} | {one.remedy} |"
        assert row.replace("\N{NO-BREAK SPACE}", " ") in readme, one.code


@pytest.mark.parametrize("reason", REASONS.values(), ids=list(REASONS))
def test_reasons_are_told_in_short_plain_words(reason) -> None:
    for text in (reason.text, reason.remedy):
        assert text.endswith(".")
        assert all(len(part.split()) <= 20 for part in re.split(r"[.:]\s", text))
    assert not re.search(r"формат[а-я]* не поддерж|систем|некоррект|ошибк", reason.text)


@pytest.mark.parametrize(
    ("brought", "shown"),
    [
        ("Паспорт стр. 2.JPG", "Паспорт стр. 2.JPG"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Документы\\скан.pdf", "скан.pdf"),
        ("скан\u202egpj.exe", "скан gpj.exe"),
        ("a\0b\nc\r\n.pdf", "a b c .pdf"),
        ("...", "Файл"),
        ("", "Файл"),
        ("\u200b\ufeff", "Файл"),
        ("имя" * 200 + ".pdf", "имя" * 38 + "и….pdf"),
        ("й.pdf", "й.pdf"),
    ],
)
def test_any_name_is_accepted_and_shown_tame(brought, shown) -> None:
    assert naming.clean(brought) == shown
    assert len(naming.clean(brought)) <= naming.MAX_NAME


def test_a_hostile_name_never_becomes_ours(bring) -> None:
    document = bring(name='"><script>\u202e/../x.exe')
    assert document.title == "2026-11-22 Другой документ.jpg"
    assert document.file.sha256 not in document.title
    assert actions.Unfit is Unfit
