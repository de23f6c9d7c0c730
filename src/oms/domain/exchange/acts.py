"""TIP_OP of order 79 as acts of the register: what an insurer may tell, and what comes of it.

Each operation finds the person, asks the law where the law has a say, and calls the register's
own acts, with the record as their basis. Raises `Wrong` or another `Denied`: nothing is done then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from django.utils import timezone

from oms.domain.accounts.models import Role, Source
from oms.domain.directory.models import Insurer, MedicalOrganization, Region
from oms.domain.directory.queries import insurer_facts
from oms.domain.exchange.control import MISSING
from oms.domain.exchange.models import ExchangeFile
from oms.domain.exchange.told import Identity, Place, Told, Wrong
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register import queries
from oms.domain.register.data import NewPerson, document_key
from oms.domain.register.models import (
    Address,
    Attachment,
    IdentityDocument,
    Insurance,
    InsuredPerson,
    Policy,
)
from oms.law import insurer_choice
from oms.law.facts import Ground
from oms.law.refusal import Refusal

State = InsuredPerson.State
_NOBODY = "такого человека в реестре нет"
_FOREIGN = "человека страхует другая организация"


@dataclass(frozen=True)
class Run:
    """What is the same for all records of a run: the file, who speaks, the regions by ОКАТО."""

    file: ExchangeFile
    insurer: Insurer
    regions: Mapping[str, str]
    at: datetime

    @property
    def actor(self) -> Actor:
        """The file acts in the insurer's name."""
        return Actor(self.file.key, role=Role.INSURER, organization=self.insurer.key)

    @property
    def today(self) -> date:
        """The day of the run, where we are."""
        return timezone.localdate(self.at)


T = TypeVar("T")


@dataclass(frozen=True)
class Line(Generic[T]):
    """One record of a run, of any kind of file."""

    run: Run
    place: int
    told: T

    @property
    def basis(self) -> str:
        """The record's key: what it changed says so."""
        return f"{self.run.file.key}:{self.place}"


Record = Line[Told]
"""One record of an insurer's file."""


def start(file: ExchangeFile, *, at: datetime) -> Run:
    """Return what the records of the file share. Two queries."""
    regions = dict(Region.objects.values_list("okato", "code"))
    insurer = Insurer.objects.select_related("region").get(pk=file.insurer_id)
    return Run(file, insurer, regions, at)


def apply(record: Record) -> None:
    """Do what the record tells; raise `Denied`."""
    check(record)
    _OPERATIONS[record.told.operation](record)


def check(record: Record) -> None:
    """Judge what needs no look into the register; raise `Wrong`."""
    told, run = record.told, record.run
    if told.visited_on > run.today:
        raise Wrong("DVIZIT", "день ещё не наступил")
    if told.own["birth_date"] > told.visited_on:
        raise Wrong("DR", "дата рождения позже обращения")
    refuse_elsewhere(run, ogrn=told.ogrn, region=told.region)


def refuse_elsewhere(run: Run, *, ogrn: str, region: str) -> None:
    """Raise `Wrong` where a record tells another insurer or region (ОКАТО) than the file's."""
    if run.insurer.ogrn and ogrn != run.insurer.ogrn:
        raise Wrong("OGRNSMO", "это не ОГРН вашей организации")
    if run.regions.get(region) != run.insurer.region_id:
        raise Wrong("TER_ST", "это не регион вашей организации")


# Who is meant ----------------------------------------------------------------------------


def _holder(told: Told) -> InsuredPerson | None:
    """The person by ЕНП, else СНИЛС, else document and birth date; a merged record is followed.

    Whoever bears a number must be the person told of, now or before (OLD_PERSON).
    """
    known = [told.identity, *told.before]
    numbers = [one.enp for one in told.before if one.enp]
    for number in filter(None, (told.enp, *numbers)):
        found = bearer(number)
        if found is None and number == told.enp:
            raise Wrong("ENP", "такого номера в реестре нет")
        if found:
            return surely(found, known, "ENP")
    snils = told.own.get("snils")
    found = _one(list(InsuredPerson.objects.filter(snils=snils)[:3])) if snils else None
    if found:
        return surely(found, known, "SS")
    key = document_key(told.document)
    papers = IdentityDocument.objects.filter(number_key=key).select_related("person")[:3]
    holders = [one.person for one in papers if one.person.birth_date == told.own["birth_date"]]
    found = _one(holders)
    return surely(found, known, "DOCNUM") if found else None


