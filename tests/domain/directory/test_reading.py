"""Files from outside: whatever is in them, the answer is rows or `Denied` in words."""

import io
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, islice, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import IO, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oms.domain.directory import actions, books, reading
from oms.domain.journal.actions import SYSTEM
from oms.kit.denied import Denied

NSI = Path(__file__).parents[2] / "data" / "nsi"
SAMPLES = {path.stem: path.read_bytes() for path in sorted(NSI.glob("*.xml"))}
CP1251 = b'<?xml version="1.0" encoding="windows-1251"?>'
ROW = '<rec1 IDPOL="1" POLNAME="Мужской" DATEBEG="01.01.2011"/>'


def rows_of(raw: bytes) -> list[reading.Record]:
    heading, records = reading.read(io.BytesIO(raw))
    found = list(records)
    books.recognize(heading=heading, first=found[0], asked=None)
    return found


BILLION_LAUGHS = (
    '<!DOCTYPE root [<!ENTITY a "ха">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + ']><root><rec1 IDPOL="1" POLNAME="&i;"/></root>'
)
HOSTILE = {
    "entities": (BILLION_LAUGHS.encode(), "DOCTYPE"),
    "external": (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', "DOCTYPE"),
    "outside dtd": (b'<!DOCTYPE root SYSTEM "http://127.0.0.1:9/x.dtd"><root/>', "DOCTYPE"),
    "late dtd": (b"<!--" + b" " * 65_525 + b"--><!DOCTYPE root []><root/>", "DOCTYPE"),
    "undeclared entity": (b'<root><rec1 IDPOL="&x;"/></root>', "повреждён"),
    "cp1251 called utf-8": (SAMPLES["V005"].replace(b"windows-1251", b"utf-8"), "не читаются"),
    "utf-8 called cp1251": (CP1251 + f"<root>{ROW}</root>".encode(), "записан в UTF-8"),
    "utf-16": (f"<root>{ROW}</root>".encode("utf-16"), "Это не XML"),
    "utf-16 by name": (b'<?xml version="1.0" encoding="utf-16"?><root/>', "не поддерживается"),
    "ebcdic": ("<?xml version='1.0'?><root/>".encode("cp500"), "Это не XML"),
    "unknown encoding": (b'<?xml version="1.0" encoding="x-no-such"?><root/>', "не поддерживается"),
    "truncated": (SAMPLES["F010"][:3000], "обрывается"),
    "binary": (bytes(range(256)) * 50, "Это не XML"),
    "zip": (b"PK\x03\x04" + b"\0" * 100, "Это не XML"),
    "nothing": (b"", "пустой"),
    "only spaces": (b"  \n", "пустой"),
    "no rows": (b'<packet><zglv type="V005"/></packet>', "ни одной записи"),
    "a page": (b"<html><body>404</body></html>", "не справочник"),
    "another book": (b'<root><rec1 COLOUR="1"/></root>', "не узнан"),
    "huge attribute": (b'<root><rec1 IDPOL="' + b"1" * 10_000_000 + b'"/></root>', "мегабайта"),
    "huge text": (b"<root><zap><A>" + b"1" * 10_000_000 + b"</A></zap></root>", "мегабайта"),
    "huge record": (b"<packet><zap>" + b"<IDPOL/>" * 300_000 + b"</zap></packet>", "мегабайта"),
    "deep": (b"<packet>" + b"<a>" * 200 + b"</a>" * 200 + b"</packet>", "слишком глубоко"),
    "deepest": (b"<packet>" + b"<a>" * 20_000, "слишком глубоко|повреждён"),
    "two roots": (f"<root>{ROW}</root><root>{ROW}</root>".encode(), "повреждён"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_denied_in_words(name: str) -> None:
    raw, words = HOSTILE[name]
    with pytest.raises(reading.Unreadable, match=words) as refused:
        rows_of(raw)
    assert refused.value.status == 422
    assert "Error" not in refused.value.text


@pytest.mark.parametrize(
    "raw",
    [
        f"<root>{ROW}</root>".encode(),
        b"\xef\xbb\xbf" + f"<ROOT>{ROW}</ROOT>".encode(),
        f"\n <root>{ROW}</root>".encode(),
        CP1251.replace(b"windows-1251", b"CP1251") + f"<root>{ROW}</root>".encode("cp1251"),
        f'<x:root xmlns:x="urn:x"><!-- --><?pi?><x:zap idpol="1"><polname>{"Мужской"}</polname>'
        "<datebeg>2011-01-01</datebeg></x:zap></x:root>".encode(),
    ],
    ids=["utf-8", "bom", "leading space", "cp1251", "namespaces"],
)
def test_honest_oddities_are_read(raw: bytes) -> None:
    (row,) = rows_of(raw)
    assert row.get("idpol", "polname") == "1"
    assert row.get("polname") == "Мужской"


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_no_mutation_of_a_sample_raises_anything_but_denied(data: st.DataObject) -> None:
    raw = bytearray(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))][:6000])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.integers(0, 40))
        raw[place : place + length] = data.draw(
            st.binary(max_size=12)
            | st.sampled_from([b"<", b"&#1;", b"]]>", b"<!DOCTYPE x>", b'"', b"</root>", b"\x98"])
        )
    with suppress(Denied):
        assert rows_of(bytes(raw))


