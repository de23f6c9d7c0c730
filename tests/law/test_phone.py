import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import phone
from oms.law.verdict import Invalid


@pytest.mark.parametrize(
    "typed",
    ["89001234567", "+79001234567", "+7 (900) 123-45-67", "8 900 123 45 67", "9001234567",
     "7 900 123-45-67", "+7\u00a0900\u00a0123–45–67", " 8-900-123-45-67 ",
     "８９００１２３４５６７"],
)  # fmt: skip
def test_usual_ways_of_typing(typed):
    assert phone.normalize(typed) == "+79001234567"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "format"),
        ("позвоните", "format"),
        ("8 900 123 45 67 доб. 5", "format"),
        ("1" * 5000, "format"),
        ("+7 700 123 45 67", "country"),
        ("+380 50 123 45 67", "country"),
        ("8-800-200-00-00", "toll-free"),
        ("+7 495 123-45-67", "not-mobile"),
        ("8900123456", "length"),
        ("890012345678", "length"),
    ],
)
def test_wrong_numbers_are_named(typed, code):
    with pytest.raises(Invalid) as refused:
        phone.normalize(typed)
    assert refused.value.code == code


def test_any_russian_number_for_organisations():
    assert phone.normalize_any("+7 495 123-45-67") == "+74951234567"
    with pytest.raises(Invalid):
        phone.normalize_any("+7 700 123 45 67")


@given(st.integers(0, 9_999_999).map("+7900{:07}".format))
def test_what_we_show_we_read(number):
    assert phone.normalize(phone.display(number)) == number


def test_display_holds_the_number_together():
    assert phone.display("+79001234567") == "+7\u00a0900\u00a0123-45-67"
    assert phone.display("+380501234567") == "+380501234567"
