"""The history of a person as one timeline, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, pairwise
from typing import Any

from oms.domain.accounts.models import Sex
from oms.domain.register.models import InsuredPerson, PersonVersion, Policy
from oms.law import dates
from oms.law.identity_documents import KINDS
from oms.law.typed import NBSP

LIMIT = 200
TITLES = {
    "family_name": "фамилия",
    "given_name": "имя",
    "patronymic": "отчество",
    "birth_date": "дата рождения",
    "birth_date_exactness": "точность даты рождения",
    "birth_place": "место рождения",
    "sex": "пол",
    "citizenship": "гражданство",
    "snils": "СНИЛС",
    "employment": "занятость",
    "phone": "телефон",
    "email": "почта",
    "state": "состояние записи",
    "died_on": "дата смерти",
}
_CHOICES: dict[str, dict[Any, Any]] = {
    "sex": dict(Sex.choices),
    "employment": dict(InsuredPerson.Employment.choices),
    "state": dict(InsuredPerson.State.choices),
}


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened to the record.

    `on` is the day from which it is true, `at` when the register learned it, `kind` one of
    person, document, address, policy, insurance, attachment; `source` a value of accounts.Source.
    """

    on: date
    at: datetime
    kind: str
    title: str
    text: str
    source: str = ""
    author: str = ""
    basis: str = ""


def history(person: InsuredPerson) -> tuple[HistoryLine, ...]:
    """Return the last 200 lines of the person's history, newest first. Six queries, always."""
    lines = chain(
        _versions(person),
        _documents(person),
        _addresses(person),
        _policies(person),
        _insurances(person),
        _attachments(person),
    )
    return tuple(sorted(lines, key=lambda line: (line.on, line.at), reverse=True)[:LIMIT])


def _line(row: Any, kind: str, title: str, text: str) -> HistoryLine:
    return HistoryLine(
        row.valid_from, row.recorded_at, kind, title, text, row.source, row.author, row.basis
    )


def _versions(person: InsuredPerson) -> Iterator[HistoryLine]:
    rows = list(person.versions.order_by("-recorded_at", "-pk")[: LIMIT + 1])
    for new, old in pairwise(rows):
        yield _line(new, "person", *_difference(old, new))
    if rows and len(rows) <= LIMIT:
        yield _line(rows[-1], "person", "Запись внесена в реестр", "")


def _difference(old: PersonVersion, new: PersonVersion) -> tuple[str, str]:
    changed = [name for name in TITLES if old.data.get(name) != new.data.get(name)]
    title = "Изменены данные: " + ", ".join(TITLES[name] for name in changed)
    texts = (
        f"{say(name, old.data.get(name))} → {say(name, new.data.get(name))}" for name in changed
    )
    return title, "; ".join(texts)


def say(name: str, value: Any) -> str:
    """Return the value of a field as a version keeps it, as people read it."""
    if value in (None, ""):
        return "не указано"
    if name in ("birth_date", "died_on"):
        return dates.short(date.fromisoformat(value))
    return str(_CHOICES.get(name, {}).get(value, value))


def _documents(person: InsuredPerson) -> Iterator[HistoryLine]:
    for row in person.identity_documents.order_by("-recorded_at", "-pk")[:LIMIT]:
        kind = KINDS.get(int(row.kind)) if row.kind.isdigit() else None
        number = NBSP.join(part for part in (*row.series.split(), "№", row.number) if part)
        yield _line(row, "document", kind.name if kind else "Документ", number)


def _addresses(person: InsuredPerson) -> Iterator[HistoryLine]:
    for row in person.addresses.order_by("-recorded_at", "-pk")[:LIMIT]:
        yield _line(row, "address", row.get_kind_display(), row.text)


def _policies(person: InsuredPerson) -> Iterator[HistoryLine]:
    """A policy is a line when it begins; suspended, replaced or closed, one more."""
    for row in person.policies.select_related("insurer").order_by("-begins_on", "-pk")[:LIMIT]:
        insurer = row.insurer.short_name
        yield HistoryLine(
            row.begins_on, row.created_at, "policy", "Выдан полис", f"{insurer}. {_form(row)}"
        )
        if row.state != Policy.State.ACTIVE:
            title = f"Полис: {row.get_state_display().lower()}"
            text = row.closing_reason or insurer
            yield HistoryLine(row.state_since, row.updated_at, "policy", title, text)


def _form(policy: Policy) -> str:
    return str(policy.get_form_display())


def _insurances(person: InsuredPerson) -> Iterator[HistoryLine]:
    rows = person.insurances.select_related("insurer").order_by("-recorded_at", "-pk")[:LIMIT]
    for row in rows:
        yield _line(
            row, "insurance", f"Страхует {row.insurer.short_name}", row.get_ground_display()
        )


def _attachments(person: InsuredPerson) -> Iterator[HistoryLine]:
    rows = person.attachments.select_related("clinic").order_by("-recorded_at", "-pk")[:LIMIT]
    for row in rows:
        clinic = row.clinic.short_name
        yield _line(row, "attachment", f"Прикрепление: {clinic}", row.get_ground_display())
