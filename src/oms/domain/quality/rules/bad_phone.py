"""A phone nobody can call (телефон не читается)."""

from oms.domain.quality.contacts import normal_phone
from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.suggestions import Suggestion, own


def check(sheet: Sheet) -> str:
    """Whether it is not kept as E.164."""
    text = sheet.person.phone
    return "" if not text or normal_phone(text) == text else "Телефон записан не по образцу +7…"


def suggest(sheet: Sheet) -> Suggestion | None:
    """The same number in full."""
    number = normal_phone(sheet.person.phone)
    return own(sheet, phone=number) if number else None


RULE = Rule(
    id="Q065",
    title="Телефон записан не по образцу",
    severity=Severity.NOTE,
    mender=Mender.INSURER,
    advice="Принять исправление или спросить номер при обращении.",
    check=check,
    suggest=suggest,
)
