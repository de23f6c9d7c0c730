"""A case as an operator needs it to decide: built once, shown as a page or beside the queue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import reverse

from oms.cases import queries
from oms.cases.documents import Asked, submitted
from oms.cases.models import Case
from oms.cases.states import MOVES, TITLES, WORKED, State
from oms.catalog.declaration import Application, PublicService
from oms.domain.accounts.models import User
from oms.domain.register.matching import Match
from oms.domain.register.models import InsuredPerson
from oms.faces.design.parts import Fact, Moment, Task
from oms.faces.desk import words
from oms.faces.desk.enclosed import Papers, papers
from oms.faces.desk.looks import look_at_case
from oms.faces.desk.pages import staff
from oms.law import dates, names, phone
from oms.law.plural import counted
from oms.law.refusal import Refusal
from oms.law.typed import NBSP

OTHERS_SHOWN = 8
SURE = 0.9


@dataclass(frozen=True)
class Likely:
    """A record of the register that may be meant: how surely, why, and where to read it."""

    name: str
    born: str
    about: str
    percent: int
    reasons: Sequence[str]
    url: str


@dataclass(frozen=True)
class Sheet:
    """Everything a decision needs, in words."""

    case: Case
    service: PublicService
    standing: words.Standing
    mine: bool
    moves: frozenset[str]
    holder: str
    rows: Sequence[queries.Compared]
    differing: int
    meant: Likely | None
    likely: Sequence[Likely]
    checks: Sequence[Task]
    documents: Sequence[Papers]
    refusals: Sequence[Refusal]
    known: Application | None


def find_case(request: HttpRequest, number: str) -> Case:
    """Return the case of that number if it is this operator's to see, else 404."""
    rows = Case.objects.visible_to(staff(request)).select_related(
        *("assignee", "fund", "insurer__region", "person__insurer", "person__region"),
        *("applicant__insured_person__insurer", "applicant__insured_person__region"),
    )
    case = rows.filter(number=number).first() if "\0" not in number else None
    if case is None:
        raise Http404
    return case


def sheet(
    request: HttpRequest, case: Case, *, at: datetime, asked: Sequence[Asked] | None = None
) -> Sheet:
    """Build the sheet of a case, and write down that it was looked at.

    `asked` are its documents, if the page has read them; else one query does.
    """
    user, service = staff(request), queries.service_of(case)
    compared, known = None, None
    refusals: tuple[Refusal, ...] = ()
    if State(case.state) in WORKED and case.submitted_at:
        compared = queries.comparison(case, on=queries.day(case.submitted_at))
        known = replace(compared.known, seen_on=queries.day(at))
        refusals = service.refusals(known)
    matches = compared.matches if compared else ()
    look_at_case(request, case, at=at, others=[match.person for match in matches])
    own = _own_people(user, matches)
    person = (known.person if known else None) or case.person
    rows = compared.rows if compared else ()
    differing = sum(row.differs for row in rows)
    return Sheet(
        case=case,
        service=service,
        standing=words.standing(case, at=at),
        mine=case.assignee_id == user.pk,
        moves=_moves(case, user),
        holder=_holder(case, user),
        rows=rows,
        differing=differing,
        meant=_meant(person, case, user) if person else None,
        likely=[_likely(match, case, own) for match in matches],
        checks=_checks(case, service, refusals, matches=matches, person=person, differing=differing)
        if known
        else (),
        documents=papers(
            case, _told_of(service, known), submitted(case) if asked is None else asked
        ),
        refusals=refusals,
        known=known,
    )


def answers(case: Case) -> list[dict[str, Any]]:
    """Return the whole application by steps, as the applicant saw it. No query."""
    lines = queries.review(case, on=queries.day(case.state_since)).lines
    titles = {step["code"]: step["title"] for step in case.pinned["form"]}
    return [
        {"title": title, "facts": [Fact(x.label, x.value) for x in lines if x.step == code]}
        for code, title in titles.items()
    ]


def history(case: Case, moves: Iterable[queries.MoveMade]) -> list[Moment]:
    """Return what happened, oldest first, with who did it, and where the case is now. No query."""
    done = [
        Moment(
            made.title,
            "done",
            f"{queries.moment(made.at)}, {made.who}",
            made.text,
        )
        for made in moves
    ]
    if State(case.state) in WORKED:
        done.append(Moment(TITLES[State(case.state)], "now"))
    return done


def other_cases(case: Case, user: User) -> list[Case]:
    """Return the same person's other cases that this operator may see. One query."""
    same = Q(applicant=case.applicant_id)
    if case.person_id:
        same |= Q(person=case.person_id)
    rows = Case.objects.visible_to(user).filter(same).exclude(pk=case.pk)
    return list(rows.order_by("-submitted_at")[:OTHERS_SHOWN])


def _moves(case: Case, user: User) -> frozenset[str]:
    """Return the verbs whose buttons are shown: the table, the side and the holder allow them."""
    if not queries.decides(user, case):
        return frozenset()
    mine = case.assignee_id == user.pk
    allowed = {
        verb
        for verb in ("take", "take_over", "release", "ask", "approve", "reject")
        if State(case.state) in MOVES[verb].source and (mine or not MOVES[verb].assignee_only)
    }
    if case.proposal:
        allowed -= {"approve", "reject"}
        if case.proposal.get("by") != user.pk:
            allowed.add("confirm")
    return frozenset(allowed - {"take_over"} if mine else allowed)


