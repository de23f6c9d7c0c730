"""The crowd: people whose applications fill the operators' queues, each at its own stage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate, localtime

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.domain.accounts import synthetic as accounts
from oms.domain.accounts.models import Role, User
from oms.domain.directory import queries as directory
from oms.domain.identity import synthetic as identity
from oms.domain.journal.actions import SYSTEM
from oms.domain.notifications.synthetic import consider_sent
from oms.domain.register import invented
from oms.domain.register.data import DocumentData
from oms.domain.register.models import InsuredPerson
from oms.faces.demo.applications import (
    Times,
    approved,
    change_pages,
    draft,
    finished,
    policy_pages,
    submitted,
    taken,
)
from oms.faces.demo.scenes import insured
from oms.law.dates import age

FIRST = 98_000_000
"""Numbers of the crowd's invented papers; those of the register begin with 0."""
FEWEST = 26
NEIGHBOURS = {"77901": "77902", "77902": "77903", "77903": "77901", "50901": "50902",
              "50902": "50901", "66901": "66902", "66902": "66901"}  # fmt: skip
QUESTIONS = (
    ("Уточните номер паспорта: в заявлении он не совпал с реестром документов.",
     ("document_number",)),
    ("Напишите место рождения точно так, как в паспорте.", ("birth_place",)),
    ("Вы зарегистрированы по другому адресу? Укажите его полностью.", ("registration",)),
)  # fmt: skip
REASONS = (
    ({"code": "data-differ", "about": "СНИЛС", "field": "snils"},),
    ({"code": "document-expired", "about": "Паспорт"},),
    (
        {"code": "value-not-valid", "about": "Место рождения", "field": "birth_place"},
        {"code": "document-unreadable", "about": "Паспорт"},
    ),
    ({"code": "identity-not-confirmed"},),
    ({"code": "document-missing", "about": "СНИЛС"},),
)


@dataclass(frozen=True)
class Plan:
    """One application: to whom, how far it came, handed in so many working days ago, by whom."""

    insurer: str
    stage: str
    days: int
    by: str = ""


def _plans(insurer: str, stage: str, by: str, *days: int) -> list[Plan]:
    return [Plan(insurer, stage, day, by) for day in days]


PLANS = (
    *_plans("77901", "awaiting", "", 6, 5, 1),
    *_plans("77901", "worked", "petrova", 4),
    *_plans("77901", "worked", "sedov", 2),
    *_plans("77901", "asked", "petrova", 3),
    *_plans("77901", "answered", "sedov", 5),
    *_plans("77901", "approved", "petrova", 1),
    *_plans("77901", "ready", "sedov", 9),
    *_plans("77901", "rejected", "petrova", 8),
    *_plans("77901", "withdrawn", "", 7),
    *_plans("77901", "expired", "petrova", 30),
    *_plans("77901", "draft", "", 2),
    *_plans("77902", "awaiting", "", 4, 2),
    *_plans("77902", "worked", "lukina", 3),
    *_plans("50901", "awaiting", "", 1),
    *_plans("66901", "awaiting", "", 3),
    *_plans("77901", "awaiting", "", 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 2, 1),
    *_plans("77901", "worked", "petrova", 1, 2, 3, 5, 7),
    *_plans("77901", "worked", "sedov", 1, 2, 3, 4),
    *_plans("77901", "asked", "sedov", 2, 4, 8, 9),
    *_plans("77901", "answered", "petrova", 6, 3),
    *_plans("77902", "awaiting", "", 0, 1, 3),
    *_plans("77902", "worked", "lukina", 1, 5),
    *_plans("77902", "asked", "lukina", 4),
    *_plans("77903", "awaiting", "", 1, 2, 4),
    *_plans("50901", "awaiting", "", 0, 3),
    *_plans("50902", "awaiting", "", 2),
    *_plans("66901", "awaiting", "", 2, 5),
    *_plans("66902", "awaiting", "", 3),
    *_plans("77901", "ready", "petrova", 12, 21),
    *_plans("77902", "ready", "lukina", 10, 16),
    *_plans("77901", "rejected", "sedov", 11, 14, 25, 40),
    *_plans("77902", "rejected", "lukina", 9, 18),
    *_plans("77901", "rejected", "petrova", 3, 6),
    *_plans("77901", "late", "sedov", 15),
    *_plans("77901", "withdrawn", "", 13),
    *_plans("77901", "draft", "", 1, 6),
)  # fmt: skip


