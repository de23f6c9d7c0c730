"""«Это вы?»: a person whose identity is confirmed meets their record in the register (BEY-6).

Only a certain match joins by itself: a number (СНИЛС or document) *and* the whole name *and*
the birth date agree, on one record, which nobody else holds. Anything less is told to nobody
but the fund: the page says the same neutral words whether there is a record or not.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction

from oms.domain.accounts import queries as accounts
from oms.domain.accounts.models import User
from oms.domain.identity.models import Confirmation
from oms.domain.journal.actions import Actor, record
from oms.domain.register import actions as register
from oms.domain.register import matching
from oms.domain.register import queries as register_queries
from oms.domain.register.data import DocumentData, name_key
from oms.domain.register.matching import Match
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied

Link = Confirmation.Link
_ON_RECORD = frozenset({InsuredPerson.State.ACTIVE, InsuredPerson.State.SUSPENDED})
DOUBT = 0.8
"""From this likeness on a person of the fund looks; below it is a namesake."""


class NotACandidate(Denied):
    """The operator points at a record that was not among those found."""

    text = "Эта запись не похожа на человека. Выберите из найденных или «Никто из них»."


class Settled(Denied):
    """Somebody decided already."""

    text = "Эту связь уже разобрали."


def join(*, confirmation: Confirmation, by: Actor, at: datetime) -> str:
    """Join the account with its record; return a value of `Confirmation.Link`.

    The caller's transaction holds the person's lock. Candidates of a doubtful case are kept
    with the confirmation for the fund.
    """
    user = confirmation.user
    if register_queries.person_of(user):
        return Link.LINKED
    found = matches(user=user)
    certain = [match for match in found if is_certain(match, user)]
    if len(certain) == 1 and _link(certain[0].person, user, by=by, at=at):
        return Link.LINKED
    doubtful = certain or [match for match in found if match.score >= DOUBT]
    if not doubtful:
        return Link.NOBODY
    confirmation.details["candidates"] = [match.person.pk for match in doubtful]
    return Link.DOUBTFUL


@transaction.atomic
def settle(
    *, confirmation: Confirmation, person: InsuredPerson | None, by: User, at: datetime
) -> Confirmation:
    """Decide a doubtful case: this record is the person's, or none of them is.

    Raises `Settled`, `NotACandidate`, and what `register.actions.link_account` raises.
    """
    own = Confirmation.objects.select_for_update().get(pk=confirmation.pk)
    if own.link != Link.DOUBTFUL:
        raise Settled
    if person is not None:
        if person.pk not in own.details.get("candidates", []):
            raise NotACandidate
        register.link_account(person=person, user=own.user, by=by.actor, at=at)
    own.link = Link.LINKED if person else Link.NOBODY
    own.save(update_fields=["link"])
    details = {"link": own.link, "person": person.key if person else ""}
    record(
        act="identity.link", subject=own.key, by=by.actor, at=at,
        person=own.user.key, details=details,
    )  # fmt: skip
    return own


def matches(*, user: User) -> tuple[Match, ...]:
    """Return records that may be the person's, surest first. For the fund, never for a page."""
    known = accounts.profile(user)
    return matching.find(
        snils=_checked(known, "snils") or "",
        document=_document(_checked(known, "document")),
        family_name=user.family_name,
        given_name=user.given_name,
        patronymic=user.patronymic,
        birth_date=user.birth_date,
    )


def is_certain(match: Match, user: User) -> bool:
    """Tell whether number, whole name and birth date all agree with a record in force."""
    person = match.person
    key = name_key(
        family_name=user.family_name, given_name=user.given_name, patronymic=user.patronymic
    )
    same = person.name_key == key and person.birth_date == user.birth_date
    return same and person.state in _ON_RECORD and bool(set(match.reasons) & set(_agreed()))


def _agreed() -> Iterator[str]:
    return (words for name, (words, _) in matching.NUMBERS.items() if name in {"snils", "document"})


def _link(person: InsuredPerson, user: User, *, by: Actor, at: datetime) -> bool:
    with suppress(register.AccountTaken, register.NotOnRecord), transaction.atomic():
        register.link_account(person=person, user=user, by=by, at=at)
        return True
    return False


def _checked(known: Mapping[str, Any], field: str) -> Any:
    """Return the value if somebody but the person vouches for it: a typed number joins nobody."""
    line = known.get(field)
    return line.value if line and line.is_checked else None


def _document(value: Mapping[str, str] | None) -> DocumentData | None:
    if not value:
        return None
    return DocumentData(
        kind=str(value["kind"]), series=value.get("series", ""), number=value.get("number", "")
    )