def bearer(number: str) -> InsuredPerson | None:
    """Return who bears the ЕНП, a merged record followed; raise `Wrong` for several."""
    return _one(_by_enp(number))


def _by_enp(number: str) -> list[InsuredPerson]:
    found = list(InsuredPerson.objects.filter(enp=number))
    rows = Policy.objects.filter(enp=number).select_related("person")[:10] if not found else []
    return found or [row.person for row in rows]


def _one(rows: list[InsuredPerson]) -> InsuredPerson | None:
    """The one they are, records merged into another followed; None for nobody."""
    found = {one.pk: one for one in map(_survivor, rows) if one.state != State.ANNULLED}
    if len(found) > 1:
        raise Wrong("ENP", "номер записан за несколькими людьми, разберётся фонд")
    return next(iter(found.values()), None)


def _survivor(person: InsuredPerson) -> InsuredPerson:
    seen = {person.pk}
    while person.state == State.MERGED and person.merged_into and person.merged_into_id not in seen:
        person = person.merged_into
        seen.add(person.pk)
    return person


def surely(person: InsuredPerson, known: list[Identity], field: str) -> InsuredPerson:
    """Return the person, known by one of these names and birth dates; raise `Wrong`."""
    if not any(one.birth_date == person.birth_date and one.key == person.name_key for one in known):
        raise Wrong(field, "по этому номеру записан человек с другим именем или датой рождения")
    return person


def _somebody(record: Record) -> InsuredPerson:
    """The person, who has to be on record; raise `Wrong`."""
    found = _holder(record.told)
    if found is None:
        raise Wrong("PERSON", _NOBODY)
    return found


def _own(record: Record) -> InsuredPerson:
    """The person, who has to be the insurer's own; raise `Wrong`."""
    person = _somebody(record)
    refuse_foreign(record.run, person)
    return person


def refuse_foreign(run: Run, person: InsuredPerson) -> None:
    """Raise `Wrong` for somebody the file's insurer does not insure."""
    if person.insurer_id != run.insurer.pk:
        raise Wrong("SMOCOD", _FOREIGN if person.insurer_id else "у человека нет страховки")


# What is done ----------------------------------------------------------------------------


def _first_choice(record: Record) -> None:
    """П010: somebody new to the register, or without a policy."""
    told = record.told
    known = _holder(told)
    person = known or _enter(record)
    refusals = insurer_choice.may_choose_first(
        queries.facts(person, on=told.visited_on),
        insurer=insurer_facts(insurer=record.run.insurer),
        on=told.visited_on,
        by_representative=told.by_representative,
    )
    _refuse(refusals, "INSURANCE")
    if known:
        _keep_own(record, person)
    _keep_places(record, person)
    _give(record, person, ground=Insurance.Ground.FIRST_CHOICE)


def _enter(record: Record) -> InsuredPerson:
    told, run = record.told, record.run
    data = NewPerson(region=run.insurer.region_id, document=told.document, **told.own)
    return register.register_person(
        data=data, by=run.actor, at=run.at, source=Source.OPERATOR, basis=record.basis
    )


def _stop(reason: str) -> Callable[[Record], None]:
    """П021, П023, П024: the insurance ends, the record of the person stays."""

    def stop(record: Record) -> None:
        person, run = _own(record), record.run
        on = _needed(record.told.stops_on, "DSTOP")
        if on > run.today:
            raise Wrong("DSTOP", "день ещё не наступил")
        register.close_policy(
            person=person, on=on, reason=reason, by=run.actor, at=run.at, basis=record.basis
        )

    return stop


