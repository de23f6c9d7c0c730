"""A person's current row brought in line with what was recorded (REG-6)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from oms.domain.journal.actions import Actor
from oms.domain.register import agreement
from oms.domain.register.actions.insurance import in_force
from oms.domain.register.actions.people import SnilsTaken
from oms.domain.register.actions.rows import Changes, journal, lock
from oms.domain.register.models import InsuredPerson


def synchronise(*, person: InsuredPerson, by: Actor, at: datetime) -> Changes:
    """Write into the row what its versions, insurance and policy say; return what was wrong.

    The row is known to be true as of `at`. In line and fresh already, nothing changes and no trace
    is left. Raises `SnilsTaken` where another person bears the СНИЛС recorded.
    """
    with transaction.atomic():
        lock(person)
        wrong = agreement.disagreements(
            person,
            version=agreement.version_of(person),
            insurance=agreement.insurance_of(person),
            policy=in_force(person),
        )
        if not wrong and not agreement.is_stale(person, at=at):
            return {}
        changed: Changes = {name: [getattr(person, name), new] for name, new in wrong.items()}
        for name, value in wrong.items():
            setattr(person, name, value)
        person.synced_at = at
        if wrong:
            person.updated_at = at
        fields = [name.removesuffix("_id") for name in wrong]
        try:
            with transaction.atomic():
                person.save(update_fields=[*fields, "updated_at", "synced_at"])
        except IntegrityError:
            raise SnilsTaken from None
        journal("person.synchronise", person=person, by=by, at=at, changed=changed)
    return changed
