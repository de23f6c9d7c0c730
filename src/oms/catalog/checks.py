"""Checks that several services share: an application in, refusals out."""

from collections.abc import Mapping, Sequence

from oms.catalog.declaration import Application
from oms.domain.accounts.models import Level
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Insurer, TerritorialFund
from oms.kit.denied import Denied
from oms.law import insurer_choice
from oms.law.facts import InsurerFacts, PolicyState
from oms.law.refusal import Refusal, refuse

WAYS_ON: Mapping[str, tuple[str, ...]] = {
    "already-insured": ("change-insurer", "policy-extract"),
    "not-insured": ("issue-policy",),
    "policy-expired": ("issue-policy",),
    "policy-annulled": ("issue-policy",),
    "policy-attached": ("data-update", "policy-extract"),
    "number-not-matched": ("issue-policy",),
    "same-clinic": ("data-update",),
    "policy-suspended": ("policy-suspension",),
    "value-unknown": ("data-update",),
    "nothing-changed": ("data-update", "policy-extract"),
    "nothing-to-print": ("policy-extract", "insurance-certificate"),
}
"""Refusal → codes of the services that lead on from it."""


class InsurerGone(Denied):
    """The insurer chosen is not in the directory any more."""

    text = "Выбранной страховой организации больше нет в справочнике. Выберите другую."


def contacts_confirmed(application: Application) -> Sequence[Refusal]:
    """Ask for one confirmed way to reach who applies."""
    user = application.acting
    if user.phone_confirmed_at or user.email_confirmed_at:
        return ()
    return (
        Refusal(
            "contacts-not-confirmed",
            "Телефон и почта ещё не подтверждены.",
            remedy="Подтвердите их в разделе «Мои данные».",
        ),
    )


def account_open(application: Application) -> Sequence[Refusal]:
    """Refuse a blocked account."""
    both = application.user.is_active and application.acting.is_active
    return () if both else (refuse("account-blocked"),)


def grown_or_represented(application: Application) -> Sequence[Refusal]:
    """Refuse a minor who acts alone: their insurer is chosen by a representative."""
    born = application.user.birth_date
    if application.representative or born is None:
        return ()
    return insurer_choice.needs_representative(born, on=application.on)


def is_represented(application: Application) -> bool:
    """Whether a parent or guardian applies."""
    return application.representative is not None


def representative_unproven(application: Application) -> bool:
    """Whether a paper has to prove who the representative is (Правила ОМС; ACC-10)."""
    other = application.representative
    return other is not None and other.level != Level.CONFIRMED


def insured(application: Application) -> Sequence[Refusal]:
    """Ask for a policy in force (or suspended) on the day."""
    facts = application.facts
    if facts and insurer_choice.is_insured(facts, on=application.on):
        return ()
    return (refuse("not-insured", basis=insurer_choice.BASIS),)


def on_record(application: Application) -> Sequence[Refusal]:
    """Ask for a record in the register, whether or not a policy is in force."""
    if application.person is not None:
        return ()
    return (refuse("not-insured", basis=insurer_choice.BASIS),)


def not_suspended(application: Application) -> Sequence[Refusal]:
    """Refuse while the policy is suspended: there is nothing in force to certify."""
    facts = application.facts
    if facts and facts.policy_state is PolicyState.SUSPENDED:
        return (refuse("policy-suspended", basis="Правила ОМС, приказ Минздрава № 108н, п. 28–30"),)
    return ()


def not_insured(application: Application) -> Sequence[Refusal]:
    """Refuse who has a policy in force on the day."""
    facts = application.facts
    if facts is None or not insurer_choice.is_insured(facts, on=application.on):
        return ()
    return (refuse("already-insured", basis=insurer_choice.BASIS),)


def keeper_of_record(application: Application) -> Insurer | TerritorialFund | None:
    """Who answers for the person's record: the insurer, without one the fund of the region."""
    person = application.person
    if person is None:
        return None
    return person.insurer or directory.fund(region=person.region_id)


def identity_unproven(application: Application) -> bool:
    """Whether a paper has to prove who applies: not when the account is confirmed (ACC-10)."""
    return application.user.level != Level.CONFIRMED


def chosen_insurer(application: Application) -> InsurerFacts | None:
    """The facts of the insurer in the answer `insurer`; None when it is not known."""
    found = named_insurer(application)
    return directory.insurer_facts(insurer=found) if found else None


def insurer_of(application: Application) -> Insurer:
    """The insurer in the answer `insurer`; raises `InsurerGone`."""
    found = named_insurer(application)
    if found is None:
        raise InsurerGone
    return found


def named_insurer(application: Application) -> Insurer | None:
    """The insurer in the answer `insurer`. One query, none where the case was read with it."""
    code, read = str(application.answers.get("insurer") or ""), application.addressed
    return read if read and read.code == code else directory.insurer(code=code)
