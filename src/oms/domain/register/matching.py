"""Search and match (REG-3): by number exactly, by name and birth date tolerantly.

No path reads the whole register: each query enters by an index (`candidates`), which tests prove
with the plans of both databases.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from oms.domain.accounts.models import Sex, User
from oms.domain.register import asking, bearers, candidates, comparing
from oms.domain.register.candidates import WORTH_SHOWING, Found, Reading, Rows
from oms.domain.register.comparing import NameLikeness, Parts
from oms.domain.register.data import DocumentData, document_key
from oms.domain.register.models import InsuredPerson
from oms.law import dates
from oms.law.names import fold
from oms.law.typed import compact

ENOUGH = 0.9
"""With a match this sure nobody asks who else is merely alike."""
NUMBERS = {"snils": ("СНИЛС совпал", 1.0), "enp": ("ЕНП совпал", 1.0),
           "document": ("Документ совпал", 0.97)}  # fmt: skip
LED_ON = "Номер записи, объединённой с этой"
"""The reason told where not the person's own number agrees but that of a merged record."""
_NAME_AND_DATE = 0.94
_NAME_ONLY = 0.5
_OTHER_NUMBER = 0.7
_SLIP_IN_A_NUMBER = 0.98
_FORMER = 0.98
_READ_ANEW = 0.97
_HALF_OF_A_DOUBLE = 0.95
_DOUBT = 0.3  # how much a quite different name or birth date takes from a number's score
_PARTS = ("Фамилия", "Имя", "Отчество")
_HOW = {"layout": "Имя набрано в другой раскладке", "latin": "Имя написано латиницей"}


@dataclass(frozen=True)
class Match:
    """A person found, how surely (0 to 1) and why, in words for the operator."""

    person: InsuredPerson
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Wanted:
    """What is looked for; empty means not told. The first reading is the name as typed."""

    snils: str
    enp: str
    document: str
    readings: tuple[Reading, ...]
    birth_date: date | None
    besides: int | None = None

    @property
    def is_named(self) -> bool:
        return bool(self.readings[0].key)


@dataclass(frozen=True)
class _Likeness:
    """A name and birth date of a person most like those told: now, or borne before."""

    name: NameLikeness
    born: float
    reading: Reading
    key: str
    known: date
    former: bool = False
    half: bool = False

    @property
    def score(self) -> float:
        doubt = _FORMER if self.former else 1.0
        doubt *= _READ_ANEW if self.reading.how else 1.0
        return self.name.score * self.born * doubt


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
    besides: int | None = None,
) -> tuple[Match, ...]:
    """Return persons that may be the one told of, surest first, at most `limit`.

    Exact paths come first; the tolerant ones only when they found nobody nearly sure: born that
    day under a name alike now or before, day and month swapped, one digit of a date or number
    wrong; without a birth date, surname and name with a slip each. A name in Latin letters is
    read as another keyboard layout and as transliteration too. Merged records are left out: a
    number of one leads to the record that stands for it.
    `besides` is the key of a person who is known: who else may be the same is asked.
    This sees the whole register: a face shows people `search`, which sees what the user may.
    """
    wanted = _Wanted(
        snils=compact(snils),
        enp=compact(enp),
        document=document_key(document) if document else "",
        readings=candidates.readings((family_name.strip(), given_name.strip(), patronymic.strip())),
        birth_date=birth_date,
        besides=besides,
    )
    return _find(wanted, InsuredPerson.objects.all(), limit)


def search(text: str, user: User, *, limit: int = 25) -> tuple[InsuredPerson, ...]:
    """Return the persons one box of text means, of those the user may see.

    Understood: ENP, СНИЛС, number of a document or of a policy's blank, «Фамилия Имя
    Отчество» or their beginnings, with or without a birth date, a birth date alone. A name that
    nobody bears so is looked for tolerantly: slips, former names, another keyboard layout, Latin.
    """
    rows = InsuredPerson.objects.visible_to(user).select_related("region", "insurer")
    asked = asking.understand(text)
    found = asking.answer(asked, rows, limit=limit)
    if found or asked.number or not asked.words:
        return found
    family, given, patronymic = (*asked.words, "", "")[:3]
    wanted = _Wanted("", "", "", candidates.readings((family, given, patronymic)), asked.birth_date)
    alike = _find(wanted, rows, limit)
    visible = rows.in_bulk([match.person.pk for match in alike])
    return tuple(visible[match.person.pk] for match in alike if match.person.pk in visible)


