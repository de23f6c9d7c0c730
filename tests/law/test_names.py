import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import names
from oms.law.names import GrammaticalCase
from oms.law.verdict import Invalid


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Салтыков –  Щедрин ", "Салтыков-Щедрин"),
        ("О’Коннор", "О'Коннор"),
        ("Алёна", "Алёна"),
        ("Ван дер\u00a0Берг", "Ван дер Берг"),
        ("Мамед Али-оглы", "Мамед Али-оглы"),
        ("Smith Jr.", "Smith Jr."),
        ("Müller", "Müller"),
    ],
)
def test_names_are_tidied(typed, name):
    assert names.normalize(typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("А" * 61, "length"),
        ("Иван0в", "characters"),
        ("<b>Анна</b>", "characters"),
        ("Анна\x00", "characters"),
        ("Ивaнов", "mixed-alphabet"),
    ],
)
def test_wrong_names_are_named(typed, code):
    with pytest.raises(Invalid) as refused:
        names.normalize(typed)
    assert refused.value.code == code


def test_alphabets_may_differ_between_words():
    assert names.normalize("Иванов Smith") == "Иванов Smith"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Алёна", "АЛЕНА"),
        ("Андрей", "андреи"),
        ("Салтыков-Щедрин", "салтыков щедрин"),
        ("Анна Мария", "Анна-Мария"),
    ],
)
def test_equal_names_fold_equally(a, b):
    assert names.fold(a) == names.fold(b)


@given(st.text())
def test_folding_is_stable(text):
    assert names.fold(names.fold(text)) == names.fold(text)


def test_short_form_never_breaks():
    assert names.short("Климова", "Анна", "Викторовна") == "Климова\u00a0А.\u00a0В."
    assert names.short("Климова", "анна") == "Климова\u00a0А."
    assert names.short("Климова", "") == "Климова"


@pytest.mark.parametrize(
    ("name", "sex", "case", "expected"),
    [
        (
            ("Климова", "Анна", "Викторовна"),
            "F",
            GrammaticalCase.GENITIVE,
            "Климовой Анны Викторовны",
        ),
        (("Салтыков-Щедрин", "Пётр"), "M", GrammaticalCase.GENITIVE, "Салтыкова-Щедрина Петра"),
        (("ИВАНОВ", "АЛЕКСЕЙ"), "M", GrammaticalCase.DATIVE, "ИВАНОВУ АЛЕКСЕЮ"),
        (("Шевченко", "Любовь"), "F", GrammaticalCase.INSTRUMENTAL, "Шевченко Любовью"),
        (("Smith", "John"), "M", GrammaticalCase.DATIVE, "Smith John"),
    ],
)
def test_declension(name, sex, case, expected):
    assert names.in_case(*name, sex=sex, case=case) == expected


@given(st.text(), st.text(), st.text(), st.text(max_size=1), st.sampled_from(GrammaticalCase))
def test_declension_never_raises(surname, name, patronymic, sex, case):
    assert isinstance(names.in_case(surname, name, patronymic, sex=sex, case=case), str)
