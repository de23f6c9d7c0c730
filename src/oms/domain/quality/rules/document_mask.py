"""A document that its mask does not fit (документ не по образцу)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.documents import fits, in_normal_form
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.suggestions import Suggestion
from oms.domain.quality.wording import kind, kind_of


def check(sheet: Sheet) -> str:
    """Whether any document in force is not written as F011 has it."""
    for one in sheet.documents:
        if kind(one) and not fits(one):
            return f"{kind_of(one)}: серия или номер не по образцу F011"
    return ""


def suggest(sheet: Sheet) -> Suggestion | None:
    """The same signs as the mask writes them, where that is all that is wrong."""
    for one in sheet.documents:
        if kind(one) and not fits(one):
            return in_normal_form(one)
    return None


RULE = Rule(
    id="Q031",
    title="Серия или номер документа не по образцу",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить серию и номер с документом.",
    check=check,
    suggest=suggest,
)
