"""What is asked of issued papers."""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from oms.domain.papers import codes, policy_extract, storage
from oms.domain.papers.models import Paper
from oms.domain.register.models import InsuredPerson
from oms.law.case_number import parse_paper
from oms.law.dates import long
from oms.law.verdict import Invalid


@dataclass(frozen=True)
class PaperTwin:
    """The paper as a page: the same words as in the PDF, and its state now."""

    paper: Paper
    title: str
    number: str
    issued: str
    policy_label: str
    policy_number: str
    sections: tuple[policy_extract.Section, ...]
    check_code: str
    notice: str
    footers: tuple[str, ...]
    state_text: str

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """All (label, value) of all sections, the policy's number first."""
        rest = (line for section in self.sections for line in section.lines)
        return ((self.policy_label, self.policy_number), *rest)


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


def latest(person: InsuredPerson, kind: str) -> Paper | None:
    """Return the person's paper of the kind that is in force."""
    return Paper.objects.filter(person=person, kind=kind, state=Paper.State.ISSUED).first()


def twin(paper: Paper) -> PaperTwin:
    """Return the paper's words for a page. No query."""
    words = policy_extract.wording(
        facts=paper.data,
        number=paper.number,
        check_code=paper.check_code,
        issued_at=paper.issued_at,
        signer=paper.signer,
    )
    return PaperTwin(
        paper=paper,
        title=words.title,
        number=words.number,
        issued=words.issued,
        policy_label=words.policy_label,
        policy_number=words.policy_number,
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
    if paper.state == Paper.State.SUPERSEDED:
        return f"{day} выдана более новая выписка. Попросите её."
    if paper.state == Paper.State.REVOKED:
        return f"Выписка отозвана {day} Не принимайте её."
    return f"Выписка выдана {day} и действует."


def _masked(paper: Paper) -> str:
    parts = [f"{paper.data[name][:1]}***" for name in ("given_name", "patronymic")]
    family = f"{paper.data['family_name'][:1]}."
    return " ".join(part for part in (*parts, family) if part not in {"***", "."})
