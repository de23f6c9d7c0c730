"""A provider vouches for who somebody is (IDN-5, ACC-14): its word against the profile.

Name and birth date must be the profile's, each field judged and named by itself.
"""

from datetime import datetime

from django.db import transaction

from oms.domain.accounts import outside
from oms.domain.accounts.claims import CORE, Person, differences
from oms.domain.accounts.models import Level, Source, User
from oms.domain.identity import actions
from oms.domain.identity.method import TITLES, Availability, Field, Outcome, proof_of
from oms.domain.identity.models import Confirmation
from oms.gateways import openid
from oms.gateways.openid_providers import Purpose, providers

DOWN = Availability(False, "Сейчас не отвечает, попробуйте через минуту")
NOT_HERE = Availability(False, "На этом портале не подключён")


def available(purpose: Purpose) -> Availability:
    """Say whether some provider can be asked now."""
    codes = [one.code for one in providers(purpose=purpose)]
    if not codes:
        return NOT_HERE
    return DOWN if openid.down(codes=codes) >= set(codes) else Availability(True)


def compare(*, user: User, person: Person) -> list[Field]:
    """Judge name and birth date field by field; what both leave out is not named."""
    wrong = differences(user=user, person=person)
    return [
        _field(name, user, person, name in wrong)
        for name in CORE
        if name in wrong or getattr(user, name)
    ]


def confirm(*, user: User, person: Person, method: str, at: datetime) -> Confirmation:
    """Confirm the person, or say which fields differ and until when to mend them.

    Raises what `identity.actions.begin` and `accounts.outside.vouch` raise.
    """
    own = actions.begin(user=user, method=method, at=at)
    fields = compare(user=user, person=person)
    wrong = [field.title.lower() for field in fields if field.outcome is not Outcome.MATCH]
    if wrong:
        reason = f"Не совпали с профилем: {', '.join(wrong)}."
        return actions.fix(confirmation=own, fields=fields, reason=reason, by=user.actor, at=at)
    with transaction.atomic():
        outside.vouch(user=user, person=person, at=at)
        number = {name: person.values[name] for name in ("snils",) if name in person.values}
        own = actions.confirm(
            confirmation=own,
            fields=fields,
            values=number if person.is_trusted else {},
            by=user.actor,
            at=at,
            source=Source.OUTSIDE,
        )
        outside.learn(user=user, person=person, at=at)
        return own


def confirm_by_sign_in(*, user: User, person: Person, at: datetime) -> bool:
    """Raise the level of who came from a provider that has seen the documents.

    Somebody else's name raises nothing and tells nothing: signing in goes on.
    """
    if user.level == Level.CONFIRMED or not person.is_trusted:
        return False
    if differences(user=user, person=person):
        return False
    with transaction.atomic():
        confirm(user=user, person=person, method="outside", at=at)
    return True


def _field(name: str, user: User, person: Person, differs: bool) -> Field:
    if not differs:
        return Field(name, Outcome.MATCH, proof=proof_of(name, getattr(user, name)))
    title, told = TITLES[name], person.values.get(name)
    if told is None:
        return Field(name, Outcome.UNKNOWN, f"{title}: не сообщили. Выберите другой способ.")
    return Field(name, Outcome.DIFFERS, f"{title}: там указано иначе. Исправьте там или в профиле.")
