"""Policies and periods of insurance: given, moved to another insurer, closed."""

from datetime import date, datetime, timedelta

from django.db import transaction

from oms.domain.accounts.models import Source
from oms.domain.directory.models import Insurer
from oms.domain.journal.actions import Actor
from oms.domain.register.actions.enp import issue_enp
from oms.domain.register.actions.rows import close, journal, lock, refuse_unless_on_record, touch
from oms.domain.register.data import blank_key
from oms.domain.register.models import Insurance, InsuredPerson, Policy
from oms.kit.denied import Denied

IN_FORCE = (Policy.State.ACTIVE, Policy.State.SUSPENDED)
_EXPIRED = "Истёк срок действия"


class AlreadyInsured(Denied):
    """A policy is in force."""

    text = "У человека уже есть действующий полис. Чтобы сменить страховую, подайте заявление."


class NotInsured(Denied):
    """No policy is in force."""

    text = "У человека нет действующего полиса. Сначала оформите полис."


class SameInsurer(Denied):
    """The insurer asked for already insures the person."""

    text = "Человек уже застрахован в этой организации. Выберите другую."


class PeriodsOverlap(Denied):
    """The day lies in a period of insurance already on record."""

    text = "На эту дату уже записана страховая организация. Укажите более позднюю дату."


def give_policy(
    *,
    person: InsuredPerson,
    insurer: Insurer,
    ground: int,
    on: date,
    by: Actor,
    at: datetime,
    form: str = Policy.Form.DIGITAL,
    ends_on: date | None = None,
    basis: str = "",
    blank_number: str = "",
) -> Policy:
    """Insure the person from the day: an ENP when there is none, a policy, an open period.

    `ground` is RSMO of order 79, `ends_on` the last day (None: without an end), `form` a
    letter of `Policy.Form`. The same `basis` and insurer again return the first policy.
    Raises `AlreadyInsured`, `NotOnRecord`, `PeriodsOverlap`, `EnpExhausted`.
    """
    with transaction.atomic():
        lock(person)
        current = in_force(person)
        if current and _repeated(current, insurer, basis):
            return current
        refuse_unless_on_record(person)
        _make_room(person, current, on=on, at=at)
        if not person.enp:
            person.enp = issue_enp(
                region=insurer.region_id, birth_date=person.birth_date, sex=person.sex
            )
        policy = new_policy(
            person, insurer, on=on, at=at, form=form, ends_on=ends_on, blank_number=blank_number
        )
        policy.save(force_insert=True)
        was = person.insurer_id
        _insure(person, insurer, ground=ground, on=on, by=by, at=at, basis=basis)
        journal(
            "policy.give", person=person, by=by, at=at, subject=f"policy:{policy.pk}",
            changed={"insurer": [was, insurer.pk]},
            ground=int(ground), on=on, ends_on=ends_on, basis=basis,
        )  # fmt: skip
    return policy


def change_insurer(
    *,
    person: InsuredPerson,
    insurer: Insurer,
    ground: int,
    on: date,
    by: Actor,
    at: datetime,
    basis: str = "",
) -> Policy:
    """Move the person to another insurer from the day; the ENP and the policy's term stay.

    The same `basis` and insurer again return the policy already given. Raises `NotInsured`,
    `SameInsurer`, `NotOnRecord`, `PeriodsOverlap`. Whether the change is lawful is for
    `law.insurer_choice`, before this.
    """
    with transaction.atomic():
        lock(person)
        current = in_force(person)
        if current and _repeated(current, insurer, basis):
            return current
        refuse_unless_on_record(person)
        if current is None or _is_over(current, on):
            raise NotInsured
        if current.insurer_id == insurer.pk:
            raise SameInsurer
        if on < current.begins_on:
            raise PeriodsOverlap
        end_policy(
            current, Policy.State.SUPERSEDED, on=on, at=at, reason="Смена страховой организации"
        )
        policy = new_policy(
            person, insurer, on=on, at=at, form=Policy.Form.DIGITAL, ends_on=current.ends_on
        )
        policy.save(force_insert=True)
        _insure(person, insurer, ground=ground, on=on, by=by, at=at, basis=basis)
        journal(
            "policy.change-insurer", person=person, by=by, at=at, subject=f"policy:{policy.pk}",
            changed={"insurer": [current.insurer_id, insurer.pk]},
            ground=int(ground), on=on, basis=basis,
        )  # fmt: skip
    return policy


