from datetime import date

import pytest

from oms.law import eligibility
from oms.law.facts import LegalStatus, PersonFacts, PersonState

TODAY = date(2026, 11, 22)
YESTERDAY = date(2026, 11, 21)


def _person(**facts):
    return PersonFacts(**({"birth_date": date(1990, 5, 1)} | facts))


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"birth_date": TODAY}, []),
        ({"birth_date": date(2026, 11, 23)}, ["birth-date-in-future"]),
        ({"in_service": True}, ["not-insured-category"]),
        ({"permit_valid_until": YESTERDAY}, []),
        ({"status": LegalStatus.PERMANENT_RESIDENT}, []),
        ({"status": LegalStatus.TEMPORARY_RESIDENT, "permit_valid_until": TODAY}, []),
        (
            {"status": LegalStatus.TEMPORARY_RESIDENT, "permit_valid_until": YESTERDAY},
            ["permit-expired"],
        ),
        ({"status": LegalStatus.REFUGEE}, []),
        ({"status": LegalStatus.TEMPORARY_ASYLUM}, []),
        ({"status": LegalStatus.EAEU_WORKER, "citizenship": "KGZ"}, []),
        ({"status": LegalStatus.VISITOR, "citizenship": "FRA"}, ["right-not-confirmed"]),
        ({"state": PersonState.DIED, "in_service": True}, ["person-died"]),
        ({"state": PersonState.MERGED}, ["record-merged"]),
        ({"state": PersonState.ANNULLED}, []),
    ],
)
def test_who_may_be_insured(facts, codes):
    refusals = eligibility.may_be_insured(_person(**facts), on=TODAY)
    assert [refusal.code for refusal in refusals] == codes


@pytest.mark.parametrize(
    ("status", "permit", "last"),
    [
        (LegalStatus.CITIZEN, None, None),
        (LegalStatus.CITIZEN, YESTERDAY, None),
        (LegalStatus.PERMANENT_RESIDENT, date(2030, 1, 1), None),
        (LegalStatus.TEMPORARY_RESIDENT, date(2028, 3, 1), date(2028, 3, 1)),
        (LegalStatus.REFUGEE, date(2027, 3, 1), date(2027, 3, 1)),
        (LegalStatus.EAEU_WORKER, None, date(2026, 12, 31)),
        (LegalStatus.EAEU_WORKER, date(2028, 3, 1), date(2026, 12, 31)),
        (LegalStatus.EAEU_WORKER, date(2026, 12, 1), date(2026, 12, 1)),
    ],
)
def test_how_long_a_policy_lasts(status, permit, last):
    person = _person(status=status, permit_valid_until=permit)
    assert eligibility.policy_valid_until(person, on=TODAY) == last


def test_newborns_are_covered_for_thirty_days():
    covered = eligibility.newborn_covered_until(birth_registered_on=date(2026, 2, 10))
    assert covered == date(2026, 3, 12)