def _find(wanted: _Wanted, rows: Rows, limit: int) -> tuple[Match, ...]:
    """Find; where no birth date bounds the search, only among `rows`."""
    holders, near = _holders(wanted)
    found = candidates.namesakes(wanted.readings, wanted.birth_date, limit)
    found.add(near)
    matches = _judged(wanted, found, holders)
    if max((match.score for match in matches), default=0) < ENOUGH and wanted.is_named:
        found.add(_tolerantly(wanted, rows, limit))
        matches = _judged(wanted, found, holders)
    return tuple(heapq.nlargest(limit, matches, key=lambda match: match.score))


def _tolerantly(wanted: _Wanted, rows: Rows, limit: int) -> Found:
    if wanted.birth_date:
        return candidates.alike(wanted.readings, wanted.birth_date, limit)
    return candidates.by_words(wanted.readings, rows, limit)


def _holders(wanted: _Wanted) -> tuple[dict[int, set[str]], Found]:
    """Return pk → the numbers that agree (keys of `NUMBERS`); who has a number a slip away.

    A number of a merged record is that of the record which stands for it.
    """
    found: dict[int, set[str]] = {}
    near, own = Found(), set[int]()
    told = list(_by_numbers(wanted))
    stands = bearers.standing(person for _, _, (_, person) in told)
    for number, meant, (known, person) in told:
        pk = stands[person]
        near.keys.add(pk)
        if known == meant:
            found.setdefault(pk, set()).add(number)
            (own if pk == person else near.led_on).add(pk)
        elif number == "document":
            near.near_document.add(pk)
    near.led_on -= own
    return found, near


def _by_numbers(wanted: _Wanted) -> Iterator[tuple[str, str, bearers.Borne]]:
    """Which number was meant and whom it led to; slips only where a name can tell people."""
    if wanted.snils:
        slips = candidates.near_snils(wanted.snils) if wanted.is_named else []
        for borne in bearers.by_snils([wanted.snils, *slips]):
            yield "snils", wanted.snils, borne
    if wanted.enp:
        for rows in bearers.by_enp([wanted.enp]):
            for borne in rows:
                yield "enp", wanted.enp, borne
    if wanted.document:
        slips = candidates.near_document(wanted.document) if wanted.is_named else []
        for borne in bearers.by_document([wanted.document, *slips]):
            yield "document", wanted.document, borne


def _judged(wanted: _Wanted, found: Found, holders: dict[int, set[str]]) -> list[Match]:
    found.keys -= {wanted.besides}
    if not found.keys:
        return []
    rows = InsuredPerson.objects.filter(pk__in=found.keys)
    matches = [
        _judge(wanted, row, holders.get(row.pk, set()), found)
        for row in rows.exclude(state=InsuredPerson.State.MERGED)
    ]
    return [match for match in matches if match.person.pk in holders or _worth(wanted, match)]


def _worth(wanted: _Wanted, match: Match) -> bool:
    return match.score >= (WORTH_SHOWING if wanted.birth_date else _NAME_ONLY * WORTH_SHOWING)


def _judge(wanted: _Wanted, person: InsuredPerson, numbers: set[str], found: Found) -> Match:
    """Weigh everything told against one person."""
    like = _likeness(wanted, person, found.former.get(person.pk, []))
    if numbers:
        score = max(NUMBERS[number][1] for number in numbers)
        name = like.name.score if wanted.is_named else 1.0
        score *= (1 - _DOUBT * (1 - name)) * (1 - _DOUBT * (1 - like.born))
    else:
        score = like.score * (_NAME_AND_DATE if wanted.birth_date else _NAME_ONLY)
    differing = _other_numbers(wanted, person, numbers, found)
    for _, weight in differing:
        score *= weight
    reasons = (
        *(NUMBERS[number][0] for number in NUMBERS if number in numbers),
        *([LED_ON] if person.pk in found.led_on else []),
        *_about_name_and_birth(wanted, person, like),
        *(text for text, _ in differing),
    )
    return Match(person, round(score, 3), reasons)


