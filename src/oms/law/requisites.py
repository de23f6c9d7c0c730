"""Requisites of organisations and banks: ИНН, КПП, ОГРН, БИК, account numbers.

Sources: ИНН, ОГРН: orders of the Tax Service (python-stdnum for ИНН); КПП: ФНС ММВ-7-6/435;
account key: Bank of Russia, procedure of 8 September 1997 (weights 7, 1, 3).
Every `normalize_…` raises `Invalid` with a text for people; every `explain_…` returns a `Verdict`.
"""

import re
from functools import partial

from stdnum.exceptions import ValidationError
from stdnum.ru import inn as stdnum_inn

from oms.law.typed import compact, digits, latin
from oms.law.verdict import Invalid, Verdict, explained

_KPP = re.compile(r"\d{4}[0-9A-Z]{2}\d{3}", re.ASCII)
_CASH_CENTRES = ("000", "001", "002")  # departments of the Bank of Russia, last digits of БИК
_HELD_BY_CENTRAL_BANK = ("30101", "30103", "30104", "30106")  # correspondent accounts


def normalize_inn(text: str, *, length: int | None = None) -> str:
    """Return an ИНН of 10 (organisation) or 12 digits (person); `length` asks for one of them.

    Old certificates carry `00` before ten digits: those become the ten. Zeros only are refused.

    >>> normalize_inn("00 7707083893"), normalize_inn("500100732259")
    ('7707083893', '500100732259')
    """
    number = _digits_only(text, "ИНН", "например 7707083893")
    if len(number) == 12 and number.startswith("00"):
        number = number[2:]
    if len(number) != length if length else len(number) not in (10, 12):
        wanted = f"{length} цифр" if length else "10 или 12 цифр"
        raise Invalid("length", f"ИНН: {wanted}, вы указали {len(number)}")
    _refuse_zeros(number, "ИНН")
    try:
        stdnum_inn.validate(number)
    except ValidationError:
        raise _check_digit("ИНН") from None
    return number


def normalize_kpp(text: str) -> str:
    """Return a КПП of nine characters; it has no check digit.

    >>> normalize_kpp("7736 50001")
    '773650001'
    """
    number = latin(compact(text))
    if len(number) != 9:
        raise Invalid("length", f"КПП: 9 знаков, вы указали {len(number)}. Например, 773601001")
    if not _KPP.fullmatch(number):
        raise Invalid("format", "КПП: 9 цифр, буквы бывают только на 5-м и 6-м месте")
    _refuse_zeros(number, "КПП")
    return number


def normalize_ogrn(text: str) -> str:
    """Return an ОГРН (13 digits) or ОГРНИП (15 digits).

    The check digit is the last digit of the rest of division by 11 or 13, so a rest of 10..12
    is right too (python-stdnum refuses such ОГРНИП).

    >>> normalize_ogrn("1 02 77 00 13219 5")
    '1027700132195'
    """
    number = _digits_only(text, "ОГРН", "например 1027700132195")
    if len(number) not in (13, 15):
        raise Invalid("length", f"ОГРН: 13 цифр, ОГРНИП: 15. Вы указали {len(number)}")
    _refuse_zeros(number, "ОГРН")
    if number[0] == "0" or (len(number) == 15 and number[0] not in "34"):
        raise Invalid("first-digit", "Проверьте первую цифру ОГРН: она не может быть такой")
    if int(number[:-1]) % (len(number) - 2) % 10 != int(number[-1]):
        raise _check_digit("ОГРН")
    return number


def normalize_bik(text: str) -> str:
    """Return a БИК of nine digits; it has no check digit of its own.

    >>> normalize_bik("044 525 225")
    '044525225'
    """
    number = _digits_only(text, "БИК", "например 044525225")
    if len(number) != 9:
        raise Invalid("length", f"БИК: 9 цифр, вы указали {len(number)}")
    _refuse_zeros(number, "БИК")
    return number


def normalize_account(text: str, *, bik: str | None = None) -> str:
    """Return a settlement or correspondent account (20 digits) whose key fits the bank.

    The bank is `bik` or follows the account after `@`. Treasury accounts (03…) carry no key.

    >>> normalize_account("40702810801400016513@044525593")
    '40702810801400016513'
    >>> normalize_account("30101810400000000225", bik="044525225")
    '30101810400000000225'
    """
    account, bank = _account_and_bank(text, bik)
    if not account.startswith("03") and account_key_rest(account, bik=bank):
        raise Invalid("key", "Счёт не подходит к БИК. Проверьте номер счёта и БИК")
    return account


