"""The citizens' stories: what had happened to each before the demo began."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.domain.accounts import blocking, outside, regain
from oms.domain.accounts.claims import Person
from oms.domain.accounts.models import Source, User
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Insurer
from oms.domain.journal.actions import SYSTEM
from oms.domain.notifications import security as notices
from oms.domain.papers import queries as papers
from oms.domain.register import actions as register
from oms.domain.register import invented
from oms.domain.register.data import DocumentData, NewPerson
from oms.domain.register.models import Insurance, InsuredPerson
from oms.faces.demo import sheets, wards
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
from oms.faces.demo.knowing import known_to_register, shows_video
from oms.faces.demo.outside import subject
from oms.faces.demo.people import CAST_FROM
from oms.law.calendar import Calendar
from oms.law.facts import Ground

CONFIRMED = frozenset({"klimova", "belova", "zaharov", "gromova", "tihonov", "vlasov", "romanova"})
CONFIRMED |= {"nefedov"}
CONFIRMED |= {"uvarova", "sychev", "tarasov", "harlamov", "efremova"}
CONFIRMED |= wards.CONFIRMED
"""Whose identity was confirmed at an office; the others walk the ways themselves."""
STAR, LADOGA, OWL = "77901", "77902", "77905"
Scene = Callable[[User, Mapping[str, User], datetime], list[Case]]


def insured(
    user: User, *, insurer: str, since: date, at: datetime, number: int, is_bound: bool = True
) -> InsuredPerson:
    """Enter the user into the register and insure them from the day; bind the account or not."""
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
        data=data, by=SYSTEM, at=then, source=Source.REGISTER, basis=f"demo:{number}",
        user=user if is_bound else None,
    )  # fmt: skip
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
    """Approved, with an extract to download; its print waits at a point."""
    times = Times(at - timedelta(days=6), now=at)
    pages = policy_pages(user, paper=_passport(user, at), insurer=STAR)
    case = submitted(user, "issue-policy", pages, times)
    case = finished(approved(case, by=staff["sedov"], times=times), times=times)
    return [case, _on_paper(case, staff["sedov"], times)]


def _on_paper(case: Case, operator: User, times: Times) -> Case:
    """The extract of the case printed: it waits at a point."""
    assert case.person
    paper, on = papers.in_force(case.person)[0], localdate(times.last)
    point = directory.delivery_points(region=case.person.region_id, on=on, kind="mfc")[0]
    pages = {
        "paper": {"paper": paper.number, "way": "mfc"},
        "place": {"point": point.code},
        "confirm": {"truth": "on"},
    }
    printed = submitted(case.applicant, "paper-delivery", pages, times)
    return finished(approved(printed, by=operator, times=times), times=times)


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


def enters_by_provider(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Comes in through ЕСИА; the first time there confirms who he is."""
    number = int((user.phone or "0")[-4:])
    known = Person("esia", subject(number), values={}, is_trusted=False, contacts=frozenset())
    outside.link(user=user, person=known, at=at - timedelta(days=40))
    return []


