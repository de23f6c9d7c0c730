"""ЕНП of a region that is none (регион в ЕНП)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether F010 lacks the first two digits; the region of another fund is right after a move."""
    enp = sheet.enp
    if enp is None or enp.region in sheet.books.regions:
        return ""
    return "Первые две цифры ЕНП не код фонда"


RULE = Rule(
    id="Q024",
    title="В ЕНП неизвестный регион",
    severity=Severity.WARNING,
    mender=Mender.FUND,
    advice="Сверить номер с полисом. Номер другого региона не ошибка: люди переезжают.",
    check=check,
)