def close_policy(
    *, person: InsuredPerson, on: date, reason: str, by: Actor, at: datetime, basis: str = ""
) -> Policy | None:
    """End the policy in force and the insurance on the day; `reason` is shown to people.

    Returns the closed policy, None when nothing is in force: then nothing changes.
    """
    with transaction.atomic():
        lock(person)
        current = in_force(person)
        if current is None:
            return None
        was = current.state
        end_policy(current, Policy.State.CLOSED, on=on, at=at, reason=reason)
        person.insurer = None
        touch(person, "insurer", at=at)
        journal(
            "policy.close", person=person, by=by, at=at, subject=f"policy:{current.pk}",
            changed={"state": [was, Policy.State.CLOSED]},
            on=on, reason=reason, basis=basis,
        )  # fmt: skip
    return current


def hold_policy(
    *, person: InsuredPerson, state: str, on: date, by: Actor, at: datetime, basis: str = ""
) -> Policy | None:
    """Suspend or resume the policy in force: `state` is ACTIVE or SUSPENDED of Policy.State.

    Returns the policy (None when nothing is in force); in that state already, no trace.
    """
    with transaction.atomic():
        lock(person)
        policy = in_force(person)
        if policy is None or policy.state == state:
            return policy
        was, policy.state, policy.state_since, policy.updated_at = policy.state, state, on, at
        policy.save(update_fields=["state", "state_since", "updated_at"])
        journal(
            "policy.suspend" if state == Policy.State.SUSPENDED else "policy.resume",
            person=person, by=by, at=at, subject=f"policy:{policy.pk}",
            changed={"state": [was, state]}, on=on, basis=basis,
        )  # fmt: skip
    return policy


def in_force(person: InsuredPerson) -> Policy | None:
    """Return the policy active or suspended; a constraint allows no second."""
    return person.policies.filter(state__in=IN_FORCE).select_related("insurer", "region").first()


def _repeated(policy: Policy, insurer: Insurer, basis: str) -> bool:
    return bool(
        basis
        and policy.insurer_id == insurer.pk
        and Insurance.objects.filter(
            person=policy.person_id, valid_until=None, insurer=insurer, basis=basis
        ).exists()
    )


def _is_over(policy: Policy, on: date) -> bool:
    return policy.ends_on is not None and policy.ends_on < on


def _make_room(person: InsuredPerson, current: Policy | None, *, on: date, at: datetime) -> None:
    """Close a policy whose term is over; raise where insurance still goes on."""
    if current and not _is_over(current, on):
        raise AlreadyInsured
    if current and current.ends_on:
        over = current.ends_on + timedelta(days=1)
        end_policy(current, Policy.State.CLOSED, on=over, at=at, reason=_EXPIRED)
    if person.insurances.filter(valid_until__gt=on).exists():
        raise PeriodsOverlap


def end_policy(policy: Policy, state: Policy.State, *, on: date, at: datetime, reason: str) -> None:
    """End a policy and the open insurance of its person; the caller holds the person's lock."""
    insurance = Insurance.objects.filter(person=policy.person_id, valid_until=None).first()
    if insurance:
        close(insurance, on=on)
    policy.state, policy.state_since, policy.updated_at = state, on, at
    policy.closing_reason = reason
    policy.save(update_fields=["state", "state_since", "updated_at", "closing_reason"])


def new_policy(
    person: InsuredPerson,
    insurer: Insurer,
    *,
    on: date,
    at: datetime,
    form: str,
    ends_on: date | None,
    blank_number: str = "",
) -> Policy:
    """Return a policy under the person's ENP, not saved yet."""
    return Policy(
        person=person,
        enp=person.enp or "",
        form=form,
        blank_number=blank_key(blank_number),
        insurer=insurer,
        region_id=insurer.region_id,
        begins_on=on,
        ends_on=ends_on,
        state_since=on,
        created_at=at,
        updated_at=at,
    )


def new_insurance(
    person: InsuredPerson,
    insurer: Insurer,
    *,
    ground: int,
    on: date,
    by: Actor,
    at: datetime,
    basis: str,
) -> Insurance:
    """Return an open period of insurance, not saved yet."""
    return Insurance(
        person=person,
        insurer=insurer,
        ground=ground,
        valid_from=on,
        recorded_at=at,
        source=Source.REGISTER,
        author=by.key,
        basis=basis,
    )


def _insure(
    person: InsuredPerson,
    insurer: Insurer,
    *,
    ground: int,
    on: date,
    by: Actor,
    at: datetime,
    basis: str,
) -> None:
    new_insurance(person, insurer, ground=ground, on=on, by=by, at=at, basis=basis).save(
        force_insert=True
    )
    person.insurer = insurer
    person.region_id = insurer.region_id
    touch(person, "insurer", "region", "enp", at=at)
