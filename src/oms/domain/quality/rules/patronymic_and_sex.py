"""A patronymic of the other sex (отчество и пол)."""

from oms.domain.accounts.models import Sex
from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.naming import sex_of_patronymic
from oms.domain.quality.sheet import Sheet

CODES = frozenset(Sex.values)


def check(sheet: Sheet) -> str:
    """Whether its ending tells another sex."""
    told = sex_of_patronymic(sheet.person.patronymic)
    if told is None or sheet.person.sex not in CODES or told == sheet.person.sex:
        return ""
    return "Отчество не того пола, что указан"


RULE = Rule(
    id="Q064",
    title="Отчество и пол расходятся",
    severity=Severity.WARNING,
    mender=Mender.INSURER,
    advice="Сверить пол и отчество с документом.",
    check=check,
)
