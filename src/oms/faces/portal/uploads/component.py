"""What a slot shows: the files brought, how each stands, what is wrong, what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from oms.domain.accounts.access import subject
from oms.domain.documents import queries
from oms.domain.documents.ladder import Rung
from oms.domain.documents.limits import MAX_PAGES, MAX_SIZE, MIN_SIZE
from oms.domain.documents.models import Document
from oms.domain.documents.unfit import REASONS
from oms.faces.design.parts import State
from oms.faces.portal.uploads.places import Place, seal
from oms.law.plural import counted
from oms.law.typed import NBSP

FAILED = "upload_failures"
MOST_OFFERED = 5
_SOON, _LATER = timedelta(seconds=40), timedelta(minutes=5)


@dataclass(frozen=True)
class Failure:
    """A file that was not taken: its name, the code, what is wrong, what to do."""

    name: str
    code: str
    text: str
    remedy: str = ""


KNOWN = tuple(
    Failure("файл", code, REASONS[code].text, REASONS[code].remedy)
    for code in ("empty", "too-small", "too-large", "heic", "unknown-format")
)
"""What the script can tell before anything is sent, in the words of the server."""
LIMITS = (
    f"PDF, JPEG или PNG, от{NBSP}10{NBSP}КБ до{NBSP}5{NBSP}МБ, "
    f"не больше {MAX_PAGES}{NBSP}страниц в файле. Можно несколько файлов."
)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a scan, and where: thousandths of the page."""

    code: str
    title: str
    text: str
    remedy: str
    page: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Row:
    """One file as it stands."""

    document: Document
    word: str
    tint: State
    icon: str
    about: str
    rungs: Sequence[Rung]
    problems: Sequence[Fault]
    said: str
    poll_s: int = 0
    fixed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may be looked at."""
        return self.document.is_open_to_look

    @property
    def spoiled_pages(self) -> list[tuple[int, list[Fault]]]:
        """Pages with what is wrong on each."""
        pages = sorted({fault.page for fault in self.problems})
        return [(page, [one for one in self.problems if one.page == page]) for page in pages]


@dataclass(frozen=True)
class Slot:
    """One document asked for, with its form and its files."""

    key: str
    title: str
    hint: str
    optional: bool
    sealed: str
    rows: Sequence[Row]
    offers: Sequence[Document] = ()
    failures: Sequence[Failure] = ()
    error: str = ""
    closed: str = ""
    limits: str = LIMITS
    least: int = MIN_SIZE
    most: int = MAX_SIZE
    known_failures: Sequence[Failure] = KNOWN


def slot(
    request: HttpRequest,
    one: Place,
    *,
    title: str,
    hint: str = "",
    optional: bool = False,
    files: Sequence[Document] | None = None,
    error: str = "",
    offered: Sequence[Document] | None = None,
    fixed: frozenset[str] = frozenset(),
) -> Slot:
    """Make a slot for a page. At most two queries: its files and the person's other documents.

    `files` and `offered` are given by a page that has read them for several slots at once;
    `error` is what the page itself has against the slot; `fixed` are codes that stay.
    """
    at = timezone.now()
    if files is None:
        files = queries.of(about=one.about, slot=one.slot) if one.about else ()
    if offered is None:
        offered = queries.mine(user=subject(request))
    return Slot(
        key=one.key,
        title=title,
        hint=hint,
        optional=optional,
        sealed=seal(request, one),
        rows=[row(document, at=at, fixed=document.code in fixed) for document in files],
        offers=offers(offered, one, files),
        failures=take_failures(request, one),
        error=error,
    )


def row(document: Document, *, at: datetime, fixed: bool = False) -> Row:
    """One file in words. No query."""
    word, tint, icon = standing(document)
    problems = faults(document) if document.is_open_to_look else []
    said = f"{document.get_kind_display()}: {word.lower()}"
    return Row(
        document=document,
        word=word,
        tint=tint,
        icon=icon,
        about=size_words(document),
        rungs=queries.ladder(document),
        problems=problems,
        said=said,
        poll_s=_poll(document, at),
        fixed=fixed or document.state == Document.State.ACCEPTED,
    )


def faults(document: Document) -> list[Fault]:
    """What is wrong with the scan and was not yet answered by «Оставить так»."""
    return [_fault(one) for one in document.problems if not one.get("kept")]


def _fault(told: dict[str, Any]) -> Fault:
    x, y, width, height = (round(share * 1000) for share in told.get("box") or (0, 0, 1, 1))
    return Fault(
        told["code"],
        told["title"],
        told["text"],
        told["remedy"],
        told.get("page", 1),
        x,
        y,
        width,
        height,
    )


def standing(document: Document) -> tuple[str, State, str]:
    """How a document stands: a word, its tint, its icon."""
    if document.scan == Document.Scan.INFECTED:
        return "В файле вирус", "danger", "ban"
    if document.state == Document.State.REFUSED:
        return "Не принят", "danger", "circle-x"
    if document.state == Document.State.ACCEPTED:
        return "Принят", "ok", "circle-check"
    if document.scan == Document.Scan.WAITING:
        return "Проверяем на вирусы", "info", "hourglass"
    if faults(document):
        return "Читается плохо", "warn", "circle-alert"
    return "Получен", "ok", "check"


def size_words(document: Document) -> str:
    """«2 страницы, 1,2 МБ»."""
    pages = counted(document.pages, "страница", "страницы", "страниц")
    return f"{pages}, {filesizeformat(document.file.size)}"


def offers(known: Sequence[Document], one: Place, files: Sequence[Document]) -> list[Document]:
    """The person's own documents of the kind that may serve here: newest first, each file once."""
    here = {document.file_id for document in files}
    found: dict[int, Document] = {}
    for document in known:
        fits = document.kind == one.kind and document.file_id not in here
        good = document.is_open_to_look and document.state != Document.State.REFUSED
        if fits and good and not document.problems:
            found.setdefault(document.file_id, document)
    return list(found.values())[:MOST_OFFERED]


def keep_failures(request: HttpRequest, one: Place, failures: Sequence[Failure]) -> None:
    """Put errors by for the page that asks: a form without the script comes back to it."""
    kept = request.session.get(FAILED, {})
    where = f"{one.about}/{one.slot}"
    request.session[FAILED] = {**kept, where: [vars(failure) for failure in failures]}


def take_failures(request: HttpRequest, one: Place) -> list[Failure]:
    """What was put by for this slot, once."""
    where = f"{one.about}/{one.slot}"
    kept = request.session.get(FAILED, {})
    if where not in kept:
        return []
    request.session[FAILED] = {key: rows for key, rows in kept.items() if key != where}
    return [Failure(**failure) for failure in kept[where]]


def _poll(document: Document, at: datetime) -> int:
    """In how many seconds to ask again; 0 when nothing more happens by itself."""
    reading = document.recognition.get("state") == "waiting"
    if document.scan != Document.Scan.WAITING and not (reading and document.is_open_to_look):
        return 0
    age = at - document.received_at
    return 2 if age < _SOON else 15 if age < _LATER else 60
