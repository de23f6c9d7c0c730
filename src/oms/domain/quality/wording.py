"""Words about documents that name no number."""

from oms.domain.quality.sheet import Document
from oms.law.identity_documents import KINDS

WITHOUT = frozenset({"NON"})
"""What stands for no citizenship and is no country."""


def kind(document: Document) -> int | None:
    """Return the code of F011, None for one it lacks."""
    code = int(document.kind) if document.kind.isdecimal() else 0
    return code if code in KINDS else None


def kind_of(document: Document) -> str:
    """Return what the document is called."""
    code = kind(document)
    return KINDS[code].name if code else "Документ"
