"""What became of invented people: who insured them and when, by which policies, in what state."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from oms.domain.register.data import DocumentData
from oms.domain.register.invented import TOWNS, Invented, document, invent
from oms.domain.register.models import Insurance, InsuredPerson, Policy
from oms.law.dates import age

Insurers = dict[str, tuple[list[str], list[str]]]
"""Region → codes of insurers that insure, codes of insurers that left."""
State, PolicyState, Form, Ground = (
    InsuredPerson.State, Policy.State, Policy.Form, Insurance.Ground,
)  # fmt: skip
_BEGAN, _PAPER, _DIGITAL = date(2005, 3, 1), date(2011, 5, 1), date(2022, 12, 1)

# What befalls a person of the number index % 50; a child passes it on to the next adult.
_SUSPENDED, _ANNULLED_POLICY, _ANNULLED, _DIED, _UNINSURED = 7, 13, 23, 29, 37
_TEMPORARY, _MERGED, _FOREIGN = 41, 43, 47
_FATES = frozenset(
    {_SUSPENDED, _ANNULLED_POLICY, _ANNULLED, _DIED, _UNINSURED, _TEMPORARY, _MERGED, _FOREIGN}
)
_COUNTRIES = ("KGZ", "ARM", "BLR", "KAZ", "UZB", "TJK")
_MONTH = timedelta(days=30)


@dataclass(slots=True)
class Insured:
    """A period of insurance."""

    insurer: str
    begins_on: date
    ground: Insurance.Ground
    ends_on: date | None = None


@dataclass(slots=True)
class Held:
    """A policy."""

    insurer: str
    form: Policy.Form
    blank_number: str
    begins_on: date
    state: Policy.State
    state_since: date
    reason: str = ""
    ends_on: date | None = None


@dataclass(slots=True)
class Life:
    """An invented person with all that the register says of them."""

    one: Invented
    fate: int
    document: DocumentData
    periods: list[Insured] = field(default_factory=list)
    state: InsuredPerson.State = State.ACTIVE
    last_state: Policy.State = PolicyState.ACTIVE
    last_since: date | None = None
    reason: str = ""
    died_on: date | None = None
    citizenship: str = "RUS"
    employment: int | None = None
    phone: str = ""
    email: str = ""
    enp: str | None = None
    merged_into: int | None = None
    temporary_until: date | None = None

    @property
    def snils(self) -> str | None:
        """СНИЛС; a merged record has none left."""
        return None if self.state == State.MERGED else self.one.snils

    @property
    def birth_place(self) -> str:
        """A town."""
        return TOWNS[self.one.region]

    @property
    def insurer(self) -> str | None:
        """Who insures now."""
        last = self.periods[-1] if self.periods else None
        return last.insurer if last and last.ends_on is None else None

    @property
    def entered_on(self) -> date:
        """The first day on record."""
        return self.periods[0].begins_on if self.periods else self.one.birth_date

    def policies(self) -> Iterator[Held]:
        """Policies, oldest first: each replaced by the next, the last in the person's state."""
        rows = list(self._given())
        for now, following in pairwise(rows):
            now.state, now.state_since = PolicyState.SUPERSEDED, following.begins_on
            moved = now.insurer != following.insurer
            now.reason = "Смена страховой организации" if moved else "Выдан новый полис"
        if rows:
            last = rows[-1]
            last.state, last.reason = self.last_state, self.reason
            last.state_since = self.last_since or last.begins_on
            last.ends_on = self.temporary_until or self.document.expires_on
        yield from rows

    def _given(self) -> Iterator[Held]:
        for place, period in enumerate(self.periods):
            first = place == 0
            begins_on, until = period.begins_on, period.ends_on or date.max
            if first and self.fate == _TEMPORARY:
                form = Form.TEMPORARY_ELECTRONIC if self.temporary_until else Form.TEMPORARY
                yield self._held(period, form, begins_on, place)
                if self.temporary_until:
                    return
                begins_on = min(begins_on + _MONTH, until)
            if begins_on < _PAPER and until > _PAPER + _MONTH * 9:
                yield self._held(period, Form.OLD, begins_on, place)
                begins_on = _PAPER + timedelta(days=self.one.index % 260)
            yield self._held(period, self._form(begins_on), begins_on, place + 5)

    def _form(self, on: date) -> Policy.Form:
        if on >= _DIGITAL:
            return Form.DIGITAL
        if on < _PAPER:
            return Form.OLD
        return Form.PLASTIC if self.one.index % 4 == 0 else Form.PAPER

    def _held(self, period: Insured, form: Policy.Form, on: date, place: int) -> Held:
        number = self.one.index * 10 + place
        blank = {
            Form.DIGITAL: "", Form.OLD: f"ДМ{number:08}", Form.TEMPORARY: f"{number:09}",
            Form.TEMPORARY_ELECTRONIC: f"{number:09}",
        }.get(form, f"{number:011}")  # fmt: skip
        return Held(period.insurer, form, blank, on, PolicyState.ACTIVE, on)


