"""Two records of one person become one, and two again: the register's part of it.

The former record stays with its own history and is closed; what it alone knew (a number, a
document, an address, a clinic, an account) goes over to the one left. `absorb` returns all that
`release` needs. Which records are one person is for the room `duplicates`.
"""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from oms.domain.accounts.models import Source, User
from oms.domain.journal.actions import Actor
from oms.domain.register.actions.insurance import IN_FORCE, end_policy, in_force
from oms.domain.register.actions.particulars import period_of
from oms.domain.register.actions.people import (
    SnilsTaken,
    State,
    close_version,
    key_of_name,
    put_version,
)
from oms.domain.register.actions.rows import journal, lock, touch
from oms.domain.register.models import Insurance, InsuredPerson, Policy, Suspension
from oms.kit.denied import Denied

GAPS = ("patronymic", "snils", "birth_place", "employment", "phone", "email")
"""Own data that the record left takes from the other where it has none itself."""
REASON = "Запись объединена с основной"
_STANDING = (Suspension.State.PLANNED, Suspension.State.RUNNING)
_MISSED = "died-in-one"
_REFUSED = {
    State.MERGED: "Одна из записей уже объединена с другой. Откройте основную запись.",
    State.ANNULLED: "Одна из записей аннулирована. Такие записи не объединяют.",
    _MISSED: "По одной из записей есть сведения о смерти, по другой нет. Сначала проверьте их.",
}
_OF_A_KIND = ("identity_documents", "addresses")


class CannotMerge(Denied):
    """These two records may not become one, or not this way round."""

    text = "Эти записи нельзя объединить."


class CannotPart(Denied):
    """The merge cannot be taken back as things are."""

    text = "Объединение сейчас нельзя отменить."


def lock_both(one: InsuredPerson, other: InsuredPerson) -> None:
    """Lock two persons, always in one order, so that nobody waits for whom they hold up."""
    for person in sorted((one, other), key=lambda row: row.pk):
        lock(person)


def survivor(person: InsuredPerson) -> InsuredPerson:
    """Return the record that stands for this person today: itself, or whom it was merged into."""
    while person.merged_into is not None and person.state == State.MERGED:
        person = person.merged_into
    return person


def obstacle(kept: InsuredPerson, other: InsuredPerson) -> str:
    """Say why `other` may not be merged into `kept`; empty when it may. Two queries at most.

    The policy in force and the ENP stay where they are: no number is ever given to another row.
    """
    if kept.pk == other.pk:
        return "Это одна и та же запись."
    states: set[str] = {kept.state, other.state}
    if State.DIED in states and len(states) > 1:
        states.add(_MISSED)
    refused = next((text for state, text in _REFUSED.items() if state in states), "")
    return refused or _wrong_way_round(kept, other)


def _wrong_way_round(kept: InsuredPerson, other: InsuredPerson) -> str:
    if in_force(other) and not in_force(kept):
        return "Основной остаётся запись с действующим полисом. Выберите её."
    if other.enp and not kept.enp and not in_force(kept):
        return "Основной остаётся запись, у которой есть номер полиса. Выберите её."
    return ""


@transaction.atomic
def absorb(
    *, kept: InsuredPerson, other: InsuredPerson, by: Actor, at: datetime, basis: str
) -> dict[str, Any]:
    """Close `other` in favour of `kept`; return what was done, as JSON keeps it.

    Raises `CannotMerge` with the reason. The caller's transaction holds the rest of the merge.
    """
    lock_both(kept, other)
    refusal = obstacle(kept, other)
    if refusal:
        raise CannotMerge(refusal)
    on = timezone.localdate(at)
    done: dict[str, Any] = {
        "other": {"state": other.state, "insurer": other.insurer_id, "user": other.user_id},
        "policy": _close_policy(other, on=on, at=at),
        "account": _take_account(kept, other),
        "filled": _gaps(kept, other),
        "held": _policy_state(kept),
    }
    other.state, other.merged_into, other.insurer = State.MERGED, kept, None
    _keep(other, "state", "merged_into", "insurer", "user", on=on, by=by, at=at, basis=basis)
    done["moved"] = _move(kept, other)
    _fill(kept, done, on=on, by=by, at=at, basis=basis)
    changed = {"state": [done["other"]["state"], State.MERGED], "merged_into": [None, kept.key]}
    journal("person.merge", person=other, by=by, at=at, changed=changed, basis=basis)
    journal(
        "person.absorb", person=kept, by=by, at=at, changed=done["filled"],
        other=other.key, moved=done["moved"], basis=basis,
    )  # fmt: skip
    return done


