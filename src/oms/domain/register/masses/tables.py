"""The columns of every table of the register for one part of the invented people."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Model
from numpy.typing import NDArray

from oms.domain.accounts.models import Sex, Source
from oms.domain.journal.actions import SYSTEM
from oms.domain.register.invented import TOWNS
from oms.domain.register.masses.crowd import PART, REGIONS, Crowd, Flags, Numbers, Words, unless
from oms.domain.register.models import (
    Address,
    FormerName,
    IdentityDocument,
    Insurance,
    InsuredPerson,
    PersonVersion,
    Policy,
)

Column = Sequence[str | None] | Words | str | None
"""A value for each row, or one for all."""
Insurers = dict[str, list[str]]
"""Region → codes of insurers that insure there."""
BASIS = "masses"
FIRST_NUMBER = 30_000_000
"""Numbers below belong to the invented people of `synthetic`."""
PAPERS_FROM = 21_000_000

_FIRST_DAY = date(1900, 1, 1).toordinal()
_DIGITAL, _OLD_PASSPORTS_ENDED = date(2022, 12, 1).toordinal(), date(2001, 3, 1).toordinal()
_SERIES = ("02", "06", "09", "13", "16", "21", "23", "31", "35", "39", "43", "48", "51", "59",
           "62", "70", "72", "74", "77", "95")  # fmt: skip
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV",
          "XV", "XVI", "XVII", "XVIII", "XIX", "XX")  # fmt: skip
_MILLION = 1_000_000
_OWN = (
    '{"family_name": "%s", "given_name": "%s", "patronymic": "%s", "birth_date": "%s", '
    '"birth_date_exactness": 1, "birth_place": "%s", "sex": %s, "citizenship": "RUS", '
    '"snils": %s, "employment": %s, "phone": "%s", "email": "%s", "state": "%s", "died_on": %s}'
)
_State = InsuredPerson.State


@dataclass(frozen=True)
class Table:
    """Rows of one table by columns."""

    model: type[Model]
    size: int
    columns: dict[str, Column]


@dataclass
class Lives:
    """What befell the people of a crowd: numbers, insurers, states. A place is a person."""

    crowd: Crowd
    first_id: int
    on: int
    moment: str
    insurers: list[Words]
    ids: Words
    enp: Words
    snils: Words
    states: Words
    died: Numbers
    state: NDArray[np.int8]
    insurer: Words
    first_insurer: Words
    changed: Numbers
    digital: Numbers
    phone: Words
    email: Words
    employment: Words


_ACTIVE, _SUSPENDED, _DIED, _UNINSURED = range(4)


def lives(
    crowd: Crowd, *, first_id: int, insurers: Insurers, seed: int, on: date, moment: str
) -> Lives:
    """Return what befell the people; their keys count up from `first_id`."""
    random = np.random.default_rng((seed, crowd.number, 1))
    size, today = len(crowd), on.toordinal()
    state = _states(random, crowd, today)
    by_region = [_object(insurers[region]) for region in REGIONS]
    first, second = (_choose(random, by_region, crowd.region) for _ in range(2))
    changed = crowd.entered + random.integers(400, 2_600, size)
    moved = (random.random(size) < 0.22) & (changed < today - 30) & (first != second)
    changed = np.where(moved, changed, 0)
    since = np.maximum(changed, crowd.entered)
    digital = np.maximum(since + 30, _DIGITAL) + random.integers(0, 1_200, size)
    renewed = (random.random(size) < 0.3) & (digital < today - 10) & (since < _DIGITAL)
    last = np.maximum(since, np.where(renewed, digital, 0))
    died = last + 5 + (random.random(size) * np.maximum(today - last - 10, 1)).astype(np.int64)
    years = (today - crowd.born) / 365.25
    insured = (state == _ACTIVE) | (state == _SUSPENDED)
    return Lives(
        crowd=crowd,
        first_id=first_id,
        on=today,
        moment=moment,
        insurers=by_region,
        ids=_text(first_id + crowd.index),
        enp=unless(state == _UNINSURED, _enps(crowd)),
        snils=_snils(crowd),
        states=_object(_values(_State.ACTIVE, _State.SUSPENDED, _State.DIED, _State.ACTIVE))[state],
        died=np.where(state == _DIED, np.minimum(died, today - 1), 0),
        state=state,
        insurer=unless(~insured, np.where(moved, second, first)),
        first_insurer=first,
        changed=changed,
        digital=np.where(renewed, digital, 0),
        phone=np.where(
            (years > 18) & (random.random(size) < 0.4),
            "+7900000" + _padded(2_000 + crowd.index % 8_000, 4),
            "",
        ),
        email=np.where(
            (years > 18) & (random.random(size) < 0.3),
            "person" + _text(FIRST_NUMBER + crowd.index) + "@people.example",
            "",
        ),
        employment=np.where((years >= 22) & (years < 63) & (random.random(size) < 0.8), "1", "2"),
    )


def person(one: Lives) -> Table:
    """The current rows."""
    crowd = one.crowd
    return Table(InsuredPerson, len(crowd), {
        "id": one.ids,
        "region_id": _object(REGIONS)[crowd.region],
        "insurer_id": one.insurer,
        "enp": one.enp,
        "snils": one.snils,
        "family_name": crowd.family,
        "given_name": crowd.given,
        "patronymic": crowd.patronymic,
        "name_key": crowd.key,
        "birth_date": _days(crowd.born),
        "birth_date_exactness": "1",
        "birth_place": _towns(crowd),
        "sex": _sex(crowd),
        "citizenship": "RUS",
        "employment": one.employment,
        "phone": one.phone,
        "email": one.email,
        "state": one.states,
        "died_on": _days(one.died),
        "created_at": one.moment,
        "updated_at": one.moment,
        "synced_at": one.moment,
    })  # fmt: skip


def version(one: Lives) -> Table:
    """The record as it is; before it, the record under the maiden name."""
    crowd = one.crowd
    before = np.flatnonzero(_knew_maiden(crowd))
    since = crowd.entered.copy()
    since[before] = crowd.married[before]
    who = np.concatenate((np.arange(len(crowd)), before))
    families = np.concatenate((crowd.family, crowd.maiden[before]))
    told = zip(
        families, crowd.given[who], crowd.patronymic[who], _days(crowd.born)[who],
        _towns(crowd)[who], _sex(crowd)[who], _quoted(one.snils)[who], one.employment[who],
        one.phone[who], one.email[who], one.states[who], _quoted(_days(one.died))[who], strict=True,
    )  # fmt: skip
    return Table(PersonVersion, len(who), {
        "person_id": one.ids[who],
        "data": [_OWN % row for row in told],
        **_period(
            _days(np.concatenate((since, crowd.entered[before]))),
            np.concatenate((np.full(len(crowd), None), _days(crowd.married[before]))),
        ),
        **_source(one),
    })  # fmt: skip


def former(one: Lives) -> Table:
    """The names that only closed versions tell."""
    before = np.flatnonzero(_knew_maiden(one.crowd))
    return Table(FormerName, len(before), {
        "person_id": one.ids[before],
        "name_key": one.crowd.maiden_key[before],
        "birth_date": _days(one.crowd.born[before]),
    })  # fmt: skip


def document(one: Lives) -> Table:
    """A birth certificate till fourteen, then a passport."""
    crowd = one.crowd
    number = PAPERS_FROM + _original(crowd, crowd.document_slip)
    million, rest = number // _MILLION, number % _MILLION * 7_919 % _MILLION
    rest = np.where(crowd.document_slip > 0, (rest + 100 * (1 + crowd.index % 9)) % _MILLION, rest)
    years = (one.on - crowd.born) / 365.2425
    child = years < 14
    reached = np.select([years >= 45, years >= 20, years >= 14], [45, 20, 14], 0)
    due = np.maximum(crowd.born + (reached * 365.2425).astype(np.int64) + 2, _OLD_PASSPORTS_ENDED)
    issued = np.minimum(np.where(child, crowd.born + 9, due + 20), one.on)
    issued_days = _days(issued)
    short = _object([day[2:4] for day in issued_days])
    digits = _padded(rest, 6)
    roman, region = (_object(words)[million % len(words)] for words in (_ROMAN, _SERIES))
    adult = region + " " + short
    return Table(IdentityDocument, len(crowd), {
        "person_id": one.ids,
        "kind": np.where(child, "3", "14"),
        "code_system": "F011",
        "series": np.where(child, roman + "-УМ", adult),
        "number": digits,
        "number_key": np.where(child, "3:" + roman + "УМ", "14:" + region + short) + digits,
        "issued_on": issued_days,
        "issued_by": np.where(child, "Учебный ЗАГС", "Учебный отдел внутренних дел"),
        "department_code": np.where(child, "", "990-001"),
        **_period(issued_days, None),
        **_source(one),
    })  # fmt: skip


def address(one: Lives) -> Table:
    """Where they are registered; for those who moved, where they were."""
    crowd = one.crowd
    moved = np.flatnonzero((crowd.moved_from != None) & (crowd.entered < one.on - 400))  # noqa: E711
    since = crowd.entered.copy()
    since[moved] += 350
    who = np.concatenate((np.arange(len(crowd)), moved))
    place = np.concatenate((crowd.address, crowd.moved_from[moved]))
    return Table(Address, len(who), {
        "person_id": one.ids[who],
        "kind": Address.Kind.REGISTRATION.value,
        "region_id": _object(REGIONS)[crowd.region[who]],
        "postal_code": "",
        "text": _towns(crowd)[who] + ", " + place,
        **_period(
            _days(np.concatenate((since, crowd.entered[moved]))),
            np.concatenate((np.full(len(crowd), None), _days(since[moved]))),
        ),
        **_source(one),
    })  # fmt: skip


def policy(one: Lives) -> Table:
    """The first, the one of the next insurer, the digital one: each replaced by the next."""
    crowd = one.crowd
    insured = one.state != _UNINSURED
    moved, renewed = one.changed > 0, one.digital > 0
    now = np.where(moved, one.changed, crowd.entered)
    final = np.where(insured & renewed, one.digital, now)
    who, begins, ends, insurer, places = [], [], [], [], []
    for place, (there, starts, stops, whose) in enumerate(
        (
            (moved, crowd.entered, one.changed, one.first_insurer),
            (renewed, now, one.digital, one.insurer),
            (np.full(len(crowd), True), final, np.zeros_like(final), one.insurer),
        )
    ):
        chosen = np.flatnonzero(there & insured)
        who.append(chosen)
        begins.append(starts[chosen])
        ends.append(stops[chosen])
        insurer.append(np.where(whose[chosen] == None, one.first_insurer[chosen], whose[chosen]))  # noqa: E711
        places.append(np.full(len(chosen), place))
    people, since, until, order = (np.concatenate(part) for part in (who, begins, ends, places))
    is_last = order == 2
    state, kept = one.state[people], (one.changed[people] > 0) & (until == one.changed[people])
    dead = is_last & (state == _DIED)
    closed = np.where(dead, one.died[people], np.where(is_last, since, until))
    digital = since >= _DIGITAL
    return Table(Policy, len(people), {
        "person_id": one.ids[people],
        "enp": one.enp[people],
        "form": np.where(digital, Policy.Form.DIGITAL.value, Policy.Form.PAPER.value),
        "blank_number": np.where(
            digital, "", _padded(20_000_000_000 + one.crowd.index[people] * 10 + order, 11)
        ),
        "insurer_id": np.concatenate(insurer),
        "region_id": _object(REGIONS)[crowd.region[people]],
        "begins_on": _days(since),
        "state": np.select(
            [~is_last, dead, state == _SUSPENDED],
            _words(Policy.State.SUPERSEDED, Policy.State.CLOSED, Policy.State.SUSPENDED),
            _object(Policy.State.ACTIVE.value),
        ),
        "state_since": _days(closed),
        "closing_reason": np.select(
            [kept & ~is_last, ~is_last, dead],
            _words("Смена страховой организации", "Выдан новый полис", "Смерть"), _object(""),
        ),
        "confirmation": "",
        "created_at": one.moment,
        "updated_at": one.moment,
    })  # fmt: skip


def insurance(one: Lives) -> Table:
    """Periods without a gap; the last is open unless the person died."""
    crowd = one.crowd
    insured = one.state != _UNINSURED
    moved = np.flatnonzero(insured & (one.changed > 0))
    now = np.flatnonzero(insured)
    since = np.where(one.changed > 0, one.changed, crowd.entered)
    who = np.concatenate((moved, now))
    last = one.insurer[now]
    return Table(Insurance, len(who), {
        "person_id": one.ids[who],
        "insurer_id": np.concatenate((
            one.first_insurer[moved],
            np.where(last == None, one.first_insurer[now], last),  # noqa: E711
        )),
        "ground": np.where(
            np.concatenate((np.full(len(moved), False), one.changed[now] > 0)), "2", "1"
        ),
        **_period(
            _days(np.concatenate((crowd.entered[moved], since[now]))),
            np.concatenate((_days(one.changed[moved]), _days(one.died[now]))),
        ),
        **_source(one),
    })  # fmt: skip


TABLES: dict[str, Callable[[Lives], Table]] = {
    "person": person, "document": document, "address": address,
    "version": version, "policy": policy, "insurance": insurance, "former": former,
}  # fmt: skip
MODELS: dict[str, type[Model]] = {
    "person": InsuredPerson, "document": IdentityDocument, "address": Address,
    "version": PersonVersion, "policy": Policy, "insurance": Insurance, "former": FormerName,
}  # fmt: skip


def words(crowd: Crowd) -> tuple[set[str], set[str], set[str]]:
    """Surnames and names of the crowd as search compares them; double surnames as spelled."""
    doubles = {name for name in crowd.family.tolist() if "-" in name}
    split = [key.split(" ", 2) for key in crowd.key.tolist()]
    families = {key.split(" ", 1)[0] for key in crowd.maiden_key.tolist() if key}
    return families | {one[0] for one in split}, {one[1] for one in split if len(one) > 1}, doubles


def rows(table: Table, *, nothing: str | None = None) -> Iterator[tuple[Any, ...]]:
    """The table's rows, values ready for the database; `nothing` stands for None."""
    columns = (_each(column, table.size, nothing) for column in table.columns.values())
    return zip(*columns, strict=True)


