"""What the cases keep about a person."""

from datetime import datetime

from oms.cases.models import Case
from oms.cases.states import OPEN, TITLES, State
from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import Keeper, Portion, rows
from oms.law.typed import NBSP

_CASE = (
    "number", "service", "state", "started_at", "submitted_at", "due_at", "decided_at", "typed",
    "answers", "question", "refusals", "result",
)  # fmt: skip


def _collect(user: User) -> Portion:
    found = (
        Case.objects.filter(applicant=user)
        .order_by("started_at")
        .prefetch_related("events", "notes")
    )
    data = []
    for case in found:
        events = [
            {"at": e.at, "state": TITLES[State(e.target)], "by": e.actor_title, "text": e.text}
            for e in case.events.all()
        ]
        notes = [
            {"at": n.at, "by": n.organization, "what": n.get_kind_display(), "text": n.text}
            for n in case.notes.all()
        ]
        data.append({**rows([case], *_CASE)[0], "events": events, "notes": notes})
    return Portion(data)


def _obstacle(user: User) -> str:
    open_states = sorted(OPEN - {State.DRAFT})
    case = Case.objects.filter(applicant=user, state__in=open_states).first()
    if case is None:
        return ""
    return f"Заявление №{NBSP}{case.number} ещё рассматривают. Дождитесь решения или отзовите его."


def _erase(user: User, _at: datetime) -> None:
    """Forget drafts: nobody was asked to do anything with them."""
    drafts = Case.objects.filter(applicant=user, submitted_at=None)
    drafts.update(typed={}, trail={}, answers={})


KEEPERS = (
    Keeper(
        code="applications",
        title="Заявления и решения",
        basis="59-ФЗ и 326-ФЗ",
        order=15,
        count=lambda user: Case.objects.filter(applicant=user).count(),
        collect=_collect,
        erase=_erase,
        kept_because="Поданные заявления и решения по ним храним по закону, черновики удалим",
        obstacle=_obstacle,
    ),
)
