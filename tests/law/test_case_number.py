import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oms.law import case_number
from oms.law.verdict import Invalid

years = st.integers(2000, 2099)
sequences = st.integers(1, 99_999_999)


def test_the_number_of_the_sketch():
    assert case_number.build(year=2026, sequence=4117) == "26-004-117-3"


@given(years, sequences, st.sampled_from(["", " ", "-", "\u00a0", "–"]))
def test_what_is_built_is_read_back_however_typed(year, sequence, separator):
    number = case_number.build(year=year, sequence=sequence)
    read = case_number.parse(f" №{number.replace('-', separator)} ")
    assert read == case_number.CaseNumber(year, sequence, number)


@given(years, sequences, st.data())
def test_a_wrong_digit_and_swapped_neighbours_are_found(year, sequence, data):
    number = case_number.build(year=year, sequence=sequence).replace("-", "")
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    with pytest.raises(Invalid):
        case_number.parse(number[:place] + other + number[place + 1 :])
    assume(place + 1 < len(number) and number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    with pytest.raises(Invalid):
        case_number.parse(swapped)


@given(st.sampled_from("АВСЯ"), years, sequences)
def test_papers_are_read_back(series, year, sequence):
    number = case_number.paper_number(series=series, year=year, sequence=sequence)
    assert case_number.parse_paper(number.lower().replace("-", " ")) == case_number.PaperNumber(
        series, year, sequence, number
    )


def test_a_case_number_is_no_paper_number_and_the_letter_is_checked():
    with pytest.raises(Invalid):
        case_number.parse_paper("26-004-117-3")
    number = case_number.paper_number(series="В", year=2026, sequence=4117)
    with pytest.raises(Invalid):
        case_number.parse_paper("С" + number[1:])


@pytest.mark.parametrize(
    "typed", ["", "26", "26-004-11", "26-000-000-0", "26-0-004-117-3", "abc", "9" * 5000]
)
def test_rubbish_is_refused(typed):
    with pytest.raises(Invalid):
        case_number.parse(typed)


@pytest.mark.parametrize("wrong", [{"year": 1999}, {"year": 2100}, {"sequence": 0}])
def test_build_refuses_impossible_arguments(wrong):
    with pytest.raises(ValueError):
        case_number.build(**({"year": 2026, "sequence": 1} | wrong))
