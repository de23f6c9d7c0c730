"""Makes text comparable for search: letter case, ё and е, й and и, quotes do not matter."""

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oms.domain.directory.models import MedicalOrganization

_FOLDED = str.maketrans("ёй", "еи")
_APART = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return the text as plain lower-case words with single spaces.

    >>> fold("Детская поликлиника №\N{NO-BREAK SPACE}5 «Берёзка»")
    'детская поликлиника 5 березка'
    """
    plain = unicodedata.normalize("NFC", text).lower().translate(_FOLDED)
    return _APART.sub(" ", plain).strip()


def speciality_mark(speciality: str) -> str:
    """Return how a whole speciality stands in a clinic's search text.

    >>> speciality_mark("Терапия")
    '#терапия#'
    """
    return f"#{fold(speciality)}#"


def programme_mark(programme: str) -> str:
    """Return how a whole programme stands in a clinic's search text.

    >>> programme_mark("Скорая помощь")
    '~скорая помощь~'
    """
    return f"~{fold(programme)}~"


def clinic_text(clinic: "MedicalOrganization") -> str:
    """Return the search text of a clinic: names, code, addresses, specialities, programmes."""
    said = (clinic.full_name, clinic.short_name, clinic.code, clinic.actual_address)
    words = fold(" ".join((*said, clinic.legal_address)))
    marks = (*map(speciality_mark, clinic.specialities), *map(programme_mark, clinic.programmes))
    return " ".join([words, *marks])
