"""A record as the model compares it: folded text, nothing but what tells people apart."""

from dataclasses import dataclass
from datetime import date

from oms.domain.register import spelling
from oms.law.names import fold

_VOWELS = frozenset("AEIOU")
_FEW_VOWELS = 0.25
_ENDINGS = ("ОВИЧ", "ЕВИЧ", "ОВНА", "ЕВНА", "ИНИЧНА", "ИЧНА", "ИЧ", "ОГЛЫ", "КЫЗЫ", "УЛЫ")


@dataclass(frozen=True)
class Record:
    """One record; what is not known is empty. `birth` is ДДММГГГГ, `document` kind:NUMBER.

    `former` is the surname borne before the one now.
    """

    pk: int
    family: str = ""
    given: str = ""
    patronymic: str = ""
    birth: str = ""
    sex: str = ""
    snils: str = ""
    document: str = ""
    phone: str = ""
    region: str = ""
    former: str = ""

    @property
    def birth_swapped(self) -> str:
        """Day and month exchanged; empty where that is no other date."""
        day, month, year = self.birth[:2], self.birth[2:4], self.birth[4:]
        return month + day + year if day <= "12" and day != month else ""

    @property
    def stem(self) -> str:
        """The patronymic without its ending: one for a brother and a sister, for -ич and -ович."""
        return stem(self.patronymic)


def record(
    *,
    pk: int,
    key: str,
    birth_date: date | None,
    sex: int | None = None,
    snils: str | None = "",
    document: str | None = "",
    phone: str = "",
    region: str = "",
    former_key: str | None = "",
) -> Record:
    """Return the record of a row of the register.

    `key` is its `name_key`, `former_key` one that it bore before.
    """
    family, given, patronymic = (*spelled(key), "", "")[:3]
    return Record(
        pk=pk,
        family=family,
        given=given,
        patronymic=patronymic,
        birth=f"{birth_date:%d%m}{birth_date.year:04}" if birth_date else "",
        sex=str(sex or ""),
        snils=snils or "",
        document=document or "",
        phone=phone,
        region=region,
        former=spelled(former_key or "")[0],
    )


def spelled(key: str) -> tuple[str, ...]:
    """Return the words of a name in Cyrillic letters: Latin ones read as sounds, or as wrong keys.

    A name has vowels; Latin letters with hardly any were typed in another keyboard layout.

    >>> spelled("SOKOLOVA ANNA"), spelled("CJRJKJDF FYYF"), spelled("СОКОЛОВА")
    (('СОКОЛОВА', 'АННА'), ('СОКОЛОВА', 'АННА'), ('СОКОЛОВА',))
    """
    words = key.split(" ")
    latin = "".join(word for word in words if word.isascii())
    by_keys = sum(letter in _VOWELS for letter in latin) < _FEW_VOWELS * len(latin)
    return tuple(_cyrillic(word, by_keys=by_keys) for word in words)


def _cyrillic(word: str, *, by_keys: bool) -> str:
    if not word or not word.isascii():
        return word
    if by_keys:
        return fold(spelling.from_layout(word))
    return fold(next(iter(spelling.from_latin(word)), word))


def stem(patronymic: str) -> str:
    """Return a patronymic without its ending.

    >>> stem("СЕРГЕЕВИЧ"), stem("СЕРГЕЕВНА"), stem("СЕРГЕИЧ")
    ('СЕРГЕ', 'СЕРГЕ', 'СЕРГЕ')
    """
    for ending in _ENDINGS:
        if patronymic.endswith(ending) and len(patronymic) > len(ending) + 1:
            return patronymic.removesuffix(ending)
    return patronymic