def _death(record: Record) -> None:
    """П022."""
    person, run, told = _own(record), record.run, record.told
    on = _needed(told.died_on, "DDEATH")
    if not told.own["birth_date"] <= on <= run.today:
        raise Wrong("DDEATH", "день смерти невозможен")
    change(record, person, {"state": State.DIED, "died_on": on}, on=on)


def _suspension(record: Record) -> None:
    """П025: from DSTOP; DEND is the last day not insured, empty while nobody knows it."""
    person, run, told = _own(record), record.run, record.told
    until = told.ends_on + timedelta(days=1) if told.ends_on else None
    register.suspend(
        person=person, on=_needed(told.stops_on, "DSTOP"), until=until,
        by=run.actor, at=run.at, source=Source.OPERATOR, basis=record.basis,
    )  # fmt: skip


def _change_of_insurer(ground: Ground, *, new_policy: bool) -> Callable[[Record], None]:
    """П031 to П033 keep the policy, П034 to П036 give a new one with the same ЕНП."""

    def move(record: Record) -> None:
        told, run, person = record.told, record.run, _somebody(record)
        refusals = insurer_choice.may_change(
            queries.facts(person, on=told.visited_on),
            new_insurer=insurer_facts(insurer=run.insurer),
            ground=ground,
            on=told.visited_on,
            moved_on=told.residence.since or told.registration.since or told.visited_on,
            address_changed=_moved(record, person),
            by_representative=told.by_representative,
        )
        _refuse(refusals, "RSMO")
        _refuse_earlier(person, told.begins_on)
        if new_policy:
            register.close_policy(
                person=person, on=told.begins_on, reason="Смена страховой организации",
                by=run.actor, at=run.at, basis=record.basis,
            )  # fmt: skip
            _give(record, person, ground=int(ground))
        else:
            register.change_insurer(
                person=person, insurer=run.insurer, ground=int(ground), on=told.begins_on,
                by=run.actor, at=run.at, basis=record.basis,
            )  # fmt: skip
        _keep_particulars(record, person)

    return move


def _new_data(record: Record) -> None:
    """П040: changes without a new policy."""
    _keep_particulars(record, _own(record))


def _new_policy(reason: str) -> Callable[[Record], None]:
    """П060 to П063: the insurer's own person gets another policy, with new data if they changed."""

    def renew(record: Record) -> None:
        person, run, told = _own(record), record.run, record.told
        if person.state == State.SUSPENDED:
            raise Wrong("TIP_OP", "страхование приостановлено")
        if told.operation == "П063" and told.ends_on is None:
            raise Wrong("DEND", "укажите новый срок действия", error=MISSING)
        _keep_particulars(record, person)
        _refuse_earlier(person, told.begins_on)
        insurance = person.insurances.filter(valid_until=None).first()
        ground = insurance.ground if insurance else Insurance.Ground.FIRST_CHOICE
        register.close_policy(
            person=person, on=told.begins_on, reason=reason,
            by=run.actor, at=run.at, basis=record.basis,
        )  # fmt: skip
        _give(record, person, ground=_continued(ground))

    return renew


def _continued(ground: int) -> int:
    """A new policy of the same insurer is no change at wish: it must not use up the year's one."""
    yearly = ground == Insurance.Ground.YEARLY
    return Insurance.Ground.FIRST_CHOICE if yearly else ground


def _give(record: Record, person: InsuredPerson, *, ground: int) -> None:
    told, run = record.told, record.run
    register.give_policy(
        person=person, insurer=run.insurer, ground=ground, on=told.begins_on, by=run.actor,
        at=run.at, form=told.form, ends_on=told.ends_on, basis=record.basis,
        blank_number=told.blank_number,
    )  # fmt: skip


def _keep_particulars(record: Record, person: InsuredPerson) -> None:
    """Bring the person's own data, document, addresses and clinic in line with the record."""
    _keep_own(record, person)
    _keep_places(record, person)


