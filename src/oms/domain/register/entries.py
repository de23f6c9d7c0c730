"""What search enters by beside the current row: names borne before, and words with their slips."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F

from oms.domain.register.models import FormerName, InsuredPerson, NameSpelling
from oms.domain.register.spelling import variants
from oms.law.names import fold

_AT_ONCE = 500
Part = NameSpelling.Part
Borne = tuple[str, date]
"""A name's key and a birth date, as one record had them at one time."""


def remember(*, person: InsuredPerson, was: Borne | None = None) -> None:
    """Make the person's words findable; `was` is what the record said before the change."""
    remember_many(people=[person])
    if was and was != (person.name_key, person.birth_date):
        _keep_former(person, was)


def remember_many(*, people: Iterable[InsuredPerson]) -> None:
    """Make the words of new people findable, as `remember` does of each in turn."""
    families: dict[str, str] = {}
    given: set[str] = set()
    for person in people:
        family, name = (*person.name_key.split(" "), "")[:2]
        families.setdefault(family, person.family_name)
        given.add(name)
    learn({Part.FAMILY: {*families}, Part.GIVEN: given}, doubles=families.values())


def learn(words: dict[NameSpelling.Part, set[str]], *, doubles: Iterable[str] = ()) -> None:
    """Put into the word book the words that it lacks; twice is once.

    A double surname, told as it is spelled, is found by its halves too.
    """
    halves = {fold(name): [fold(half) for half in name.split("-")] for name in doubles}
    for part, told in words.items():
        waiting = sorted(told - {""})
        for since in range(0, len(waiting), _AT_ONCE):
            some = waiting[since : since + _AT_ONCE]
            known = NameSpelling.objects.filter(part=part, variant__in=some, word=F("variant"))
            new = set(some) - set(known.values_list("word", flat=True))
            rows = (
                NameSpelling(part=part, variant=variant, word=word)
                for word in sorted(new)
                for variant in sorted(variants(word).union(*map(variants, halves.get(word, ()))))
            )
            NameSpelling.objects.bulk_create(rows, ignore_conflicts=True)


def words_near(words: Iterable[str]) -> dict[NameSpelling.Part, dict[str, set[str]]]:
    """Return for each part of a name: word asked for → words of the register alike. One query.

    Alike are those that share a variant with it.
    """
    asked = {word: variants(word) for word in words}
    told = NameSpelling.objects.filter(
        part__in=list(Part), variant__in=set().union(*asked.values())
    )
    known: dict[tuple[int, str], set[str]] = {}
    for part, variant, word in told.values_list("part", "variant", "word"):
        known.setdefault((part, variant), set()).add(word)
    return {
        part: {
            word: set().union(*(known.get((part, variant), set()) for variant in shared))
            for word, shared in asked.items()
        }
        for part in Part
    }


def _keep_former(person: InsuredPerson, was: Borne) -> None:
    """Keep the old pair; each former name goes on with the birth date as it is now known too."""
    names = {was[0], *person.former_names.values_list("name_key", flat=True)}
    borne = {was, *((name, person.birth_date) for name in names)}
    FormerName.objects.bulk_create(
        (
            FormerName(person=person, name_key=name, birth_date=born)
            for name, born in sorted(borne - {(person.name_key, person.birth_date)})
        ),
        ignore_conflicts=True,
    )