def size(persons: int) -> int:
    """How many applications suit a register of so many people."""
    return min(max(persons // 8, FEWEST), len(PLANS))


def gather(
    *, persons: int, staff: Mapping[str, User], at: datetime, step: Callable[[int], object]
) -> None:
    """Make the applications that are missing; each with its applicant is one transaction."""
    people = islice(_grown(localdate(at)), size(persons))
    for number, (plan, one) in enumerate(zip(PLANS, people, strict=False)):
        if not User.objects.filter(phone=_phone(number)).exists():
            _apply(number, plan, one, staff, at)
        step(1)


def _grown(on: date) -> Any:
    """Invented people of full age; the same ones every time."""
    crowd = invented.invent(start=FIRST, count=1_000, on=date(2026, 1, 1))
    return (one for one in crowd if 19 <= age(one.birth_date, on=on) < 80)


def _phone(number: int) -> str:
    return f"+7900{1_000 + number:07}"


@transaction.atomic
def _apply(
    number: int, plan: Plan, one: invented.Invented, staff: Mapping[str, User], at: datetime
) -> None:
    random = Random(number)  # noqa: S311
    times = Times(_morning(plan.days, random, at), now=at)
    known = _uninsured(number)
    user = _applicant(number, one, known, times.last - timedelta(days=random.randint(1, 90)))
    if number % 6:
        identity.confirm(user=user, at=user.created_at)  # the others bring their passport
    if known is None and number % 4 == 3 and plan.stage in ("awaiting", "worked", "answered"):
        began = date(2015, 3, 1) + timedelta(days=number * 20)
        old = NEIGHBOURS[plan.insurer]
        insured(user, insurer=old, since=began, at=at, number=one.index)
        moved_on = localdate(times.last) - timedelta(days=20)
        service, pages = "change-insurer", change_pages(insurer=plan.insurer, moved_on=moved_on)
    else:
        paper = _paper(one, known, localdate(at))
        service, pages = "issue-policy", policy_pages(user, paper=paper, insurer=plan.insurer)
    if plan.stage == "draft":
        draft(user, service, dict(islice(pages.items(), 1 + number % 4)), times)
    else:
        case = submitted(user, service, pages, times)
        _STAGES[plan.stage](case, staff.get(plan.by, user), times)
    consider_sent(users=[user])


def _uninsured(number: int) -> InsuredPerson | None:
    """For one applicant in five somebody whom the register knows, but who has no policy."""
    if number % 5 != 1:
        return None
    rows = InsuredPerson.objects.filter(
        user=None, insurer=None, enp=None, state=InsuredPerson.State.ACTIVE, region="77"
    ).exclude(snils__in=User.objects.exclude(snils=None).values("snils"))
    told = rows.filter(
        identity_documents__kind="14", identity_documents__issued_on__gt="1900-01-01"
    )
    return told.order_by("pk").first()


def _paper(one: invented.Invented, known: InsuredPerson | None, on: date) -> DocumentData:
    if known is None:
        return invented.document(one.index, birth_date=one.birth_date, on=on)
    row = known.identity_documents.get(kind="14", valid_until=None)
    return DocumentData(
        kind=row.kind, series=row.series, number=row.number, issued_on=row.issued_on,
        issued_by=row.issued_by, department_code=row.department_code,
    )  # fmt: skip


def _applicant(
    number: int, one: invented.Invented, known: InsuredPerson | None, at: datetime
) -> User:
    who = known or one
    user = accounts.make_user(
        role=Role.INSURED, phone=_phone(number), email=f"applicant{number}@people.example",
        password=None, at=at, family_name=who.family_name, given_name=who.given_name,
        patronymic=who.patronymic, birth_date=who.birth_date, sex=who.sex,
        birth_place=invented.TOWNS["77"], snils=who.snils,
    )  # fmt: skip
    identity.confirm(user=user, at=at)
    return user


def _morning(days: int, random: Random, at: datetime) -> datetime:
    """A moment of the day so many working days before; a few hours ago for none."""
    if days == 0:
        return at - timedelta(minutes=random.randint(20, 200))
    calendar, day = directory.calendar(region=settings.REGION), localdate(at)
    while days:
        day -= timedelta(days=1)
        days -= calendar.is_working(day)
    begun = localtime(at).replace(hour=random.randint(8, 16), minute=random.randint(0, 59))
    return begun - timedelta(days=(localdate(at) - day).days)


def _ask(case: Case, by: User, times: Times) -> Case:
    question, fields = QUESTIONS[case.pk % len(QUESTIONS)]
    if case.service != "issue-policy":
        question, fields = "Пришлите точный новый адрес: улицу, дом и квартиру.", ("residence",)
    case = taken(case, by=by, times=times)
    at = times.at_work(hours=3)
    return cases.perform("ask", case, by=by, at=at, note=question, fields=fields)


def _awaiting(case: Case, by: User, times: Times) -> None:
    """Nobody has taken it."""


def _worked(case: Case, by: User, times: Times) -> None:
    taken(case, by=by, times=times)


def _asked(case: Case, by: User, times: Times) -> None:
    _ask(case, by, times)


def _answered(case: Case, by: User, times: Times) -> None:
    case = _ask(case, by, times)
    note = "Проверил по паспорту: в заявлении всё указано верно."
    cases.perform("answer", case, by=case.applicant, at=times.after(hours=30), note=note)


def _approved(case: Case, by: User, times: Times) -> None:
    approved(case, by=by, times=times)


def _ready(case: Case, by: User, times: Times) -> None:
    finished(approved(case, by=by, times=times), times=times)


def _rejected(case: Case, by: User, times: Times) -> None:
    case = taken(case, by=by, times=times)
    reasons = REASONS[(case.pk * 3 + len(case.applicant_name)) % len(REASONS)]
    cases.perform("reject", case, by=by, at=times.at_work(hours=22), reasons=reasons)


def _late(case: Case, by: User, times: Times) -> None:
    """Decided after the term."""
    times.after(days=9)
    _rejected(case, by, times)


def _withdrawn(case: Case, by: User, times: Times) -> None:
    cases.perform("withdraw", case, by=case.applicant, at=times.after(hours=9))


def _expired(case: Case, by: User, times: Times) -> None:
    case = _ask(case, by, times)
    assert case.answer_by
    cases.perform("expire", case, by=SYSTEM, at=case.answer_by + timedelta(minutes=5))


_STAGES: Mapping[str, Callable[[Case, User, Times], None]] = {
    "awaiting": _awaiting, "worked": _worked, "asked": _asked, "answered": _answered,
    "approved": _approved, "ready": _ready, "rejected": _rejected, "withdrawn": _withdrawn,
    "expired": _expired, "late": _late,
}  # fmt: skip
