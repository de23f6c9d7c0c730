"""Applications of the demo world, moved by the same actions as real ones, at times gone by."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM
from oms.domain.papers import actions as papers
from oms.domain.register import invented
from oms.domain.register.data import DocumentData
from oms.faces.demo import sheets

Typed = dict[str, dict[str, Any]]
OPENS, CLOSES, FRIDAY = 9, 18, 4


class Times:
    """Moments one after another, none of them in the future."""

    def __init__(self, begin: datetime, *, now: datetime) -> None:
        self.last, self.now = min(begin, now - timedelta(minutes=10)), now

    def after(self, **length: float) -> datetime:
        """Go on by the length (days, hours, minutes), at most half of the way to now."""
        self.last += min(timedelta(**length), (self.now - self.last) / 2)
        return self.last

    def at_work(self, **length: float) -> datetime:
        """Go on by the length, and then to the next morning if the office is closed."""
        wanted = timezone.localtime(self.last + timedelta(**length))
        if wanted.hour >= CLOSES:
            wanted = (wanted + timedelta(days=1)).replace(hour=OPENS)
        elif wanted.hour < OPENS:
            wanted = wanted.replace(hour=OPENS)
        while wanted.weekday() > FRIDAY:
            wanted += timedelta(days=1)
        return self.after(seconds=(wanted - self.last).total_seconds())


def policy_pages(user: User, *, paper: DocumentData, insurer: str, address: str = "") -> Typed:
    """What the user types to get a policy; the insurer's code gives the region."""
    assert user.birth_date
    place = invented.TOWNS[insurer[:2]]
    return {
        "person": {
            "family_name": user.family_name,
            "given_name": user.given_name,
            "patronymic": user.patronymic,
            "birth_date": f"{user.birth_date:%d.%m.%Y}",
            "sex": str(user.sex),
            "birth_place": user.birth_place,
            "citizenship": "RUS",
            "snils": user.snils,
        },
        "document": {
            "document_kind": paper.kind,
            "document_series": paper.series,
            "document_number": paper.number,
            "issued_on": f"{paper.issued_on:%d.%m.%Y}",
            "issued_by": paper.issued_by,
            "department_code": paper.department_code,
            "expires_on": "",
        },
        "address": {
            "region": insurer[:2],
            "registration": address or f"{place}, ул. Учебная, д. {user.birth_date.day}, кв. 12",
            "residence": "",
        },
        "insurer": {"insurer": insurer},
        "contacts": {"phone": user.phone, "email": user.email},
        "confirm": {"truth": "on"},
    }


def change_pages(
    *, insurer: str, moved_on: date | None = None, ground: int = 3, desired_on: date | None = None
) -> Typed:
    """What a person types to change the insurer; a move has its day and a new address."""
    residence = f"{invented.TOWNS[insurer[:2]]}, ул. Примерная, д. 5, кв. 21"
    return {
        "reason": {
            "ground": str(ground),
            "moved_on": f"{moved_on:%d.%m.%Y}" if moved_on else "",
            "region": insurer[:2] if moved_on else "",
            "residence": residence if moved_on else "",
        },
        "insurer": {
            "insurer": insurer,
            "desired_on": f"{desired_on:%d.%m.%Y}" if desired_on else "",
        },
        "confirm": {"truth": "on"},
    }


def draft(
    user: User,
    service: str,
    pages: Mapping[str, Mapping[str, Any]],
    times: Times,
    *,
    about: str = "",
) -> Case:
    """Begin an application and type these pages, one after another; `about` as `cases.start`."""
    case = cases.start(service=service, applicant=user, at=times.last, about=about)
    for step, typed in pages.items():
        case = cases.save_draft(
            case=case, step=step, typed=typed, by=user, at=times.after(minutes=2)
        )
    return case


def submitted(user: User, service: str, pages: Typed, times: Times, *, about: str = "") -> Case:
    """An application handed in, signed with a code."""
    begun = draft(user, service, pages, times, about=about)
    case = sheets.attach(begun, at=times.after(minutes=2))
    at = times.after(minutes=3)
    signature = {"kind": "sms-code", "phone": user.phone or "", "at": at.isoformat()}
    return cases.perform("submit", case, by=user, at=at, signature=signature)


def taken(case: Case, *, by: User, times: Times) -> Case:
    """In work."""
    return cases.perform("take", case, by=by, at=times.at_work(hours=5))


def approved(case: Case, *, by: User, times: Times) -> Case:
    """Approved by its operator; papers are left to the worker."""
    return cases.perform(
        "approve", taken(case, by=by, times=times), by=by, at=times.at_work(hours=20)
    )


def finished(case: Case, *, times: Times) -> Case:
    """Papers issued, the applicant told: what `cases.tasks.finish` does, but in the past."""
    at = times.after(minutes=1)
    for wished in case.result["papers"]:
        assert case.person is not None
        kind, _, scope = wished.partition(" ")
        papers.issue(
            kind=kind, scope=scope, person=case.person, basis=case.key,
            key=f"{case.key}:{wished}", by=SYSTEM, at=at,
        )  # fmt: skip
    return cases.perform("finish", case, by=SYSTEM, at=at)
