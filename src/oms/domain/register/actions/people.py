"""The person's own data: entered, changed, bound to an account, looked at."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Field, Q
from django.utils import timezone

from oms.domain.accounts.models import Sex, User
from oms.domain.journal.actions import Act, Actor, record_many
from oms.domain.register.actions.enp import LETTERS
from oms.domain.register.actions.gate import doubles_of, refuse_doubles
from oms.domain.register.actions.insurance import close_policy, hold_policy
from oms.domain.register.actions.particulars import period_of, put_address, put_document
from oms.domain.register.actions.rows import (
    Changes,
    close,
    differences,
    journal,
    lock,
    refuse_unless_on_record,
    touch,
)
from oms.domain.register.data import OWN_FIELDS, NewPerson, name_key
from oms.domain.register.entries import remember
from oms.domain.register.models import Address, InsuredPerson, PersonVersion, Policy
from oms.kit.denied import Denied
from oms.law import enp
from oms.law.typed import compact, tidy
from oms.law.verdict import Invalid

NAMES = ("family_name", "given_name", "patronymic")
State = InsuredPerson.State
_CLOSES = {State.DIED: "Смерть", State.ANNULLED: "Запись аннулирована"}
_HOLDS = {State.ACTIVE: Policy.State.ACTIVE, State.SUSPENDED: Policy.State.SUSPENDED}


class SnilsTaken(Denied):
    """Another person of the register has this СНИЛС."""

    text = "Этот СНИЛС записан за другим человеком. Проверьте номер или обратитесь в фонд."


class AccountTaken(Denied):
    """The account or the person is bound to another."""

    text = "Кабинет уже связан с другой записью реестра. Обратитесь в поддержку."


def register_person(
    *,
    data: NewPerson,
    by: Actor,
    at: datetime,
    source: str,
    basis: str = "",
    user: User | None = None,
    judged_other: Collection[int] = (),
) -> InsuredPerson:
    """Enter a person with the first version, document and addresses; no policy yet.

    The same data under the same non-empty `basis` return the person entered first.
    `judged_other` are keys of records that somebody looked at and judged another person's.
    Raises `SnilsTaken`, `AccountTaken`, `AlreadyOnRecord`.
    """
    with transaction.atomic():
        person = new_person(data, at)
        known = _entered_before(person, basis)
        if known:
            return known
        person.user = user
        _refuse_taken(person)
        refuse_doubles(newcomer=person, document=data.document, judged_other=judged_other)
        _insert(person)
        remember(person=person)
        period = period_of(on=timezone.localdate(at), by=by, at=at, source=source, basis=basis)
        put_version(person, period)
        if data.document:
            put_document(person, data.document, period)
        for kind, text in (
            (Address.Kind.REGISTRATION, data.registration),
            (Address.Kind.RESIDENCE, data.residence),
        ):
            if text:
                values = {"text": tidy(text), "region_id": None, "postal_code": ""}
                put_address(person, kind, values, period)
        changed = entered(own_data(person))
        journal(
            "person.register", person=person, by=by, at=at, changed=changed,
            source=source, basis=basis, user=user.key if user else "",
            judged_other=sorted(judged_other),
        )  # fmt: skip
    return person


def doubles_on_record(*, data: NewPerson, at: datetime) -> tuple[InsuredPerson, ...]:
    """Return the records that would stop this entry. Three queries at most."""
    return doubles_of(newcomer=new_person(data, at), document=data.document)


def update_person(
    *,
    person: InsuredPerson,
    changes: Mapping[str, Any],
    on: date,
    by: Actor,
    at: datetime,
    source: str,
    basis: str = "",
) -> InsuredPerson:
    """Change the person's own data (`data.OWN_FIELDS`) from the day; no change, no trace.

    A new version opens and the earlier closes. An ENP that no longer agrees with the data
    stays: the disagreement is told in the journal (`warnings`). The policy follows the
    state: death and annulment close it, suspension suspends it. Raises `SnilsTaken`,
    `NotOnRecord` for a merged record, ValueError for an unknown field.
    """
    with transaction.atomic():
        lock(person)
        if person.state == State.MERGED:
            refuse_unless_on_record(person)
        changed = differences(person, _readable(changes))
        if not changed:
            return person
        was = (person.name_key, person.birth_date)
        for name, (_, new) in changed.items():
            setattr(person, name, new)
        person.name_key = key_of_name(person)
        _save_changes(person, changed, at)
        if was != (person.name_key, person.birth_date):
            remember(person=person, was=was)
        close_version(person, on)
        put_version(person, period_of(on=on, by=by, at=at, source=source, basis=basis))
        journal(
            "person.update", person=person, by=by, at=at, changed=changed, on=on,
            source=source, basis=basis, warnings=_enp_warnings(person),
        )  # fmt: skip
        if "state" in changed:
            _policy_follows(person, on=on, by=by, at=at, basis=basis)
    return person


def link_account(*, person: InsuredPerson, user: User, by: Actor, at: datetime) -> InsuredPerson:
    """Bind the person to the user's account; bound already to this one, nothing changes.

    Raises `AccountTaken` when either side is bound elsewhere, `NotOnRecord`.
    """
    with transaction.atomic():
        lock(person)
        if person.user_id == user.pk:
            return person
        refuse_unless_on_record(person)
        if person.user_id is not None:
            raise AccountTaken
        person.user = user
        try:
            with transaction.atomic():
                person.save(update_fields=["user"])
        except IntegrityError:
            person.user = None
            raise AccountTaken from None
        journal("person.link", person=person, by=by, at=at, changed={"user": [None, user.key]})
    return person


def unlink_account(*, person: InsuredPerson, by: Actor, at: datetime) -> None:
    """Let the person go from the account, as it closes for good; unbound, nothing changes."""
    with transaction.atomic():
        lock(person)
        if person.user_id is None:
            return
        bound = f"user:{person.user_id}"
        person.user = None
        person.save(update_fields=["user"])
        journal("person.unlink", person=person, by=by, at=at, changed={"user": [bound, None]})


def look(*, people: Iterable[InsuredPerson], by: User, purpose: str, at: datetime) -> None:
    """Write into the journal that a member of staff read these persons' data, and why.

    A line for each, in the same few statements however many they are.
    """
    told = {"purpose": purpose}
    acts = [Act("person.read", person.key, person.key, told) for person in people]
    with transaction.atomic():
        record_many(acts=acts, by=by.actor, at=at)


def own_data(person: InsuredPerson) -> dict[str, Any]:
    """Return the values of `OWN_FIELDS` as JSON keeps them (dates as ISO text)."""
    values = {name: getattr(person, name) for name in OWN_FIELDS}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def entered(data: dict[str, Any]) -> Changes:
    """Return what the journal says of somebody's own data at entry: those there are."""
    return {name: [None, value] for name, value in data.items() if value}