def account_key_rest(account: str, *, bik: str) -> int:
    """Return the weighted sum modulo 10 of an account at a bank: 0 when the key is right.

    >>> account_key_rest("40702810801400016513", bik="044525593")
    0
    """
    own = account.startswith(_HELD_BY_CENTRAL_BANK) or bik.endswith(_CASH_CENTRES)
    prefix = f"0{bik[4:6]}" if own else bik[6:]
    return sum(int(d) * w for d, w in zip(prefix + account, (7, 1, 3) * 8, strict=False)) % 10


def explain_inn(text: str) -> Verdict:
    """Say in words whether an ИНН is right and whose it is.

    >>> explain_inn("7707083893").text
    'ИНН организации верный'
    """
    return explained(text, normalize_inn, _describe_inn)


def explain_kpp(text: str) -> Verdict:
    """Say in words whether a КПП is well formed.

    >>> explain_kpp("77365").ok
    False
    """
    return explained(text, normalize_kpp, _describe_kpp)


def explain_ogrn(text: str) -> Verdict:
    """Say in words whether an ОГРН or ОГРНИП is right.

    >>> explain_ogrn("1027700132195").text
    'ОГРН верный'
    """
    return explained(text, normalize_ogrn, _describe_ogrn)


def explain_bik(text: str) -> Verdict:
    """Say in words whether a БИК is well formed.

    >>> explain_bik("044525225").ok
    True
    """
    return explained(text, normalize_bik, partial(_verdict, "БИК записан верно"))


def explain_account(text: str, *, bik: str | None = None) -> Verdict:
    """Say in words whether an account fits its bank (`счёт@БИК` or `bik`).

    >>> explain_account("40702810801400016513@044525225").text
    'Счёт не подходит к БИК. Проверьте номер счёта и БИК'
    """
    return explained(text, partial(normalize_account, bik=bik), _describe_account)


def _digits_only(text: str, name: str, example: str) -> str:
    number = compact(text).lstrip("№")
    if not digits(number):
        raise Invalid("letters", f"{name}: только цифры, {example}")
    return number


def _refuse_zeros(number: str, name: str) -> None:
    if not number.strip("0"):
        raise Invalid("zeros", f"{name} не бывает из одних нулей. Проверьте номер")


def _check_digit(name: str) -> Invalid:
    return Invalid("check-digit", f"Контрольная цифра {name} не сходится. Проверьте номер")


def _account_and_bank(text: str, bik: str | None) -> tuple[str, str]:
    typed, _, after = text.partition("@")
    account = _digits_only(typed, "Счёт", "20 цифр подряд")
    if len(account) != 20:
        raise Invalid("length", f"Счёт: 20 цифр, вы указали {len(account)}")
    _refuse_zeros(account, "Счёт")
    bank = after or bik or ""
    if not bank.strip():
        raise Invalid("bik-missing", "Укажите БИК банка: без него счёт не проверить")
    return account, normalize_bik(bank)


def _verdict(text: str, number: str, *facts: tuple[str, str]) -> Verdict:
    return Verdict(True, number, text, facts)


def _describe_inn(number: str) -> Verdict:
    whose = "организации" if len(number) == 10 else "физического лица"
    return _verdict(f"ИНН {whose} верный", number, ("Код региона", number[:2]))


def _describe_kpp(number: str) -> Verdict:
    facts = (("Налоговый орган", number[:4]), ("Причина постановки", number[4:6]))
    return _verdict("КПП записан верно. Контрольной цифры у него нет", number, *facts)


def _describe_ogrn(number: str) -> Verdict:
    name = "ОГРН" if len(number) == 13 else "ОГРНИП"
    facts = (("Вид", name), ("Год записи", f"20{number[1:3]}"), ("Код региона", number[3:5]))
    return _verdict(f"{name} верный", number, *facts)


def _describe_account(number: str) -> Verdict:
    if number.startswith("03"):
        return _verdict("Казначейский счёт записан верно. Ключа у него нет", number)
    name = "Корреспондентский счёт" if number.startswith("30101") else "Расчётный счёт"
    return _verdict(f"{name} подходит к БИК", number)
