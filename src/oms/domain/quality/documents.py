"""Identity documents against the masks of F011."""

from datetime import date

from oms.domain.quality.sheet import Document
from oms.domain.quality.suggestions import DOCUMENT, Suggestion
from oms.domain.register.data import DocumentData
from oms.law import identity_documents
from oms.law.verdict import Invalid

_TOLD = ("kind", "series", "number", "issued_by", "department_code")


def fits(document: Document) -> bool:
    """Whether series and number are written as the mask of the kind has them."""
    return _normal(document) == (document.series, document.number)


def in_normal_form(document: Document) -> Suggestion | None:
    """Suggest the same document as its mask writes it; None when the signs do not fit."""
    normal = _normal(document)
    if normal is None:
        return None
    before = {name: getattr(document, name) for name in _TOLD}
    for name in ("issued_on", "expires_on"):
        day = getattr(document, name)
        before[name] = day.isoformat() if day else None
    return Suggestion(DOCUMENT, before, {**before, "series": normal[0], "number": normal[1]})


def read(values: dict[str, str | None]) -> DocumentData:
    """Return the document that a suggestion tells of."""
    days = {
        name: date.fromisoformat(told) if (told := values[name]) else None
        for name in ("issued_on", "expires_on")
    }
    return DocumentData(
        kind=str(values["kind"]),
        series=str(values["series"]),
        number=str(values["number"]),
        issued_by=str(values["issued_by"]),
        department_code=str(values["department_code"]),
        issued_on=days["issued_on"],
        expires_on=days["expires_on"],
    )


def _normal(document: Document) -> tuple[str, str] | None:
    try:
        told = identity_documents.normalize(
            int(document.kind), series=document.series, number=document.number
        )
    except (Invalid, KeyError):
        return None
    return told.series, told.number
