"""A name in small or all capital letters (регистр букв)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.naming import capitalised, shouted
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.suggestions import Suggestion, own


def check(sheet: Sheet) -> str:
    """Whether any part is written so."""
    return "Фамилия, имя или отчество не с одной заглавной буквы" if shouted(sheet.names) else ""


def suggest(sheet: Sheet) -> Suggestion | None:
    """Each word with one capital."""
    return own(sheet, **capitalised(sheet.names))


RULE = Rule(
    id="Q063",
    title="Имя записано строчными или прописными буквами",
    severity=Severity.NOTE,
    mender=Mender.INSURER,
    advice="Принять исправление.",
    check=check,
    suggest=suggest,
)
