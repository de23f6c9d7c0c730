"""Two policies in force (два действующих полиса)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether a merged record, or another one under the same ЕНП, holds one too."""
    if sheet.policy is None or not sheet.is_doubled:
        return ""
    return "Другая запись с тем же номером или объединённая с этой держит действующий полис"


RULE = Rule(
    id="Q047",
    title="Два действующих полиса",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Решить, какой полис верный, закрыть другой или объединить записи.",
    check=check,
)
