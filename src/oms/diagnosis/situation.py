"""The situation of one person, read once: everything the causes look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from oms.cases import queries as cases
from oms.cases.models import Case
from oms.cases.states import OPEN
from oms.domain.accounts import queries as accounts
from oms.domain.accounts import wards
from oms.domain.accounts.models import Level, Representation, User
from oms.domain.accounts.queries import ProfileLine
from oms.domain.identity import linking
from oms.domain.identity.models import OPEN as UNDER_WAY
from oms.domain.identity.models import Confirmation
from oms.domain.register import agreement, matching
from oms.domain.register.actions.insurance import IN_FORCE
from oms.domain.register.data import DocumentData
from oms.domain.register.matching import Match
from oms.domain.register.models import (
    IdentityDocument,
    Insurance,
    InsuredPerson,
    PersonVersion,
    Policy,
    Suspension,
)
from oms.domain.works import queries as works
from oms.domain.works.models import PlannedWork

POLICY_SERVICES = ("issue-policy", "attach-policy")
"""Applications that bring a policy into the cabinet."""
_CASES = 60
ON_RECORD = frozenset({InsuredPerson.State.ACTIVE, InsuredPerson.State.SUSPENDED})


@dataclass(frozen=True)
class Situation:
    """What is known of a person and their cabinet at one moment.

    `policies` come newest first, `documents` and `insurance` are those in force. `alike` are
    records like the person: looked for only when it is known who the person is, and never shown.
    `wards` are those the person acts for who have a policy in force.
    """

    user: User
    at: datetime
    on: date
    profile: Mapping[str, ProfileLine]
    person: InsuredPerson | None
    policies: Sequence[Policy] = ()
    insurance: Insurance | None = None
    version: PersonVersion | None = None
    documents: Sequence[IdentityDocument] = ()
    suspension: Suspension | None = None
    works: Sequence[PlannedWork] = ()
    cases: Sequence[Case] = ()
    confirmation: Confirmation | None = None
    wards: Sequence[Representation] = ()
    alike: Sequence[Match] = ()

    @property
    def is_known(self) -> bool:
        """Whether it is proven who the person is."""
        return self.user.level == Level.CONFIRMED

    @property
    def policy(self) -> Policy | None:
        """The policy active or suspended, its term over or not."""
        return next((row for row in self.policies if row.state in IN_FORCE), None)

    @property
    def last_policy(self) -> Policy | None:
        """The policy the person had last."""
        return self.policies[0] if self.policies else None

    @property
    def is_insured(self) -> bool:
        """Whether a policy counts on the day."""
        policy = self.policy
        return policy is not None and (policy.ends_on is None or self.on <= policy.ends_on)

    @property
    def certain(self) -> Match | None:
        """The one record that is certainly the person's, held by nobody."""
        sure = [match for match in self.alike if linking.is_certain(match, self.user)]
        only = sure[0] if len(sure) == 1 else None
        return only if only and only.person.user_id is None else None

    @property
    def audiences(self) -> frozenset[str]:
        """By which keys works may concern the person."""
        if self.person is None:
            return frozenset({f"region:{settings.REGION}"})
        found = {f"region:{self.person.region_id}"}
        if self.person.insurer_id:
            found.add(f"insurer:{self.person.insurer_id}")
        return frozenset(found)

    def checked(self, field: str) -> str:
        """A value of the profile if somebody but the person vouches for it, else empty."""
        line = self.profile.get(field)
        return str(line.value) if line and line.is_checked and line.value else ""


def read(*, user: User, at: datetime) -> Situation:
    """Read everything; the number of queries does not depend on how much there is.

    Six and the search for whoever is not bound to a record (none while it is not proven who they
    are); eleven and the search for who is. A search asks at most eight.
    """
    person, on = _person(user), cases.day(at)
    found = Situation(
        user=user,
        at=at,
        on=on,
        profile=accounts.profile(user),
        person=person,
        works=works.in_force(at=at),
        cases=_cases(user),
        confirmation=_confirmation(user),
        wards=_wards(user, on=on),
    )
    if person is None:
        return replace(found, alike=linking.matches(user=user) if found.is_known else ())
    return _with_record(found, person)


def _with_record(found: Situation, person: InsuredPerson) -> Situation:
    papers = person.identity_documents.filter(valid_until=None).order_by("-valid_from", "-pk")
    policies = person.policies.select_related("insurer", "region").order_by("-begins_on", "-pk")
    whole = replace(
        found,
        policies=list(policies),
        insurance=agreement.insurance_of(person),
        version=agreement.version_of(person),
        documents=list(papers),
        suspension=person.suspensions.order_by("-valid_from", "-pk").first(),
    )
    return replace(whole, alike=_others(whole, person))


def _person(user: User) -> InsuredPerson | None:
    rows = InsuredPerson.objects.select_related("region", "insurer", "merged_into")
    return rows.filter(user=user).first()


def _cases(user: User) -> list[Case]:
    """Open applications, and those for a policy whatever became of them; newest first."""
    wanted = Q(state__in=sorted(OPEN)) | Q(service__in=POLICY_SERVICES)
    rows = Case.objects.filter(wanted, applicant=user).select_related("insurer")
    return list(rows.prefetch_related("pauses").order_by("-pk")[:_CASES])


def _confirmation(user: User) -> Confirmation | None:
    rows = Confirmation.objects.filter(user=user, state__in=sorted(UNDER_WAY))
    return rows.order_by("-pk").first()


def _wards(user: User, *, on: date) -> list[Representation]:
    insured = Policy.objects.filter(person__user=OuterRef("ward"), state__in=IN_FORCE)
    rows = Representation.objects.filter(
        wards.in_force(on=on), Exists(insured), representative=user, ward__is_active=True
    )
    return list(rows.select_related("ward").order_by("pk"))


def _others(situation: Situation, person: InsuredPerson) -> tuple[Match, ...]:
    """Records like the person's own, other than it."""
    paper = situation.documents[0] if situation.documents else None
    found = matching.find(
        snils=person.snils or situation.checked("snils"),
        document=DocumentData(paper.kind, paper.number, paper.series) if paper else None,
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
        birth_date=person.birth_date,
    )
    return tuple(match for match in found if match.person.pk != person.pk)
