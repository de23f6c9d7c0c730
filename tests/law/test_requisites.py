import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import requisites
from oms.law.verdict import Invalid


@pytest.mark.parametrize(
    ("normalize", "typed", "value"),
    [
        (requisites.normalize_inn, "7707 083893", "7707083893"),
        (requisites.normalize_inn, "007707083893", "7707083893"),
        (requisites.normalize_inn, "500100732259", "500100732259"),
        (requisites.normalize_kpp, "7736 01 001", "773601001"),
        (requisites.normalize_kpp, "7736аа001", "7736AA001"),
        (requisites.normalize_ogrn, "1027700132195", "1027700132195"),
        (requisites.normalize_ogrn, "304500116000157", "304500116000157"),
        (requisites.normalize_bik, "044525225", "044525225"),
        (requisites.normalize_account, "30101810400000000225@044525225", "30101810400000000225"),
        (requisites.normalize_account, "40101810045250010041@044525000", "40101810045250010041"),
        (requisites.normalize_account, "03100643000000017300@004525988", "03100643000000017300"),
    ],
)
def test_good_requisites(normalize, typed, value):
    assert normalize(typed) == value


@pytest.mark.parametrize(
    ("normalize", "typed", "code"),
    [
        (requisites.normalize_inn, "7707083894", "check-digit"),
        (requisites.normalize_inn, "0000000000", "zeros"),
        (requisites.normalize_inn, "000000000000", "zeros"),
        (requisites.normalize_inn, "77070838931", "length"),
        (requisites.normalize_inn, "77O7083893", "letters"),
        (requisites.normalize_kpp, "77360100", "length"),
        (requisites.normalize_kpp, "A73601001", "format"),
        (requisites.normalize_kpp, "7736Ж1001", "format"),
        (requisites.normalize_ogrn, "1027700132196", "check-digit"),
        (requisites.normalize_ogrn, "0000000000000", "zeros"),
        (requisites.normalize_ogrn, "504500116000157", "first-digit"),
        (requisites.normalize_ogrn, "102770013219", "length"),
        (requisites.normalize_bik, "04452522", "length"),
        (requisites.normalize_bik, "000000000", "zeros"),
        (requisites.normalize_account, "40702810801400016513@044525225", "key"),
        (requisites.normalize_account, "40702810801400016513", "bik-missing"),
        (requisites.normalize_account, "40702810801400016513@04452522", "length"),
        (requisites.normalize_account, "4070281080140001651@044525593", "length"),
        (requisites.normalize_account, "0" * 20 + "@044525593", "zeros"),
    ],
)
def test_wrong_requisites_are_named(normalize, typed, code):
    with pytest.raises(Invalid) as refused:
        normalize(typed)
    assert refused.value.code == code


def test_inn_of_the_asked_length():
    assert requisites.normalize_inn("500100732259", length=12) == "500100732259"
    with pytest.raises(Invalid, match="ИНН: 10 цифр, вы указали 12"):
        requisites.normalize_inn("500100732259", length=10)


@given(st.integers(10**13 * 30, 10**13 * 50 - 1).map(lambda n: n // 10))
def test_every_ogrnip_rest_is_accepted(body):
    check = body % 13 % 10
    assert requisites.normalize_ogrn(f"{body}{check}") == f"{body}{check}"
    with pytest.raises(Invalid):
        requisites.normalize_ogrn(f"{body}{(check + 1) % 10}")


@given(st.from_regex(r"\A4[0-9]{19}\Z"), st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_breaks_the_account_key(account, place, shift):
    bik = "044525593"
    key = next(d for d in range(10) if not requisites.account_key_rest(_key(account, d), bik=bik))
    good = _key(account, key)
    assert requisites.normalize_account(good, bik=bik) == good
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    assert requisites.account_key_rest(wrong, bik=bik) != 0 or wrong.startswith("3010")


def _key(account, digit):
    return account[:8] + str(digit) + account[9:]