def _each(column: Column, size: int, nothing: str | None) -> Sequence[str | None]:
    if column is None or isinstance(column, str):
        return [nothing if column is None else column] * size
    values = column.tolist() if isinstance(column, np.ndarray) else column
    if nothing is None or None not in values:
        return values
    return [nothing if value is None else value for value in values]


def _states(random: np.random.Generator, crowd: Crowd, today: int) -> NDArray[np.int8]:
    chance = random.random(len(crowd))
    years = (today - crowd.born) / 365.25
    found: NDArray[np.int8] = np.select(
        [
            (chance < 0.03) & (years > 50),
            (chance > 0.99) & (years > 18) & (years < 40),
            (chance > 0.96) & (chance < 0.965),
        ],
        [_DIED, _SUSPENDED, _UNINSURED],
        _ACTIVE,
    ).astype(np.int8)
    return found


def _choose(random: np.random.Generator, by_region: list[Words], region: Numbers) -> Words:
    drawn = random.integers(0, 2**20, len(region))
    return _object(
        [by_region[r][d % len(by_region[r])] for r, d in zip(region, drawn, strict=True)]
    )


def _enps(crowd: Crowd) -> Words:
    """Sixteen digits each. A part has a hundred numbers of its own under every beginning."""
    day = _calendar(crowd.born)
    year, month, days = day // 10_000, day // 100 % 100, day % 100
    month = month + np.where(year <= 1950, 20, np.where(year <= 2000, 40, 0))
    reversed_year = year % 10 * 1000 + year // 10 % 10 * 100 + year // 100 % 10 * 10 + year // 1000
    days = days + np.where(crowd.female, 0, 50)
    middle = 99_999_999 - (month * 1_000_000 + reversed_year * 100 + days)
    beginning = _object(REGIONS)[crowd.region].astype(np.int64) * 100_000_000 + middle
    rank = _rank(beginning)
    assert rank.max(initial=0) < 100, "more than a hundred alike in one part"
    sequence = 99_999 - crowd.number * 100 - rank
    assert sequence.min(initial=99_999) > 0, "more parts than ENPs have room for"
    body = beginning * 100_000 + sequence
    return _padded(body * 10 + _luhn(body), 16)


