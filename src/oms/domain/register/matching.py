"""Search and match (REG-3): by number exactly, by name and birth date tolerantly.

No path reads the whole register: each query enters by an index (СНИЛС, ЕНП, document number,
name and birth date, birth date), which tests prove with the plans of both databases.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from oms.domain.accounts.models import Sex, User
from oms.domain.register import asking, comparing
from oms.domain.register.comparing import NameLikeness, Parts
from oms.domain.register.data import DocumentData, document_key, name_key
from oms.domain.register.models import IdentityDocument, InsuredPerson, Policy
from oms.law import dates
from oms.law.typed import compact

ENOUGH = 0.9
"""With a match this sure nobody asks who else is merely alike."""
WORTH_SHOWING = 0.6
NUMBERS = {"snils": ("СНИЛС совпал", 1.0), "enp": ("ЕНП совпал", 1.0),
           "document": ("Документ совпал", 0.97)}  # fmt: skip
_NAME_AND_DATE = 0.94
_NAME_ONLY = 0.5
_OTHER_NUMBER = 0.7
_DOUBT = 0.3  # how much a quite different name or birth date takes from a number's score
_PARTS = ("Фамилия", "Имя", "Отчество")


@dataclass(frozen=True)
class Match:
    """A person found, how surely (0 to 1) and why, in words for the operator."""

    person: InsuredPerson
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Wanted:
    """What is looked for; empty means not told. `spelled` is the name as typed."""

    snils: str
    enp: str
    document: str
    spelled: Parts
    key: str
    birth_date: date | None

    @property
    def parts(self) -> Parts:
        return comparing.parts_of(self.key)


def find(
    *,
    snils: str = "",
    enp: str = "",
    document: DocumentData | None = None,
    family_name: str = "",
    given_name: str = "",
    patronymic: str = "",
    birth_date: date | None = None,
    limit: int = 20,
) -> tuple[Match, ...]:
    """Return persons that may be the one told of, surest first, at most `limit`.

    Exact paths come first; the tolerant one (same birth date, day and month swapped, or one
    digit wrong) only when they found nobody nearly sure. Merged records are left out.
    This sees the whole register: a face shows people `search`, which sees what the user may.
    """
    key = name_key(family_name=family_name, given_name=given_name, patronymic=patronymic)
    wanted = _Wanted(
        snils=compact(snils),
        enp=compact(enp),
        document=document_key(document) if document else "",
        spelled=(family_name.strip(), given_name.strip(), patronymic.strip()),
        key=key,
        birth_date=birth_date,
    )
    holders = _holders(wanted)
    matches = _judged(wanted, {*holders, *_namesakes(wanted, limit)}, holders)
    if max((match.score for match in matches), default=0) < ENOUGH:
        known = {match.person.pk for match in matches}
        matches += _judged(wanted, set(_alike(wanted, limit)) - known, holders)
    return tuple(heapq.nlargest(limit, matches, key=lambda match: match.score))


def search(text: str, user: User, *, limit: int = 25) -> tuple[InsuredPerson, ...]:
    """Return the persons one box of text means, of those the user may see.

    Understood: ENP, СНИЛС, number of a document or of a policy's blank, «Фамилия Имя
    Отчество» or their beginnings, with or without a birth date, a birth date alone. A whole
    name with a date that nobody bears exactly is looked for tolerantly.
    """
    rows = InsuredPerson.objects.visible_to(user).select_related("region", "insurer")
    asked = asking.understand(text)
    found = asking.answer(asked, rows, limit=limit)
    if found or not (asked.birth_date and len(asked.words) > 1):
        return found
    family, given, patronymic = (*asked.words, "")[:3]
    alike = find(
        family_name=family, given_name=given, patronymic=patronymic,
        birth_date=asked.birth_date, limit=limit,
    )  # fmt: skip
    visible = rows.in_bulk([match.person.pk for match in alike])
    return tuple(visible[match.person.pk] for match in alike if match.person.pk in visible)


def _holders(wanted: _Wanted) -> dict[int, set[str]]:
    """Return pk → the numbers that agree: keys of `NUMBERS`."""
    found: dict[int, set[str]] = {}
    for number, pk in _by_numbers(wanted):
        found.setdefault(pk, set()).add(number)
    return found


def _by_numbers(wanted: _Wanted) -> Iterator[tuple[str, int]]:
    persons = InsuredPerson.objects.values_list("pk", flat=True)
    if wanted.snils:
        yield from (("snils", pk) for pk in persons.filter(snils=wanted.snils))
    if wanted.enp:
        policies = Policy.objects.filter(enp=wanted.enp)
        yield from (("enp", pk) for pk in persons.filter(enp=wanted.enp))
        yield from (("enp", pk) for pk in policies.values_list("person", flat=True))
    if wanted.document:
        documents = IdentityDocument.objects.filter(number_key=wanted.document)
        yield from (("document", pk) for pk in documents.values_list("person", flat=True))


def _namesakes(wanted: _Wanted, limit: int) -> list[int]:
    if not wanted.key:
        return []
    rows = InsuredPerson.objects.filter(name_key=wanted.key)
    if wanted.birth_date:
        rows = rows.filter(birth_date=wanted.birth_date)
    return list(rows.values_list("pk", flat=True)[:limit])


def _alike(wanted: _Wanted, limit: int) -> list[int]:
    """Return the best of those born that day (some hundreds in the largest region)."""
    day = wanted.birth_date
    if not wanted.key or day is None:
        return []
    days = [other for other in (day, comparing.swapped(day)) if other]
    rows = InsuredPerson.objects.filter(birth_date__in=days).values_list("pk", "name_key", "sex")
    parts = wanted.parts
    scored = (
        (comparing.names(parts, comparing.parts_of(key), female=sex == Sex.FEMALE).score, pk)
        for pk, key, sex in rows.iterator()
    )
    best = heapq.nlargest(limit, (row for row in scored if row[0] >= WORTH_SHOWING))
    slipped = InsuredPerson.objects.filter(name_key=wanted.key, birth_date__in=comparing.slips(day))
    return [pk for _, pk in best] + list(slipped.values_list("pk", flat=True)[:limit])


def _judged(wanted: _Wanted, keys: Iterable[int], holders: dict[int, set[str]]) -> list[Match]:
    rows = InsuredPerson.objects.filter(pk__in=keys).exclude(state=InsuredPerson.State.MERGED)
    matches = [_judge(wanted, row, holders.get(row.pk, set())) for row in rows]
    return [match for match in matches if match.person.pk in holders or _worth(wanted, match)]


def _worth(wanted: _Wanted, match: Match) -> bool:
    return match.score >= (WORTH_SHOWING if wanted.birth_date else _NAME_ONLY * WORTH_SHOWING)


def _judge(wanted: _Wanted, person: InsuredPerson, numbers: set[str]) -> Match:
    """Weigh everything told against one person."""
    likeness = comparing.names(
        wanted.parts, comparing.parts_of(person.name_key), female=person.sex == Sex.FEMALE
    )
    name = likeness.score if wanted.key else 1.0
    born = comparing.dates(wanted.birth_date, person.birth_date) if wanted.birth_date else 1.0
    if numbers:
        score = max(NUMBERS[number][1] for number in numbers)
        score *= (1 - _DOUBT * (1 - name)) * (1 - _DOUBT * (1 - born))
    else:
        score = name * born * (_NAME_AND_DATE if wanted.birth_date else _NAME_ONLY)
    differing = _other_numbers(wanted, person, numbers)
    for _, weight in differing:
        score *= weight
    reasons = (
        *(NUMBERS[number][0] for number in NUMBERS if number in numbers),
        *_about_name_and_birth(wanted, person, likeness, born),
        *(text for text, _ in differing),
    )
    return Match(person, round(score, 3), reasons)


def _other_numbers(
    wanted: _Wanted, person: InsuredPerson, numbers: set[str]
) -> list[tuple[str, float]]:
    """Return what speaks against: numbers told and on record that differ, with their weight."""
    found = []
    for number, title, told, known in (
        ("snils", "СНИЛС", wanted.snils, person.snils),
        ("enp", "ЕНП", wanted.enp, person.enp),
    ):
        if not told or not known or number in numbers:
            continue
        if comparing.one_digit_apart(told, known):
            found.append((f"{title} отличается одной цифрой", 0.98))
        else:
            found.append((f"{title} отличается", _OTHER_NUMBER))
    return found


def _about_name_and_birth(
    wanted: _Wanted, person: InsuredPerson, likeness: NameLikeness, born: float
) -> Iterator[str]:
    same_name = bool(wanted.key) and wanted.key == person.name_key
    same_day = wanted.birth_date == person.birth_date
    if same_name and same_day:
        yield "Имя и дата рождения совпали"
        return
    if same_name:
        yield "Имя совпало"
    elif wanted.key:
        yield from _about_name(wanted, person, likeness)
    if same_day:
        yield "Дата рождения совпала"
    elif wanted.birth_date:
        yield _about_birth(wanted.birth_date, person.birth_date, born)


def _about_birth(told: date, known: date, likeness: float) -> str:
    both = f"{dates.short(told)} / {dates.short(known)}"
    if likeness == comparing.DAY_AND_MONTH:
        return f"День и месяц рождения переставлены: {both}"
    if likeness:
        return f"Дата рождения отличается одной цифрой: {both}"
    return f"Дата рождения отличается: {both}"


def _about_name(wanted: _Wanted, person: InsuredPerson, likeness: NameLikeness) -> Iterator[str]:
    if likeness.swapped:
        yield "Части имени переставлены"
        return
    spelled = (person.family_name, person.given_name, person.patronymic)
    folded = zip(wanted.parts, comparing.parts_of(person.name_key), strict=True)
    for title, one, other, (a, b) in zip(_PARTS, wanted.spelled, spelled, folded, strict=True):
        if a != b:
            yield f"{title} отличается: {one or 'не указано'} / {other or 'не указано'}"
