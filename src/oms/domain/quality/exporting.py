"""The work list as a table, for a purpose. Nobody is named in it: records by number."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.domain.quality import queries
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.declaration import SEVERITIES, Severity
from oms.domain.quality.models import Finding
from oms.kit import tables
from oms.kit.denied import Denied
from oms.law import dates

MOST = 20_000
LONGEST = 300
KINDS = {"xlsx": "Excel (XLSX)", "csv": "Текст с разделителями (CSV)"}
HEAD = (
    "Запись", "Правило", "Что не так", "Подробности", "Степень", "Кто исправляет", "Организация",
    "Найдено", "Есть исправление",
)  # fmt: skip


class Unfounded(Denied):
    """A table without a purpose."""

    text = "Напишите, зачем нужна выгрузка."


def table(
    *, asked: queries.Asked, purpose: str, kind: str, by: User, at: datetime
) -> tuple[bytes, str]:
    """Return the open findings under the filter as a file and its media type. Journaled.

    At most `MOST` rows, the earliest found first. Raises `Unfounded`.
    """
    words = " ".join(purpose.split())[:LONGEST]
    if not words or kind not in KINDS:
        raise Unfounded
    found = queries.to_export(by, asked, at=at, limit=MOST)
    rows = [_row(one) for one in found]
    with transaction.atomic():
        record(
            act="quality.export",
            subject=by.organization,
            by=by.actor,
            at=at,
            details={"purpose": words, "rows": len(rows), "kind": kind, "asked": vars(asked)},
        )
    if kind == "csv":
        return tables.as_csv(HEAD, rows), tables.CSV
    return tables.as_xlsx("Качество данных", HEAD, rows), tables.XLSX


def _row(finding: Finding) -> Sequence[str]:
    rule = RULES.get(finding.rule)
    return (
        str(finding.person_id),
        finding.rule,
        rule.title if rule else "",
        finding.text,
        SEVERITIES[Severity(finding.severity)],
        str(rule.mender) if rule else "",
        finding.insurer.short_name if finding.insurer else "",
        dates.short(localdate(finding.found_at)),
        "да" if finding.mendable else "нет",
    )