def _rank(values: Numbers) -> Numbers:
    """How many of the same value stand before each."""
    order = np.argsort(values, kind="stable")
    arranged = values[order]
    starts = np.flatnonzero(np.concatenate(([True], arranged[1:] != arranged[:-1])))
    place = np.arange(len(values)) - np.repeat(starts, np.diff(np.append(starts, len(values))))
    found = np.empty_like(place)
    found[order] = place
    return found


def _luhn(body: Numbers) -> Numbers:
    total, rest = np.zeros_like(body), body.copy()
    for place in range(15):
        digit = rest % 10
        rest //= 10
        doubled = digit * 2
        total += np.where(place % 2 == 0, doubled - 9 * (doubled > 9), digit)
    found: Numbers = -total % 10
    return found


def _snils(crowd: Crowd) -> Words:
    """Eleven digits each; of a record told twice, the first's with one digit wrong, or none.

    A wrong number never has right check digits: it might be that of another of 13 millions.
    """
    index = FIRST_NUMBER + _original(crowd, crowd.snils_slip)
    nine = 900_000_000 + (index * 7_654_321 + 1_234_567) % 99_000_000
    slip = crowd.snils_slip > 0
    number = nine * 100 + _check_digits(nine)
    power = 10 ** (2 + crowd.index % 6)
    digit = number // power % 10
    number = np.where(slip, number + np.where(digit == 9, -power, power), number)
    still_right = slip & (_check_digits(number // 100) == number % 100)
    number += still_right
    return unless(~(crowd.snils_kept | slip), _padded(number, 11))


def _check_digits(nine: Numbers) -> Numbers:
    """The last two digits of a СНИЛС, of its first nine."""
    total, rest = np.zeros_like(nine), nine.copy()
    for place in range(1, 10):
        total += rest % 10 * place
        rest //= 10
    found: Numbers = total % 101 % 100
    return found


def _original(crowd: Crowd, slip: Numbers) -> Numbers:
    """The index whose number is borne: one's own, or the original's where it was told wrong."""
    return np.where(slip > 0, crowd.number * PART + slip - 1, crowd.index)


def _knew_maiden(crowd: Crowd) -> Flags:
    known: Flags = (crowd.married > crowd.entered) & (crowd.maiden != None)  # noqa: E711
    return known


def _towns(crowd: Crowd) -> Words:
    return _object([TOWNS[region] for region in REGIONS])[crowd.region]


def _sex(crowd: Crowd) -> Words:
    return np.where(crowd.female, str(int(Sex.FEMALE)), str(int(Sex.MALE))).astype(object)


def _source(one: Lives) -> dict[str, Column]:
    return {
        "recorded_at": one.moment,
        "source": Source.REGISTER.value,
        "author": SYSTEM.key,
        "basis": BASIS,
    }


def _period(since: Column, until: Column) -> dict[str, Column]:
    return {"valid_from": since, "valid_until": until}


_DAYS = np.array(
    [None, *(date.fromordinal(_FIRST_DAY + day).isoformat() for day in range(1, 73_000))],
    dtype=object,
)
_CALENDAR = np.array([0, *(int(day.replace("-", "")) for day in _DAYS[1:])], dtype=np.int64)


def _days(ordinals: Numbers) -> Words:
    """ISO dates; None for 0."""
    found: Words = _DAYS[np.where(ordinals > 0, ordinals - _FIRST_DAY, 0)]
    return found


def _calendar(ordinals: Numbers) -> Numbers:
    return _CALENDAR[ordinals - _FIRST_DAY]


def _quoted(values: Words) -> Words:
    return _object(["null" if value is None else f'"{value}"' for value in values])


def _values(*words: str) -> list[str]:
    return [str(word) for word in words]  # of enumerations: their plain values


def _text(numbers: Numbers) -> Words:
    return _object([str(number) for number in numbers.tolist()])


def _padded(numbers: Numbers, width: int) -> Words:
    return _object([f"{number:0{width}}" for number in numbers.tolist()])


def _words(*words: str) -> list[Words]:
    return [_object(str(word)) for word in words]


def _object(values: Sequence[Any]) -> Words:
    return np.array(values, dtype=object)
