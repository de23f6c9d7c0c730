"""The documents a case asks for, and the files brought for each: read in one query."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oms.cases.models import Case
from oms.cases.states import State
from oms.catalog import declaration
from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import Application, PublicService
from oms.domain.documents import queries as documents
from oms.domain.documents.models import Document

_GONE = {Document.State.REMOVED, Document.State.REFUSED}


@dataclass(frozen=True)
class Asked:
    """One document asked for, and the files brought for it, oldest first."""

    code: str
    title: str
    kind: str
    optional: bool
    hint: str
    files: tuple[Document, ...] = ()

    @property
    def standing(self) -> tuple[Document, ...]:
        """The files that count: neither refused nor infected."""
        return tuple(file for file in self.files if stands(file))

    @property
    def lacks(self) -> str:
        """What to do about it before the application may go on; empty when nothing."""
        if self.standing:
            return ""
        spoiled = [file for file in self.files if file.scan == Document.Scan.INFECTED]
        if spoiled:
            return f"«{self.title}»: в файле вирус, удалите его и приложите другой"
        if self.optional:
            return ""
        return f"«{self.title}»: приложите фото или скан"


def stands(file: Document) -> bool:
    """Whether the file may count as the document asked for."""
    return file.state not in _GONE and file.scan != Document.Scan.INFECTED


def asked(case: Case, own: PublicService, known: Application) -> tuple[Asked, ...]:
    """What a draft asks for as its answers stand. One query, none where nothing is asked."""
    wanted = own.asked_documents(known)
    files = _by_slot(case) if wanted else {}
    return tuple(_asked(document, files, known) for document in wanted)


def submitted(case: Case) -> tuple[Asked, ...]:
    """What was asked of a submitted case, and later by its decider. One query."""
    files = _by_slot(case)
    rows = {row["code"]: row for row in case.pinned.get("documents", [])}
    found = [
        Asked(
            code,
            row["title"],
            row["kind"],
            row["optional"],
            hint_of(case, code),
            files.pop(code, ()),
        )
        for code, row in rows.items()
    ]
    later = [code for code in (*case.question_documents, *files) if code not in rows]
    return (*found, *(_later(case, code, files) for code in dict.fromkeys(later)))


def questioned(case: Case) -> tuple[Asked, ...]:
    """The documents the open question asks for. One query, none when it asks for none."""
    if not case.question_documents:
        return ()
    return tuple(row for row in submitted(case) if row.code in case.question_documents)


def brought_since(case: Case, *, at: datetime) -> tuple[Document, ...]:
    """Standing files brought for the question since the moment it was asked."""
    rows = (file for row in questioned(case) for file in row.standing)
    return tuple(file for file in rows if file.received_at >= at)


def pinned(rows: Iterable[Asked]) -> list[dict[str, Any]]:
    """What a case keeps of its documents: names, and the digests of what was handed in."""
    return [
        {
            "code": row.code,
            "title": row.title,
            "kind": row.kind,
            "optional": row.optional,
            "files": [
                {"code": file.code, "title": file.title, "sha256": file.file.sha256}
                for file in row.standing
            ],
        }
        for row in rows
    ]


def digests(case: Case) -> dict[str, str]:
    """What was handed in: code of the file → SHA-256."""
    rows = case.pinned.get("documents", [])
    return {file["code"]: file["sha256"] for row in rows for file in row["files"]}


def title_of(case: Case, code: str) -> str:
    """How a document of that code is called in this case."""
    found = _declared(case, code)
    return found.title if found else code


def hint_of(case: Case, code: str) -> str:
    """What has to be seen on it."""
    found = _declared(case, code)
    return found.hint if found else ""


def why_closed(case: Case, slot: str) -> str:
    """Why no file may be brought for this document now; empty when it may."""
    if _declared(case, slot) is None:
        return "Такой документ в этом заявлении не нужен."
    if case.state == State.DRAFT:
        return ""
    if slot in case.question_documents and case.state in {State.CLARIFICATION, State.REJECTED}:
        return ""
    return "Заявление уже подано. Новый документ можно приложить, когда его попросят."


def _asked(
    document: declaration.Document,
    files: Mapping[str, Sequence[Document]],
    known: Application,
) -> Asked:
    return Asked(
        document.code,
        document.title,
        document.kind_for(known),
        document.optional,
        document.hint,
        tuple(files.get(document.code, ())),
    )


def _later(case: Case, code: str, files: Mapping[str, tuple[Document, ...]]) -> Asked:
    own = files.get(code, ())
    found = _declared(case, code)
    kind = own[0].kind if own else Document.Kind.OTHER
    if found and isinstance(found.kind, Document.Kind):
        kind = found.kind
    return Asked(code, title_of(case, code), kind, True, hint_of(case, code), own)


def _by_slot(case: Case) -> dict[str, tuple[Document, ...]]:
    found: dict[str, tuple[Document, ...]] = {}
    for file in documents.of(about=case.key):
        found[file.slot] = (*found.get(file.slot, ()), file)
    return found


def _declared(case: Case, code: str) -> declaration.Document | None:
    own = SERVICES.get(case.service)
    return next((d for d in own.documents if d.code == code), None) if own else None
