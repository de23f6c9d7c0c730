"""What the register tells: policy in force, facts for the rules, history, public check."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigAutoField, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery

from oms.domain.accounts.models import User
from oms.domain.directory.models import MedicalOrganization
from oms.domain.register.actions.insurance import IN_FORCE, in_force
from oms.domain.register.actions.merging import survivor
from oms.domain.register.data import DocumentData, NewPerson, blank_key
from oms.domain.register.history import HistoryLine, history
from oms.domain.register.models import (
    Address,
    Attachment,
    IdentityDocument,
    Insurance,
    InsuredPerson,
    Policy,
    Suspension,
)
from oms.kit.prepared import Prepared, Slot
from oms.law import clinic_choice, enp
from oms.law import facts as law
from oms.law.enp import NumberKind
from oms.law.typed import compact

__all__ = [
    "HistoryLine",
    "PolicyAnswer",
    "attachment_of",
    "attachments",
    "card_of",
    "clinic_facts",
    "facts",
    "facts_of_newcomer",
    "history",
    "holder",
    "insured_since",
    "person_of",
    "policy_in_force",
    "public_policy_check",
    "suspension_of",
]

_EAEU = frozenset({"ARM", "BLR", "KAZ", "KGZ"})
_STATUS_BY_DOCUMENT = {
    "11": law.LegalStatus.PERMANENT_RESIDENT,
    "23": law.LegalStatus.TEMPORARY_RESIDENT,
    "12": law.LegalStatus.REFUGEE,
    "10": law.LegalStatus.REFUGEE,
    "25": law.LegalStatus.TEMPORARY_ASYLUM,
}
_POLICY_STATES = {
    Policy.State.ACTIVE: law.PolicyState.ACTIVE,
    Policy.State.SUSPENDED: law.PolicyState.SUSPENDED,
    Policy.State.ANNULLED: law.PolicyState.ANNULLED,
    Policy.State.CLOSED: law.PolicyState.EXPIRED,
    Policy.State.SUPERSEDED: law.PolicyState.EXPIRED,
}
_TEMPORARY = (Policy.Form.TEMPORARY, Policy.Form.TEMPORARY_ELECTRONIC)
_ROWS_OF_ONE_NUMBER = 20
_CARD = (
    *("state", "ends_on", "enp", "blank_number", "confirmation", "confirmed_at"),
    *("person__synced_at", "insurer__short_name"),
    *(f"insurer__{name}" for name in ("hot_line", "phone", "email", "site")),
    *("insurer__actual_address", "insurer__legal_address"),
)


@dataclass(frozen=True)
class PolicyAnswer:
    """What anybody with the number and the birth date may learn of a policy (REG-8)."""

    found: bool
    state: str = ""
    insurer: str = ""
    begins_on: date | None = None
    ends_on: date | None = None


def person_of(user: User) -> InsuredPerson | None:
    """Return the register's record bound to the account."""
    return InsuredPerson.objects.select_related("region", "insurer").filter(user=user).first()


def card_of(user: User) -> Policy | None:
    """Return the account's policy in force with what a policy card shows. One narrow query.

    It is read at every look at the cabinet; other columns of policy, person and insurer are
    fetched when asked for. `chosen_on` comes along: since when the insurer is the person's.
    """
    return _CARD_OF.first(user=user.pk)


_SINCE = Insurance.objects.filter(valid_until=None).values("valid_from")
_CARD_OF: Prepared[Policy] = Prepared(
    lambda user: (
        Policy.objects.filter(person__user=user, state__in=IN_FORCE)
        .select_related("person", "insurer")
        .only(*_CARD)
        .annotate(chosen_on=Subquery(_SINCE.filter(person=OuterRef("person"))[:1]))[:1]
    ),
    user=BigAutoField(),
)


def policy_in_force(person: InsuredPerson) -> Policy | None:
    """Return the policy active or suspended, with insurer and region."""
    return in_force(person)


def facts(person: InsuredPerson, *, on: date) -> law.PersonFacts:
    """Return what the rules may know of the person on the day. Four queries, always.

    The register keeps no ground for living in Russia: it follows from the identity documents
    in force (`11` residence permit …), for citizens of the EAEU without one from citizenship.
    """
    insurances = tuple(person.insurances.select_related("insurer").order_by("valid_from", "pk"))
    policy = person.policies.order_by("-begins_on", "-pk").first()
    current = next((row for row in insurances if _covers(row, on)), None)
    status, permit_until = _status(person)
    ends_on = policy.ends_on if policy else None
    return law.PersonFacts(
        birth_date=person.birth_date,
        citizenship=person.citizenship,
        status=status,
        permit_valid_until=permit_until,
        state=law.PersonState(person.state),
        policy_state=_POLICY_STATES[Policy.State(policy.state)] if policy else None,
        policy_valid_until=ends_on,
        insurer=current.insurer_id if current else "",
        insured_since=current.valid_from if current else None,
        insurances=tuple(_insurance(row) for row in insurances),
        region=person.region_id,
        residence_region=_residence_region(person),
        insurer_contract_ends=current.insurer.excluded_on if current else None,
    )


