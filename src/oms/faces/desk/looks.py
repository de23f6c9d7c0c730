"""Every look at a person's data is written down before it is shown (BEY-7).

Looks at one person for one purpose are one line in ten minutes of a session: a page reloaded
or left and opened again is the same look.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.http import HttpRequest

from oms.cases.models import Case
from oms.domain.accounts import support
from oms.domain.accounts.models import Representation, User
from oms.domain.documents.models import Document
from oms.domain.journal.actions import record
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson
from oms.faces.desk.pages import staff
from oms.law import dates
from oms.law.typed import NBSP

TOGETHER = timedelta(minutes=10)
_SEEN = "desk_looks"
_DAYS = "desk_days"
_DAYS_KEPT = 5


def case_purpose(case: Case) -> str:
    """Return the purpose of a look made to decide a case."""
    return f"Дело №{NBSP}{case.number}"


def look_at_case(
    request: HttpRequest, case: Case, *, at: datetime, others: Iterable[InsuredPerson] = ()
) -> None:
    """Write down a look at a case: at its applicant, and at `others` it was compared with."""
    purpose = case_purpose(case)
    _look(request, case, subject=case.key, purpose=purpose, at=at)
    look_at_people(request, others, purpose=f"{purpose}: сверка с реестром", at=at)


def look_at_document(request: HttpRequest, case: Case, document: Document, *, at: datetime) -> None:
    """Write down a look at a document of a case."""
    purpose = f"{case_purpose(case)}: документ «{document.get_kind_display()}»"
    _look(request, case, subject=document.key, purpose=purpose, at=at)


def _look(request: HttpRequest, case: Case, *, subject: str, purpose: str, at: datetime) -> None:
    """Write down a look at the record the case is about, else at its applicant."""
    if case.person:
        look_at_person(request, case.person, purpose=purpose, at=at)
    elif _is_new(request, case.applicant.key, purpose, at):
        with transaction.atomic():
            record(
                act="person.read",
                subject=subject,
                person=case.applicant.key,
                by=staff(request).actor,
                at=at,
                details={"purpose": purpose},
            )
        _remember(request, case.applicant.key, purpose=purpose, at=at)


def look_at_right(
    request: HttpRequest, right: Representation, *, purpose: str, at: datetime
) -> None:
    """Write down a look at a right to act for another: both its sides are shown."""
    for person in (right.ward, right.representative):
        if not _is_new(request, person.key, purpose, at):
            continue
        with transaction.atomic():
            record(
                act="person.read",
                subject=right.key,
                person=person.key,
                by=staff(request).actor,
                at=at,
                details={"purpose": purpose},
            )
        _remember(request, person.key, purpose=purpose, at=at)


def look_at_person(
    request: HttpRequest, person: InsuredPerson, *, purpose: str, at: datetime
) -> None:
    """Write down a look at a record of the register."""
    look_at_people(request, [person], purpose=purpose, at=at)


def look_at_people(
    request: HttpRequest, people: Iterable[InsuredPerson], *, purpose: str, at: datetime
) -> None:
    """Write down a look at each of these records, in as many queries as at one."""
    new = {one.pk: one for one in people if _is_new(request, one.key, purpose, at)}
    if not new:
        return
    register.look(people=new.values(), by=staff(request), purpose=purpose, at=at)
    _remember(request, *(one.key for one in new.values()), purpose=purpose, at=at)


def look_at_day(
    request: HttpRequest, people: Iterable[InsuredPerson], *, day: date, at: datetime
) -> None:
    """Write down that a registrar saw a clinic's day: a line a person, a session and a day.

    The sheet stays open from morning to evening: a line each ten minutes would hide all others.
    """
    told: dict[str, list[int]] = request.session.get(_DAYS, {})
    seen = set(told.get(day.isoformat(), ()))
    new = {one.pk: one for one in people if one.pk not in seen}
    if not new:
        return
    purpose = f"Приём в поликлинике {dates.short(day)}"
    register.look(people=new.values(), by=staff(request), purpose=purpose, at=at)
    latest = dict(list({**told, day.isoformat(): sorted(seen | set(new))}.items())[-_DAYS_KEPT:])
    request.session[_DAYS] = latest


def look_at_account(request: HttpRequest, user: User, *, purpose: str, at: datetime) -> None:
    """Write down a look at an account."""
    if _is_new(request, user.key, purpose, at):
        support.look(user=user, by=staff(request), purpose=purpose, at=at)
        _remember(request, user.key, purpose=purpose, at=at)


def search_made(
    request: HttpRequest, *, text: str, purpose: str, found: Sequence[InsuredPerson], at: datetime
) -> None:
    """Write down a search of the register: what was typed, why, and whom it showed.

    Each person shown has a line of their own, for «кто смотрел» is read by the person. What was
    typed is not in it, it may name somebody else.
    """
    with transaction.atomic():
        record(
            act="register.search",
            subject=staff(request).key,
            by=staff(request).actor,
            at=at,
            details={"text": text, "purpose": purpose, "found": [p.key for p in found]},
        )
        look_at_people(request, found, purpose=f"{purpose}: показано в поиске", at=at)


def looked_before(request: HttpRequest, *, key: str, purpose: str, at: datetime) -> bool:
    """Tell whether this session made the same look just now; from now on it has."""
    if not _is_new(request, key, purpose, at):
        return True
    _remember(request, key, purpose=purpose, at=at)
    return False


def _is_new(request: HttpRequest, key: str, purpose: str, at: datetime) -> bool:
    last = request.session.get(_SEEN, {}).get(f"{key} {purpose}")
    return last is None or not 0 <= at.timestamp() - last < TOGETHER.total_seconds()


def _remember(request: HttpRequest, *keys: str, purpose: str, at: datetime) -> None:
    since = (at - TOGETHER).timestamp()
    seen = {k: t for k, t in request.session.get(_SEEN, {}).items() if t > since}
    now = {f"{key} {purpose}": at.timestamp() for key in keys}
    request.session[_SEEN] = {**seen, **now}
