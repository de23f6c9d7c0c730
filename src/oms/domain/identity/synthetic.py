"""Confirmed people of the demo world: known from the beginning, as after a visit to an office."""

from datetime import datetime

from django.db import transaction

from oms.domain.accounts import actions as accounts
from oms.domain.accounts.models import Level, Source, User
from oms.domain.identity import linking
from oms.domain.identity.actions import CORE
from oms.domain.identity.method import Field, Outcome
from oms.domain.identity.models import Confirmation
from oms.domain.journal.actions import SYSTEM, record


@transaction.atomic
def confirm(*, user: User, at: datetime, method: str = "in-person") -> Confirmation:
    """Make the account a confirmed one with the row that says how; once."""
    known = Confirmation.objects.filter(user=user, state=Confirmation.State.CONFIRMED).first()
    if known:
        return known
    names = [name for name in (*CORE, "snils") if getattr(user, name)]
    own = Confirmation.objects.create(
        user=user, method=method, state=Confirmation.State.CONFIRMED, state_at=at, began_at=at,
        fields=[Field(name, Outcome.MATCH, at=at.isoformat()).plain for name in names],
        details={"level": Level.CONFIRMED.value}, decided_by=SYSTEM.key,
    )  # fmt: skip
    values = {name: getattr(user, name) for name in names}
    accounts.set_profile_values(user=user, values=values, source=Source.OPERATOR, at=at, by=SYSTEM)
    accounts.raise_level(user=user, level=Level.CONFIRMED, by=SYSTEM, at=at, basis=own.key)
    record(act="identity.confirm", subject=own.key, by=SYSTEM, at=at, person=user.key)
    return own


@transaction.atomic
def meet_the_register(*, user: User, at: datetime) -> str:
    """Look for the confirmed person's record, as confirming does; return how that ended."""
    own = Confirmation.objects.get(user=user, state=Confirmation.State.CONFIRMED)
    own.link = linking.join(confirmation=own, by=SYSTEM, at=at)
    own.save(update_fields=["link", "details"])
    return own.link