def facts_of_newcomer(data: NewPerson) -> law.PersonFacts:
    """Return what `facts` would of somebody just entered, with nothing else on record. No query."""
    paper = data.document if data.document and data.document.kind in _STATUS_BY_DOCUMENT else None
    status, permit_until = _status_by(data.citizenship, paper)
    return law.PersonFacts(
        birth_date=data.birth_date,
        citizenship=data.citizenship,
        status=status,
        permit_valid_until=permit_until,
        state=law.PersonState.ACTIVE,
        region=data.region,
        residence_region=data.region,
    )


def attachments(person: InsuredPerson) -> tuple[clinic_choice.AttachmentFacts, ...]:
    """Return the clinics the person chose, earliest first, as the rules see them. One query."""
    rows = person.attachments.select_related("clinic").order_by("valid_from", "pk")
    return tuple(
        clinic_choice.AttachmentFacts(
            clinic_facts(row.clinic),
            row.valid_from,
            row.valid_until,
        )
        for row in rows
    )


def clinic_facts(clinic: MedicalOrganization) -> clinic_choice.ClinicFacts:
    """Return what the rules ask about a clinic. No query."""
    return clinic_choice.ClinicFacts(
        clinic.code, clinic.region_id, clinic.begins_on, clinic.ends_on
    )


def attachment_of(person: InsuredPerson) -> Attachment | None:
    """Return the attachment that stands, with its clinic. One query."""
    return _ATTACHMENT_OF.first(person=person.pk)


_ATTACHMENT_OF: Prepared[Attachment] = Prepared(
    lambda person: Attachment.objects.filter(person=person, valid_until=None).select_related(
        "clinic"
    )[:1],
    person=BigAutoField(),
)


def insured_since(policy: Policy) -> date | None:
    """Return since when the present insurer is the person's. No query for a policy of `card_of`."""
    if hasattr(policy, "chosen_on"):
        found: date | None = policy.chosen_on
        return found
    rows = Insurance.objects.filter(person=policy.person_id, valid_until=None)
    return rows.values_list("valid_from", flat=True).first()


def suspension_of(person: InsuredPerson) -> Suspension | None:
    """Return the suspension planned or running. One query."""
    return person.suspensions.exclude(state=Suspension.State.ENDED).first()


def holder(*, number: str, birth_date: date) -> InsuredPerson | None:
    """Return whose policy bears the number, if born on the day; None as well for several. 1 query.

    `number` is an ENP, nine digits of a temporary certificate or an old series and number. That
    of a merged record leads to the one that stands for it, for a query more.
    """
    rows = Policy.objects.filter(_by_number(number), _born(birth_date))
    holders = (survivor(row.person) for row in rows.select_related("person__insurer")[:20])
    found = {person.pk: person for person in holders}
    return next(iter(found.values())) if len(found) == 1 else None


def public_policy_check(*, number: str, birth_date: date, on: date) -> PolicyAnswer:
    """Say whether the policy is in force; one query, whatever is asked.

    `number` is an ENP, nine digits of a temporary certificate or an old series and number; that
    of a merged record tells of the record that stands for it, for queries more.
    An unknown number and a wrong birth date get the same answer: nothing tells them apart.
    """
    rows = (
        Policy.objects.filter(_by_number(number), _born(birth_date))
        .select_related("insurer", "person")
        .order_by("-begins_on", "-pk")[:_ROWS_OF_ONE_NUMBER]
    )
    policies = _with_survivors(list(rows))
    if not policies:
        return PolicyAnswer(found=False)
    policy = next((row for row in policies if _was_in_force(row, on)), policies[0])
    return PolicyAnswer(
        found=True,
        state=_state_text(policy, on),
        insurer=policy.insurer.short_name,
        begins_on=policy.begins_on,
        ends_on=policy.ends_on,
    )


