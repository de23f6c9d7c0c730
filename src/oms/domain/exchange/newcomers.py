"""Records that only add somebody (П010 about a stranger): told apart, so that many enter at once.

What such a record comes to is known without the acts: nobody on record has a number it tells, so
the gate has nothing to judge, and the law sees a person without a past. Everything else, and all
that is odd, is for `acts.apply`.
"""

from collections.abc import Iterable, Iterator

from oms.domain.accounts.models import Source
from oms.domain.directory.models import MedicalOrganization
from oms.domain.directory.queries import insurer_facts
from oms.domain.exchange.acts import Record, Run, check
from oms.domain.exchange.told import Place, Told, Wrong
from oms.domain.register import actions as register
from oms.domain.register import queries
from oms.domain.register.actions import NewAddress, Newcomer
from oms.domain.register.data import NewPerson
from oms.domain.register.models import Address, Insurance
from oms.law import insurer_choice

_LONGEST = {"series": 12, "number": 20}
"""Signs that a register's document has room for; more are refused by the database alone."""


def told_by(records: Iterable[Record]) -> dict[int, Newcomer | Wrong]:
    """Return place → who is to be entered, or why not, of those that only add. Three queries."""
    found = list(records)
    clinics = _clinics(found)
    strange = register.strangers((one.told.own.get("snils"), one.told.document) for one in found)
    return {
        one.place: _judged(one, clinics)
        for one, is_strange in zip(found, strange, strict=True)
        if is_strange and _only_adds(one.told)
    }


def enter(run: Run, newcomers: Iterable[Newcomer]) -> None:
    """Enter and insure them all or nobody."""
    register.enter_many(
        newcomers=list(newcomers), insurer=run.insurer, by=run.actor, at=run.at,
        source=Source.OPERATOR,
    )  # fmt: skip


def _only_adds(told: Told) -> bool:
    document = told.document
    return (
        told.operation == "П010"
        and not (told.enp or told.before or len(told.clinics) > 1)
        and all(len(getattr(document, name)) <= most for name, most in _LONGEST.items())
    )


def _clinics(records: Iterable[Record]) -> set[str]:
    told = {code for one in records for code, _ in one.told.clinics}
    rows = MedicalOrganization.objects.filter(pk__in=told) if told else None
    return set(rows.values_list("pk", flat=True)) if rows is not None else set()


def _judged(record: Record, clinics: set[str]) -> Newcomer | Wrong:
    try:
        return _newcomer(record, clinics)
    except Wrong as no:
        return no


def _newcomer(record: Record, clinics: set[str]) -> Newcomer:
    """Judge in the order of `acts`, so that the answer names the same fault."""
    told, run = record.told, record.run
    check(record)
    data = NewPerson(region=run.insurer.region_id, document=told.document, **told.own)
    refusals = insurer_choice.may_choose_first(
        queries.facts_of_newcomer(data),
        insurer=insurer_facts(insurer=run.insurer),
        on=told.visited_on,
        by_representative=told.by_representative,
    )
    if refusals:
        raise Wrong("INSURANCE", refusals[0].text)
    addresses = tuple(_addresses(record))
    if any(code not in clinics for code, _ in told.clinics):
        raise Wrong("MCOD", "такой поликлиники нет в справочнике")
    return Newcomer(
        data=data,
        basis=record.basis,
        ground=Insurance.Ground.FIRST_CHOICE,
        begins_on=told.begins_on,
        ends_on=told.ends_on,
        form=told.form,
        blank_number=told.blank_number,
        addresses=addresses,
        clinic=told.clinics[0] if told.clinics else None,
    )


def _addresses(record: Record) -> Iterator[NewAddress]:
    kinds = Address.Kind
    places = {kinds.REGISTRATION: record.told.registration, kinds.RESIDENCE: record.told.residence}
    for kind, place in places.items():
        if place.text:
            since = place.since or record.told.visited_on
            yield NewAddress(
                kind, place.text, since, region=_region(record, place),
                postal_code=place.postal_code,
            )  # fmt: skip


def _region(record: Record, place: Place) -> str | None:
    region = record.run.regions.get(place.region)
    if place.region and region is None:
        raise Wrong("SUBJ", "такого региона нет")
    return region
