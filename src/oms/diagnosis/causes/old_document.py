"""The document in the record has ended and the new one was not told (документ не обновлён)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation
from oms.domain.register.models import IdentityDocument
from oms.law import dates, identity_documents, reporting


def detect(situation: Situation) -> Finding | None:
    """Whether no document of the record proves identity today: its term, 14, 20 or 45 years."""
    person, papers = situation.person, situation.documents
    if person is None or person.state not in ON_RECORD or not papers:
        return None
    if not all(_has_ended(situation, paper) for paper in papers):
        return None
    kind = identity_documents.KINDS[int(papers[0].kind)].name
    ended = papers[0].expires_on
    when = f" (срок вышел {dates.long(ended)})" if ended and ended < situation.on else ""
    return Finding(
        text=f"В реестре записан документ, который больше не действует: {kind.lower()}{when}.",
        todo="Сообщите новый документ. Полис действует, но по старому вас могут не найти.",
        by_when=f"Месяц на сообщение: {reporting.BASIS}",
        ways=(
            WayOn(
                "Сообщить новый документ",
                service="data-update",
                typed={"reason": {"reason": "document", "changed_on": "", "words": ""}},
            ),
        ),
    )


def _has_ended(situation: Situation, paper: IdentityDocument) -> bool:
    person = situation.person
    if person is None or not paper.kind.isdecimal():
        return False
    if int(paper.kind) not in identity_documents.KINDS:
        return False
    against = identity_documents.plausible(
        int(paper.kind),
        birth_date=person.birth_date,
        issued_on=paper.issued_on,
        on=situation.on,
        valid_until=paper.expires_on,
    )
    return any(refusal.code in ("document-expired", "document-too-late") for refusal in against)


CAUSE = Cause(
    code="old-document",
    title="Действует ли документ в записи",
    stage=Stage.DATA,
    order=72,
    detect=detect,
    leads_to=("data-update",),
)
