"""Nobody enters the register twice: the gate that every entry of a person passes (REG-4).

Only a number *and* a name *and* a birth date that agree stop an entry. Anything less lets the
person in, and the search for duplicates brings the pair to the fund.
"""

from collections.abc import Collection, Iterable, Iterator

from oms.domain.accounts.models import Sex
from oms.domain.register import comparing
from oms.domain.register.actions.claims import claim
from oms.domain.register.data import DocumentData, document_key
from oms.domain.register.models import IdentityDocument, InsuredPerson
from oms.kit import bulk
from oms.kit.denied import Denied
from oms.law.typed import compact

SURE = 0.9
_DOUBT = 0.3  # how much a quite different name or birth date takes
_NOBODY = (InsuredPerson.State.ANNULLED, InsuredPerson.State.MERGED)
_HOLDERS = 20  # of one number; more is a number nobody means


class AlreadyOnRecord(Denied):
    """A record that is surely this person's is in the register; `found` are its keys."""

    text = (
        "Этот человек, похоже, уже есть в реестре: совпали номер, имя и дата рождения. "
        "Откройте найденную запись. Если это он, оформите услугу по ней. "
        "Если это другой человек, скажите об этом и внесите снова."
    )

    def __init__(self, found: tuple[int, ...]) -> None:
        super().__init__()
        self.found = found


def refuse_doubles(
    *,
    newcomer: InsuredPerson,
    document: DocumentData | None,
    judged_other: Collection[int],
) -> None:
    """Raise `AlreadyOnRecord` for a sure match that nobody has judged to be another person.

    Another entry with this number waits until the caller's transaction has ended.
    """
    claim((newcomer.snils, document_key(document) if document else None))
    found = {row.pk for row in doubles_of(newcomer=newcomer, document=document)}
    if found - set(judged_other):
        raise AlreadyOnRecord(tuple(sorted(found)))


def strangers(told: Iterable[tuple[str | None, DocumentData | None]]) -> list[bool]:
    """Tell of each newcomer, by СНИЛС and document, whether the gate has nothing to judge.

    A stranger shares no number with anybody on record, whatever became of that record, nor with
    one told before in the same row: whoever is none is to be judged alone. Entries with one of
    these numbers wait until the caller's transaction has ended. Three queries.
    """
    numbers = [
        {key for key in (compact(snils or ""), document and document_key(document)) if key}
        for snils, document in told
    ]
    wanted = set[str]().union(*numbers)
    claim(wanted)
    known = bulk.known(InsuredPerson, "snils", wanted)
    known |= bulk.known(IdentityDocument, "number_key", wanted)
    found = []
    for one in numbers:
        found.append(known.isdisjoint(one))
        known |= one
    return found


def doubles_of(
    *, newcomer: InsuredPerson, document: DocumentData | None
) -> tuple[InsuredPerson, ...]:
    """Return the records that are surely this person's. Two look-ups by index, then by key.

    A number of a merged record leads to the one that stands for it today.
    """
    found = {}
    for holder in _holders(newcomer, document):
        if _is_same(newcomer, holder):
            stands = _survivor(holder)
            found[stands.pk] = stands
    return tuple(row for row in found.values() if row.state not in _NOBODY)


def _holders(newcomer: InsuredPerson, document: DocumentData | None) -> Iterator[InsuredPerson]:
    rows = InsuredPerson.objects.select_related("merged_into")
    if newcomer.snils:
        yield from rows.filter(snils=newcomer.snils).exclude(pk=newcomer.pk)[:_HOLDERS]
    if document:
        papers = IdentityDocument.objects.filter(number_key=document_key(document))
        keys = set(papers.values_list("person", flat=True)[:_HOLDERS])
        if keys:
            yield from rows.filter(pk__in=keys).exclude(pk=newcomer.pk)


def _survivor(person: InsuredPerson) -> InsuredPerson:
    while person.merged_into is not None:
        person = person.merged_into
    return person


def _is_same(one: InsuredPerson, other: InsuredPerson) -> bool:
    """Tell whether two that share a number are alike in name and birth date as well."""
    if one.snils and other.snils and one.snils != other.snils:
        return False
    parts = (comparing.parts_of(row.name_key) for row in (one, other))
    name = comparing.names(*parts, female=one.sex == other.sex == Sex.FEMALE).score
    born = comparing.dates(one.birth_date, other.birth_date)
    return (1 - _DOUBT * (1 - name)) * (1 - _DOUBT * (1 - born)) >= SURE