def new_person(data: NewPerson, at: datetime) -> InsuredPerson:
    """Return the row of somebody told of, not saved yet."""
    told = _readable({name: getattr(data, name) for name in OWN_FIELDS if hasattr(data, name)})
    person = InsuredPerson(
        region_id=data.region, created_at=at, updated_at=at, synced_at=at, **told
    )
    person.name_key = key_of_name(person)
    return person


def _readable(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the model keeps them: ISO dates read, names tidied, '' as NULL."""
    unknown = set(changes) - set(OWN_FIELDS)
    if unknown:
        raise ValueError(f"not fields of a person: {sorted(unknown)}")
    read = {}
    for name, value in changes.items():
        field = cast("Field[Any, Any]", InsuredPerson._meta.get_field(name))
        empty = None if field.null else value
        read[name] = field.to_python(value) if value not in (None, "") else empty
        if name in NAMES:
            read[name] = tidy(str(value or ""))
        if name == "snils" and value:
            read[name] = compact(str(value))
    return read


def key_of_name(person: InsuredPerson) -> str:
    """Return the key by which the person's name is found."""
    return name_key(
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
    )


def _entered_before(person: InsuredPerson, basis: str) -> InsuredPerson | None:
    if not basis:
        return None
    return InsuredPerson.objects.filter(
        name_key=person.name_key,
        birth_date=person.birth_date,
        snils=person.snils,
        versions__basis=basis,
    ).first()


def _insert(person: InsuredPerson) -> None:
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as broken:
        raise (SnilsTaken if "snils" in str(broken) else AccountTaken) from None


def _save_changes(person: InsuredPerson, changed: Changes, at: datetime) -> None:
    if "snils" in changed or "state" in changed:
        _refuse_taken(person)
    try:
        with transaction.atomic():
            touch(person, "name_key", *changed, at=at)
    except IntegrityError:
        raise SnilsTaken from None


def _refuse_taken(person: InsuredPerson) -> None:
    """Refuse before the constraint would, with the text for people."""
    others = InsuredPerson.objects.exclude(pk=person.pk)
    on_record = ~Q(state__in=(State.MERGED, State.ANNULLED))
    if person.snils and others.filter(on_record, snils=person.snils).exists():
        raise SnilsTaken
    if person.user_id and others.filter(user=person.user_id).exists():
        raise AccountTaken


def put_version(person: InsuredPerson, period: dict[str, Any]) -> None:
    """Keep the person's own data as they are now; the caller has closed the version before."""
    new_version(person, own_data(person), period).save(force_insert=True)


def new_version(
    person: InsuredPerson, data: dict[str, Any], period: dict[str, Any]
) -> PersonVersion:
    """Return a version of the person's own data, not saved yet."""
    return PersonVersion(person=person, data=data, **period)


def close_version(person: InsuredPerson, on: date) -> None:
    """Close the version in force on the day."""
    current = person.versions.filter(valid_until=None).first()
    if current:
        close(current, on=on)


def _enp_warnings(person: InsuredPerson) -> list[str]:
    if not person.enp:
        return []
    try:
        told = enp.parse(person.enp)
    except Invalid as wrong:
        return [wrong.text]
    letter = LETTERS[Sex(person.sex)]
    warnings = enp.disagreement(told, birth_date=person.birth_date, sex=letter, region=None)
    return list(warnings)


def _policy_follows(
    person: InsuredPerson, *, on: date, by: Actor, at: datetime, basis: str
) -> None:
    state = State(person.state)
    if state in _CLOSES:
        close_policy(person=person, on=on, reason=_CLOSES[state], by=by, at=at, basis=basis)
    elif state in _HOLDS:
        hold_policy(person=person, state=_HOLDS[state], on=on, by=by, at=at, basis=basis)
