from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oms.law import case_number, dates, names, phone
from oms.law.explain import KINDS, explain
from oms.law.verdict import Invalid

GOOD = {
    "enp": "7756 4108 3599 9915",
    "snils": "112-233-445 95",
    "inn": "7707083893",
    "kpp": "773601001",
    "ogrn": "1027700132195",
    "bik": "044525225",
    "account": "40702810801400016513@044525593",
    "passport": "4510 123456",
    "phone": "8 900 123-45-67",
}


def test_every_kind_explains_a_good_value():
    assert set(GOOD) == set(KINDS)
    for kind, text in GOOD.items():
        verdict = explain(kind, text)
        assert verdict.ok
        assert verdict.text
        assert explain(kind, verdict.value if kind != "account" else text) == verdict


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text() | st.text("0123456789-@ №\u00a0", max_size=40))
@example(text="9" * 10_000)
@example(text="²³¹" * 5)
@example(text="\x00\ud800")
def test_hostile_text_gets_a_verdict_never_a_crash(kind, text):
    verdict = explain(kind, text)
    assert len(verdict.text.split()) <= 20
    assert verdict.text


@given(st.text() | st.text("0123456789.-/ г", max_size=30))
@pytest.mark.parametrize(
    "read",
    [dates.parse, names.normalize, phone.normalize, case_number.parse, case_number.parse_paper],
)
def test_readers_only_ever_refuse(read, text):
    with suppress(Invalid):
        read(text)
