"""What changed in an organisation: its versions told as differences («что менялось»)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from oms.domain.directory.models import OrganizationVersion
from oms.law import dates

TITLES: Mapping[str, str] = {
    "full_name": "Полное название",
    "short_name": "Краткое название",
    "inn": "ИНН",
    "ogrn": "ОГРН",
    "kpp": "КПП",
    "legal_address": "Юридический адрес",
    "actual_address": "Фактический адрес",
    "address": "Адрес",
    "phone": "Телефон",
    "hot_line": "Горячая линия",
    "email": "Электронная почта",
    "site": "Сайт",
    "hours": "Часы работы",
    "specialities": "Специальности",
    "programmes": "Виды помощи",
    "licence_number": "Номер лицензии",
    "licence_from": "Начало лицензии",
    "licence_until": "Конец лицензии",
    "accredited_from": "Начало аккредитации",
    "accredited_until": "Конец аккредитации",
    "included_on": "Включена в реестр",
    "excluded_on": "Исключена из реестра",
    "exclusion_reason": "Причина исключения",
    "begins_on": "Начало работы в ОМС",
    "ends_on": "Конец работы в ОМС",
}
"""Fields people are told of; numbers that change by themselves are left out."""


@dataclass(frozen=True)
class Change:
    """One field as it was and as it became."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Turn:
    """What changed on a day; the first known state has no changes."""

    on: date
    changes: tuple[Change, ...]
    first: bool = False


def turns(*, kind: str, code: str, limit: int = 20) -> list[Turn]:
    """Return the changes of an insurer, fund or clinic (`kind`), newest first; 1 query."""
    rows = OrganizationVersion.objects.filter(kind=kind, code=code)
    found = list(rows.order_by("-valid_from", "-pk")[: limit + 1])
    told = [
        Turn(new.valid_from, tuple(_differences(old.data["fields"], new.data["fields"])))
        for new, old in pairwise(found)
    ]
    told = [turn for turn in told if turn.changes]
    if found and len(found) <= limit:
        told.append(Turn(found[-1].valid_from, (), first=True))
    return told[:limit]


def facts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Say what is known of an organisation, title by title."""
    for name, title in TITLES.items():
        if fields.get(name):
            yield title, _words(name, fields[name])


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, title in TITLES.items():
        before, after = old.get(name), new.get(name)
        if (before or None) != (after or None):
            yield Change(title, _words(name, before), _words(name, after))


def _words(name: str, value: Any) -> str:
    if not value:
        return "не указано"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name.endswith(("_on", "_from", "_until")):
        return dates.short(date.fromisoformat(str(value)))
    return str(value)
