"""Documents of a case as its sheet shows them: what was told, thumbnails, how each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from oms.cases.documents import Asked
from oms.cases.models import Case
from oms.domain.documents.limits import WIDTHS
from oms.domain.documents.models import Document
from oms.faces.design.parts import State
from oms.law.plural import counted


@dataclass(frozen=True)
class Thumb:
    """A file in a row of thumbnails; one that may not be opened has no address."""

    document: Document
    word: str
    tint: State
    icon: str
    about: str
    url: str
    image_url: str

    @property
    def name(self) -> str:
        """What it is called at the desk: by our own rule."""
        return self.document.title


@dataclass(frozen=True)
class Papers:
    """A document asked for: what the applicant told of it, and the files."""

    code: str
    title: str
    told: str
    lacks: str
    thumbs: Sequence[Thumb]


def papers(case: Case, told: Mapping[str, str], asked: Sequence[Asked]) -> list[Papers]:
    """The documents of a case for its sheet. No query: `asked` was read before."""
    return [
        Papers(
            row.code,
            row.title,
            told.get(row.code, ""),
            "" if row.standing or row.optional else "Не приложен",
            [thumb(case, file) for file in row.files],
        )
        for row in asked
    ]


def thumb(case: Case, document: Document) -> Thumb:
    """One file as a thumbnail."""
    word, tint, icon = _standing(document)
    is_open = document.is_open_to_look
    place = [case.number, document.code]
    return Thumb(
        document,
        word,
        tint,
        icon,
        counted(document.pages, "страница", "страницы", "страниц"),
        reverse("desk:scan", args=place),
        f"{reverse('desk:scan_page', args=[*place, 1])}?width={WIDTHS[0]}" if is_open else "",
    )


def _standing(document: Document) -> tuple[str, State, str]:
    """The state of a document in the desk's words."""
    if document.scan == Document.Scan.INFECTED:
        return "Заражён, не открывается", "danger", "ban"
    if document.state in _SETTLED:
        return _SETTLED[document.state]
    if document.scan == Document.Scan.CLEAN and document.problems:
        return "Читается плохо", "warn", "circle-alert"
    return _SCANNED[document.scan]


_SETTLED: Mapping[str, tuple[str, State, str]] = {
    Document.State.REFUSED: ("Не принят", "danger", "circle-x"),
    Document.State.ACCEPTED: ("Принят", "ok", "circle-check"),
}
_SCANNED: Mapping[str, tuple[str, State, str]] = {
    Document.Scan.WAITING: ("Проверяется на вирусы", "info", "hourglass"),
    Document.Scan.NOT_SCANNED: ("Не проверялся на вирусы", "warn", "circle-alert"),
    Document.Scan.CLEAN: ("Вирусов нет", "neutral", "check"),
}
