"""СНИЛС, the number of an individual insurance account: 11 digits.

Source: the Pension Fund's rule: S = Σ dᵢ·(10−i) over nine digits, check = (S mod 101) mod 100,
for numbers above 001-001-998 (REFERENCE section 2).
"""

from oms.law.typed import NBSP, compact, digits
from oms.law.verdict import Invalid, Verdict, explained

_LAST_WITHOUT_CHECK = 1_001_998
EXAMPLE = f"112-233-445{NBSP}95"


def normalize(text: str) -> str:
    """Return the 11 digits; raise `Invalid` (codes `letters`, `length`, `zeros`, `check-digits`).

    >>> normalize("112-233-445 95")
    '11223344595'
    """
    number = compact(text).lstrip("№")
    if not digits(number):
        raise Invalid("letters", f"СНИЛС: только цифры, например {EXAMPLE}")
    if len(number) != 11:
        raise Invalid("length", f"СНИЛС: 11 цифр, вы указали {len(number)}. Например, {EXAMPLE}")
    if not number.strip("0"):
        raise Invalid("zeros", f"СНИЛС не бывает из одних нулей. Например, {EXAMPLE}")
    if int(number[:9]) > _LAST_WITHOUT_CHECK and check_digits(number[:9]) != number[9:]:
        raise Invalid("check-digits", "Контрольные цифры СНИЛС не сходятся. Проверьте номер")
    return number


def check_digits(nine: str) -> str:
    """Return the two check digits for the first nine.

    >>> check_digits("112233445")
    '95'
    """
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(nine))
    return f"{total % 101 % 100:02}"


def display(text: str) -> str:
    """Return 11 digits as 112-233-445 95 with a no-break space; anything else as it was.

    >>> display("11223344595").replace(NBSP, " ")
    '112-233-445 95'
    """
    number = compact(text)
    if len(number) != 11 or not digits(number):
        return text
    return f"{number[:3]}-{number[3:6]}-{number[6:9]}{NBSP}{number[9:]}"


def explain(text: str) -> Verdict:
    """Say in words whether the number is right.

    >>> explain("11223344596").text
    'Контрольные цифры СНИЛС не сходятся. Проверьте номер'
    """
    return explained(text, normalize, _describe)


def _describe(number: str) -> Verdict:
    checked = int(number[:9]) > _LAST_WITHOUT_CHECK
    note = "сходятся" if checked else "не применяются к номерам до 001-001-998"
    facts = (("Номер", display(number)), ("Контрольные цифры", note))
    return Verdict(True, number, "СНИЛС верный", facts)