@pytest.mark.django_db
@given(data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_value_in_a_well_formed_file_breaks_the_load(data: st.DataObject) -> None:
    """Values inside the tags, not the tags, are replaced: the rows reach the database."""
    book = data.draw(st.sampled_from(["F001", "F002", "F003", "F032", "O001"]))
    text = SAMPLES[book].decode("cp1251")
    pieces = text.split(">")
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(4, len(pieces) - 3))
        value, angle, tag = pieces[place].rpartition("<")
        if value.strip() and angle:
            typed = data.draw(VALUES).replace("&", "&amp;").replace("<", "&lt;")
            pieces[place] = typed.replace(">", "&gt;") + angle + tag
    raw = ">".join(pieces).replace("windows-1251", "utf-8").encode()
    at = datetime(2026, 11, 22, tzinfo=UTC)
    actions.load_packaged(at=at, by=SYSTEM)
    with suppress(Denied):
        report = actions.load_reference(file=io.BytesIO(raw), book=book, at=at, by=SYSTEM)
        assert len(report.lines()) == 2 + report.refused_count + report.warned_count


VALUES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20
) | st.sampled_from(
    ["", "31.12.9999", "01.01.0001", "29.02.2023", "٣٣٣٣٣", "999999999999", "-1", "²", "Я" * 700]
)


def long_file(pieces: int) -> IO[bytes]:
    """A file of about 64 KB times `pieces`, made as it is read; it breaks off at the end."""
    row = b'<zap idpol="1" polname="x" datebeg="01.01.2011"/>\n'
    content = chain([b"<root>"], repeat(row * 1300, pieces))
    return cast("IO[bytes]", SimpleNamespace(read=lambda _: next(content, b"")))


STATM = Path("/proc/self/statm")


def resident() -> int:
    """Bytes this process holds now, the XML library's included."""
    return int(STATM.read_text().split()[1]) * 4096


@pytest.mark.skipif(not STATM.exists(), reason="memory is read from /proc")
def test_memory_stays_flat_however_long_the_file() -> None:
    _, records = reading.read(long_file(100))
    held = [resident() for record in islice(records, 130_000) if record.number % 1000 == 1]
    assert len(held) == 130
    assert max(held) - held[0] < 8_000_000  # as a tree the file takes about 100 MB


@pytest.mark.django_db
def test_a_file_over_the_limit_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAX_FILE", 1000)
    with pytest.raises(Denied, match="больше 200"):
        actions.load_reference(
            file=NSI / "F010.xml", at=datetime(2026, 11, 22, tzinfo=UTC), by=SYSTEM
        )
    with pytest.raises(Denied, match="не открывается"):
        actions.load_reference(
            file=NSI / "F999.xml", at=datetime(2026, 11, 22, tzinfo=UTC), by=SYSTEM
        )
