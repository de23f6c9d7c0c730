"""For whom one books: oneself, a child, somebody represented."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from oms.domain.accounts import access, wards
from oms.domain.accounts.models import Representation, User
from oms.domain.register import queries as register
from oms.domain.register.models import InsuredPerson
from oms.domain.wards import actions
from oms.kit.denied import Denied

OWN = "own"


class OnlyLooks(Denied):
    """The right does not hold «Записывать к врачу»."""

    status = 403
    text = "Ваше право не включает запись к врачу. Попросите его расширить: «Дети и подопечные»."


class NotInRegister(Denied):
    """Nobody is booked whom the register does not know."""

    status = 422
    text = "В кабинете нет полиса, поэтому записаться нельзя. Найдите полис или оформите его."


class ForCitizens(Denied):
    """Staff book people at the desk."""

    status = 403
    text = "С рабочей учётной записи к врачу не записываются. Войдите в свой личный кабинет."


@dataclass(frozen=True)
class Choice:
    """One person one may book for; `key` is the right's, or `OWN`."""

    key: str
    name: str
    word: str
    is_open: bool


def choices(request: HttpRequest) -> Sequence[Choice]:
    """Return whom one may book for: oneself first. No query beyond the frame's."""
    user = request.user
    if not isinstance(user, User) or user.is_staff_member:
        return ()
    opened = access.representation(request)
    rows = [Choice(OWN, wards.called(user), "себя", opened is None)]
    rows += [
        Choice(str(right.pk), wards.called(right.ward), wards.word(right), right == opened)
        for right in access.cabinets(request)
        if wards.allows(right.scope, wards.Scope.BOOK)
    ]
    return rows


def choose(request: HttpRequest, key: str) -> InsuredPerson:
    """Open the cabinet of who was chosen (the present one when nobody is) and return the person.

    Raises `NotYourWard`, `OnlyLooks`, `NotInRegister`, `ForCitizens`. A query.
    """
    if key == OWN:
        access.close_cabinet(request)
    elif key:
        number = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
        right = access.open_cabinet(request, right=number)
        actions.note_opened(representation=right, at=timezone.now())
    return person(request)


def person(request: HttpRequest) -> InsuredPerson:
    """Return who is booked in the open cabinet, if one may; raises as `choose` does. A query."""
    refuse_staff(request)
    holder = access.subject(request)
    refuse_lookers(access.representation(request))
    found = register.person_of(holder)
    if found is None:
        raise NotInRegister
    return found


def refuse_lookers(right: Representation | None) -> None:
    """Raise `OnlyLooks` for who represents somebody without the right to book."""
    if right is not None and not wards.allows(right.scope, wards.Scope.BOOK):
        raise OnlyLooks


def refuse_staff(request: HttpRequest) -> None:
    """Raise `ForCitizens` for staff."""
    if isinstance(request.user, User) and request.user.is_staff_member:
        raise ForCitizens


def looked_for(request: HttpRequest, key: str) -> InsuredPerson | None:
    """Return the record of a choice to find doctors for; no cabinet is opened. A query at most."""
    if not isinstance(request.user, User) or request.user.is_staff_member:
        return None
    if key == OWN:
        return register.person_of(request.user)
    right = next((one for one in access.cabinets(request) if str(one.pk) == key), None)
    return register.person_of(right.ward) if right else None
