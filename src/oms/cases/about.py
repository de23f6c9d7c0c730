"""What an application concerns, where its service is about one thing of many."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from oms.cases import clock
from oms.cases.models import Case, CaseEvent
from oms.cases.refused import NothingAbout
from oms.cases.states import DECISIONS, WITH_DECIDER, State
from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import About, Earlier, PublicService
from oms.domain.accounts.models import User

CASE, VALUE = "case:", "value:"


def key_of(service: PublicService, told: str, *, applicant: User) -> str:
    """The key kept for what a person's address names: a case's number or key, a value's name.

    Empty for a service that concerns nothing in particular. Raises `NothingAbout`.
    """
    if service.about is About.VALUE:
        if not told:
            raise NothingAbout
        return VALUE + told.removeprefix(VALUE)[:56]
    if service.about is About.CASE:
        found = _case(told, applicant=applicant)
        if found is None:
            raise NothingAbout
        return found.key
    return ""


def earlier(about: str, *, applicant: User, on: date) -> Earlier | None:
    """The case it concerns, as a service sees it on the day; None when it concerns none.

    Four queries (the calendar is one), one more for a case that is itself about one.
    """
    case = _case(about, applicant=applicant) if about.startswith(CASE) else None
    if case is None:
        return None
    known = SERVICES.get(case.service)
    above = concerned(case)
    return Earlier(
        key=case.key,
        number=case.number,
        service=case.service,
        title=known.title if known else str(case.pinned.get("title") or case.service),
        state=case.state,
        about=case.about,
        submitted_at=case.submitted_at,
        due_at=case.due_at,
        decided_at=case.decided_at,
        breached_at=case.breached_at,
        refusals=tuple(case.refusals),
        insurer=case.insurer,
        fund=case.fund,
        term=tuple(clock.account(case, on=on)),
        late=is_late(case, on=on),
        before=above.service if above else "",
        followed_by=followers(case),
    )


def concerned(case: Case) -> Case | None:
    """The case that this one is about. One query, none for a case about nothing."""
    key = case.about.removeprefix(CASE)
    if not case.about.startswith(CASE) or not key.isdecimal():
        return None
    rows = Case.objects.select_related("insurer", "fund", "applicant")
    return rows.filter(pk=key, applicant=case.applicant_id).first()


def followers(case: Case) -> tuple[tuple[str, str, str], ...]:
    """The submitted cases about this one: (service, number, state), latest first. One query."""
    rows = Case.objects.filter(about=case.key, applicant=case.applicant_id)
    rows = rows.exclude(state=State.DRAFT).exclude(submitted_at=None).order_by("-pk")
    return tuple(rows.values_list("service", "number", "state"))


def is_late(case: Case, *, on: date) -> bool:
    """Whether the case is, or was decided, after its term."""
    if case.breached_at:
        return True
    if case.due_at is None:
        return False
    if case.decided_at:
        return case.decided_at > case.due_at
    return State(case.state) in WITH_DECIDER and clock.day(case.due_at) < on


def appealed(case: Case) -> Case | None:
    """The case whose refusal an appeal is about, through all its instances."""
    found = concerned(case)
    while found is not None and found.service == case.service:
        found = concerned(found)
    return found


def decided(user: User, about: str) -> bool:
    """Whether this operator took part in deciding the case it concerns.

    One query; none where it concerns no case.
    """
    key = about.removeprefix(CASE)
    if not about.startswith(CASE) or not key.isdecimal():
        return False
    return _decisions(user).filter(case_id=key).exists()


def decided_among(user: User, abouts: Sequence[str]) -> list[str]:
    """Those of these keys whose case this operator took part in deciding. At most one query."""
    keys = [int(a.removeprefix(CASE)) for a in abouts if a.removeprefix(CASE).isdecimal()]
    if not keys:
        return []
    found = _decisions(user).filter(case_id__in=keys).values_list("case_id", flat=True)
    return [f"{CASE}{key}" for key in found]


def _decisions(user: User) -> QuerySet[CaseEvent]:
    return CaseEvent.objects.filter(actor=user.key, verb__in=DECISIONS)


def _case(told: str, *, applicant: User) -> Case | None:
    """The person's own case of that number or key, once submitted."""
    rows = Case.objects.filter(applicant=applicant).exclude(state=State.DRAFT)
    rows = rows.exclude(submitted_at=None).select_related("insurer", "fund")
    key = told.removeprefix(CASE)
    if told.startswith(CASE):
        return rows.filter(pk=key).first() if key.isdecimal() else None
    return rows.filter(number=told).first() if told else None
