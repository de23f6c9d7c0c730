"""A passport not re-issued at 20 or 45 (паспорт не заменён)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.wording import kind
from oms.law.identity_documents import PASSPORT_RF, grace_ends_on, reissue_due_on


def check(sheet: Sheet) -> str:
    """Whether the birthday that ends it, and the days of grace, are over."""
    if sheet.age is None or sheet.born is None:
        return ""
    for one in sheet.documents:
        if kind(one) == PASSPORT_RF and one.issued_on and one.issued_on >= sheet.born:
            due = reissue_due_on(birth_date=sheet.born, issued_on=one.issued_on)
            if due and grace_ends_on(due) < sheet.on:
                return "Паспорт пора было заменить по возрасту"
    return ""


RULE = Rule(
    id="Q034",
    title="Паспорт не заменён в 20 или 45 лет",
    severity=Severity.WARNING,
    mender=Mender.PERSON,
    advice="Попросить новый паспорт.",
    check=check,
)
