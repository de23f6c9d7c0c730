"""What the rules know: frozen facts about a person, an insurer and past insurance.

The register fills them; the rules only read them. Dates are days, periods are half-open
(`ends_on` is the first day that no longer counts, None: without an end) except where a
`valid_until` says the last day itself.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum


class Ground(IntEnum):
    """Ground for choosing an insurer; numbers equal RSMO of order ФФОМС № 79."""

    FIRST_CHOICE = 1
    YEARLY = 2
    MOVE = 3
    CONTRACT_ENDED = 4


GROUND_TITLES = {
    Ground.FIRST_CHOICE: "Первый выбор",
    Ground.YEARLY: "По желанию, раз в год",
    Ground.MOVE: "Переезд",
    Ground.CONTRACT_ENDED: "Страховая организация прекращает работу",
}


class LegalStatus(StrEnum):
    """By what right a person lives in Russia (326-ФЗ ст. 10)."""

    CITIZEN = "citizen"
    PERMANENT_RESIDENT = "permanent-resident"
    TEMPORARY_RESIDENT = "temporary-resident"
    REFUGEE = "refugee"
    TEMPORARY_ASYLUM = "temporary-asylum"
    EAEU_WORKER = "eaeu-worker"
    VISITOR = "visitor"


class PersonState(StrEnum):
    """State of the person's record in the register."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ANNULLED = "annulled"
    DIED = "died"
    MERGED = "merged"


class PolicyState(StrEnum):
    """State of a policy."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ANNULLED = "annulled"
    EXPIRED = "expired"


@dataclass(frozen=True)
class InsuranceFacts:
    """One period with one insurer and the ground on which it began."""

    insurer: str
    begins_on: date
    ends_on: date | None
    ground: Ground


@dataclass(frozen=True)
class InsurerFacts:
    """An insurer (or a fund acting as one): code, region of work, days in the register."""

    code: str
    region: str
    included_from: date
    excluded_on: date | None = None
    suspended: bool = False


@dataclass(frozen=True)
class PersonFacts:
    """Everything the rules may ask about a person.

    `citizenship` is an ISO alpha-3 code (empty: stateless); regions are two digits of F010;
    `insurances` are past and present periods; `permit_valid_until` is the last day of the
    residence permit, labour contract or refugee certificate.
    """

    birth_date: date
    citizenship: str = "RUS"
    status: LegalStatus = LegalStatus.CITIZEN
    in_service: bool = False
    permit_valid_until: date | None = None
    state: PersonState = PersonState.ACTIVE
    policy_state: PolicyState | None = None
    policy_valid_until: date | None = None
    insurer: str = ""
    insured_since: date | None = None
    insurances: tuple[InsuranceFacts, ...] = ()
    region: str = ""
    residence_region: str = ""
    insurer_contract_ends: date | None = None
