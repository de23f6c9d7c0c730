"""What may be asked about documents."""

from oms.domain.accounts.models import User
from oms.domain.documents import examiner, storage
from oms.domain.documents.ladder import Rung, climb
from oms.domain.documents.limits import WIDTHS
from oms.domain.documents.models import Document
from oms.kit.denied import Denied

State, Scan = Document.State, Document.Scan


class NotOpen(Denied):
    """Nobody may look: not scanned yet, infected, or removed."""

    _TEXTS = {
        Scan.WAITING: "Документ проверяется на вирусы. Откройте его через минуту.",
        Scan.INFECTED: "В файле найден вирус, открыть его нельзя. Загрузите другой файл.",
    }

    def __init__(self, document: Document) -> None:
        gone = document.state == State.REMOVED
        text = "Этот документ удалён." if gone else self._TEXTS[Scan(document.scan)]
        super().__init__(text, code="removed" if gone else document.scan)


def mine(*, user: User) -> list[Document]:
    """Return a person's own documents, newest first. One query."""
    rows = Document.objects.filter(user=user).exclude(state=State.REMOVED)
    return list(rows.select_related("file", "uploaded_by").order_by("-received_at", "-pk"))


def of(*, about: str, slot: str = "") -> list[Document]:
    """Return the documents brought for something, by slot and order. One query.

    For who has passed the visibility of what it is about.
    """
    rows = Document.objects.filter(about=about).exclude(state=State.REMOVED)
    if slot:
        rows = rows.filter(slot=slot)
    return list(rows.select_related("file", "uploaded_by").order_by("slot", "order", "pk"))


def content(document: Document) -> bytes:
    """Return the original as it came; raise `NotOpen`, `storage.Damaged`."""
    _check_open(document)
    return storage.fetch(document.file.sha256)


def preview(document: Document, *, page: int = 1, width: int = WIDTHS[1]) -> bytes:
    """Return one page (1, 2, …) as a JPEG drawn anew; raise `NotOpen`, `storage.Damaged`.

    Wider ones than `WIDTHS` are not made; others are rounded up to one of them.
    """
    _check_open(document)
    sha256 = document.file.sha256
    page = min(max(page, 1), document.pages)
    width = next((known for known in WIDTHS if known >= width), WIDTHS[-1])
    known = storage.fetch_preview(sha256, page=page, width=width)
    if known is not None:
        return known
    drawn = examiner.call(
        "preview",
        storage.fetch(sha256),
        media_type=document.file.media_type,
        page=page,
        width=width,
    )[1]
    storage.keep_preview(sha256, page=page, width=width, content=drawn)
    return drawn


def ladder(document: Document) -> list[Rung]:
    """Return how far the document has come (BEY-3): received, scanned, readable, accepted."""
    return climb(document)


def _check_open(document: Document) -> None:
    if document.state == State.REMOVED or not document.is_open_to_look:
        raise NotOpen(document)
