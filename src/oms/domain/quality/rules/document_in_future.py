"""A document issued in the future (документ выдан в будущем)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.wording import kind_of


def check(sheet: Sheet) -> str:
    """Whether any document in force is yet to be issued."""
    for one in sheet.documents:
        if one.issued_on and one.issued_on > sheet.on:
            return f"{kind_of(one)}: дата выдачи ещё не наступила"
    return ""


RULE = Rule(
    id="Q015",
    title="Дата выдачи документа в будущем",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить даты с документом.",
    check=check,
)
