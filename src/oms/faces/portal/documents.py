"""«Мои документы»: papers issued to a person and files the person brought, in one list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.accounts.models import User
from oms.domain.documents.models import Document
from oms.domain.papers import codes, deliveries
from oms.domain.papers import queries as papers
from oms.domain.papers.models import Delivery, Paper
from oms.faces.design.parts import Chip, Crumb, State
from oms.faces.design.templatetags.design import date_words
from oms.faces.portal.pages import address, page
from oms.faces.portal.uploads.component import size_words, standing

PAGE = 20
FEW = 5  # a list that is seen at one glance needs no search
LONGEST_SEARCH = 100
TINTS: dict[str, State] = {
    Paper.State.ISSUED: "ok",
    Paper.State.SUPERSEDED: "neutral",
    Paper.State.REVOKED: "danger",
}
COPIES: dict[str, State] = {
    Delivery.State.WAITING: "info",
    Delivery.State.SENT: "info",
    Delivery.State.HANDED: "ok",
    Delivery.State.RETURNED: "warn",
}
TABS = {"": "Все", "issued": "Выданы вам", "brought": "Загружены вами"}
STATES = {
    "": "В любом состоянии",
    "good": "Действуют и приняты",
    "checked": "На проверке",
    "bad": "Нужно внимание",
}


@dataclass(frozen=True)
class Line:
    """One document of the list, whichever way it came."""

    at: datetime
    key: str
    title: str
    words: str
    word: str
    tint: State
    icon: str
    url: str
    file_url: str
    thumb_url: str = ""
    number: str = ""


@dataclass(frozen=True)
class Copy:
    """A printed copy as its owner sees it."""

    word: str
    tint: State
    way: str
    place: str
    when: str
    bring: str
    hours: str
    phone: str


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    tab: str
    state: str
    kind: str
    text: str
    before: datetime | None

    @property
    def is_picked(self) -> bool:
        """Whether anything but the whole list was asked for."""
        return bool(self.tab or self.state or self.kind or self.text)

    def url(self, **changes: str) -> str:
        """The address of the same list with these changes, at its beginning."""
        asked = {"tab": self.tab, "state": self.state, "kind": self.kind, "q": self.text, **changes}
        query = urlencode({name: value for name, value in asked.items() if value})
        return address("portal:documents") + (f"?{query}" if query else "")


@require_safe
@sign_in_required
def documents(request: HttpRequest) -> HttpResponse:
    """Show a page of the list, newest first. Two queries for it."""
    wanted, user = _wanted(request), subject(request)
    lines = sorted((*_issued(user, wanted), *_brought(user, wanted)), key=_place, reverse=True)
    shown = lines[:PAGE]
    after = shown[-1].at.isoformat() if len(lines) > PAGE else ""
    return page(
        request,
        "portal/documents.html",
        section="documents",
        title="Документы",
        lines=shown,
        text=wanted.text,
        wanted=wanted,
        tabs=[Chip(t, wanted.url(tab=c), current=c == wanted.tab) for c, t in TABS.items()],
        states=STATES,
        kinds=[("", "Любой вид"), *Paper.Kind.choices, *Document.Kind.choices],
        is_picked=wanted.is_picked,
        has_search=wanted.is_picked or bool(wanted.before) or len(lines) > FEW,
        first_url=wanted.url() if wanted.before else "",
        next_url=wanted.url(before=after) if after else "",
    )


@require_safe
@sign_in_required
def document(request: HttpRequest, number: str) -> HttpResponse:
    """The paper as a page: the same words as in the file. Two queries besides its own."""
    found = own_paper(request, number)
    kind = found.get_kind_display()
    user = request.user
    return page(
        request,
        "portal/document.html",
        section="documents",
        title=f"{kind} № {found.number}",
        crumbs=[Crumb("Документы", address("portal:documents")), Crumb(found.number)],
        paper=found,
        kind=kind,
        twin=papers.twin(found),
        tint=TINTS[found.state],
        qr=codes.qr(codes.check_address(found.check_code)),
        verify_url=address("portal:verify_code", found.check_code),
        has_signature=papers.has_detached_signature(found),
        copies=[_copy(one) for one in papers.copies(found)],
        may_print=found.state == Paper.State.ISSUED,
        may_send=isinstance(user, User) and bool(user.email_confirmed_at),
    )


@require_safe
@sign_in_required
def document_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The signed file, byte for byte as issued, to be saved rather than opened in place."""
    found = own_paper(request, number)
    response = HttpResponse(papers.content(found), content_type="application/pdf")
    name = f"{found.get_kind_display()} {found.number}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@sign_in_required
def document_sig(request: HttpRequest, number: str) -> HttpResponse:
    """The GOST signature that lies beside the file; 404 where none was made."""
    found = own_paper(request, number)
    content = papers.detached_signature(found)
    if not content:
        raise Http404
    response = HttpResponse(content, content_type="application/pkcs7-signature")
    name = f"{found.get_kind_display()} {found.number}.pdf.sig"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def own_paper(request: HttpRequest, number: str) -> Paper:
    """The paper of whose cabinet is open; 404 for any other, existing or not."""
    if "\0" in number:
        raise Http404
    try:
        rows = Paper.objects.visible_to(subject(request)).select_related("person")
        return rows.get(number=number)
    except ObjectDoesNotExist:
        raise Http404 from None


