"""A person's card: what is true now, from where, and who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from oms.cases import queries
from oms.cases.models import Case
from oms.cases.states import TITLES, State
from oms.domain.accounts.models import Role, Source, User
from oms.domain.exchange import reconciling
from oms.domain.exchange.reconciling import Note
from oms.domain.papers.models import Paper
from oms.domain.register import looks
from oms.domain.register import queries as register
from oms.domain.register.asking import Asked
from oms.domain.register.models import InsuredPerson, Policy
from oms.faces.design.parts import Fact, Task
from oms.faces.design.parts import State as Tint
from oms.faces.desk.words import TINTS
from oms.law import dates, identity_documents, names, phone, snils
from oms.law.typed import NBSP

ROWS = 10
LINES = 60
READERS = 30
POLICY_TINTS: dict[str, Tint] = {
    Policy.State.ACTIVE: "ok",
    Policy.State.SUSPENDED: "warn",
    Policy.State.SUPERSEDED: "neutral",
    Policy.State.CLOSED: "neutral",
    Policy.State.ANNULLED: "danger",
}
PERSON_TINTS: dict[str, Tint] = {
    InsuredPerson.State.ACTIVE: "ok",
    InsuredPerson.State.SUSPENDED: "warn",
    InsuredPerson.State.ANNULLED: "danger",
}
PAPER_TINTS: dict[str, Tint] = {
    Paper.State.ISSUED: "ok",
    Paper.State.SUPERSEDED: "neutral",
    Paper.State.REVOKED: "danger",
}


@dataclass(frozen=True)
class Card:
    """Everything of the first page, in words."""

    tint: Tint
    source: str
    facts: Sequence[Fact]
    policies: Sequence[tuple[Policy, Tint]]
    insurances: Sequence[str]
    documents: Sequence[Task]
    addresses: Sequence[Fact]
    cases: Sequence[tuple[Case, str, str, Tint]]
    papers: Sequence[tuple[Paper, Tint]]
    outside: Note | None


@dataclass(frozen=True)
class Reader:
    """One look, with the role in words."""

    at: datetime
    who: str
    purpose: str


@dataclass(frozen=True)
class Past:
    """What was: the history of the record and those who looked at it."""

    tint: Tint
    lines: Sequence[register.HistoryLine]
    readers: Sequence[Reader]


def card(person: InsuredPerson, user: User, *, at: datetime) -> Card:
    """Return the card of a person the user may see. Ten queries at most, always."""
    version = person.versions.filter(valid_until=None).first()
    periods = person.insurances.select_related("insurer").order_by("-valid_from", "-pk")[:ROWS]
    policies = person.policies.select_related("insurer").order_by("-begins_on", "-pk")[:ROWS]
    cases = Case.objects.visible_to(user).filter(
        Q(person=person) | (Q(applicant=person.user_id) if person.user_id else Q(pk=None))
    )
    papers = Paper.objects.visible_to(user).filter(person=person).order_by("-issued_at")
    told = f"{Source(version.source).label}, {dates.long(version.valid_from)}" if version else ""
    return Card(
        tint=PERSON_TINTS.get(person.state, "neutral"),
        source=told,
        facts=_facts(person),
        policies=[(policy, POLICY_TINTS[policy.state]) for policy in policies],
        insurances=[
            f"{row.insurer.short_name}: {_period(row.valid_from, row.valid_until)}, "
            f"{row.get_ground_display().lower()}"
            for row in periods
        ],
        documents=_documents(person),
        addresses=[
            Fact(row.get_kind_display(), row.text)
            for row in person.addresses.filter(valid_until=None).order_by("kind")
        ],
        cases=[_case(case) for case in cases.order_by("-submitted_at")[:ROWS]],
        papers=[(paper, PAPER_TINTS[paper.state]) for paper in papers[:ROWS]],
        outside=reconciling.last(person, at=at),
    )


def past(person: InsuredPerson) -> Past:
    """Return history and looks. Six queries, always."""
    return Past(
        PERSON_TINTS.get(person.state, "neutral"),
        register.history(person)[:LINES],
        [
            Reader(row.at, _role(row.role, row.organization), row.purpose)
            for row in looks.newest(looks.keys_of_person(person), limit=READERS)
        ],
    )


def why_found(person: InsuredPerson, asked: Asked, *, led_on: bool = False) -> str:
    """Say by what a search found this person.

    Numbers name themselves; a name found whole, by its beginning or only alike says so. `led_on`:
    the number is that of a record merged into this one.
    """
    if led_on:
        return "Запись объединена: это номер прежней записи"
    if asked.number:
        own = {person.snils: "СНИЛС совпал", person.enp: "ЕНП совпал"}
        return own.get(asked.number, "Совпал номер документа или прежнего полиса")
    said = [_why_name(person, asked.words)] if asked.words else []
    if asked.birth_date:
        same = asked.birth_date == person.birth_date
        said.append("дата рождения совпала" if same else "дата рождения похожа")
    words = ", ".join(said)
    return words[:1].upper() + words[1:]


def _why_name(person: InsuredPerson, words: tuple[str, ...]) -> str:
    key = " ".join(names.fold(word) for word in words)
    if person.name_key == key:
        return "имя совпало"
    if len(words) == 1 and names.fold(person.family_name) == key:
        return "фамилия совпала"
    return "имя начинается так" if person.name_key.startswith(key) else "имя похоже"


def _facts(person: InsuredPerson) -> list[Fact]:
    died = [Fact("Дата смерти", dates.long(person.died_on))] if person.died_on else []
    return [
        Fact("Дата рождения", dates.long(person.birth_date)),
        *died,
        Fact("Пол", str(person.get_sex_display())),
        Fact("Гражданство", "Россия" if person.citizenship == "RUS" else person.citizenship),
        Fact("Место рождения", person.birth_place),
        Fact("СНИЛС", snils.display(person.snils) if person.snils else ""),
        Fact("Занятость", str(person.get_employment_display() or "")),
        Fact("Телефон", phone.display(person.phone) if person.phone else ""),
        Fact("Почта", person.email),
        Fact("Регион", person.region.name),
    ]


def _documents(person: InsuredPerson) -> list[Task]:
    rows = person.identity_documents.filter(valid_until=None).order_by("kind")[:ROWS]
    return [
        Task(
            title,
            "",
            f"{row.series} №{NBSP}{row.number}".strip()
            + (f", выдан {dates.short(row.issued_on)}" if row.issued_on else ""),
            "id-card",
            "neutral",
            str(row.get_source_display()),
        )
        for row in rows
        for title in [_kind(row.kind)]
    ]


def _kind(code: str) -> str:
    kind = identity_documents.KINDS.get(int(code)) if code.isdigit() else None
    return kind.name if kind else "Документ"


def _case(case: Case) -> tuple[Case, str, str, Tint]:
    state = State(case.state)
    return case, queries.service_title(case), TITLES[state], TINTS[state]


def _period(begin: object, end: object) -> str:
    since = f"с {dates.long(begin)}"  # type: ignore[arg-type]
    return f"{since} по {dates.long(end)}" if end else since  # type: ignore[arg-type]


def _role(role: str, organization: str) -> str:
    title = str(Role(role).label) if role in Role.values else "Система"
    code = organization.partition(":")[2]
    return f"{title} {code}".strip()
