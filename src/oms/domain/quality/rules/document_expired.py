"""An expired document (документ истёк)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.wording import kind_of


def check(sheet: Sheet) -> str:
    """Whether any document in force is past its last day."""
    if sheet.age is None:
        return ""
    for one in sheet.documents:
        if one.expires_on and one.expires_on < sheet.on:
            return f"{kind_of(one)}: срок истёк"
    return ""


RULE = Rule(
    id="Q032",
    title="Срок документа истёк",
    severity=Severity.WARNING,
    mender=Mender.PERSON,
    advice="Попросить новый документ.",
    check=check,
)
