"""A passport issued before 14 (паспорт раньше 14 лет)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.wording import kind
from oms.law.dates import age
from oms.law.identity_documents import PASSPORT_AGE, PASSPORT_RF


def check(sheet: Sheet) -> str:
    """Whether the person was a child when it was issued."""
    if sheet.born is None:
        return ""
    for one in sheet.documents:
        is_passport = kind(one) == PASSPORT_RF
        if not is_passport or one.issued_on is None or one.issued_on < sheet.born:
            continue
        if age(sheet.born, on=one.issued_on) < PASSPORT_AGE:
            return "В день выдачи паспорта не было 14 лет"
    return ""


RULE = Rule(
    id="Q035",
    title="Паспорт выдан раньше 14 лет",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить даты с документом.",
    check=check,
)
