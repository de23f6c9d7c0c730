"""A birth certificate of somebody past 14 and the days of grace (свидетельство вместо паспорта)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.wording import kind
from oms.law.dates import birthday
from oms.law.identity_documents import (
    BIRTH_CERTIFICATE_RF,
    PASSPORT_AGE,
    PASSPORT_RF,
    grace_ends_on,
)


def check(sheet: Sheet) -> str:
    """Whether there is a certificate and no passport, and the days to get one are over."""
    if sheet.age is None or sheet.born is None or sheet.age < PASSPORT_AGE:
        return ""
    kinds = {kind(one) for one in sheet.documents}
    if BIRTH_CERTIFICATE_RF not in kinds or PASSPORT_RF in kinds:
        return ""
    due = birthday(sheet.born, years=PASSPORT_AGE)
    return "" if sheet.on <= grace_ends_on(due) else "Есть только свидетельство о рождении"


RULE = Rule(
    id="Q033",
    title="Свидетельство о рождении у того, кому пора иметь паспорт",
    severity=Severity.WARNING,
    mender=Mender.PERSON,
    advice="Попросить паспорт: его получают за 90 дней после четырнадцатилетия.",
    check=check,
)
