"""«Полиса нет в кабинете»: one person for each cause, so that each can be seen."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from oms.cases.models import Case
from oms.domain.accounts.models import Source, User
from oms.domain.directory.models import Insurer
from oms.domain.identity import synthetic as identity
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register import invented
from oms.domain.register.data import NewPerson
from oms.domain.register.models import Insurance, InsuredPerson, Policy
from oms.domain.register.synthetic import SILENT
from oms.domain.works import actions as works
from oms.faces.demo.applications import Times, change_pages, submitted
from oms.faces.demo.people import CAST_FROM, LOST

STAR, LADOGA, WITHOUT_EXCHANGE, ELSEWHERE = "77901", "77902", "77903", "50901"
SINCE = date(2019, 4, 1)
Staff = Mapping[str, User]


def _number(user: User) -> int:
    return CAST_FROM + int((user.phone or "0")[-4:])


def _enter(user: User, at: datetime, *, bound: bool = True, **changes: Any) -> InsuredPerson:
    """Enter the person into the register as the profile says, but for the changes."""
    assert user.birth_date
    assert user.sex
    then, number = at - timedelta(days=290), _number(user)
    data = NewPerson(
        region="77",
        family_name=user.family_name,
        given_name=user.given_name,
        patronymic=user.patronymic,
        birth_date=user.birth_date,
        sex=user.sex,
        snils=user.snils,
        birth_place=user.birth_place,
        document=invented.document(number, birth_date=user.birth_date, on=localdate(then)),
        registration=f"{invented.TOWNS['77']}, ул. Учебная, д. {number % 90 + 1}, кв. 7",
    )
    basis = str(changes.pop("basis", f"demo:{number}"))
    judged_other = changes.pop("judged_other", ())
    return register.register_person(
        data=replace(data, **changes), by=SYSTEM, at=then, source=Source.REGISTER, basis=basis,
        user=user if bound else None, judged_other=judged_other,
    )  # fmt: skip


def _insure(
    person: InsuredPerson, at: datetime, *, insurer: str = STAR, since: date = SINCE, **more: Any
) -> Policy:
    policy = register.give_policy(
        person=person, insurer=Insurer.objects.get(pk=insurer), on=since, by=SYSTEM,
        at=at - timedelta(days=290), ground=Insurance.Ground.FIRST_CHOICE, **more,
    )  # fmt: skip
    if person.user_id is None:  # `synthetic.confirm` keeps fresh only who has an account
        InsuredPerson.objects.filter(pk=person.pk).update(synced_at=at)
    return policy


def outage(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Her insurer's exchange with the fund is down since the morning."""
    _insure(_enter(user, at), at, insurer=WITHOUT_EXCHANGE)
    works.add(
        kind="outage",
        part="register",
        title="Нет обмена со страховой организацией",
        text="Полис действует, лечение не прерывается. Сведения обновим сами.",
        audience=f"insurer:{WITHOUT_EXCHANGE}",
        begins_at=at - timedelta(hours=4),
        ends_at=None,
        by=staff["kozlov"].actor,
        at=at - timedelta(hours=4),
    )
    return []


def unlinked(user: User, staff: Staff, at: datetime) -> list[Case]:
    """A record that is certainly hers, not bound."""
    _insure(_enter(user, at, bound=False), at)
    return []


