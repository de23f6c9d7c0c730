"""What a file is brought for: told by the page that asks, signed, so that nobody makes it up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from oms.cases import bringing
from oms.cases.models import Case
from oms.domain.accounts.access import subject
from oms.domain.accounts.models import Representation, User
from oms.domain.documents import actions as documents
from oms.domain.documents.models import Document
from oms.domain.identity.models import Confirmation
from oms.kit.denied import Denied
from oms.law.typed import NBSP

SALT = "uploads"
LIVES_S = 3 * 24 * 60 * 60
CLOSED = "Документ уже на проверке, изменить его нельзя. Дождитесь ответа."


class Stale(Denied):
    """The page that asks is of another person, too old, or made up."""

    text = "Страница устарела. Обновите её и выберите файл снова."


class InUse(Denied):
    """The document is being looked at for what it was brought for."""

    text = CLOSED


@dataclass(frozen=True)
class Place:
    """One document asked for: of whom, for what, of which kind; `back` is the page that asks."""

    user: int
    about: str
    slot: str
    kind: str
    back: str

    @property
    def key(self) -> str:
        """The place as an id within a page."""
        return self.slot or "own"


def place(request: HttpRequest, *, about: str, slot: str, kind: str, back: str = "") -> Place:
    """The place of a document on this page, for whose cabinet is open."""
    return Place(subject(request).pk, about, slot, kind, back or request.get_full_path())


def seal(request: HttpRequest, one: Place) -> str:
    """The place as a form carries it; good for this account only."""
    return signing.dumps([request.user.pk, *vars(one).values()], salt=SALT, compress=True)


def opened(request: HttpRequest, sealed: str) -> Place:
    """The place a form carries. Raises `Stale`."""
    try:
        who, *values = signing.loads(sealed[:2000], salt=SALT, max_age=LIVES_S)
    except signing.BadSignature:
        raise Stale from None
    found = Place(*values)
    if who != request.user.pk or found.user != subject(request).pk:
        raise Stale
    return found


def bring(request: HttpRequest, one: Place, *, content: bytes, name: str, at: datetime) -> Document:
    """Take in a file. Raises `Unfit` and what its place refuses."""
    by, whose = _people(request)
    case = _case(one.about, whose)
    if case:
        return bringing.bring(
            case=case, slot=one.slot, kind=one.kind, content=content, name=name,
            user=whose, by=by, at=at,
        )  # fmt: skip
    _check_open(one.about, whose)
    return documents.receive(
        user=whose, by=by, kind=one.kind, content=content, name=name, at=at,
        about=one.about, slot=one.slot,
    )  # fmt: skip


def reuse(request: HttpRequest, one: Place, document: Document, *, at: datetime) -> Document:
    """Bring a file the person has already."""
    by, whose = _people(request)
    case = _case(one.about, whose)
    if case:
        return bringing.reuse(case=case, slot=one.slot, document=document, user=whose, by=by, at=at)
    _check_open(one.about, whose)
    return documents.attach(document=document, about=one.about, slot=one.slot, by=by, at=at)


def replace(
    request: HttpRequest, document: Document, *, content: bytes, name: str, at: datetime
) -> Document:
    """Put another file in the place of this one."""
    by, whose = _people(request)
    case = _case(document.about, whose)
    if case:
        return bringing.replace(
            case=case, document=document, content=content, name=name, user=whose, by=by, at=at
        )
    _check_open(document.about, whose)
    return documents.replace(document=document, content=content, name=name, by=by, at=at)


def remove(request: HttpRequest, document: Document, *, at: datetime) -> None:
    """Take a file away."""
    by, whose = _people(request)
    case = _case(document.about, whose)
    if case:
        return bringing.remove(case=case, document=document, user=whose, by=by, at=at)
    _check_open(document.about, whose)
    return documents.remove(document=document, by=by, at=at)


def why_kept(request: HttpRequest, document: Document) -> str:
    """Why this file may not be removed or replaced now; empty when it may. One query at most."""
    _, whose = _people(request)
    if document.state == Document.State.ACCEPTED:
        return documents.Settled.text
    case = _case(document.about, whose)
    if case:
        kept = bringing.why_kept(case, document)
        return kept.text if kept else ""
    return "" if _is_open(document.about, whose) else CLOSED


def acting(request: HttpRequest) -> User:
    """Who acts."""
    assert isinstance(request.user, User)
    return request.user


def about_words(request: HttpRequest, document: Document) -> tuple[str, str]:
    """What the document was brought for: words and an address, both empty for none."""
    if document.about.startswith("case:"):
        case = _case(document.about, subject(request))
        if case:
            words = f"Заявление №{NBSP}{case.number}"
            return words, reverse("portal:case", args=[case.number])
    room = document.about.partition(":")[0]
    return {"identity": "Подтверждение личности", "representation": "Дети и подопечные"}.get(
        room, ""
    ), ""


def _people(request: HttpRequest) -> tuple[User, User]:
    """Who acts, and whose cabinet it is."""
    return acting(request), subject(request)


def _case(about: str, user: User) -> Case | None:
    """The case a document is about. A case of somebody else leaves nothing open."""
    if not about.startswith("case:"):
        return None
    found = Case.objects.visible_to(user).filter(applicant=user, pk=int(about[5:])).first()
    if found is None:
        raise Stale
    return found


def _check_open(about: str, user: User) -> None:
    if not _is_open(about, user):
        raise InUse


def _is_open(about: str, user: User) -> bool:
    """Whether what the document is about still takes files."""
    room, _, number = about.partition(":")
    if not about:
        return True
    check = _OPEN.get(room)
    return bool(check and number.isdigit() and check(user, int(number)))


def _identity(user: User, number: int) -> bool:
    states = (Confirmation.State.BEGUN, Confirmation.State.FIX)
    return Confirmation.objects.visible_to(user).filter(pk=number, state__in=states).exists()


def _representation(user: User, number: int) -> bool:
    rows = Representation.objects.visible_to(user)
    return rows.filter(pk=number, state=Representation.State.ASKED).exists()


_OPEN: dict[str, Callable[[User, int], bool]] = {
    "identity": _identity,
    "representation": _representation,
}
