"""Periods of insurance overlap (периоды пересекаются)."""

from itertools import pairwise

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Insurance, Sheet


def is_empty(row: Insurance) -> bool:
    """Whether the period was taken back by a later one."""
    return row.valid_until is not None and row.valid_until <= row.valid_from


def check(sheet: Sheet) -> str:
    """Whether two periods that are not empty share a day."""
    for now, following in pairwise(one for one in sheet.insurances if not is_empty(one)):
        if now.valid_until is None or now.valid_until > following.valid_from:
            return "Два периода страхования пересекаются"
    return ""


RULE = Rule(
    id="Q046",
    title="Периоды страхования пересекаются",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Сверить даты периодов с организациями.",
    check=check,
)