def doubtful(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Recorded under another surname; the fund has to say whether it is he."""
    _insure(_enter(user, at, bound=False, family_name="Прежнев"), at)
    identity.meet_the_register(user=user, at=at)
    return []


def merged(user: User, staff: Staff, at: datetime) -> list[Case]:
    """The fund merged two records; the cabinet looks at the former."""
    old = _enter(user, at, snils=None)
    basis = f"demo:{_number(user)}:2"
    new = _enter(user, at, bound=False, basis=basis, judged_other=[old.pk])
    _insure(new, at)
    state = InsuredPerson.State.MERGED
    InsuredPerson.objects.filter(pk=old.pk).update(state=state, merged_into=new)
    return []


def nobody(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Known, and in no register."""
    return []


def died(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Closed by somebody's mistake."""
    person = _enter(user, at)
    _insure(person, at)
    _state(person, InsuredPerson.State.DIED, at)
    return []


def duplicates(user: User, staff: Staff, at: datetime) -> list[Case]:
    """The policy is in the second record."""
    _enter(user, at)
    snils = invented.snils(CAST_FROM + 9137)
    second = _enter(user, at, bound=False, snils=snils, basis=f"demo:{_number(user)}:2")
    _insure(second, at)
    return []


def out_of_step(user: User, staff: Staff, at: datetime) -> list[Case]:
    """The row pages read lost the insurer."""
    person = _enter(user, at)
    _insure(person, at)
    InsuredPerson.objects.filter(pk=person.pk).update(insurer=None)
    return []


def stale(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Nobody has compared her record for twelve days."""
    person = _enter(user, at, basis=SILENT)
    _insure(person, at)
    long_ago = at - timedelta(days=12)
    InsuredPerson.objects.filter(pk=person.pk).update(synced_at=long_ago)
    return []


def without_number(user: User, staff: Staff, at: datetime) -> list[Case]:
    """A policy in force whose number was not filled in."""
    person = _enter(user, at)
    _insure(person, at)
    person.policies.update(enp="")
    InsuredPerson.objects.filter(pk=person.pk).update(enp=None)
    return []


def differs(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Her patronymic is recorded with another letter."""
    _insure(_enter(user, at, patronymic="Генадьевна"), at)
    return []


def old_document(user: User, staff: Staff, at: datetime) -> list[Case]:
    """The passport in the record was for those under twenty."""
    assert user.birth_date
    paper = invented.document(
        _number(user), birth_date=user.birth_date, on=user.birth_date.replace(year=2013)
    )
    _insure(_enter(user, at, document=paper), at)
    return []


def annulled(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Annulled, with a reason."""
    person = _enter(user, at)
    _insure(person, at)
    _end(person, Policy.State.ANNULLED, "Выдан по чужим данным", at)
    return []


def expired(user: User, staff: Staff, at: datetime) -> list[Case]:
    """From Kyrgyzstan, worked here to the end of last year."""
    last = date(localdate(at).year - 1, 12, 31)
    _insure(_enter(user, at, citizenship="KGZ"), at, ends_on=last)
    return []


def closed(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Closed when she left the country, and she is back."""
    person = _enter(user, at)
    _insure(person, at)
    then = at - timedelta(days=90)
    register.close_policy(
        person=person, on=localdate(then), reason="Выезд за границу", by=SYSTEM, at=then
    )
    return []


def no_successor(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Marked as replaced by nothing."""
    person = _enter(user, at)
    _insure(person, at)
    _end(person, Policy.State.SUPERSEDED, "", at)
    return []


def no_policy(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Entered, never insured."""
    _enter(user, at)
    return []


def not_yet(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Given, begins in a week."""
    _insure(_enter(user, at), at, since=localdate(at) + timedelta(days=7))
    return []


def elsewhere(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Insured in the neighbouring region."""
    _insure(_enter(user, at), at, insurer=ELSEWHERE)
    return []


def changes(user: User, staff: Staff, at: datetime) -> list[Case]:
    """Moved, asked for another insurer, waits."""
    _insure(_enter(user, at), at, insurer=LADOGA)
    times = Times(at - timedelta(days=1), now=at)
    moved_on = localdate(at) - timedelta(days=20)
    pages = change_pages(insurer=STAR, moved_on=moved_on, ground=Insurance.Ground.MOVE)
    return [submitted(user, "change-insurer", pages, times)]


def _state(person: InsuredPerson, state: str, at: datetime) -> None:
    then = at - timedelta(days=30)
    register.update_person(
        person=person, changes={"state": state}, on=localdate(then), by=SYSTEM, at=then,
        source=Source.REGISTER, basis="demo:mistake",
    )  # fmt: skip


def _end(person: InsuredPerson, state: str, reason: str, at: datetime) -> None:
    """End the policy as a broken load would."""
    day = localdate(at) - timedelta(days=60)
    person.policies.update(state=state, state_since=day, closing_reason=reason)
    person.insurances.update(valid_until=day)
    InsuredPerson.objects.filter(pk=person.pk).update(insurer=None)


STORIES = {
    "arhipova": outage,
    "bykova": unlinked,
    "vdovin": doubtful,
    "gusev": merged,
    "dolgova": nobody,
    "ershov": died,
    "zhukova": duplicates,
    "zimin": out_of_step,
    "isaeva": stale,
    "krylov": without_number,
    "ladina": differs,
    "markov": old_document,
    "noskova": annulled,
    "osmonov": expired,
    "panina": closed,
    "rybin": no_successor,
    "sergeeva": no_policy,
    "trofimov": not_yet,
    "ulanova": elsewhere,
    "frolov": changes,
}
CONFIRMED = frozenset(one.code for one in LOST)
CAUSES: Mapping[str, str] = {
    "arhipova": "works", "bykova": "unlinked", "vdovin": "doubtful", "gusev": "merged",
    "dolgova": "no-record", "ershov": "died", "zhukova": "duplicates", "zimin": "out-of-step",
    "isaeva": "stale", "krylov": "missing-field", "ladina": "profile-differs",
    "markov": "old-document", "noskova": "annulled", "osmonov": "expired", "panina": "closed",
    "rybin": "no-successor", "sergeeva": "no-policy", "trofimov": "not-yet",
    "ulanova": "other-region", "frolov": "unfinished-change", "lebedeva": "identity",
    "tihonov": "insurer-left", "vlasov": "suspended", "zaharov": "refused-case",
    "belova": "open-case", "romanova": "open-case", "sokolova": "ward",
}  # fmt: skip
"""Who shows which cause. «stuck» shows nobody: the worker mends it before one could look."""
