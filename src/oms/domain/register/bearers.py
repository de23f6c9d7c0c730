"""Who bears a number: the one question behind every look-up by ЕНП, СНИЛС, document or blank.

A merged record keeps its numbers; each leads to the record that stands for it today (`standing`).
"""

from collections.abc import Collection, Iterable
from typing import Any, TypeAlias

from django.db.models import QuerySet

from oms.domain.register.models import IdentityDocument, InsuredPerson, Policy

Borne: TypeAlias = tuple[str, int]
"""A number and the person on whose record it stands."""
Rows: TypeAlias = QuerySet[Any, Any]


def by_snils(numbers: Collection[str]) -> Rows:
    """Return who bears any of these, eleven digits each. One query."""
    return InsuredPerson.objects.filter(snils__in=numbers).values_list("snils", "pk")


def by_enp(numbers: Collection[str]) -> tuple[Rows, Rows]:
    """Return who bears any of these, sixteen digits each: on record, on a policy. Two queries."""
    people = InsuredPerson.objects.filter(enp__in=numbers).values_list("enp", "pk")
    return people, Policy.objects.filter(enp__in=numbers).values_list("enp", "person")


def by_document(keys: Collection[str]) -> Rows:
    """Return who had any of these documents (`data.document_key`). One query."""
    rows = IdentityDocument.objects.filter(number_key__in=keys)
    return rows.values_list("number_key", "person")


def by_blank(numbers: Collection[str]) -> Rows:
    """Return who had a policy on any of these blanks (`data.blank_key`). One query."""
    rows = Policy.objects.filter(blank_number__in=numbers)
    return rows.values_list("blank_number", "person")


def standing(people: Iterable[int]) -> dict[int, int]:
    """Return person → the person that stands for them today, mostly themselves.

    By primary key: no query for nobody, one where nobody was merged, else one more for each merge
    on the way.
    """
    asked, into, ahead = set[int](), dict[int, int](), set(people)
    told = tuple(ahead)
    while ahead:
        asked |= ahead
        rows = InsuredPerson.objects.filter(pk__in=ahead, merged_into__isnull=False)
        into |= {person: to for person, to in rows.values_list("pk", "merged_into") if to}
        ahead = set(into.values()) - asked
    return {person: _end(person, into) for person in told}


def _end(person: int, into: dict[int, int]) -> int:
    while person in into:
        person = into[person]
    return person
