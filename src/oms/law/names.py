"""Names of persons: how they are kept, compared, shortened and declined.

Source: a name is kept as in the identity document (ё too); registers compare without ё, й,
hyphens and spaces. Declension: pytrovich.
"""

import re
from enum import StrEnum
from functools import cache, lru_cache

from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from oms.law.typed import NBSP, tidy
from oms.law.verdict import Invalid

MAX_LENGTH = 60

_APOSTROPHES = re.compile("[`´ʼ‘’′]")
_ALLOWED = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿА-Яа-яЁё '.-]+")
_CYRILLIC = re.compile("[А-Яа-яЁё]")
_LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ÿ]")
_FOLDED = str.maketrans("ЁЙ", "ЕИ")


class GrammaticalCase(StrEnum):
    """The oblique cases of Russian."""

    GENITIVE = "genitive"
    DATIVE = "dative"
    ACCUSATIVE = "accusative"
    INSTRUMENTAL = "instrumental"
    PREPOSITIONAL = "prepositional"


def normalize(text: str) -> str:
    """Return one name (surname, name or patronymic) tidied; letter case is kept.

    Raises `Invalid` (codes `empty`, `length`, `characters`, `mixed-alphabet`).

    >>> normalize("  Салтыков –  Щедрин")
    'Салтыков-Щедрин'
    """
    name = tidy(_APOSTROPHES.sub("'", text))
    if not name.strip("-'. "):
        raise Invalid("empty", "Укажите имя буквами, как в документе")
    if len(name) > MAX_LENGTH:
        raise Invalid("length", f"Не больше {MAX_LENGTH} знаков, вы указали {len(name)}")
    if not _ALLOWED.fullmatch(name):
        raise Invalid("characters", "Только буквы, пробел, дефис, апостроф и точка")
    for word in re.split(r"[ -]", name):
        if _CYRILLIC.search(word) and _LATIN.search(word):
            raise Invalid("mixed-alphabet", f"В слове «{word}» есть и русские, и латинские буквы")
    return name


@lru_cache(maxsize=50_000)  # the names of a region repeat
def fold(text: str) -> str:
    """Return the letters only, upper case, Ё as Е and Й as И: equal names fold equally.

    >>> fold("Алёна-Майя") == fold("АЛЕНА МАИЯ")
    True
    """
    return "".join(c for c in text.upper().translate(_FOLDED) if c.isalpha()).translate(_FOLDED)


def initials(name: str, patronymic: str = "") -> str:
    """Return initials joined by a no-break space.

    >>> initials("Анна", "Викторовна").split(NBSP)
    ['А.', 'В.']
    """
    words = (word.strip() for word in (name, patronymic))
    return NBSP.join(f"{word[0].upper()}." for word in words if word)


def short(surname: str, name: str, patronymic: str = "") -> str:
    """Return the surname with initials.

    >>> short("Климова", "Анна", "Викторовна").replace(NBSP, " ")
    'Климова А. В.'
    """
    return NBSP.join(part for part in (surname.strip(), initials(name, patronymic)) if part)


def full(surname: str, name: str, patronymic: str = "") -> str:
    """Return the whole name, words parted by plain spaces.

    >>> full("Климова", "Анна")
    'Климова Анна'
    """
    return " ".join(part.strip() for part in (surname, name, patronymic) if part.strip())


def in_case(
    surname: str, name: str, patronymic: str = "", *, sex: str, case: GrammaticalCase
) -> str:
    """Return the whole name declined; what cannot be declined stays as it is. Never raises.

    >>> in_case("Климова", "Анна", "Викторовна", sex="F", case=GrammaticalCase.DATIVE)
    'Климовой Анне Викторовне'
    """
    parts = (
        _declined(surname, NamePart.LASTNAME, sex, case),
        _declined(name, NamePart.FIRSTNAME, sex, case),
        _declined(patronymic, NamePart.MIDDLENAME, sex, case),
    )
    return full(*parts)


@cache
def _maker() -> PetrovichDeclinationMaker:
    return PetrovichDeclinationMaker()


def _declined(word: str, part: NamePart, sex: str, case: GrammaticalCase) -> str:
    gender = {"M": Gender.MALE, "F": Gender.FEMALE}.get(sex, Gender.ANDROGYNOUS)
    try:
        declined = str(_maker().make(part, gender, Case[case.name], word))
    except Exception:
        return word  # a paper with an undeclined name is better than no paper
    return declined.upper() if len(word) > 1 and word.isupper() else declined
