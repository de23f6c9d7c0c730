"""Who may be insured under compulsory medical insurance, and how long a policy lasts.

Source: 326-ФЗ ст. 10 (citizens; foreigners and stateless persons residing permanently or
temporarily; refugees; workers of the EAEU; not the military and equated), ст. 49.1 (suspension
for service), Правила ОМС (terms of policies of foreigners).
"""

from datetime import date, timedelta

from oms.law import dates
from oms.law.facts import LegalStatus, PersonFacts, PersonState
from oms.law.refusal import Refusal, refuse

BASIS = "326-ФЗ, ст. 10"
SUSPENSION_BASIS = "326-ФЗ, ст. 49.1"
NEWBORN_BASIS = "326-ФЗ, ст. 16"
NEWBORN_DAYS = 30
NEWBORN_AGE = 1
"""Full years from which a certificate is taken for a later one, not for the registration of a birth
(uncertain: the law sets no bound, births are registered within a month)."""

_BY_PERMIT = frozenset(
    {
        LegalStatus.TEMPORARY_RESIDENT,
        LegalStatus.REFUGEE,
        LegalStatus.TEMPORARY_ASYLUM,
        LegalStatus.EAEU_WORKER,
    }
)
_OUT_OF_REGISTER = {
    PersonState.DIED: "person-died",
    PersonState.MERGED: "record-merged",
}


def may_be_insured(person: PersonFacts, *, on: date) -> tuple[Refusal, ...]:
    """Return what keeps the person from being insured on the day; empty: nothing does.

    >>> may_be_insured(PersonFacts(birth_date=date(1990, 1, 1)), on=date(2026, 11, 22))
    ()
    """
    record = record_refusals(person)
    if record:
        return record
    found = []
    if person.birth_date > on:
        found.append(refuse("birth-date-in-future", field="birth_date"))
    if person.in_service:
        found.append(refuse("not-insured-category", basis=BASIS))
    if person.status is LegalStatus.VISITOR:
        found.append(refuse("right-not-confirmed", field="status", basis=BASIS))
    elif permit_ended(person, on=on):
        found.append(refuse("permit-expired", field="permit_valid_until", basis=BASIS))
    return tuple(found)


def record_refusals(person: PersonFacts) -> tuple[Refusal, ...]:
    """Return the refusal that the state of the record itself gives: died or merged.

    >>> [r.code for r in record_refusals(
    ...     PersonFacts(birth_date=date(1990, 1, 1), state=PersonState.DIED))]
    ['person-died']
    """
    code = _OUT_OF_REGISTER.get(person.state)
    return (refuse(code),) if code else ()


def permit_ended(person: PersonFacts, *, on: date) -> bool:
    """Tell whether the permit, contract or certificate ended before the day.

    >>> permit_ended(PersonFacts(birth_date=date(1990, 1, 1)), on=date(2026, 11, 22))
    False
    """
    last = person.permit_valid_until
    return person.status is not LegalStatus.CITIZEN and last is not None and last < on


def policy_valid_until(person: PersonFacts, *, on: date) -> date | None:
    """Return the last day of a policy given on the day; None: without an end.

    Workers of the EAEU: the end of the calendar year or of the contract, whichever is earlier;
    temporary residents and refugees: the end of their permit.

    >>> worker = PersonFacts(birth_date=date(1990, 1, 1), citizenship="KGZ",
    ...     status=LegalStatus.EAEU_WORKER)
    >>> policy_valid_until(worker, on=date(2026, 11, 22))
    datetime.date(2026, 12, 31)
    """
    if person.status not in _BY_PERMIT:
        return None
    last = person.permit_valid_until
    if person.status is not LegalStatus.EAEU_WORKER:
        return last
    year_end = date(on.year, 12, 31)
    return min(last, year_end) if last else year_end


def newborn_covered_until(*, birth_registered_on: date) -> date:
    """Return the last day on which the mother's insurer answers for a newborn.

    >>> newborn_covered_until(birth_registered_on=date(2026, 11, 2))
    datetime.date(2026, 12, 2)
    """
    return birth_registered_on + timedelta(days=NEWBORN_DAYS)


def is_newborn(*, birth_date: date, birth_registered_on: date, on: date) -> bool:
    """Tell whether the mother's insurer still answers for the child (326-ФЗ ст. 16).

    >>> is_newborn(birth_date=date(2026, 10, 20), birth_registered_on=date(2026, 11, 2),
    ...     on=date(2026, 12, 2))
    True
    """
    young = dates.age(birth_date, on=on) < NEWBORN_AGE
    return young and on <= newborn_covered_until(birth_registered_on=birth_registered_on)
