"""Files that are broken, hostile or not what they say: refused whole, with a protocol."""

import pytest
from lxml import etree
from tests import factories as make
from tests.domain.exchange import sample
from tests.domain.exchange.sample import NAME, content, op, received

from oms.domain.exchange import actions, control, keeping, reading, writing
from oms.domain.exchange.models import ExchangeFile
from oms.domain.exchange.naming import BadName, parse
from oms.domain.journal.actions import SYSTEM
from oms.domain.register.models import InsuredPerson

pytestmark = pytest.mark.django_db
NAMED = "Ольга".encode("cp1251")
OUTSIDE = b'<!ENTITY f SYSTEM "file:///etc/passwd">'
BOMB = b"".join(
    b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 10 if n else b"lol" * 10) for n in range(9)
)
BROKEN = {
    "empty": (lambda good: b"", "пустой"),
    "blank": (lambda good: b" \n\n ", "пустой"),
    "no xml": (lambda good: b"N_REC;FAM\n1;X", "не XML"),
    "zip": (lambda good: b"PK\x03\x04" + b"\0" * 300, "не XML"),
    "truncated": (lambda good: good[: len(good) * 2 // 3], "обрывается"),
    "cut in the tag": (lambda good: good[:-4], "обрывается"),
    "something after": (lambda good: good + b"<OP/>", "обрывается"),
    "utf-8 declared": (lambda good: good.replace(b"windows-1251", b"utf-8"), "windows-1251"),
    "nothing declared": (lambda good: good.partition(b"?>")[2], "windows-1251"),
    "utf-8 inside": (lambda good: good.decode("cp1251").encode(), "кодировк"),
    "bomb": (lambda good: doctype(good, BOMB).replace(NAMED, b"&x8;"), "DOCTYPE"),
    "external entity": (lambda good: doctype(good, OUTSIDE).replace(NAMED, b"&f;"), "DOCTYPE"),
    "external dtd": (
        lambda good: good.replace(b"?>\n", b'?>\n<!DOCTYPE OPLIST SYSTEM "http://127.0.0.1/x">'),
        "DOCTYPE",
    ),
    "unknown entity": (lambda good: good.replace(b"+7900", b"&other;"), "повреждён"),
    "too few": (lambda good: good.replace(b'NRECORDS="2"', b'NRECORDS="3"'), "NRECORDS"),
    "too many": (lambda good: good.replace(b'NRECORDS="2"', b'NRECORDS="1"'), "NRECORDS"),
    "no count": (lambda good: good.replace(b' NRECORDS="2"', b""), "NRECORDS"),
    "no number": (lambda good: good.replace(b'"2"', b'"two"'), "NRECORDS"),
    "another insurer": (lambda good: good.replace(b'SMOCOD="77001"', b'SMOCOD="77002"'), "SMOCOD"),
    "another name": (lambda good: good.replace(NAME.encode(), b"i77001_01_1"), "FILENAME"),
    "another point": (lambda good: good.replace(b'PRZCOD="01"', b'PRZCOD="02"'), "PRZCOD"),
    "another root": (lambda good: good.replace(b"OPLIST", b"STOPLIST"), "OPLIST"),
    "too deep": (lambda good: good.replace(b"<FAM>", b"<A>" * 30).replace(b"</FAM>", b"</A>" * 30),
                 "глубоко"),
    "one huge record": (lambda good: good.replace(b"+7900", b"7" * 3_000_000), "мегабайт"),
    "a hundred megabytes of nothing": (
        lambda good: good.replace(b"</OPLIST>", b" " * 100_000_000 + b"</OPLIST>"), "мегабайт",
    ),
}  # fmt: skip


def doctype(good: bytes, inside: bytes) -> bytes:
    return good.replace(b"?>\n", b"?>\n<!DOCTYPE OPLIST [" + inside + b"]>\n")


@pytest.fixture(autouse=True)
def _insurer() -> None:
    sample.insurer()


@pytest.mark.parametrize("case", BROKEN)
def test_nothing_of_a_broken_file_is_applied_and_a_protocol_says_why(case: str) -> None:
    spoil, words = BROKEN[case]
    file = received(spoil(content([op(1), op(2)])))
    assert actions.process(file=file, at=make.NOON)
    assert file.state == ExchangeFile.State.REFUSED
    assert (file.done, file.answers.count(), InsuredPerson.objects.count()) == (0, 0, 0)
    comment = file.faults[0]["comment"]
    assert words in comment
    assert len(comment.split()) <= 20
    tree = etree.fromstring(b"".join(writing.format_control(file)))
    assert control.faults(tree, kind="f") == []
    assert tree.findtext("PR/COMMENT") == comment
    assert actions.process(file=file, at=make.NOON)


def test_a_good_file_passes_the_same_way() -> None:
    file = received(content([op(1), op(2)]))
    assert actions.process(file=file, at=make.NOON)
    assert (file.state, file.accepted, InsuredPerson.objects.count()) == ("done", 2, 2)


@pytest.mark.parametrize(
    "name",
    ["", "x.xml", "i7700_01_1.xml", "77001_01_1.xml", "i77001_01.xml", "i77001_01_1.zip",
     "i77001_01_1.xml.exe", "../i77001_01_1\n.xml", "i77001_ю_1.xml", "i" * 400],
)  # fmt: skip
def test_names_of_other_files_are_refused(name: str) -> None:
    with pytest.raises(BadName):
        parse(name)


def kept() -> int:
    store = keeping._store()
    return len(store.listdir("exchange")[1]) if store.exists("exchange") else 0


def test_a_file_above_the_ceiling_leaves_nothing() -> None:
    before = (
        len(keeping._store().listdir("exchange")[1]) if keeping._store().exists("exchange") else 0
    )
    with pytest.raises(keeping.TooLarge):
        actions.receive(
            name=f"{NAME}.xml", pieces=[b"x" * 600_000] * 3, origin="desk", by=SYSTEM,
            at=make.NOON, largest=1_000_000,
        )  # fmt: skip
    assert ExchangeFile.objects.count() == 0
    after = (
        len(keeping._store().listdir("exchange")[1]) if keeping._store().exists("exchange") else 0
    )
    assert after == before


@pytest.mark.parametrize("name", ["f77001_01_1.xml"])
def test_a_format_control_does_not_come_in(name: str) -> None:
    with pytest.raises(actions.WrongKind):
        received(b"", name=name[:-4])


def test_reading_forgets_what_it_has_read() -> None:
    """The tree never holds more than a piece of 64 KB, whatever the file's size."""
    name = parse(NAME)
    heading, items = reading.read([content([op(n) for n in range(500)])], name=name)
    assert heading.records == 500
    assert max(len(element.getparent()) for _, element in items) < 100
