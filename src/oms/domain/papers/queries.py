"""What is asked of issued papers."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BigAutoField
from django.utils.timezone import localdate

from oms.domain.accounts.models import User
from oms.domain.papers import codes, periods, storage
from oms.domain.papers.kinds import KINDS
from oms.domain.papers.models import Delivery, DetachedSignature, Paper
from oms.domain.papers.wording import Section, Stamp
from oms.domain.register.models import InsuredPerson
from oms.kit.prepared import Prepared
from oms.law.case_number import parse_paper
from oms.law.dates import long
from oms.law.verdict import Invalid

_SHOWN = 50


@dataclass(frozen=True)
class PaperTwin:
    """The paper as a page: the same words as in the PDF, and its state now."""

    paper: Paper
    title: str
    number: str
    issued: str
    head_label: str
    head: str
    card: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    check_code: str
    notice: str
    footers: tuple[str, ...]
    state_text: str

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """All (label, value) of all sections, what the card says first."""
        rest = (line for section in self.sections for line in section.lines)
        return ((self.head_label, self.head), *self.card, *rest)


@dataclass(frozen=True)
class PaperAnswer:
    """What anybody may learn of a paper (BEY-10).

    `holder` («А*** В*** К.») and `number_tail` (last four digits of the policy's number) are
    told to who has the random check code or the file, not to who tries numbers in a row.
    """

    state: str
    state_title: str
    text: str
    number: str
    kind_title: str
    issued_on: date
    changed_on: date | None
    holder: str = ""
    number_tail: str = ""

    @property
    def is_in_force(self) -> bool:
        """Whether the paper may be relied upon."""
        return self.state == Paper.State.ISSUED


def content(paper: Paper) -> bytes:
    """Return the signed PDF, the same bytes for ever; raise `storage.Damaged`."""
    return storage.fetch(paper.sha256)


def detached_signature(paper: Paper) -> bytes:
    """Return the GOST signature kept beside the file; empty when none was made. One query."""
    found = DetachedSignature.objects.filter(paper=paper).first()
    return bytes(found.content) if found else b""


def has_detached_signature(paper: Paper) -> bool:
    """Tell whether a GOST signature lies beside the file. One query."""
    return DetachedSignature.objects.filter(paper=paper).exists()


def copies(paper: Paper) -> list[Delivery]:
    """Return printed copies of the paper, the newest first. One query."""
    found = Delivery.objects.filter(paper=paper).select_related("point")
    return list(found.order_by("-prepared_at", "-pk"))


def in_force(person: InsuredPerson) -> list[Paper]:
    """Return the person's papers in force, the newest first. One query."""
    found = Paper.objects.filter(person=person, state=Paper.State.ISSUED)
    return list(found.order_by("-issued_at", "-pk")[:_SHOWN])


def period_words(paper: Paper) -> str:
    """Return the period a paper is about, with a comma to go on after; empty for none."""
    return f"{periods.read(paper.scope).words}, " if paper.scope else ""


def issued_on(paper: Paper) -> date:
    """Return the day it was issued, on the portal's clock."""
    return localdate(paper.issued_at)


def latest(person: InsuredPerson, kind: str) -> Paper | None:
    """Return the person's paper of the kind that is in force."""
    return Paper.objects.filter(person=person, kind=kind, state=Paper.State.ISSUED).first()


def extract_number(*, user: User) -> str:
    """Return the number of the extract about the policy that the account got last, or ''."""
    return _EXTRACT.first(user=user.pk) or ""


_EXTRACT: Prepared[str] = Prepared(
    lambda user: (
        Paper.objects.filter(
            person__user=user, kind=Paper.Kind.POLICY_EXTRACT, state=Paper.State.ISSUED
        )
        .order_by("-issued_at")
        .values_list("number", flat=True)[:1]
    ),
    user=BigAutoField(),
)


def twin(paper: Paper) -> PaperTwin:
    """Return the paper's words for a page. No query."""
    stamp = Stamp(paper.number, paper.check_code, paper.issued_at, paper.signer)
    words = KINDS[paper.kind].wording(facts=paper.data, stamp=stamp)
    return PaperTwin(
        paper=paper,
        title=words.title,
        number=words.number,
        issued=words.issued,
        head_label=words.head_label,
        head=words.head,
        card=words.card,
        sections=words.sections,
        check_code=words.check_code,
        notice=words.notice,
        footers=words.footer,
        state_text=_state_text(paper),
    )


def check(code_or_number: str) -> PaperAnswer | None:
    """Find a paper by its check code or its number, typed in any usual way. One query."""
    code = codes.read(code_or_number)
    if code:
        found = Paper.objects.filter(check_code=code).first()
        return answer(found, with_holder=True) if found else None
    try:
        number = parse_paper(code_or_number).text
    except Invalid:
        return None
    found = Paper.objects.filter(number=number).first()
    return answer(found, with_holder=False) if found else None


def answer(paper: Paper, *, with_holder: bool) -> PaperAnswer:
    """Return what may be told of the paper."""
    number = paper.data["enp"] or paper.data["blank_number"]
    return PaperAnswer(
        state=paper.state,
        state_title=str(Paper.State(paper.state).label),
        text=_state_text(paper),
        number=paper.number,
        kind_title=str(Paper.Kind(paper.kind).label),
        issued_on=localdate(paper.issued_at),
        changed_on=None if paper.state == Paper.State.ISSUED else localdate(paper.state_at),
        holder=_masked(paper) if with_holder else "",
        number_tail=number[-4:] if with_holder else "",
    )


def _state_text(paper: Paper) -> str:
    day = long(localdate(paper.state_at))  # ends with «г.», which ends a sentence too
    noun = KINDS[paper.kind].noun
    if paper.state == Paper.State.SUPERSEDED:
        return f"{day} выдана более новая {noun}. Попросите её."
    if paper.state == Paper.State.REVOKED:
        return f"{noun.capitalize()} отозвана {day} Не принимайте её."
    return f"{noun.capitalize()} выдана {day} и действует."


def _masked(paper: Paper) -> str:
    parts = [f"{paper.data[name][:1]}***" for name in ("given_name", "patronymic")]
    family = f"{paper.data['family_name'][:1]}."
    return " ".join(part for part in (*parts, family) if part not in {"***", "."})
