"""Contacts shown half: enough for the owner to know them, too little for anybody else.

A name without an account gets a mask too, made from the name itself: the page of an unknown
name looks like any other, today and tomorrow.
"""

import string

from oms.domain.accounts.identifiers import Identifier, fingerprint
from oms.law.typed import NBSP

WIDELY_USED = ("mail.ru", "yandex.ru", "gmail.com", "bk.ru", "inbox.ru", "list.ru", "rambler.ru")
"""A rarer domain would tell a decoy from an account, and where somebody works."""
_HIDDEN = "•••"
_CODES = ("903", "905", "909", "910", "915", "916", "917", "925", "926", "950", "961", "985")


def phone(number: str) -> str:
    """Return a phone with its code and last two digits.

    >>> phone("+79001234567").split()
    ['+7', '900', '•••-••-67']
    """
    return NBSP.join(("+7", number[2:5], f"•••-••-{number[-2:]}"))


def email(address: str) -> str:
    """Return the first letter of an address, and its domain where many have it.

    >>> email("anna@mail.ru"), email("anna@firma.example")
    ('a•••@mail.ru', 'a•••@•••')
    """
    name, _, domain = address.lower().rpartition("@")
    return f"{name[:1]}{_HIDDEN}@{domain if domain in WIDELY_USED else _HIDDEN}"


def decoy_phone(name: Identifier) -> str:
    """Return the mask of a phone for a name whose account has none: the one typed, if it is one."""
    typed = dict(name.readings).get("phone")
    if typed:
        return phone(typed)
    number = _number(name, "phone")
    return phone(f"+7{_CODES[number % len(_CODES)]}{number // 100 % 10**7:07}")


def decoy_email(name: Identifier) -> str:
    """Return the mask of an e-mail, likewise."""
    typed = dict(name.readings).get("email")
    if typed:
        return email(typed)
    number = _number(name, "email")
    letter = string.ascii_lowercase[number % 26]
    domains = (*WIDELY_USED, WIDELY_USED[0], WIDELY_USED[1], WIDELY_USED[2], _HIDDEN)
    return f"{letter}{_HIDDEN}@{domains[number // 26 % len(domains)]}"


def _number(name: Identifier, salt: str) -> int:
    return int(fingerprint(f"decoy:{salt}:{name.fingerprint}")[:12], 16)
