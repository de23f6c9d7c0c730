"""The barcode of the old paper policy: written, read, refused when it tells two things."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import enp, policy_barcode
from oms.law.verdict import Invalid

ALPHABET = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
RECORD = policy_barcode.Record(
    "7756410835999915", "КЛИМОВ", "АНАТОЛИЙ", "ВИКТОРОВИЧ", "M", date(1985, 3, 14)
)
NAMES = st.text(ALPHABET, min_size=1, max_size=20)


@given(NAMES, NAMES, st.one_of(st.just(""), NAMES), st.dates(date(1901, 1, 1), date(2025, 1, 1)))
def test_what_is_written_is_read(family_name, given_name, patronymic, born) -> None:
    number = enp.build(region="77", birth_date=born, sex="F", sequence=17)
    record = policy_barcode.Record(number, family_name, given_name, patronymic, "F", born)
    data = policy_barcode.build(record)
    assert len(data) == 130
    assert policy_barcode.parse(data) == record


def test_a_record_that_disagrees_with_its_number_tells_the_number_only() -> None:
    data = policy_barcode.build(replace(RECORD, birth_date=date(1985, 3, 15)))
    with pytest.raises(Invalid) as refused:
        policy_barcode.parse(data)
    assert refused.value.code == "person"
    assert policy_barcode.policy_number(data) == RECORD.enp


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data[:-1], "kind"),
        (lambda data: b"\7" + data[1:], "kind"),
        (lambda data: data[:8] + bytes([data[8] ^ 1]) + data[9:], "enp"),
        (lambda data: data[:9] + b"\xff" * 51 + data[60:], "names"),
    ],
)
def test_other_bytes_are_refused(change, code) -> None:
    with pytest.raises(Invalid) as refused:
        policy_barcode.parse(change(policy_barcode.build(RECORD)))
    assert refused.value.code == code
