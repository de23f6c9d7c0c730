"""The citizens' stories: what had happened to each before the demo began."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.domain.accounts.models import Source, User
from oms.domain.directory.models import Insurer
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register import invented
from oms.domain.register.data import DocumentData, NewPerson
from oms.domain.register.models import Insurance, InsuredPerson
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
from oms.faces.demo.people import CAST_FROM
from oms.law.facts import Ground

STAR, LADOGA, OWL = "77901", "77902", "77905"
Scene = Callable[[User, Mapping[str, User], datetime], list[Case]]


def insured(user: User, *, insurer: str, since: date, at: datetime, number: int) -> InsuredPerson:
    """Enter the user into the register and insure them from the day."""
    assert user.birth_date
    assert user.sex
    then = at - timedelta(days=290)
    data = NewPerson(
        region=insurer[:2],
        family_name=user.family_name,
        given_name=user.given_name,
        patronymic=user.patronymic,
        birth_date=user.birth_date,
        sex=user.sex,
        snils=user.snils,
        birth_place=user.birth_place,
        employment=1,
        phone=user.phone or "",
        email=user.email or "",
        document=invented.document(number, birth_date=user.birth_date, on=localdate(then)),
        registration=f"{invented.TOWNS[insurer[:2]]}, ул. Учебная, д. {number % 90 + 1}, кв. 40",
    )
    person = register.register_person(
        data=data, by=SYSTEM, at=then, source=Source.REGISTER, basis=f"demo:{number}", user=user
    )
    register.give_policy(
        person=person, insurer=Insurer.objects.get(pk=insurer), on=since, by=SYSTEM, at=then,
        ground=Insurance.Ground.FIRST_CHOICE, basis=f"demo:{number}",
    )  # fmt: skip
    return person


def _number(user: User) -> int:
    return CAST_FROM + int((user.phone or "0")[-4:])


def _passport(user: User, at: datetime) -> DocumentData:
    assert user.birth_date
    return invented.document(_number(user), birth_date=user.birth_date, on=localdate(at))


def changed_this_year(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Insured by «Ладога-Мед», moved to «Северная звезда» at wish this year, later an extract."""
    insured(user, insurer=LADOGA, since=date(2016, 5, 11), at=at, number=_number(user))
    today = localdate(at)
    days = (today - date(today.year, 1, 1)).days * 2 // 3
    wish = min(date(today.year, 1, 1) + timedelta(days=days), date(today.year, 10, 12))
    times = Times(at - timedelta(days=(today - wish).days), now=at)
    pages = change_pages(insurer=STAR, ground=Ground.YEARLY)
    first = submitted(user, "change-insurer", pages, times)
    first = finished(approved(first, by=staff["petrova"], times=times), times=times)
    times = Times(max(at - timedelta(days=17), times.last), now=at)
    second = submitted(user, "policy-extract", {"request": {"truth": "on"}}, times)
    second = cases.perform("approve_automatically", second, by=SYSTEM, at=times.after(minutes=1))
    return [first, finished(second, times=times)]


def newcomer(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Nothing yet."""
    return []


def asked(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Asked for the right number of the passport."""
    times = Times(at - timedelta(days=4, hours=3), now=at)
    pages = policy_pages(user, paper=_passport(user, at), insurer=STAR)
    case = taken(submitted(user, "issue-policy", pages, times), by=staff["petrova"], times=times)
    question = "Проверьте номер паспорта: в реестре документов такого номера нет."
    return [
        cases.perform(
            "ask",
            case,
            by=staff["petrova"],
            at=times.at_work(hours=3),
            note=question,
            fields=["document_number"],
        )
    ]


def refused(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Refused for two reasons."""
    times = Times(at - timedelta(days=12), now=at)
    pages = policy_pages(user, paper=_passport(user, at), insurer=LADOGA)
    case = taken(submitted(user, "issue-policy", pages, times), by=staff["lukina"], times=times)
    reasons = [
        {"code": "data-differ", "about": "Место рождения", "field": "birth_place"},
        {"code": "document-unreadable", "about": "Паспорт"},
    ]
    return [
        cases.perform(
            "reject", case, by=staff["lukina"], at=times.at_work(hours=26), reasons=reasons
        )
    ]


def ready(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Approved, with an extract to download."""
    times = Times(at - timedelta(days=6), now=at)
    pages = policy_pages(user, paper=_passport(user, at), insurer=STAR)
    case = submitted(user, "issue-policy", pages, times)
    return [finished(approved(case, by=staff["sedov"], times=times), times=times)]


def contract_ended(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Insured by an insurer that left the register."""
    insured(user, insurer=OWL, since=date(2014, 2, 3), at=at, number=_number(user))
    return []


def suspended(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Serves in the army."""
    person = insured(user, insurer=STAR, since=date(2020, 12, 10), at=at, number=_number(user))
    called_up = at - timedelta(days=140)
    register.update_person(
        person=person, changes={"state": InsuredPerson.State.SUSPENDED}, on=localdate(called_up),
        by=SYSTEM, at=called_up, source=Source.REGISTER, basis="demo:service",
    )  # fmt: skip
    return []


def unfinished(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Stopped after three pages of six."""
    pages = policy_pages(user, paper=_passport(user, at), insurer=STAR)
    begun = {step: pages[step] for step in ("person", "document", "address")}
    return [draft(user, "issue-policy", begun, Times(at - timedelta(days=1, hours=2), now=at))]


SCENES: Mapping[str, Scene] = {
    "klimova": changed_this_year,
    "orlov": newcomer,
    "belova": asked,
    "zaharov": refused,
    "gromova": ready,
    "tihonov": contract_ended,
    "vlasov": suspended,
    "romanova": unfinished,
}
