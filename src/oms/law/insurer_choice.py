"""Choice and change of the insurer (выбор и замена страховой медицинской организации).

Source: 326-ФЗ ст. 16 ч. 1: by application to the new insurer; changed once a calendar year, not
later than 1 November; more often on a move or when the insurer's contract ends; the insurer of a
minor is chosen by a parent or legal representative. The last day and the number of changes are
dated configuration (`YEARLY_RULES`).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from oms.law import dates
from oms.law.eligibility import may_be_insured
from oms.law.facts import Ground, InsurerFacts, PersonFacts, PersonState, PolicyState
from oms.law.refusal import Refusal, refuse

BASIS = "326-ФЗ, ст. 16, ч. 1"
FULL_AGE = 18
LONGEST_AHEAD = 90
"""Days in which a change that is not at wish has to begin."""


@dataclass(frozen=True)
class YearlyRule:
    """How often and until which day of a year the insurer may be changed at wish."""

    begins_on: date
    last_month: int
    last_day: int
    changes_a_year: int


@dataclass(frozen=True)
class ChoiceWindow:
    """Whether a change at wish is open now, its last day, when it opens next, in words."""

    open: bool
    until: date | None
    next_from: date | None
    text: str


YEARLY_RULES = (YearlyRule(date(2011, 1, 1), last_month=11, last_day=1, changes_a_year=1),)


def may_change(
    person: PersonFacts,
    *,
    new_insurer: InsurerFacts,
    ground: Ground,
    on: date,
    moved_on: date | None = None,
    address_changed: bool = False,
    by_representative: bool = False,
) -> tuple[Refusal, ...]:
    """Return all that forbids the change applied for on the day; empty: it is lawful.

    `moved_on` is the day of the move (ground MOVE); `address_changed` says that the application
    states a new address, `by_representative` that a parent or guardian with confirmed authority
    applies. Past changes count by their ground and first day (`person.insurances`).
    """
    barred = _record(person, on)
    if barred:
        return barred
    refusals = _representative(person, on, by_representative)
    refusals += _new_insurer(person, new_insurer, on)
    refusals += _by_ground(person, new_insurer, ground, on)
    if ground is Ground.MOVE:
        refusals += _move(person, new_insurer, moved_on, address_changed, on)
    return refusals


def may_choose_first(
    person: PersonFacts,
    *,
    insurer: InsurerFacts,
    on: date,
    by_representative: bool = False,
) -> tuple[Refusal, ...]:
    """Return all that forbids the first choice of an insurer; empty: it is lawful."""
    barred = may_be_insured(person, on=on)
    if is_insured(person, on=on):
        barred += (refuse("already-insured", basis=BASIS),)
    return barred + _representative(person, on, by_representative) + accepts(insurer, on=on)


def accepts(insurer: InsurerFacts, *, on: date) -> tuple[Refusal, ...]:
    """Return why the insurer may not take new people on the day; empty: it may.

    >>> [r.code for r in accepts(InsurerFacts("77001", "77", date(2027, 1, 1)),
    ...     on=date(2026, 11, 22))]
    ['insurer-not-in-register']
    """
    code = ""
    if on < insurer.included_from:
        code = "insurer-not-in-register"
    elif insurer.excluded_on is not None and insurer.excluded_on <= on:
        code = "insurer-excluded"
    elif insurer.suspended:
        code = "insurer-suspended"
    return (refuse(code, field="insurer", basis=BASIS),) if code else ()


def is_insured(person: PersonFacts, *, on: date) -> bool:
    """Tell whether the person has an insurer and a policy in force (or suspended) on the day."""
    in_force = person.policy_state in (PolicyState.ACTIVE, PolicyState.SUSPENDED)
    last = person.policy_valid_until
    return bool(person.insurer) and in_force and (last is None or on <= last)


def changes_at_wish(person: PersonFacts, *, year: int) -> int:
    """Return how many changes by ground YEARLY began in the calendar year."""
    return sum(
        past.ground is Ground.YEARLY and past.begins_on.year == year for past in person.insurances
    )


def window(person: PersonFacts, *, on: date) -> ChoiceWindow:
    """Return the plan of a change at wish for the cabinet (BEY-1): open or when it opens."""
    if _record(person, on):
        return ChoiceWindow(False, None, None, "Сменить страховую организацию сейчас нельзя.")
    if person.insurer_contract_ends is not None:
        ends = dates.long(person.insurer_contract_ends)
        text = f"Ваша страховая организация работает до {ends} Выберите новую в любой день."
        return ChoiceWindow(True, None, None, text)
    last, next_from = _last_day(on.year), date(on.year + 1, 1, 1)
    again = f"Снова можно с {dates.long(next_from)} При переезде можно раньше."
    if changes_at_wish(person, year=on.year) >= _rule(on).changes_a_year:
        text = f"В этом году вы уже меняли страховую организацию. {again}"
        return ChoiceWindow(False, None, next_from, text)
    if on > last:
        text = f"Сменить страховую организацию можно было до {dates.long(last)} {again}"
        return ChoiceWindow(False, None, next_from, text)
    text = f"Сменить страховую организацию можно до {dates.long(last)} включительно."
    return ChoiceWindow(True, last, None, text)


def takes_effect(*, decided_on: date, desired_on: date | None = None) -> date:
    """Return the first day with the new insurer: the decision or a later desired day.

    Source: insurance with the new insurer follows its decision on the application; uncertain
    for a desired day, which is the system's own service (SRV-3).

    >>> takes_effect(decided_on=date(2026, 10, 5), desired_on=date(2026, 10, 20))
    datetime.date(2026, 10, 20)
    """
    return max(decided_on, desired_on) if desired_on else decided_on


def desired_window(*, ground: Ground, on: date) -> tuple[date, date]:
    """Return the first and last day an applicant may ask the change to begin on.

    Source: the system's own service (SRV-3); the last day is uncertain. A change at wish counts to
    the year it begins in, so it begins in the year of the application; others within 90 days.

    >>> desired_window(ground=Ground.YEARLY, on=date(2026, 10, 5))
    (datetime.date(2026, 10, 6), datetime.date(2026, 12, 31))
    >>> desired_window(ground=Ground.MOVE, on=date(2026, 12, 31))
    (datetime.date(2027, 1, 1), datetime.date(2027, 3, 31))
    """
    if ground is Ground.YEARLY:
        return on + timedelta(days=1), date(on.year, 12, 31)
    return on + timedelta(days=1), on + timedelta(days=LONGEST_AHEAD)


def may_begin(desired_on: date | None, *, ground: Ground, on: date) -> tuple[Refusal, ...]:
    """Return why the change may not begin on the desired day; empty: it may.

    >>> [r.code for r in may_begin(date(2026, 10, 5), ground=Ground.MOVE, on=date(2026, 10, 5))]
    ['desired-date-impossible']
    """
    if desired_on is None:
        return ()
    first, last = desired_window(ground=ground, on=on)
    if first <= desired_on <= last:
        return ()
    return (refuse("desired-date-impossible", field="desired_on", basis=BASIS),)


def needs_representative(birth_date: date, *, on: date) -> tuple[Refusal, ...]:
    """Return the refusal to a minor who chooses an insurer alone; empty from 18 on.

    Source: 326-ФЗ ст. 16 ч. 1: until full age, or before it where the law gives full capacity, a
    parent or another legal representative chooses; those of 14 to 17 too.

    >>> [r.code for r in needs_representative(date(2010, 5, 1), on=date(2026, 11, 22))]
    ['representative-needed']
    >>> needs_representative(date(2008, 11, 22), on=date(2026, 11, 22))
    ()
    """
    if dates.age(birth_date, on=on) >= FULL_AGE:
        return ()
    return (refuse("representative-needed", basis=BASIS),)


def _rule(on: date) -> YearlyRule:
    in_force = [rule for rule in YEARLY_RULES if rule.begins_on <= on]
    return max(in_force or YEARLY_RULES[:1], key=lambda rule: rule.begins_on)


def _last_day(year: int) -> date:
    rule = _rule(date(year, 12, 31))
    return date(year, rule.last_month, rule.last_day)


def _record(person: PersonFacts, on: date) -> tuple[Refusal, ...]:
    barred = may_be_insured(person, on=on)
    if barred:
        return barred
    if person.state is PersonState.SUSPENDED or person.policy_state is PolicyState.SUSPENDED:
        return (refuse("policy-suspended", basis=BASIS),)
    if person.policy_state is PolicyState.ANNULLED or person.state is PersonState.ANNULLED:
        return (refuse("policy-annulled", basis=BASIS),)
    ended = person.policy_valid_until is not None and person.policy_valid_until < on
    if ended or person.policy_state is PolicyState.EXPIRED:
        return (refuse("policy-expired", basis=BASIS),)
    return () if is_insured(person, on=on) else (refuse("not-insured", basis=BASIS),)


def _representative(person: PersonFacts, on: date, by_representative: bool) -> tuple[Refusal, ...]:
    return () if by_representative else needs_representative(person.birth_date, on=on)


def _new_insurer(person: PersonFacts, insurer: InsurerFacts, on: date) -> tuple[Refusal, ...]:
    if insurer.code == person.insurer:
        return (refuse("same-insurer", field="insurer", basis=BASIS),)
    return accepts(insurer, on=on)


def _by_ground(
    person: PersonFacts, insurer: InsurerFacts, ground: Ground, on: date
) -> tuple[Refusal, ...]:
    codes = []
    if ground is Ground.FIRST_CHOICE:
        codes.append("ground-not-suitable")
    if (
        ground is Ground.YEARLY
        and changes_at_wish(person, year=on.year) >= _rule(on).changes_a_year
    ):
        codes.append("yearly-limit")
    if ground is Ground.YEARLY and on > _last_day(on.year):
        codes.append("after-first-november")
    if ground is Ground.CONTRACT_ENDED and person.insurer_contract_ends is None:
        codes.append("contract-not-ended")
    refusals = tuple(refuse(code, field="ground", basis=BASIS) for code in codes)
    other_region = person.region and insurer.region != person.region
    if other_region and ground is not Ground.MOVE:
        refusals += (refuse("insurer-other-region", field="insurer", basis=BASIS),)
    return refusals


def _move(
    person: PersonFacts,
    insurer: InsurerFacts,
    moved_on: date | None,
    address_changed: bool,
    on: date,
) -> tuple[Refusal, ...]:
    code = ""
    if moved_on is None:
        code = "move-date-missing"
    elif moved_on > on:
        code = "move-in-future"
    elif any(p.ground is Ground.MOVE and p.begins_on >= moved_on for p in person.insurances):
        code = "move-already-used"
    elif not address_changed and person.region in ("", insurer.region):
        code = "move-not-confirmed"
    return (refuse(code, field="moved_on", basis=BASIS),) if code else ()
