"""Phone numbers: stored as E.164, shown as +7 900 123-45-67.

Source: Russian numbering plan (phonenumbers); +7 700 is Kazakhstan, 8-800 is toll-free.
"""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from oms.law.typed import NBSP
from oms.law.verdict import Invalid, Verdict, explained

EXAMPLE = NBSP.join(("+7", "900", "123-45-67"))
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_MAX_TYPED = 40


def normalize(text: str) -> str:
    """Return a Russian mobile number in E.164.

    Raises `Invalid` (codes `format`, `length`, `country`, `toll-free`, `not-mobile`).

    >>> normalize("8 (900) 123-45-67")
    '+79001234567'
    """
    number = _russian(text)
    if phonenumbers.number_type(number) is PhoneNumberType.TOLL_FREE:
        raise Invalid("toll-free", "Это бесплатная линия 8-800. Укажите мобильный телефон")
    if phonenumbers.number_type(number) not in _MOBILE:
        raise Invalid("not-mobile", "Это не мобильный номер. Укажите мобильный: на него придёт код")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def normalize_any(text: str) -> str:
    """Return any Russian number in E.164: mobile, city or toll-free (contacts of organisations).

    >>> normalize_any("8-800-200-00-00")
    '+78002000000'
    """
    return phonenumbers.format_number(_russian(text), PhoneNumberFormat.E164)


def display(number: str) -> str:
    """Return a stored number as people read it, with no-break spaces; other text as it was.

    >>> display("+79001234567").replace(NBSP, " ")
    '+7 900 123-45-67'
    """
    if len(number) != 12 or not number.startswith("+7") or not number[1:].isdecimal():
        return number
    tail = f"{number[5:8]}-{number[8:10]}-{number[10:]}"
    return NBSP.join(("+7", number[2:5], tail))


def explain(text: str) -> Verdict:
    """Say in words whether the text is a Russian mobile number.

    >>> explain("+7 700 123 45 67").text
    'Это номер Казахстана. Укажите российский мобильный телефон'
    """
    return explained(text, normalize, _describe)


def _russian(text: str) -> PhoneNumber:
    number = _parsed(text)
    if phonenumbers.region_code_for_number(number) == "KZ":
        raise Invalid("country", "Это номер Казахстана. Укажите российский мобильный телефон")
    if number.country_code != 7:
        raise Invalid("country", f"Укажите российский телефон, например {EXAMPLE}")
    if not phonenumbers.is_valid_number(number):
        raise Invalid("length", f"Такого номера нет. Проверьте цифры, например {EXAMPLE}")
    return number


def _parsed(text: str) -> PhoneNumber:
    wrong = Invalid("format", f"Укажите телефон цифрами, например {EXAMPLE}")
    if len(text) > _MAX_TYPED or any(c.isalpha() for c in text):
        raise wrong
    try:
        return phonenumbers.parse(text, "RU")
    except NumberParseException:
        raise wrong from None


def _describe(number: str) -> Verdict:
    return Verdict(True, number, "Российский мобильный номер", (("Телефон", display(number)),))
