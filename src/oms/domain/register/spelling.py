"""What was meant by the letters typed: another keyboard layout, Latin letters, one slip.

Pure functions over words. A reading is a guess that search tries after the words as typed; it is
never written anywhere.
"""

import re
from itertools import product

_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_LETTERS = "йцукенгшщзхъфывапролджэячсмитьбюё"
_SHIFTED = str.maketrans('{}:"<>~', "[];',.`")
_LAYOUT = str.maketrans(_KEYS + _KEYS.upper(), _LETTERS + _LETTERS.upper())
_LATIN = re.compile("[A-Za-z]")
_CYRILLIC = re.compile("[А-Яа-яЁё]")
_READINGS_OF_A_WORD = 8

# Latin for Russian as passports, banks and people write it; the longest is read first.
_SOUNDS: dict[str, tuple[str, ...]] = {
    "shch": ("щ",), "sch": ("щ", "ш"), "zh": ("ж",), "kh": ("х",), "ts": ("ц", "тс"), "tc": ("ц",),
    "ch": ("ч",), "sh": ("ш",), "yu": ("ю",), "iu": ("ю", "иу"), "ju": ("ю",), "ya": ("я",),
    "ia": ("я", "ия"), "ja": ("я",), "yo": ("е",), "jo": ("е",), "io": ("е", "ио"),
    "ye": ("е", "ье"),
    "je": ("е",), "iy": ("ий",), "yy": ("ый",), "ij": ("ий",), "ie": ("ие", "ье"), "a": ("а",),
    "b": ("б",), "c": ("к", "ц"), "d": ("д",), "e": ("е", "э"), "f": ("ф",), "g": ("г",),
    "h": ("х", "г"), "i": ("и", "ы"), "j": ("й", "ж"), "k": ("к",), "l": ("л", "ль"), "m": ("м",),
    "n": ("н",), "o": ("о",), "p": ("п",), "q": ("к",), "r": ("р",), "s": ("с",), "t": ("т",),
    "u": ("у",), "v": ("в",), "w": ("в",), "x": ("кс",), "y": ("ы", "й"), "z": ("з",), "'": ("ь",),
}  # fmt: skip
_BY_LENGTH = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))


def from_layout(text: str) -> str:
    """Return what the same keys write in the Russian layout; "" for text with no Latin letter.

    >>> from_layout("Cjrjkjdf Fktyf"), from_layout("Соколова")
    ('Соколова Алена', '')
    """
    if _CYRILLIC.search(text) or not _LATIN.search(text):
        return ""
    return text.translate(_SHIFTED).translate(_LAYOUT)


def from_latin(word: str) -> tuple[str, ...]:
    """Return what a word in Latin letters may be in Russian, likeliest first, at most eight.

    >>> from_latin("Sokolova")[0], "Щукина" in from_latin("Shchukina"), from_latin("Соколова")
    ('Соколова', True, ())
    """
    if _CYRILLIC.search(word) or not _LATIN.search(word):
        return ()
    sounds = [_SOUNDS[found] for found in _BY_LENGTH.findall(word.lower())]
    doubtful = [place for place, choice in enumerate(sounds) if len(choice) > 1]
    told: dict[str, None] = {}
    for choice in product(*(sounds[place] for place in doubtful[:6])):
        letters = [sound[0] for sound in sounds]
        for place, letter in zip(doubtful, choice, strict=False):
            letters[place] = letter
        told["".join(letters).capitalize()] = None
    likeliest = sorted(told, key=lambda one: _changes(one, next(iter(told))))
    return tuple(likeliest[:_READINGS_OF_A_WORD])


def variants(word: str) -> frozenset[str]:
    """Return the word and all that is left of it when one letter goes.

    Words that one slip parts (OSA distance 1) share a variant.

    >>> sorted(variants("АБВ")), bool(variants("АННА") & variants("АНАН"))
    (['АБ', 'АБВ', 'АВ', 'БВ'], True)
    """
    return frozenset({word, *(word[:at] + word[at + 1 :] for at in range(len(word)))})


def one_slip(number: str) -> tuple[str, ...]:
    """Return the numbers that one wrong digit or two swapped neighbours make of this one.

    >>> len(one_slip("12")), "21" in one_slip("12")
    (19, True)
    """
    digits = "0123456789"
    found = {
        number[:at] + digit + number[at + 1 :] for at in range(len(number)) for digit in digits
    }
    for at in range(len(number) - 1):
        found.add(number[:at] + number[at + 1] + number[at] + number[at + 2 :])
    return tuple(sorted(found - {number}))


def _changes(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))
