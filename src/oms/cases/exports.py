"""The list of one's applications as a file: what was filtered, in the order it was shown."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from oms.cases import clock
from oms.cases.models import Case
from oms.cases.printing import Sheet, pdf
from oms.cases.review import service_title
from oms.cases.rights import actor_of
from oms.cases.story import Asked, found, state_title
from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.kit import tables
from oms.kit.denied import Denied
from oms.law.plural import counted

MOST = 5_000
MOST_PRINTED = 1_000
HEAD = (
    "Номер", "Услуга", "Состояние", "Начато", "Подано", "Решит", "Срок", "Решено", "Итог",
)  # fmt: skip
_PRINTED = (0, 1, 2, 4, 6, 7, 8)
_SHARES = (3, 6, 4, 4, 4, 4, 7)


class TooMany(Denied):
    """More rows than a file of this kind holds."""

    status = 422


def export(*, user: User, by: User, asked: Asked, kind: str, at: datetime) -> tuple[bytes, str]:
    """Return the file and its media type; `kind` is `csv`, `xlsx` or `pdf`. Journaled.

    Two queries besides the journal. Raises `TooMany`, `KeyError` for an unknown kind.
    """
    make = _KINDS[kind]
    most = MOST_PRINTED if kind == "pdf" else MOST
    cases = list(found(user, asked).select_related("insurer", "fund")[: most + 1])
    if len(cases) > most:
        raise TooMany(f"В такой файл войдёт не больше {most} заявлений. Сузьте отбор.")
    with transaction.atomic():
        record(
            act="case.export",
            subject=user.key,
            by=actor_of(by),
            at=at,
            person=user.key,
            details={"kind": kind, "rows": len(cases)},
        )
    return make([_row(case) for case in cases], at)


def _row(case: Case) -> Sequence[str]:
    decider = case.insurer or case.fund
    refusals = " ".join(str(row["text"]) for row in case.refusals)
    return (
        case.number,
        service_title(case),
        state_title(case),
        clock.moment(case.started_at),
        clock.moment(case.submitted_at) if case.submitted_at else "",
        decider.short_name if decider else "",
        clock.until(case.due_at) if case.due_at else "",
        clock.moment(case.decided_at) if case.decided_at else "",
        refusals or str(case.result.get("text", "")),
    )


def _csv(rows: Sequence[Sequence[str]], _at: datetime) -> tuple[bytes, str]:
    return tables.as_csv(HEAD, rows), tables.CSV


def _xlsx(rows: Sequence[Sequence[str]], _at: datetime) -> tuple[bytes, str]:
    return tables.as_xlsx("Заявления", HEAD, rows), tables.XLSX


def _pdf(rows: Sequence[Sequence[str]], at: datetime) -> tuple[bytes, str]:
    number = counted(len(rows), "заявление", "заявления", "заявлений")
    sheet = Sheet(
        title="История заявлений",
        lead=number,
        footer=f"Из личного кабинета ОМС, {clock.moment(at)}",
        head=[HEAD[n] for n in _PRINTED],
        rows=[[row[n] for n in _PRINTED] for row in rows],
        columns=_SHARES,
        wide=True,
    )
    return pdf(sheet, at=at), "application/pdf"


_KINDS = {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}
KINDS = tuple(_KINDS)
