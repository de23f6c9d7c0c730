"""A country O001 lacks (неизвестная страна)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.wording import WITHOUT


def check(sheet: Sheet) -> str:
    """Whether the book of countries is loaded and lacks the code."""
    code, known = sheet.person.citizenship.strip(), sheet.books.countries
    if not code or not known or code in known or code in WITHOUT:
        return ""
    return "Кода гражданства нет в справочнике O001"


RULE = Rule(
    id="Q071",
    title="Неизвестный код гражданства",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Выбрать гражданство из справочника O001.",
    check=check,
)
