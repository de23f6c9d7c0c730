"""What is told to the register, and the keys by which it is found again."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from oms.law import identity_documents
from oms.law.names import fold
from oms.law.typed import compact, cyrillic, tidy

OWN_FIELDS = (
    "family_name",
    "given_name",
    "patronymic",
    "birth_date",
    "birth_date_exactness",
    "birth_place",
    "sex",
    "citizenship",
    "snils",
    "employment",
    "phone",
    "email",
    "state",
    "died_on",
)
"""Fields of a person that `PersonVersion.data` keeps and `update_person` may change."""


@dataclass(frozen=True)
class DocumentData:
    """An identity document as told: `kind` is a code of F011."""

    kind: str
    number: str
    series: str = ""
    issued_on: date | None = None
    issued_by: str = ""
    department_code: str = ""
    expires_on: date | None = None

    @cached_property
    def uniform(self) -> "DocumentData":
        """The document in the normal form of its kind; one that has none is only tidied.

        Registers hold documents that no mask fits: they are kept as told, never refused here.
        """
        try:
            normal = identity_documents.normalize(
                int(self.kind), series=self.series, number=self.number
            )
        except (KeyError, ValueError):
            series, number = tidy(self.series).upper(), tidy(self.number).upper()
            return replace(self, kind=str(self.kind), series=series, number=number)
        return replace(self, kind=str(normal.kind), series=normal.series, number=normal.number)


@dataclass(frozen=True)
class NewPerson:
    """A person to enter into the register: `region` is a code of F010, `sex` 1 or 2 (V005)."""

    region: str
    family_name: str
    given_name: str
    birth_date: date
    sex: int
    patronymic: str = ""
    citizenship: str = "RUS"
    snils: str | None = None
    birth_place: str = ""
    birth_date_exactness: int = 1
    employment: int | None = None
    phone: str = ""
    email: str = ""
    document: DocumentData | None = None
    registration: str = ""
    residence: str = ""


def name_key(*, family_name: str, given_name: str, patronymic: str = "") -> str:
    """Return folded surname, name and patronymic, one space between: what search compares.

    >>> name_key(family_name="Королёва-Ким", given_name="Майя")
    'КОРОЛЕВАКИМ МАИЯ'
    """
    return " ".join((fold(family_name), fold(given_name), fold(patronymic))).rstrip()


def document_key(document: DocumentData) -> str:
    """Return `kind:SERIESNUMBER` without separators.

    >>> document_key(DocumentData(kind="3", series="11-ак", number="123 456"))
    '3:IIАК123456'
    """
    told = document.uniform
    return f"{told.kind}:{compact(told.series)}{compact(told.number)}".upper()


def blank_key(text: str) -> str:
    """Return the series and number of a blank (бланк полиса) as `Policy.blank_number` keeps it.

    >>> blank_key("мо-12 № 345678")
    'МО12345678'
    """
    return cyrillic(compact(text).replace("№", ""))