def _holder(case: Case, user: User) -> str:
    if case.assignee is None:
        return "Никто"
    if case.assignee_id == user.pk:
        return "Вы"
    return names.short(
        case.assignee.family_name, case.assignee.given_name, case.assignee.patronymic
    )


def _own_people(user: User, matches: Sequence[Match]) -> set[int]:
    """Return which of the matches this operator may open. One query, none without matches."""
    if not matches:
        return set()
    keys = [match.person.pk for match in matches]
    rows = InsuredPerson.objects.visible_to(user)
    return set(rows.filter(pk__in=keys).values_list("pk", flat=True))


def _likely(match: Match, case: Case, own: set[int]) -> Likely:
    person = match.person
    return Likely(
        name=names.full(person.family_name, person.given_name, person.patronymic),
        born=dates.short(person.birth_date),
        about=_about(person),
        percent=round(match.score * 100),
        reasons=match.reasons,
        url=_person_url(person, case) if person.pk in own else "",
    )


def _meant(person: InsuredPerson, case: Case, user: User) -> Likely:
    code = person.insurer_id if user.organization.startswith("insurer:") else person.region_id
    return Likely(
        name=names.full(person.family_name, person.given_name, person.patronymic),
        born=dates.short(person.birth_date),
        about=_about(person),
        percent=100,
        reasons=("Запись связана с кабинетом заявителя",)
        if person.user_id == case.applicant_id
        else (),
        url=_person_url(person, case) if code == user.organization_code else "",
    )


def _about(person: InsuredPerson) -> str:
    """Return enough of the numbers to tell two records apart, and no more."""
    parts = [str(person.get_state_display())]
    if person.enp:
        parts.append(f"ЕНП …{person.enp[-4:]}")
    if person.snils:
        parts.append(f"СНИЛС …{person.snils[-4:-2]}{NBSP}{person.snils[-2:]}")
    return ", ".join(parts)


def _person_url(person: InsuredPerson, case: Case) -> str:
    return f"{reverse('desk:person', args=[person.pk])}?case={case.number}"


def _checks(
    case: Case,
    service: PublicService,
    refusals: Sequence[Refusal],
    *,
    matches: Sequence[Match],
    person: InsuredPerson | None,
    differing: int,
) -> list[Task]:
    """Say what was checked by itself, each with its result and reason."""
    law = [
        Task(r.text, "", f"{r.basis}. {r.remedy}".strip(". ") + ".", "scale", "danger", "Против")
        for r in refusals
    ]
    return [
        *(law or [Task("Закон не против", "", service.basis, "scale", "ok", "Проверено")]),
        _in_register(matches, person),
        _difference(differing, person or (matches[0].person if matches else None)),
        _signature(case),
    ]


def _in_register(matches: Sequence[Match], person: InsuredPerson | None) -> Task:
    if person:
        text = "Заявитель найден в реестре"
        return Task(text, "", _about(person), "user-check", "ok", "Найден")
    if not matches:
        text = "Похожих записей нет: человека внесём в реестр впервые"
        return Task("В реестре такого человека нет", "", text, "user-plus", "info", "Новый")
    sure = [match for match in matches if match.score >= SURE]
    number = counted(len(matches), "похожая запись", "похожие записи", "похожих записей")
    title = "Человек, похоже, уже есть в реестре" if sure else "В реестре есть похожие люди"
    return Task(title, "", f"{number}. Сверьте, кто имеется в виду", "users", "warn", "Сверьте")


def _difference(differing: int, held: InsuredPerson | None) -> Task:
    if held is None:
        return Task("Сравнить не с чем", "", "Записи в реестре нет", "list", "neutral", "Пропущено")
    if not differing:
        return Task("Данные совпали с реестром", "", "", "list", "ok", "Совпали")
    number = counted(differing, "отличие", "отличия", "отличий")
    text = f"В сравнении отмечено: {number}"
    return Task("Данные отличаются от реестра", "", text, "list", "warn", "Сверьте")


def _signature(case: Case) -> Task:
    signed = case.pinned.get("signature") or {}
    if signed.get("kind") == "sms-code":
        number = phone.display(signed["phone"]) if signed.get("phone") else "телефон"
        text = f"Кодом из СМС на {number}"
        if signed.get("by"):
            text = f"{signed['by']}: кодом из СМС на {number}. Право проверил фонд"
        return Task("Заявление подписано", "", text, "pen-line", "ok", "Подписано")
    text = "Подано из кабинета после входа"
    return Task("Отдельной подписи нет", "", text, "pen-line", "neutral", "Без кода")


def _told_of(service: PublicService, known: Application | None) -> dict[str, str]:
    """What the applicant told of each document."""
    return {d.code: _told(d.code, known) for d in service.documents} if known else {}


def _told(code: str, known: Application) -> str:
    told = known.answers
    if code == "identity" and told.get("document_number"):
        number = f"{told.get('document_series') or ''} №{NBSP}{told['document_number']}".strip()
        issued = told.get("issued_on")
        return f"{number}, выдан {dates.short(issued)}" if issued else number
    if code == "snils" and told.get("snils"):
        digits = told["snils"]
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]}{NBSP}{digits[9:]}"
    if code == "address" and told.get("residence"):
        return str(told["residence"])
    return ""