def _with_survivors(policies: list[Policy]) -> list[Policy]:
    """Put the policies of those who stand for merged holders first."""
    stand = {survivor(row.person).pk for row in policies if row.person.merged_into_id}
    if not stand:
        return policies
    rows = Policy.objects.filter(person__in=stand).select_related("insurer")
    return [*rows.order_by("-begins_on", "-pk")[:_ROWS_OF_ONE_NUMBER], *policies]


def policy_key(number: str) -> str:
    """Return a number as the look-up reads it, however it was typed: what a limit counts by."""
    if enp.kind(number) is NumberKind.ENP:
        return compact(number).replace("№", "")
    return blank_key(number) or "-"


def moved_since(person: InsuredPerson, *, since: datetime) -> bool:
    """Tell whether an address was put in place of an earlier one after the moment. One query."""
    return _MOVED.first(person=person.pk, since=since) is not None


def _moved(person: Slot, since: Slot) -> QuerySet[Address, int]:
    earlier = Address.objects.filter(
        person=OuterRef("person"), recorded_at__lt=OuterRef("recorded_at")
    )
    rows = Address.objects.filter(Exists(earlier), person=person, recorded_at__gt=since)
    return rows.values_list("pk", flat=True)[:1]


_MOVED = Prepared(_moved, person=BigAutoField(), since=DateTimeField())


def account_of_policy(*, number: str) -> User | None:
    """Return the account of whoever holds the policy, for the support that looks for it.

    A merged record that kept its account leads to the account of the one that stands for it.
    """
    rows = Policy.objects.filter(_by_number(number)).select_related("person__user")
    people = (row.person for row in rows.order_by("-begins_on", "-pk")[:_ROWS_OF_ONE_NUMBER])
    accounts = (survivor(person).user or person.user for person in people)
    return next((account for account in accounts if account), None)


def _covers(row: Insurance, on: date) -> bool:
    return row.valid_from <= on and (row.valid_until is None or on < row.valid_until)


def _insurance(row: Insurance) -> law.InsuranceFacts:
    return law.InsuranceFacts(
        row.insurer_id, row.valid_from, row.valid_until, law.Ground(row.ground)
    )


def _status(person: InsuredPerson) -> tuple[law.LegalStatus, date | None]:
    """Return the ground for living in Russia and the last day of the paper that gives it."""
    papers = IdentityDocument.objects.filter(
        person=person, kind__in=_STATUS_BY_DOCUMENT, valid_until=None
    )
    return _status_by(person.citizenship, papers.order_by("-valid_from", "-pk").first())


def _status_by(
    citizenship: str, paper: IdentityDocument | DocumentData | None
) -> tuple[law.LegalStatus, date | None]:
    if citizenship == "RUS":
        return law.LegalStatus.CITIZEN, None
    if paper:
        return _STATUS_BY_DOCUMENT[paper.kind], paper.expires_on
    if citizenship in _EAEU:
        return law.LegalStatus.EAEU_WORKER, None
    return law.LegalStatus.VISITOR, None


def _residence_region(person: InsuredPerson) -> str:
    """Return the region where the person lives: by residence, then registration, then record."""
    told = dict(
        person.addresses.filter(valid_until=None, region__isnull=False).values_list(
            "kind", "region_id"
        )
    )
    kinds = (Address.Kind.RESIDENCE, Address.Kind.REGISTRATION)
    return next((told[kind] for kind in kinds if kind in told), person.region_id)


def _by_number(number: str) -> Q:
    kind = enp.kind(number)
    if kind is NumberKind.ENP:
        return Q(enp=compact(number).replace("№", ""))
    if kind is NumberKind.TEMPORARY:
        return Q(blank_number=blank_key(number), form__in=_TEMPORARY)
    return Q(blank_number=blank_key(number) or "-")


def _born(day: date) -> Q:
    """Born on the day, on the record itself or on one it was merged into (two merges at most)."""
    way = ("person", "person__merged_into", "person__merged_into__merged_into")
    return Q(*((f"{one}__birth_date", day) for one in way), _connector=Q.OR)


def _was_in_force(policy: Policy, on: date) -> bool:
    begun = policy.begins_on <= on
    if policy.state in IN_FORCE:
        return begun
    return begun and policy.state == Policy.State.SUPERSEDED and on < policy.state_since


def _state_text(policy: Policy, on: date) -> str:
    if policy.state in IN_FORCE and on < policy.begins_on:
        return "Ещё не действует"
    if policy.ends_on and policy.ends_on < on and policy.state in IN_FORCE:
        return "Срок действия истёк"
    if _was_in_force(policy, on) and policy.state == Policy.State.SUPERSEDED:
        return str(Policy.State.ACTIVE.label)
    return str(Policy.State(policy.state).label)
