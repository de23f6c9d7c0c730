"""Recall: the second record of those in the register twice is told, the first must be found.

Three ways to tell it. With the birth date, every kind of slip. Without it but with a number that
has a slip (СНИЛС, document): the number finds, the name tells people apart. By the name alone:
fair only where few bear it, for nobody can tell one of thousands of «Иванова Анна Ивановна» from
another. Asked are those whose true name at most `SHOWN` people of the register bear; the share of
them is told beside. A surname the register has never heard says nothing without a date or number.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from times import at

SHOWN = 20
BY_DATE = ("day and month", "digit of the date")
BY_NUMBER = ("snils", "document")
UNHEARD = ("new surname",)
Truths = dict[str, list[tuple[int, int]]]


def recall(each: int) -> None:
    """Print the three tables; `each` truths of a kind."""
    found = truths(each)
    names = {
        kind: pairs for kind, pairs in found.items() if kind not in (*BY_DATE, *BY_NUMBER, *UNHEARD)
    }
    numbers = {kind: pairs for kind, pairs in found.items() if kind in BY_NUMBER}
    table("told a second time, with the birth date", found, dated)
    table("a number with a slip, no birth date", numbers, number)
    known = sum(len(pairs) for pairs in names.values())
    rare = {kind: few_namesakes(pairs) for kind, pairs in names.items()}
    share = sum(len(pairs) for pairs in rare.values()) / known
    print(f"\nby the name alone: {share:.2f} of these names are borne by at most {SHOWN} people")
    table("rare name alone, told with a slip", rare, lambda kind, one, paper: {})


def table(title: str, asked: Truths, tell: Callable[[str, Any, Any], dict[str, Any]]) -> None:
    """Ask for each pair and print recall by kind: among those shown, and first of all."""
    from oms.domain.register import matching
    from oms.domain.register.models import IdentityDocument, InsuredPerson

    print(f"\n{title:44}{'asked':>8}{'recall':>9}{'first':>8}{'p95, ms':>10}")
    sums = [0, 0, 0]
    for kind, pairs in asked.items():
        rows = InsuredPerson.objects.in_bulk([pk for pk, _ in pairs])
        papers = IdentityDocument.objects.filter(person__in=list(rows))
        papers_by = {paper.person_id: paper for paper in papers}
        found = first = 0
        spent = []
        for pk, same_as in pairs:
            one = rows[pk]
            began = time.perf_counter()
            matches = matching.find(
                family_name=one.family_name, given_name=one.given_name,
                patronymic=one.patronymic, limit=SHOWN, besides=pk,
                **tell(kind, one, papers_by[pk]),
            )  # fmt: skip
            spent.append((time.perf_counter() - began) * 1e3)
            others = [match.person.pk for match in matches]
            found += same_as in others
            first += others[:1] == [same_as]
        if not pairs:
            continue
        sums = [a + b for a, b in zip(sums, (len(pairs), found, first), strict=True)]
        p95 = at(spent, 95) if len(spent) > 1 else spent[0]
        print(f"{kind:44}{len(pairs):8}{found / len(pairs):9.3f}{first / len(pairs):8.3f}"
              f"{p95:10.1f}", flush=True)  # fmt: skip
    print(f"{'all':44}{sums[0]:8}{sums[1] / sums[0]:9.3f}{sums[2] / sums[0]:8.3f}", flush=True)


def dated(kind: str, one: Any, paper: Any) -> dict[str, Any]:
    return {"birth_date": one.birth_date} | number(kind, one, paper)


def number(kind: str, one: Any, paper: Any) -> dict[str, Any]:
    """The number with a slip, where that is what is tried; no number otherwise."""
    from oms.domain.register.data import DocumentData

    if kind == "snils":
        return {"snils": one.snils}
    if kind == "document":
        document = DocumentData(kind=paper.kind, series=paper.series, number=paper.number)
        return {"document": document}
    return {}


def few_namesakes(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those whose true name, the first record's, few bear."""
    from oms.domain.register.models import InsuredPerson

    firsts = InsuredPerson.objects.filter(pk__in=[one for _, one in pairs])
    keys = dict(firsts.values_list("pk", "name_key"))
    few = {
        key: len(InsuredPerson.objects.filter(name_key=key).values("pk")[: SHOWN + 1]) <= SHOWN
        for key in set(keys.values())
    }
    return [pair for pair in pairs if few[keys[pair[1]]]]


def truths(each: int) -> Truths:
    """`each` pairs (second record, first record) of every kind, from all parts of the register."""
    from oms.domain.register.masses import loading

    found: Truths = defaultdict(list)
    for one in loading.truths_on_record():
        if len(found[one.kind]) < each:
            found[one.kind].append((one.index, one.same_as))
        elif all(len(pairs) >= each for pairs in found.values()):
            break
    return found
