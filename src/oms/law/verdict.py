"""How a rule answers about one typed value: `Invalid` when it refuses, `Verdict` to explain."""

from collections.abc import Callable
from dataclasses import dataclass


class Invalid(ValueError):  # noqa: N818 - it names a refusal, not a failure
    """A typed value is wrong; `code` is for programs, `text` is for people (plain Russian).

    >>> Invalid("length", "СНИЛС: 11 цифр").text
    'СНИЛС: 11 цифр'
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class Verdict:
    """Whether a value is right, its normal form, a sentence about it and what it tells."""

    ok: bool
    value: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()


def explained(
    text: str, normalize: Callable[[str], str], describe: Callable[[str], Verdict]
) -> Verdict:
    """Return `describe(normalize(text))`, or a negative verdict when the value is refused.

    >>> explained("x", str.upper, lambda value: Verdict(True, value, "Верно"))
    Verdict(ok=True, value='X', text='Верно', facts=())
    """
    try:
        value = normalize(text)
    except Invalid as wrong:
        return Verdict(False, text.strip(), wrong.text, (("Причина", wrong.code),))
    return describe(value)