@transaction.atomic
def release(
    *,
    kept: InsuredPerson,
    other: InsuredPerson,
    done: dict[str, Any],
    by: Actor,
    at: datetime,
    basis: str,
) -> list[str]:
    """Take back what `absorb` returned; return in words what could not go back.

    Rows that came after the merge stay with `kept`. Raises `CannotPart`, `SnilsTaken`.
    """
    lock_both(kept, other)
    if kept.state == State.MERGED:
        raise CannotPart("Основную запись саму объединили с другой. Сначала отмените то.")
    if other.state != State.MERGED or other.merged_into_id != kept.pk:
        raise CannotPart("Эта запись уже не объединена.")
    on = timezone.localdate(at)
    left = _return(kept, other, done["moved"])
    left += _unfill(kept, done, on=on, by=by, at=at, basis=basis)
    left += _return_account(kept, other, done["account"])
    was = done["other"]
    other.state, other.merged_into, other.insurer_id = was["state"], None, was["insurer"]
    try:
        with transaction.atomic():
            _keep(
                other, "state", "merged_into", "insurer", "user", on=on, by=by, at=at, basis=basis
            )
    except IntegrityError:
        raise SnilsTaken from None
    _reopen_policy(done["policy"])
    changed = {"state": [State.MERGED, was["state"]], "merged_into": [kept.key, None]}
    journal("person.unmerge", person=other, by=by, at=at, changed=changed, basis=basis)
    journal(
        "person.part", person=kept, by=by, at=at, changed={}, other=other.key,
        left=left, basis=basis,
    )  # fmt: skip
    return left


def _keep(
    person: InsuredPerson, *fields: str, on: date, by: Actor, at: datetime, basis: str
) -> None:
    """Save the row and a version that says so."""
    touch(person, *fields, at=at)
    close_version(person, on)
    put_version(person, period_of(on=on, by=by, at=at, source=Source.OPERATOR, basis=basis))


def _policy_state(person: InsuredPerson) -> dict[str, Any] | None:
    policy = in_force(person)
    if policy is None:
        return None
    return {
        "pk": policy.pk,
        "state": policy.state,
        "since": policy.state_since.isoformat(),
        "reason": policy.closing_reason,
    }


def _close_policy(other: InsuredPerson, *, on: date, at: datetime) -> dict[str, Any] | None:
    known = _policy_state(other)
    if known is None:
        return None
    period = other.insurances.filter(valid_until=None).first()
    end_policy(
        Policy.objects.get(pk=known["pk"]), Policy.State.SUPERSEDED, on=on, at=at, reason=REASON
    )
    return {**known, "insurance": period.pk if period else None}


def _reopen_policy(known: dict[str, Any] | None) -> None:
    if known is None:
        return
    _put_state(known)
    Insurance.objects.filter(pk=known["insurance"]).update(valid_until=None)


def _put_state(known: dict[str, Any]) -> None:
    since = date.fromisoformat(known["since"])
    Policy.objects.filter(pk=known["pk"]).update(
        state=known["state"], state_since=since, closing_reason=known["reason"]
    )


def _take_account(kept: InsuredPerson, other: InsuredPerson) -> int | None:
    """Let the other's account go over, unless the record left has one: two stay where they are."""
    if other.user_id is None or kept.user_id is not None:
        return None
    account = other.user_id
    other.user = None
    return account


def _return_account(kept: InsuredPerson, other: InsuredPerson, account: int | None) -> list[str]:
    if account is None:
        return []
    holder = InsuredPerson.objects.filter(user=account).first()
    if (holder and holder.pk != kept.pk) or not User.objects.filter(pk=account).exists():
        return ["Кабинет связан уже с другой записью и остаётся с ней"]
    if holder:
        kept.user = None
        kept.save(update_fields=["user"])
    other.user_id = account
    return []


def _gaps(kept: InsuredPerson, other: InsuredPerson) -> dict[str, list[Any]]:
    filled = {
        name: [getattr(kept, name), getattr(other, name)]
        for name in GAPS
        if getattr(other, name) and not getattr(kept, name)
    }
    if other.state == State.SUSPENDED and kept.state == State.ACTIVE:
        filled["state"] = [kept.state, other.state]
    return filled


