"""An insurer without a licence (нет лицензии)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether who keeps the policy may insure; a fund that insures needs no licence."""
    insurer = sheet.insurer
    if insurer is None or insurer.fund_id or insurer.excluded_on:
        return ""
    if not insurer.licence_number:
        return "О лицензии организации сведений нет"
    ended = insurer.licence_until is not None and insurer.licence_until < sheet.on
    return "Срок лицензии организации истёк" if ended else ""


RULE = Rule(
    id="Q049",
    title="Страховая организация без лицензии",
    severity=Severity.WARNING,
    mender=Mender.FUND,
    advice="Проверить сведения об организации в справочнике.",
    check=check,
)
