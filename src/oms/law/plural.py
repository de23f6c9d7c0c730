"""Russian plural forms: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""

from oms.law.typed import NBSP


def plural(n: int, one: str, few: str, many: str) -> str:
    """Return the form of the word that goes with `n`.

    >>> [plural(n, "день", "дня", "дней") for n in (1, 2, 5, 11, 21, 111)]
    ['день', 'дня', 'дней', 'дней', 'день', 'дней']
    """
    last_two, last = abs(n) % 100, abs(n) % 10
    if last == 1 and last_two != 11:
        return one
    if 2 <= last <= 4 and not 12 <= last_two <= 14:
        return few
    return many


def counted(n: int, one: str, few: str, many: str) -> str:
    """Return the number and its word joined by a no-break space.

    >>> counted(5, "день", "дня", "дней").split(NBSP)
    ['5', 'дней']
    """
    return f"{n}{NBSP}{plural(n, one, few, many)}"
