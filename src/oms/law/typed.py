"""What people really type: spaces, dashes and look-alike letters, made uniform.

Nothing here refuses: it only removes what does not carry meaning, so that a rule sees the value.
"""

import re

NBSP = "\N{NO-BREAK SPACE}"
DASHES = "-\N{SOFT HYPHEN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}−"

_DASH = re.compile(f"[{re.escape(DASHES)}]")
_SEPARATORS = re.compile(f"[\\s{re.escape(DASHES)}\N{ZERO WIDTH SPACE}\N{BYTE ORDER MARK}]+")
_LATIN = "ABEKMHOPCTYX"
_CYRILLIC = "АВЕКМНОРСТУХ"
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)


def compact(text: str) -> str:
    """Return the text without spaces (all kinds) and dashes.

    >>> compact(" 112–233\N{NO-BREAK SPACE}445 95 ")
    '11223344595'
    """
    return text if text.isalnum() else _SEPARATORS.sub("", text)


def tidy(text: str) -> str:
    """Return the text trimmed, with single plain spaces and plain hyphens without spaces around.

    >>> tidy("  Салтыков – Щедрин ")
    'Салтыков-Щедрин'
    """
    if text.isalnum() or not text:
        return text  # most of what is told: nothing to tidy
    plain = _DASH.sub("-", text.replace("\N{ZERO WIDTH SPACE}", ""))
    return re.sub(r"\s*-\s*", "-", " ".join(plain.split()))


def cyrillic(text: str) -> str:
    """Return upper-case text whose Latin look-alikes became Russian letters.

    >>> cyrillic("Ak") == "АК"
    True
    """
    return text.upper().translate(_TO_CYRILLIC)


def latin(text: str) -> str:
    """Return upper-case text whose Russian look-alikes became Latin letters.

    >>> latin("АК") == "AK"
    True
    """
    return text.upper().translate(_TO_LATIN)


def digits(text: str) -> bool:
    """Tell whether the text is made of ASCII digits only (`str.isdigit` accepts more).

    >>> digits("12"), digits("١٢"), digits("")
    (True, False, False)
    """
    return text.isascii() and text.isdigit()