def lives(*, start: int, count: int, insurers: Insurers, on: date) -> Iterator[Life]:
    """Yield the lives of people numbered from `start`, as they stand on the day."""
    random, waiting = Random(f"lives-{start}"), deque[int]()  # noqa: S311
    before: Life | None = None
    for one in invent(start=start, count=count, on=on):
        if one.index % 50 in _FATES:
            waiting.append(one.index % 50)
        fate = -1
        if waiting and age(one.birth_date, on=on) >= (50 if waiting[0] == _DIED else 18):
            fate = waiting.popleft()
        if fate == _MERGED and before and before.merged_into is None:
            before = _merged(one, before, on)
        else:
            before = _life(random, one, fate, insurers, on)
        yield before


def _life(random: Random, one: Invented, fate: int, insurers: Insurers, on: date) -> Life:
    life = Life(one, fate, document(one.index, birth_date=one.birth_date, on=on))
    years = age(one.birth_date, on=on)
    life.employment = 1 if 22 <= years < 63 and random.random() < 0.8 else 2
    if years >= 18 and random.random() < 0.6:
        life.phone = f"+7900000{2_000 + one.index % 8_000:04}"
        life.email = f"person{one.index}@people.example"
    if fate != _UNINSURED:
        life.periods = _periods(random, one, insurers, on)
    if life.periods:
        _befall(random, life, on)
    return life


def _merged(one: Invented, into: Life, on: date) -> Life:
    """A second record of the person before, found out and merged."""
    other = into.one
    one.family_name, one.given_name = other.family_name, other.given_name
    one.patronymic, one.birth_date, one.sex = other.patronymic, other.birth_date, other.sex
    one.maiden, one.married_on = "", None
    one.region, one.address = other.region, other.address
    life = Life(one, _MERGED, document(one.index, birth_date=one.birth_date, on=on))
    life.state, life.merged_into = State.MERGED, other.index
    return life


def _periods(random: Random, one: Invented, insurers: Insurers, on: date) -> list[Insured]:
    """First choice, then changes more than a year apart, at wish only before November."""
    in_force, left = insurers.get(one.region, ([], []))
    if not in_force:
        return []
    earliest = max(one.birth_date + _MONTH, _BEGAN)
    latest = min(earliest + timedelta(days=3_300), on - timedelta(days=1))
    begins_on = earliest + timedelta(days=random.randrange(max((latest - earliest).days, 1)))
    rows = [Insured(random.choice(in_force), begins_on, Ground.FIRST_CHOICE)]
    for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
        begins_on += timedelta(days=random.randint(400, 2_600))
        others = [code for code in in_force if code != rows[-1].insurer]
        if begins_on >= on or not others:
            break
        wish = begins_on.month < 11 and random.random() < 0.7
        ground = Ground.YEARLY if wish else Ground.MOVE
        rows[-1].ends_on = begins_on
        rows.append(Insured(random.choice(others), begins_on, ground))
    if left and random.random() < 0.04 and rows[-1].begins_on < date(on.year, 1, 1):
        rows[-1].insurer = left[0]
    return rows


def _befall(random: Random, life: Life, on: date) -> None:
    """Bring what the person's number brings."""
    last = life.periods[-1]
    since = max(last.begins_on, on - timedelta(days=random.randint(20, 700)))
    if life.fate == _SUSPENDED:
        life.state, life.last_state = State.SUSPENDED, PolicyState.SUSPENDED
        life.reason = "Военная служба"
    elif life.fate == _ANNULLED_POLICY:
        life.last_state, life.reason = PolicyState.ANNULLED, "Оформлен ошибочно"
    elif life.fate == _ANNULLED:
        life.state, life.last_state = State.ANNULLED, PolicyState.CLOSED
        life.reason = "Запись аннулирована"
    elif life.fate == _DIED:
        life.state, life.last_state = State.DIED, PolicyState.CLOSED
        life.died_on, life.reason = since, "Смерть"
    elif life.fate == _FOREIGN:
        _make_foreign(life, on)
        return
    elif life.fate == _TEMPORARY and life.one.index // 50 % 2:
        begins_on = on - timedelta(days=10)
        life.periods = [Insured(last.insurer, begins_on, Ground.FIRST_CHOICE)]
        life.temporary_until = on + _MONTH
        return
    else:
        return
    life.last_since = since
    if life.last_state in (PolicyState.CLOSED, PolicyState.ANNULLED):
        last.ends_on = since


def _make_foreign(life: Life, on: date) -> None:
    """A foreigner: with a residence permit for good, or for a time, and the policy with it."""
    number = life.one.index
    life.citizenship = _COUNTRIES[number // 50 % len(_COUNTRIES)]
    for_good = number // 50 % 2 == 0
    life.document = DocumentData(
        kind="11" if for_good else "23",
        series="99",
        number=f"{number:07}",
        issued_on=on - timedelta(days=300),
        issued_by="Учебное управление по вопросам миграции",
        expires_on=None if for_good else on + timedelta(days=400),
    )
