"""The clinic a person is attached to: chosen, and chosen anew; the earlier one stays, closed."""

from datetime import date, datetime

from django.db import transaction

from oms.domain.directory.models import MedicalOrganization
from oms.domain.journal.actions import Actor
from oms.domain.register.actions.particulars import period_of
from oms.domain.register.actions.rows import close, journal, lock, refuse_unless_on_record, touch
from oms.domain.register.models import Attachment, InsuredPerson


def attach_to_clinic(
    *,
    person: InsuredPerson,
    clinic: MedicalOrganization,
    ground: str,
    on: date,
    by: Actor,
    at: datetime,
    source: str,
    basis: str = "",
) -> Attachment:
    """Attach the person from the day; `ground` is of `Attachment.Ground`.

    Attached there already, nothing changes. Whether it is lawful is for `law.clinic_choice`.
    Raises `NotOnRecord`.
    """
    with transaction.atomic():
        lock(person)
        refuse_unless_on_record(person)
        current = person.attachments.filter(valid_until=None).first()
        if current and current.clinic_id == clinic.pk:
            return current
        if current:
            close(current, on=on)
        row = Attachment.objects.create(
            person=person,
            clinic=clinic,
            ground=ground,
            **period_of(on=on, by=by, at=at, source=source, basis=basis),
        )
        touch(person, at=at)
        journal(
            "person.attach", person=person, by=by, at=at,
            changed={"clinic": [current.clinic_id if current else None, clinic.pk]},
            ground=ground, on=on, source=source, basis=basis,
        )  # fmt: skip
    return row
