"""What an application concerns, where its service is about one thing of many."""

from oms.cases.models import Case
from oms.cases.refused import NothingAbout
from oms.cases.states import State
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


def earlier(about: str, *, applicant: User) -> Earlier | None:
    """The case it concerns, as a service sees it; None when it concerns none. One query."""
    case = _case(about, applicant=applicant) if about.startswith(CASE) else None
    if case is None:
        return None
    known = SERVICES.get(case.service)
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
    )


def _case(told: str, *, applicant: User) -> Case | None:
    """The person's own case of that number or key, once submitted."""
    rows = Case.objects.filter(applicant=applicant).exclude(state=State.DRAFT)
    rows = rows.exclude(submitted_at=None).select_related("insurer", "fund")
    key = told.removeprefix(CASE)
    if told.startswith(CASE):
        return rows.filter(pk=key).first() if key.isdecimal() else None
    return rows.filter(number=told).first() if told else None
