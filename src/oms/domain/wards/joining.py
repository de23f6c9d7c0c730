"""Whom a request means: one child of two parents is one user, bound to one record (ADR 10)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oms.domain.accounts import actions as accounts
from oms.domain.accounts import queries as profiles
from oms.domain.accounts.models import Level, Representation, Source, User
from oms.domain.journal.actions import Actor, record
from oms.domain.register import actions as register
from oms.domain.register import matching
from oms.domain.register.data import name_key
from oms.domain.register.matching import Match
from oms.domain.register.models import InsuredPerson
from oms.domain.wards.naming import Ward, document_of, same_paper
from oms.domain.wards.refused import AlreadyAdded, Own, TwoCabinets

State = Representation.State
OPEN = (State.ASKED, State.CONFIRMED)
_NAMES = ("family_name", "given_name", "patronymic")
_ON_RECORD = frozenset({InsuredPerson.State.ACTIVE, InsuredPerson.State.SUSPENDED})


def settle(own: Representation, *, by: Actor, at: datetime) -> bool:
    """Bind the right to the user it means; return whether that is one known before.

    The caller's transaction holds the lock of all rights that name the same paper. Raises
    `TwoCabinets`, `AlreadyAdded`, `Own`, and what `register.actions.link_account` does.
    """
    person = certain_record(own)
    known = {user.pk: user for user in _known(own, person)}
    known.pop(own.ward_id, None)
    if len(known) > 1:
        raise TwoCabinets
    if known:
        _join(own, known.popitem()[1], by=by, at=at)
        return True
    _vouch(own, by=by, at=at)
    if person and person.user_id is None:
        register.link_account(person=person, user=own.ward, by=by, at=at)
    return False


def matches(own: Representation) -> tuple[Match, ...]:
    """Return records of the register that may be the ward's, surest first. For the fund only."""
    ward = own.ward
    return matching.find(
        snils=snils_of(ward),
        document=document_of(own.basis),
        family_name=ward.family_name,
        given_name=ward.given_name,
        patronymic=ward.patronymic,
        birth_date=ward.birth_date,
        limit=5,
    )


def certain_record(own: Representation) -> InsuredPerson | None:
    """Return the one record in force with the same name, birth date and a same number."""
    sure = [match.person for match in matches(own) if is_certain(match, own.ward)]
    return sure[0] if len(sure) == 1 else None


def is_certain(match: Match, ward: User) -> bool:
    """Tell whether number, whole name and birth date all agree with a record in force."""
    person = match.person
    key = name_key(**{name: getattr(ward, name) for name in _NAMES})
    same = person.name_key == key and person.birth_date == ward.birth_date
    numbers = {matching.NUMBERS[number][0] for number in ("snils", "document")}
    return same and person.state in _ON_RECORD and bool(numbers & set(match.reasons))


def snils_of(ward: User) -> str:
    """Return the ward's СНИЛС as typed: it opens nothing until the fund confirms."""
    line = profiles.profile(ward).get("snils")
    return str(line.value) if line and line.value else ""


def is_same(right: Representation, ward: Ward, basis: Mapping[str, Any]) -> bool:
    """Tell whether a right is about this child: the same paper, or name and birth date."""
    other = right.ward
    if other.birth_date != ward.birth_date:
        return False
    names = ({name: getattr(one, name) for name in _NAMES} for one in (other, ward))
    return same_paper(right.basis, basis) or len({name_key(**one) for one in names}) == 1


def document_value(basis: Mapping[str, Any]) -> dict[str, Any]:
    """Return the certificate as the profile keeps the identity document; empty for an act."""
    paper = document_of(basis)
    if paper is None:
        return {}
    return {
        "document": {
            "kind": int(paper.kind),
            "series": paper.series,
            "number": paper.number,
            "issued_on": basis["issued_on"],
            "issued_by": paper.issued_by,
            "department_code": "",
        }
    }


def _known(own: Representation, person: InsuredPerson | None) -> list[User]:
    """Return the users known for this child: by the register, by the other parent's right."""
    found = [person.user] if person and person.user else []
    if own.paper_key:
        rows = Representation.objects.filter(
            paper_key=own.paper_key, state=State.CONFIRMED, ward__birth_date=own.ward.birth_date
        )
        found += [right.ward for right in rows.exclude(pk=own.pk).select_related("ward")]
    return found


def _join(own: Representation, known: User, *, by: Actor, at: datetime) -> None:
    """Move the right to the known user; the one made for the request goes.

    The files stay with who brought them: one parent's papers are not the other's to see.
    """
    if known.pk == own.representative_id:
        raise Own("По реестру это сам заявитель: представлять себя нельзя. Сверьте документы.")
    theirs = Representation.objects.filter(representative=own.representative, ward=known)
    if theirs.filter(state__in=OPEN).exclude(pk=own.pk).exists():
        raise AlreadyAdded
    made = own.ward
    own.ward = known
    own.save(update_fields=["ward"])
    record(
        act="user.join", subject=made.key, by=by, at=at, person=known.key,
        details={"into": known.key, "basis": own.key},
    )  # fmt: skip
    if not Representation.objects.filter(ward=made).exists():
        made.delete()


def _vouch(own: Representation, *, by: Actor, at: datetime) -> None:
    """Seal what the fund has seen on paper: the ward's data, and that the person is known."""
    ward = own.ward
    lines = profiles.profile(ward)
    typed = {
        name: line.value
        for name, line in lines.items()
        if line.source == Source.TYPED and line.value not in (None, "")
    }
    if "birth_date" in typed:
        typed["birth_date"] = ward.birth_date
    accounts.set_profile_values(user=ward, values=typed, source=Source.OPERATOR, at=at, by=by)
    if not ward.can_sign_in:
        accounts.raise_level(user=ward, level=Level.CONFIRMED, by=by, at=at, basis=own.key)
