"""Suspension of insurance for military service (приостановление на время службы).

Source: 326-ФЗ ст. 49.1: for those called up or under contract the insurance is suspended for the
time of the service, told by start, end or months; it goes on again when the service ends.
"""

from datetime import date, timedelta

from oms.law import dates
from oms.law.facts import PersonFacts, PersonState, PolicyState
from oms.law.insurer_choice import is_insured
from oms.law.refusal import Refusal, refuse

BASIS = "326-ФЗ, ст. 49.1"
EARLIEST_NOTICE = timedelta(days=90)
"""How long before the service it may be told (uncertain: the law is silent)."""


def resumes_on(begins_on: date, *, last_day: date | None, months: int | None) -> date | None:
    """Return the first day insured again: after the last day, else after the months; None: open.

    >>> resumes_on(date(2026, 11, 1), last_day=None, months=12)
    datetime.date(2027, 11, 1)
    """
    if last_day:
        return last_day + timedelta(days=1)
    return dates.months_after(begins_on, months) if months else None


def is_suspended(person: PersonFacts) -> bool:
    """Tell whether the record or the policy is suspended."""
    return person.state is PersonState.SUSPENDED or person.policy_state is PolicyState.SUSPENDED


def may_suspend(
    person: PersonFacts, *, begins_on: date, until: date | None, on: date
) -> tuple[Refusal, ...]:
    """Return all that forbids the suspension; `until` is the first day insured again.

    >>> facts = PersonFacts(birth_date=date(2005, 1, 1))
    >>> [r.code for r in may_suspend(facts, begins_on=date(2026, 11, 1), until=None,
    ...     on=date(2026, 11, 22))]
    ['not-insured']
    """
    if is_suspended(person):
        return (refuse("policy-suspended", field="service_act", basis=BASIS),)
    if not is_insured(person, on=on):
        return (refuse("not-insured", basis=BASIS),)
    found = []
    if until is not None and until <= max(begins_on, on):
        found.append(refuse("service-over", field="service_last_day", basis=BASIS))
    if begins_on > on + EARLIEST_NOTICE:
        found.append(refuse("service-too-far", field="service_begins_on", basis=BASIS))
    return tuple(found)


def may_resume(person: PersonFacts, *, ended_on: date | None, on: date) -> tuple[Refusal, ...]:
    """Return all that forbids going on with the insurance before the day set."""
    if not is_suspended(person):
        return (refuse("not-suspended", field="service_act", basis=BASIS),)
    if ended_on is not None and ended_on > on:
        return (refuse("service-not-over", field="service_ended_on", basis=BASIS),)
    return ()
