"""What the applicant is told of a move, and under whose name."""

from datetime import datetime

from oms.cases import clock
from oms.cases.models import Case
from oms.cases.refused import link
from oms.cases.review import service_title
from oms.cases.rights import By
from oms.cases.states import TITLES, Side, State
from oms.domain.accounts import wards
from oms.domain.accounts.models import User
from oms.domain.notifications.actions import tell


def title_of(case: Case, side: Side, by: By) -> str:
    """Who moved, as the applicant sees it: an organisation, not a clerk's name."""
    if side is Side.APPLICANT:
        if isinstance(by, User) and by.pk != case.applicant_id:
            return wards.signed(by)
        return "Вы"
    decider = case.insurer or case.fund
    return str(decider)[:120] if side is Side.DECIDER and decider else "Кабинет ОМС"


def tell_applicant(case: Case, *, verb: str, kind: str, text: str, at: datetime) -> None:
    """Send the message of a move; one move makes one message."""
    tell(
        user=case.applicant,
        kind=kind,
        context=message_context(case, text=text),
        key=f"{case.key}:{verb}:{case.revision}",
        at=at,
        subject=case.key,
        link=link(case.number),
        answer_by=case.answer_by if kind == "case-question" else None,
    )


def message_context(case: Case, *, text: str = "") -> dict[str, str]:
    """What messages about a case may say."""
    decider = case.insurer or case.fund
    return {
        "number": case.number,
        "service": service_title(case),
        "state": TITLES[State(case.state)],
        "decider": str(decider) if decider else "Кабинет ОМС",
        "due": clock.until(case.due_at) if case.due_at else "",
        "text": text,
    }