def _wanted(request: HttpRequest) -> Wanted:
    asked = request.GET
    tab, state, kind = asked.get("tab", ""), asked.get("state", ""), asked.get("kind", "")
    return Wanted(
        tab=tab if tab in TABS else "",
        state=state if state in STATES else "",
        kind=kind if kind in {*Paper.Kind.values, *Document.Kind.values} else "",
        text=asked.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        before=_moment(asked.get("before", "")),
    )


def _moment(typed: str) -> datetime | None:
    try:
        found = parse_datetime(typed.strip().replace(" ", "+"))
    except ValueError:
        return None
    return found if found and found.tzinfo and 1900 < found.year < 9000 else None


def _issued(user: User, wanted: Wanted) -> Iterator[Line]:
    is_other = bool(wanted.kind) and wanted.kind not in Paper.Kind.values
    if wanted.tab == "brought" or is_other or wanted.state == "checked":
        return
    rows: QuerySet[Paper] = Paper.objects.visible_to(user)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state:
        good = Q(state=Paper.State.ISSUED)
        rows = rows.filter(good if wanted.state == "good" else ~good)
    if wanted.text:
        kinds = _meant(wanted.text, Paper.Kind.choices)
        rows = rows.filter(Q(kind__in=kinds) | Q(number__icontains=wanted.text))
    if wanted.before:
        rows = rows.filter(issued_at__lt=wanted.before)
    for paper in rows.order_by("-issued_at", "-pk")[: PAGE + 1]:
        yield _paper_line(paper)


def _brought(user: User, wanted: Wanted) -> Iterator[Line]:
    if wanted.tab == "issued" or wanted.kind in Paper.Kind.values:
        return
    rows: QuerySet[Document] = Document.objects.visible_to(user).filter(user=user)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state:
        rows = rows.filter(_STANDING[wanted.state])
    if wanted.text:
        kinds = _meant(wanted.text, Document.Kind.choices)
        rows = rows.filter(Q(kind__in=kinds) | _named(wanted.text))
    if wanted.before:
        rows = rows.filter(received_at__lt=wanted.before)
    newest = rows.select_related("file").order_by("-received_at", "-pk")
    for one in newest[: PAGE + 1]:
        yield _upload_line(one)


_BAD = Q(state=Document.State.REFUSED) | Q(scan=Document.Scan.INFECTED)
_STANDING = {
    "good": Q(state=Document.State.ACCEPTED),
    "checked": Q(state=Document.State.RECEIVED) & ~_BAD,
    "bad": _BAD,
}


def _paper_line(paper: Paper) -> Line:
    issued = f"{papers.period_words(paper)}выдана {date_words(paper.issued_at)}"
    return Line(
        at=paper.issued_at,
        key=f"paper-{paper.pk}",
        title=str(paper.get_kind_display()),
        words=f"{issued}. PDF, {filesizeformat(paper.size)}",
        word=str(paper.get_state_display()),
        tint=TINTS[paper.state],
        icon="file-text",
        url=address("portal:document", paper.number),
        file_url=address("portal:document_pdf", paper.number),
        number=paper.number,
    )


def _copy(one: Delivery) -> Copy:
    point, waits = one.point, one.is_on_the_way
    return Copy(
        word=str(one.get_state_display()),
        tint=COPIES[one.state],
        way=str(one.get_way_display()),
        place=deliveries.place_words(one),
        when=date_words(one.state_at),
        bring=deliveries.TO_BRING[Delivery.Way(one.way)] if waits else "",
        hours=point.hours if point and waits else "",
        phone=point.phone if point and waits else "",
    )


def _upload_line(one: Document) -> Line:
    word, tint, icon = standing(one)
    is_open = one.is_open_to_look
    return Line(
        at=one.received_at,
        key=f"upload-{one.pk}",
        title=str(one.get_kind_display()),
        words=f"{one.name}. Загружен {date_words(one.received_at)}. {size_words(one)}",
        word=word,
        tint=tint,
        icon=icon,
        url=address("portal:upload", one.code),
        file_url=address("portal:upload_file", one.code) if is_open else "",
        thumb_url=address("portal:upload_preview", one.code, "1") if is_open else "",
    )


def _place(line: Line) -> tuple[datetime, str]:
    return line.at, line.key


def _meant(text: str, choices: Sequence[tuple[str, str]]) -> list[str]:
    """Kinds whose name holds the words typed."""
    words = text.lower().replace("ё", "е")
    return [value for value, label in choices if words in str(label).lower().replace("ё", "е")]


def _named(text: str) -> Q:
    """The name of the file, in any case of letters: SQLite knows only the Latin ones."""
    found = Q()
    for variant in {text, text.lower(), text.upper(), text.capitalize()}:
        found |= Q(name__icontains=variant) | Q(title__icontains=variant)
    return found