def _likeness(wanted: _Wanted, person: InsuredPerson, former: list[tuple[str, date]]) -> _Likeness:
    """Compare with the name and birth date on record and with those borne before."""
    borne = [(person.name_key, person.birth_date), *former]
    likest = [
        _compared(wanted, person, key, born, place > 0) for place, (key, born) in enumerate(borne)
    ]
    return max(likest, key=lambda one: one.score)


def _compared(
    wanted: _Wanted, person: InsuredPerson, key: str, born: date, former: bool
) -> _Likeness:
    female, parts = person.sex == Sex.FEMALE, comparing.parts_of(key)
    reading, name = candidates.likest(wanted.readings, parts, female=female)
    if not wanted.is_named:
        name = NameLikeness(1.0)
    half = _half(wanted, person, parts) if name.score < 1 and not former else None
    if half and half[1].score * _HALF_OF_A_DOUBLE > name.score:
        reading, name = half[0], NameLikeness(half[1].score * _HALF_OF_A_DOUBLE)
    else:
        half = None
    likeness = comparing.dates(wanted.birth_date, born) if wanted.birth_date else 1.0
    return _Likeness(name, likeness, reading, key, born, former=former, half=half is not None)


def _half(
    wanted: _Wanted, person: InsuredPerson, parts: Parts
) -> tuple[Reading, NameLikeness] | None:
    """Compare by halves, where one of the surnames is double and the other is not."""
    told, known = wanted.readings[0].spelled[0].split("-"), person.family_name.split("-")
    if (len(told) > 1) == (len(known) > 1):
        return None
    one = wanted.readings[0]
    pairs = [
        comparing.names((fold(mine), *one.parts[1:]), (fold(theirs), *parts[1:]), female=False)
        for mine in told
        for theirs in known
    ]
    return one, max(pairs, key=lambda likeness: likeness.score)


def _other_numbers(
    wanted: _Wanted, person: InsuredPerson, numbers: set[str], found_by: Found
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
            found.append((f"{title} отличается одной цифрой", _SLIP_IN_A_NUMBER))
        else:
            found.append((f"{title} отличается", _OTHER_NUMBER))
    if person.pk in found_by.near_document and "document" not in numbers:
        found.append(("Документ отличается одной цифрой", _SLIP_IN_A_NUMBER))
    return found


def _about_name_and_birth(wanted: _Wanted, person: InsuredPerson, like: _Likeness) -> Iterator[str]:
    same_name = bool(like.reading.key) and like.reading.key == like.key
    same_day = wanted.birth_date == like.known
    plain = not (like.former or like.reading.how)
    if same_name and same_day and plain:
        yield "Имя и дата рождения совпали"
        return
    if wanted.is_named:
        yield from _about_name(person, like, same_name)
    if same_day:
        yield "Дата рождения совпала"
    elif wanted.birth_date:
        yield _about_birth(wanted.birth_date, like.known, like.born)


def _about_birth(told: date, known: date, likeness: float) -> str:
    both = f"{dates.short(told)} / {dates.short(known)}"
    if likeness == comparing.DAY_AND_MONTH:
        return f"День и месяц рождения переставлены: {both}"
    if likeness:
        return f"Дата рождения отличается одной цифрой: {both}"
    return f"Дата рождения отличается: {both}"


def _about_name(person: InsuredPerson, like: _Likeness, same: bool) -> Iterator[str]:
    if like.reading.how:
        yield _HOW[like.reading.how]
    if like.former:
        yield "Прежнее имя совпало" if same else "Прежнее имя похоже"
        return
    if same:
        if not like.reading.how:
            yield "Имя совпало"
        return
    if like.name.swapped:
        yield "Части имени переставлены"
        return
    if like.half:
        yield f"Часть двойной фамилии: {like.reading.spelled[0]} / {person.family_name}"
    spelled = (person.family_name, person.given_name, person.patronymic)
    folded = zip(like.reading.parts, comparing.parts_of(like.key), strict=True)
    told = zip(_PARTS, like.reading.spelled, spelled, folded, strict=True)
    for title, one, other, (a, b) in list(told)[like.half :]:
        if a != b:
            yield f"{title} отличается: {one or 'не указано'} / {other or 'не указано'}"
