"""A name in two alphabets (имя в двух алфавитах)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.naming import mixed, unmixed
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.suggestions import Suggestion, own


def check(sheet: Sheet) -> str:
    """Whether any word of the name is of both."""
    return "В одном слове русские и латинские буквы" if mixed(sheet.names) else ""


def suggest(sheet: Sheet) -> Suggestion | None:
    """Latin look-alikes as the Russian letters they stand for, if that leaves no Latin ones."""
    return own(sheet, **unmixed(sheet.names))


RULE = Rule(
    id="Q060",
    title="В имени смешаны русские и латинские буквы",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Принять исправление или сверить с документом.",
    check=check,
    suggest=suggest,
)
