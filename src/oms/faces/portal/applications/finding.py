"""One's own application by its number, and where its pages are."""

from django.http import Http404, HttpRequest

from oms.cases.documents import asked
from oms.cases.models import Case
from oms.cases.review import Walk
from oms.catalog.declaration import PublicService, Step
from oms.domain.accounts.access import subject
from oms.domain.accounts.models import User
from oms.faces.design.parts import Crumb
from oms.faces.portal.pages import address
from oms.law import case_number
from oms.law.verdict import Invalid


def own_case(request: HttpRequest, number: str) -> Case:
    """Return an application of the open cabinet; 404 for any other, existing or not. One query."""
    try:
        text = case_number.parse(number).text
    except Invalid:
        raise Http404 from None
    user = subject(request)
    rows = Case.objects.visible_to(user).filter(applicant=user, number=text)
    found = rows.select_related(
        "insurer", "fund", "applicant", "representative", "person", "previous"
    ).first()
    if found is None:
        raise Http404
    return found


def citizen(request: HttpRequest) -> User:
    """Return who is signed in and acts, behind a guard that lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def step_url(case: Case, step: type[Step], *, back: bool = False) -> str:
    """Return the page of a step; with `back`, it leads on to the check again."""
    if step.signs:
        return address("portal:check", case.number)
    return address("portal:step", case.number, step.code) + ("?from=check" if back else "")


def next_url(case: Case, service: PublicService, walked: Walk) -> str:
    """Return the first page that is not done yet. One query where documents are asked for."""
    first = next((s for s in walked.steps if not walked.is_done(s.code)), walked.steps[-1])
    if first.signs and any(row.lacks for row in asked(case, service, walked.application)):
        return documents_url(case)
    return step_url(case, first)


def documents_url(case: Case) -> str:
    """Return the page of documents."""
    return address("portal:enclose", case.number)


def signing_step(service: PublicService) -> type[Step]:
    """Return the page by which the service's application is signed."""
    return next(step for step in service.steps if step.signs)


def crumbs(*further: Crumb) -> list[Crumb]:
    """Return the way down from the list of applications."""
    return [Crumb("Заявления", address("portal:applications")), *further]


def case_crumb(case: Case, title: str) -> Crumb:
    """Return the application as a page above another."""
    return Crumb(title, address("portal:case", case.number))
