"""A policy confirmed by the insurer or the fund, on somebody's request (SRV-7)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from oms.domain.journal.actions import Actor
from oms.domain.register.actions.insurance import NotInsured, in_force
from oms.domain.register.actions.rows import journal, lock, refuse_unless_on_record, touch
from oms.domain.register.models import InsuredPerson, Policy


def confirm_policy(*, person: InsuredPerson, by: Actor, at: datetime, basis: str = "") -> Policy:
    """Keep that the policy in force was confirmed: a reference, a moment, a fresh record.

    The reference is unique: policy, day, and how many confirmations there were before. Told again
    under the same moment, nothing changes. Raises `NotInsured`, `NotOnRecord`.
    """
    with transaction.atomic():
        lock(person)
        refuse_unless_on_record(person)
        policy = in_force(person)
        if policy is None:
            raise NotInsured
        if policy.confirmed_at == at:
            return policy
        was = policy.confirmation
        turn = int(was.rpartition("-")[2]) + 1 if was else 1
        policy.confirmation = f"П-{policy.pk}-{timezone.localdate(at):%y%m%d}-{turn}"
        policy.confirmed_at = policy.updated_at = at
        policy.save(update_fields=["confirmation", "confirmed_at", "updated_at"])
        touch(person, at=at)
        journal(
            "policy.confirm", person=person, by=by, at=at, subject=f"policy:{policy.pk}",
            changed={"confirmation": [was, policy.confirmation]}, basis=basis,
        )  # fmt: skip
    return policy
