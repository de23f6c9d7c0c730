"""An address nobody can write to (почта не читается)."""

from oms.domain.quality.contacts import normal_email
from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.suggestions import Suggestion, own


def check(sheet: Sheet) -> str:
    """Whether it is no address as mail servers read it."""
    text = sheet.person.email
    return "" if not text or normal_email(text) == text else "Адрес почты записан с ошибкой"


def suggest(sheet: Sheet) -> Suggestion | None:
    """The same address without spaces and with the usual letters."""
    address = normal_email(sheet.person.email)
    return own(sheet, email=address) if address else None


RULE = Rule(
    id="Q066",
    title="Адрес почты записан с ошибкой",
    severity=Severity.NOTE,
    mender=Mender.INSURER,
    advice="Принять исправление или спросить адрес при обращении.",
    check=check,
    suggest=suggest,
)