def blocked(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Closed the day before yesterday for what looked like forged data."""
    then = at - timedelta(days=2)
    text = "В двух заявлениях указаны разные паспорта. Пришлите фото паспорта в обращении."
    closed = blocking.block(user=user, reason="false-data", text=text, by=staff["kozlov"], at=then)
    notices.blocked(closed, at=then)
    return []


def lost_everything(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Asked for access an hour ago, with another phone and e-mail."""
    assert user.birth_date
    typed = regain.Typed(
        family_name=user.family_name, given_name=user.given_name, patronymic=user.patronymic,
        birth_date=user.birth_date, snils=user.snils or "", policy="",
        reach="В будни после 18:00", phone="+79000000915", email="somova-new@people.example",
    )  # fmt: skip
    regain.ask(typed=typed, at=at - timedelta(hours=1), calendar=Calendar())
    return []


def papers_at_the_desk(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """His passport lies at the desk: what was read off it differs from one thing he typed."""
    times = Times(at - timedelta(days=1, hours=4), now=at)
    scan, told = sheets.passport()
    pages = policy_pages(user, paper=_passport(user, at), insurer=STAR)
    pages["document"] |= {
        "document_series": told["series"],
        "document_number": f"{int(told['number']) + 1:06}",
        "issued_on": f"{date.fromisoformat(told['issued_on']):%d.%m.%Y}",
        "department_code": told["department_code"],
    }
    case = draft(user, "issue-policy", pages, times)
    sheets.bring(
        user, sheets.Kind.PASSPORT, scan, at=times.after(minutes=2), case=case, slot="identity",
        name="IMG_20261121_101502.jpg",
    )  # fmt: skip
    signature = {"kind": "sms-code", "phone": user.phone or "", "at": times.last.isoformat()}
    case = cases.perform("submit", case, by=user, at=times.after(minutes=3), signature=signature)
    sheets.own_papers(user, staff["petrova"], at=at - timedelta(days=9))
    return [taken(case, by=staff["petrova"], times=times)]


def late(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Applied a fortnight ago, and nobody has decided."""
    times = Times(at - timedelta(days=15), now=at)
    pages = policy_pages(user, paper=_passport(user, at), insurer=STAR)
    return [taken(submitted(user, "issue-policy", pages, times), by=staff["sedov"], times=times)]


def disagrees(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Refused a week ago, and not by what he thinks right."""
    times = Times(at - timedelta(days=8), now=at)
    pages = policy_pages(user, paper=_passport(user, at), insurer=STAR)
    case = taken(submitted(user, "issue-policy", pages, times), by=staff["petrova"], times=times)
    reasons = [{"code": "suspected-fraud"}]
    return [
        cases.perform(
            "reject", case, by=staff["petrova"], at=times.at_work(hours=20), reasons=reasons
        )
    ]


def planned(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Moved house; goes over to «Ладога-Мед» on a day ahead."""
    insured(user, insurer=STAR, since=date(2019, 3, 4), at=at, number=_number(user))
    today, times = localdate(at), Times(at - timedelta(days=3), now=at)
    pages = change_pages(
        insurer=LADOGA,
        moved_on=today - timedelta(days=20),
        ground=Ground.MOVE,
        desired_on=today + timedelta(days=9),
    )
    case = taken(submitted(user, "change-insurer", pages, times), by=staff["lukina"], times=times)
    return [cases.perform("plan", case, by=staff["lukina"], at=times.at_work(hours=4))]


def nothing_asked_yet(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Insured by «Северная звезда»; whatever is to change is theirs to tell."""
    insured(user, insurer=STAR, since=date(2018, 9, 3), at=at, number=_number(user))
    return []


def new_passport(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Told of a new passport this morning."""
    insured(user, insurer=STAR, since=date(2015, 2, 16), at=at, number=_number(user))
    times = Times(at - timedelta(hours=5), now=at)
    received = localdate(at) - timedelta(days=12)
    pages = {
        "reason": {"reason": "document", "changed_on": f"{received:%d.%m.%Y}", "words": ""},
        "document": {
            "document_kind": "14",
            "document_series": "02 26",
            "document_number": "741852",
            "issued_on": f"{received:%d.%m.%Y}",
            "issued_by": "ОВД района Учебный",
            "department_code": "770-001",
            "expires_on": "",
        },
        "confirm": {"truth": "on"},
    }
    return [submitted(user, "data-update", pages, times)]


def unknown_to_the_cabinet(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Insured, and the record is bound to no account."""
    told = {"insurer": STAR, "since": date(2013, 4, 8), "at": at, "number": _number(user)}
    insured(user, **told, is_bound=False)  # type: ignore[arg-type]
    return []


def has_a_clinic(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Attached to a clinic in spring; the fund confirmed the policy last week."""
    person = insured(user, insurer=STAR, since=date(2012, 6, 1), at=at, number=_number(user))
    then = at - timedelta(days=200)
    clinic = directory.clinics(region=STAR[:2], limit=1)[0]
    register.attach_to_clinic(
        person=person, clinic=clinic, ground="wish", on=localdate(then), by=SYSTEM, at=then,
        source=Source.REGISTER, basis="demo:clinic",
    )  # fmt: skip
    register.confirm_policy(person=person, by=staff["egorov"].actor, at=at - timedelta(days=6))
    return []


SCENES: Mapping[str, Scene] = {
    "tsygankov": papers_at_the_desk,
    "klimova": changed_this_year,
    "orlov": newcomer,
    "belova": asked,
    "zaharov": refused,
    "gromova": ready,
    "tihonov": contract_ended,
    "vlasov": suspended,
    "romanova": unfinished,
    "lebedeva": known_to_register,
    "melnikov": shows_video,
    "demin": blocked,
    "borisova": late,
    "nefedov": planned,
    "kotov": disagrees,
    "uvarova": nothing_asked_yet,
    "sychev": new_passport,
    "tarasov": unknown_to_the_cabinet,
    "harlamov": nothing_asked_yet,
    "efremova": has_a_clinic,
    "somova": lost_everything,
    "filatov": enters_by_provider,
    **wards.STORIES,
}
