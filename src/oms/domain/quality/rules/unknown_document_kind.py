"""A kind of document F011 lacks (неизвестный вид документа)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.wording import kind


def check(sheet: Sheet) -> str:
    """Whether any document in force is of such a kind."""
    unknown = any(kind(one) is None for one in sheet.documents)
    return "Вида документа нет в справочнике F011" if unknown else ""


RULE = Rule(
    id="Q030",
    title="Неизвестный вид документа",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Выбрать вид документа из справочника F011.",
    check=check,
)
