"""What a rule of data quality is: one thing that must not be so in a record of the register.

A rule sees one `Sheet`, read in a batch with others, and knows no other rule. What it says names
nobody: the work list shows it to people who have not yet said why they look.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from oms.domain.quality.sheet import Sheet
from oms.domain.quality.suggestions import Suggestion, nothing


class Severity(IntEnum):
    """How grave a fault is."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


SEVERITIES = {
    Severity.ERROR: "Ошибка",
    Severity.WARNING: "Предупреждение",
    Severity.NOTE: "Замечание",
}


class Mender(StrEnum):
    """Who sets it right."""

    INSURER = "Страховая организация"
    FUND = "Фонд"
    PERSON = "Человек: приносит документ"


@dataclass(frozen=True)
class Rule:
    """One rule.

    `check` returns what is wrong in a few words, empty when all is well. `advice` says what to
    do. `suggest` returns a repair where one is certain. `closed` rules look at records merged or
    annulled too; others pass them over.
    """

    id: str
    title: str
    severity: Severity
    mender: Mender
    advice: str
    check: Callable[[Sheet], str]
    suggest: Callable[[Sheet], Suggestion | None] = nothing
    closed: bool = False
