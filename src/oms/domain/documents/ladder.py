"""How far a document has come: received → scanned → readable → accepted (BEY-3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from oms.domain.documents.models import Document

Standing = Literal["done", "now", "ahead", "failed", "skipped"]
State, Scan = Document.State, Document.Scan


@dataclass(frozen=True)
class Rung:
    """One step: whether it is done, under way, still ahead, failed, or was left out."""

    code: str
    title: str
    standing: Standing
    at: datetime | None = None
    text: str = ""


def climb(document: Document) -> list[Rung]:
    """Return the four rungs of a document; what failed says why. No query."""
    return [
        Rung("received", "Получен", "done", document.received_at),
        _scanned(document),
        _readable(document) if document.is_open_to_look else Rung("readable", "Читается", "ahead"),
        _accepted(document),
    ]


def _scanned(document: Document) -> Rung:
    standing: dict[str, Standing] = {
        Scan.WAITING: "now",
        Scan.CLEAN: "done",
        Scan.INFECTED: "failed",
        Scan.NOT_SCANNED: "skipped",
    }
    texts = {
        Scan.INFECTED: "В файле найден вирус. Загрузите другой файл.",
        Scan.NOT_SCANNED: "Антивирус не подключён: файл не проверялся.",
    }
    return Rung(
        "scanned",
        str(document.get_scan_display()),
        standing[document.scan],
        document.scanned_at,
        texts.get(Scan(document.scan), ""),
    )


def _readable(document: Document) -> Rung:
    if document.problems:
        kept = all(problem.get("kept") for problem in document.problems)
        words = " ".join(problem.get("text", "") for problem in document.problems).strip()
        return Rung(
            "readable",
            "Читается плохо",
            "skipped" if kept else "failed",
            document.received_at,
            words,
        )
    return Rung("readable", "Читается", "done", document.received_at)


def _accepted(document: Document) -> Rung:
    if document.state == State.ACCEPTED:
        return Rung("accepted", "Принят", "done", document.state_at)
    if document.state == State.REFUSED:
        return Rung("accepted", "Не принят", "failed", document.state_at, document.state_reason)
    return Rung("accepted", "Проверит специалист", "ahead")
