"""A document issued before birth (документ выдан до рождения)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.wording import kind_of


def check(sheet: Sheet) -> str:
    """Whether any document in force is older than the person."""
    for one in sheet.documents:
        if one.issued_on and sheet.born and one.issued_on < sheet.born:
            return f"{kind_of(one)}: выдан раньше рождения"
    return ""


RULE = Rule(
    id="Q014",
    title="Документ выдан раньше рождения",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить даты с документом.",
    check=check,
)