def _fill(
    kept: InsuredPerson, done: dict[str, Any], *, on: date, by: Actor, at: datetime, basis: str
) -> None:
    """Write what the other alone knew into the record left, with a version of its own."""
    for name, (_, new) in done["filled"].items():
        setattr(kept, name, new)
    kept.name_key = key_of_name(kept)
    if done["account"]:
        kept.user_id = done["account"]
    fields = [*done["filled"], "name_key", "user"]
    try:
        with transaction.atomic():
            touch(kept, *fields, at=at)
    except IntegrityError:
        raise SnilsTaken from None
    if done["filled"]:
        _keep(kept, on=on, by=by, at=at, basis=basis)
    if "state" in done["filled"]:
        _hold(kept, on=on, at=at)


def _hold(kept: InsuredPerson, *, on: date, at: datetime) -> None:
    policy = in_force(kept)
    if policy and policy.state != Policy.State.SUSPENDED:
        policy.state, policy.state_since, policy.updated_at = Policy.State.SUSPENDED, on, at
        policy.save(update_fields=["state", "state_since", "updated_at"])


def _unfill(
    kept: InsuredPerson, done: dict[str, Any], *, on: date, by: Actor, at: datetime, basis: str
) -> list[str]:
    """Empty again what still holds what the merge wrote."""
    back = {}
    for name, (old, new) in done["filled"].items():
        if getattr(kept, name) == new and not (name == "state" and _is_held(kept)):
            back[name] = old
    for name, old in back.items():
        setattr(kept, name, old)
    if back:
        kept.name_key = key_of_name(kept)
        _keep(kept, *back, "name_key", on=on, by=by, at=at, basis=basis)
    if "state" in back and done["held"]:
        _let_run(done["held"])
    stays = set(done["filled"]) - set(back)
    return [f"Изменено после объединения и осталось: {_TITLES[name]}" for name in sorted(stays)]


def _is_held(kept: InsuredPerson) -> bool:
    return kept.suspensions.filter(state=Suspension.State.RUNNING).exists()


def _let_run(held: dict[str, Any]) -> None:
    """Let the policy that the merge suspended run on, if it is still that one."""
    still = Policy.objects.filter(pk=held["pk"], state=Policy.State.SUSPENDED).exists()
    if still and held["state"] in IN_FORCE:
        _put_state(held)


def _move(kept: InsuredPerson, other: InsuredPerson) -> dict[str, list[dict[str, Any]]]:
    """Hand over the rows in force of which the record left has none of the kind."""
    moved: dict[str, list[dict[str, Any]]] = {}
    for relation in (*_OF_A_KIND, "attachments", "suspensions"):
        rows = [row for row in _current(other, relation) if not _has(kept, relation, row)]
        for row in rows:
            row.person = kept
            row.save(update_fields=["person"])
        if rows:
            moved[relation] = [_as_it_was(row) for row in rows]
    return moved


def _current(person: InsuredPerson, relation: str) -> list[Any]:
    rows = getattr(person, relation).order_by("pk")
    if relation == "suspensions":
        return list(rows.filter(state__in=_STANDING))
    return list(rows.filter(valid_until=None))


def _has(person: InsuredPerson, relation: str, like: Any) -> bool:
    rows = _current(person, relation)
    return any(relation not in _OF_A_KIND or row.kind == like.kind for row in rows)


def _as_it_was(row: Any) -> dict[str, Any]:
    until = row.valid_until.isoformat() if row.valid_until else None
    return {"pk": row.pk, "valid_until": until, "state": getattr(row, "state", None)}


def _return(
    kept: InsuredPerson, other: InsuredPerson, moved: dict[str, list[dict[str, Any]]]
) -> list[str]:
    """Give the rows back as they were; one whose place is taken meanwhile goes back closed."""
    left = []
    for relation, known in moved.items():
        rows = {
            row.pk: row for row in getattr(kept, relation).filter(pk__in=[k["pk"] for k in known])
        }
        for was in known:
            row = rows.get(was["pk"])
            if row is None:
                left.append(f"Не нашлось среди данных основной записи: {_TITLES[relation]}")
                continue
            if was["state"] == Suspension.State.PLANNED and row.state != was["state"]:
                left.append("Приостановление началось после объединения и осталось")
                continue
            if not _has(other, relation, row):
                until = was["valid_until"]
                row.valid_until = date.fromisoformat(until) if until else None
                if was["state"]:
                    row.state = was["state"]
            row.person = other
            row.save()
    return left


_TITLES = {
    "patronymic": "отчество",
    "snils": "СНИЛС",
    "birth_place": "место рождения",
    "employment": "занятость",
    "phone": "телефон",
    "email": "почта",
    "state": "приостановление",
    "identity_documents": "документ",
    "addresses": "адрес",
    "attachments": "прикрепление",
    "suspensions": "приостановление",
}