def _keep_own(record: Record, person: InsuredPerson) -> None:
    told, run = record.told, record.run
    change(record, person, told.own, on=told.visited_on)
    register.set_identity_document(
        person=person, document=told.document, on=told.visited_on, by=run.actor, at=run.at,
        source=Source.OPERATOR, basis=record.basis,
    )  # fmt: skip


def _keep_places(record: Record, person: InsuredPerson) -> None:
    told, run = record.told, record.run
    put_address(record, person, Address.Kind.REGISTRATION, told.registration, on=told.visited_on)
    put_address(record, person, Address.Kind.RESIDENCE, told.residence, on=told.visited_on)
    for code, since in told.clinics:
        clinic = MedicalOrganization.objects.filter(pk=code).first()
        if clinic is None:
            raise Wrong("MCOD", "такой поликлиники нет в справочнике")
        register.attach_to_clinic(
            person=person, clinic=clinic, ground=Attachment.Ground.WISH, on=since, by=run.actor,
            at=run.at, source=Source.OPERATOR, basis=record.basis,
        )  # fmt: skip


def put_address(line: Line[T], person: InsuredPerson, kind: str, place: Place, *, on: date) -> None:
    """Keep the address told, if any, from its own day or `on`; raise `Wrong`."""
    if not place.text:
        return
    run = line.run
    region = run.regions.get(place.region)
    if place.region and region is None:
        raise Wrong("SUBJ", "такого региона нет")
    register.set_address(
        person=person, kind=kind, text=place.text, on=place.since or on, by=run.actor,
        at=run.at, source=Source.OPERATOR, region=region, postal_code=place.postal_code,
        basis=line.basis,
    )  # fmt: skip


def change(line: Line[T], person: InsuredPerson, changes: dict[str, object], *, on: date) -> None:
    """Change the person's own data from the day."""
    run = line.run
    register.update_person(
        person=person, changes=changes, on=on, by=run.actor, at=run.at,
        source=Source.OPERATOR, basis=line.basis,
    )  # fmt: skip


def _refuse_earlier(person: InsuredPerson, on: date) -> None:
    current = queries.policy_in_force(person)
    if current and on < current.begins_on:
        raise Wrong("DBEG", "раньше начала полиса, который действует")


def _moved(record: Record, person: InsuredPerson) -> bool:
    """Whether the record tells an address that the register does not hold yet."""
    told = record.told
    wanted = {Address.Kind.REGISTRATION: told.registration, Address.Kind.RESIDENCE: told.residence}
    held = dict(person.addresses.filter(valid_until=None).values_list("kind", "text"))
    return any(place.text and held.get(kind) != place.text for kind, place in wanted.items())


def _needed(day: date | None, field: str) -> date:
    if day is None:
        raise Wrong(field, "укажите день", error=MISSING)
    return day


def _refuse(refusals: tuple[Refusal, ...], field: str) -> None:
    if refusals:
        raise Wrong(field, refusals[0].text)


_OPERATIONS: Mapping[str, Callable[[Record], None]] = {
    "П010": _first_choice,
    "П021": _stop("Застрахован в другом месте"),
    "П022": _death,
    "П023": _stop("Двойная запись"),
    "П024": _stop("Ошибка в номере полиса"),
    "П025": _suspension,
    "П031": _change_of_insurer(Ground.YEARLY, new_policy=False),
    "П032": _change_of_insurer(Ground.MOVE, new_policy=False),
    "П033": _change_of_insurer(Ground.CONTRACT_ENDED, new_policy=False),
    "П034": _change_of_insurer(Ground.YEARLY, new_policy=True),
    "П035": _change_of_insurer(Ground.MOVE, new_policy=True),
    "П036": _change_of_insurer(Ground.CONTRACT_ENDED, new_policy=True),
    "П040": _new_data,
    "П060": _new_policy("Выдан полис вместо временного свидетельства"),
    "П061": _new_policy("Изменились данные человека"),
    "П062": _new_policy("Выдан полис взамен утраченного"),
    "П063": _new_policy("Закончился срок действия"),
}
"""What there is: adding a kind of operation is a line here and in `schemas/types.xsd`."""
