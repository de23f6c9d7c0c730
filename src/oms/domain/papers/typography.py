"""Text from the register made fit for print: clean, with «ёлочки» and no-break spaces."""

import re
import unicodedata

from oms.kit.denied import Denied
from oms.law.typed import NBSP

_INVISIBLE = {"Cf", "Co", "Cs", "Cn"}
_BLANK = {"Cc", "Zl", "Zp", "Zs"}
_DRAWN = re.compile(  # signs that all three fonts have; a test prints every one of them
    "[ -~\N{NO-BREAK SPACE}-¬®-ÿЁ-ЌЎ-яё-ќўџҐ-ҝҠ-ҥҪҫҮ-ҳҶ-һӀӏ-ӟӢ-ӫӮ-ӵӸӹ‐-—‘-‚“-„†-•…‹›€₽№−]*"
)
_OPENING = re.compile(r'(^|[\s(«])"(?=\S)')
_NUMBER = re.compile(r"№ *")
_SHORT = re.compile(
    r"\b(в|к|с|о|у|и|на|по|за|до|от|из|не|г|ул|пр|пер|д|кв|стр|корп|пл|обл)(\.?) ", re.IGNORECASE
)


class Unprintable(Denied):
    """A sign in the register has no glyph: a name with a hole in it would be worse than a no."""

    text = "В данных реестра есть знак, который нельзя напечатать. Напишите в поддержку: поправим."


def printable(text: str) -> str:
    r"""Return the text on one line, composed (NFC), without invisible signs.

    Raises `Unprintable` for a sign the papers' fonts do not have.

    >>> printable(" Анна\n\u200bМария ")
    'Анна Мария'
    """
    kept = []
    for sign in unicodedata.normalize("NFC", text):
        category = unicodedata.category(sign)
        if category in _BLANK and sign != NBSP:
            kept.append(" ")
        elif category not in _INVISIBLE:
            kept.append(sign)
    clean = re.sub(" {2,}", " ", "".join(kept)).strip()
    if not _DRAWN.fullmatch(clean):
        raise Unprintable
    return clean


def quoted(text: str) -> str:
    """Return the text with «ёлочки» for straight quotes and short words held to the next one.

    >>> quoted('ООО "Звезда" на ул. Мира').replace(NBSP, "_")
    'ООО «Звезда» на_ул._Мира'
    """
    while text != (text := _OPENING.sub(r"\1«", text)):
        pass
    text = text.replace('"', "»")
    text = _NUMBER.sub(f"№{NBSP}", text)
    return _SHORT.sub(lambda found: f"{found[1]}{found[2]}{NBSP}", text)
