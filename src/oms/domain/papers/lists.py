"""A list of numbers made into an order: whom it means, whom not, all papers in one file.

A line is an ENP or a СНИЛС, alone or among other columns. Numbers are not kept: an order knows its
people and, of each, the line; of a line that means nobody, the reason.
"""

import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from django.db import transaction
from django.db.models import QuerySet

from oms.domain.accounts.models import User
from oms.domain.journal.actions import Actor, record
from oms.domain.papers import queries
from oms.domain.papers.bulk import Wish, issue_many
from oms.domain.papers.models import DetachedSignature, Paper, PaperBatch
from oms.domain.papers.refused import EmptyList, LongList, NotFinished
from oms.domain.papers.storage import Damaged
from oms.domain.register import bearers
from oms.domain.register.models import InsuredPerson
from oms.kit import tables
from oms.law import enp, snils
from oms.law.verdict import Invalid

MOST = 10_000
HEAD = ("Строка", "Почему документа нет")
PROBLEMS = "problems.csv"
_AT_ONCE = 500
_IN_MEMORY = 8 * 1_048_576
_CELLS = re.compile(r"[;,\t]")
NOBODY = "Среди ваших застрахованных такого человека нет."
TWICE = "Этот человек уже есть в списке выше."
UNREADABLE = "Нет верного ЕНП или СНИЛС: проверьте цифры."


@dataclass(frozen=True)
class Numbered:
    """A line of the list: an ENP or a СНИЛС, or none."""

    line: int
    enp: str = ""
    snils: str = ""


def order(
    *,
    key: str,
    kind: str,
    text: str,
    purpose: str,
    by: User | Actor,
    at: datetime,
    scope: str = "",
) -> PaperBatch:
    """Order papers for the people a list names; journaled with the purpose.

    A `User` gets papers of whom they may see only; an `Actor` (the command line) of anybody. The
    same `key` with the same list returns the same order. Raises `EmptyList`, `LongList`,
    `bulk.OtherBatch`.
    """
    listed = read(text)
    everybody = InsuredPerson.objects.all()
    people = everybody.visible_to(by) if isinstance(by, User) else everybody
    meant, problems = _meant(listed, people)
    wish = Wish(
        organization=by.organization if isinstance(by, User) else "",
        purpose=purpose.strip()[:300],
        lines=tuple(meant.values()),
        problems=tuple(problems),
    )
    actor = by.actor if isinstance(by, User) else by
    return issue_many(
        key=key, kind=kind, persons=list(meant), by=actor, at=at, scope=scope, wish=wish
    )


def read(text: str) -> list[Numbered]:
    r"""Return the lines that say something; a first line without digits is a heading.

    >>> read("ЕНП;Фамилия\n7756 4108 3599 9915;Иванов\n\nкто-то 12")
    [Numbered(line=2, enp='7756410835999915', snils=''), Numbered(line=4, enp='', snils='')]
    """
    lines = [(n, line) for n, line in enumerate(text.lstrip("\ufeff").splitlines(), 1)]
    said = [(n, line) for n, line in lines if line.strip(" ;,\t")]
    if said and not any(sign.isdigit() for sign in said[0][1]):
        said = said[1:]
    if not said:
        raise EmptyList
    if len(said) > MOST:
        raise LongList(f"Строк {len(said)}, а за раз можно {MOST}. Разделите список.")
    return [_numbered(n, line) for n, line in said]


def orders(user: User, *, limit: int = 30) -> list[PaperBatch]:
    """The orders of the user's organisation, latest first. One query."""
    return list(PaperBatch.objects.visible_to(user).order_by("-pk")[:limit])


def problems(batch: PaperBatch) -> list[tuple[int, str]]:
    """Lines without a paper and why, in the order of the list. No query."""
    line_of = dict(zip(batch.persons, batch.lines, strict=False))
    refused = ((line_of.get(int(who), 0), why) for who, why in batch.refused.items())
    return sorted([*((line, why) for line, why in batch.problems), *refused])


def archive(*, batch: PaperBatch, by: Actor, at: datetime) -> IO[bytes]:
    """Return a ZIP of the papers, signatures beside them, and of the lines without one. Journaled.

    Raises `NotFinished` while the worker is at it.
    """
    if batch.finished_at is None:
        raise NotFinished
    with transaction.atomic():
        record(
            act="batch.take",
            subject=batch.basis,
            by=by,
            at=at,
            details={"purpose": batch.purpose, "count": batch.done},
        )
    file = cast(IO[bytes], SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115  the answer closes it
    with zipfile.ZipFile(file, "w") as packed:
        lacking = list(_pack(batch, packed))
        rows = [(str(line) if line else "", why) for line, why in [*problems(batch), *lacking]]
        packed.writestr(PROBLEMS, tables.as_csv(HEAD, rows))
    file.seek(0)
    return file


def _pack(batch: PaperBatch, packed: zipfile.ZipFile) -> Iterator[tuple[int, str]]:
    """Put each paper in; yield those whose file is damaged."""
    papers = Paper.objects.filter(basis=batch.basis).order_by("pk")
    signed = dict(
        DetachedSignature.objects.filter(paper__basis=batch.basis).values_list("paper", "content")
    )
    for paper in papers.iterator(chunk_size=_AT_ONCE):
        try:
            packed.writestr(f"{paper.number}.pdf", queries.content(paper))
        except Damaged as no:
            yield 0, f"{paper.number}: {no.text}"
            continue
        if paper.pk in signed:
            packed.writestr(f"{paper.number}.pdf.sig", bytes(signed[paper.pk]))


def _numbered(line: int, text: str) -> Numbered:
    for cell in _CELLS.split(text):
        for name, normalize in (("enp", enp.normalize), ("snils", snils.normalize)):
            try:
                return Numbered(line, **{name: normalize(cell.strip(" \"'"))})
            except Invalid:
                continue
    return Numbered(line)


def _meant(
    listed: Sequence[Numbered], people: QuerySet[InsuredPerson]
) -> tuple[dict[int, int], list[tuple[int, str]]]:
    """Return person → line, and the lines that mean nobody, with the reason."""
    by_enp = _found(people, _by_enp, (one.enp for one in listed if one.enp))
    by_snils = _found(people, bearers.by_snils, (one.snils for one in listed if one.snils))
    meant: dict[int, int] = {}
    problems = []
    for one in listed:
        person = by_enp.get(one.enp) if one.enp else by_snils.get(one.snils)
        if person is None:
            problems.append((one.line, NOBODY if one.enp or one.snils else UNREADABLE))
        elif person in meant:
            problems.append((one.line, TWICE))
        else:
            meant[person] = one.line
    return meant, problems


def _found(
    people: QuerySet[InsuredPerson],
    borne: Callable[[Collection[str]], Iterable[bearers.Borne]],
    numbers: Iterable[str],
) -> Mapping[str, int]:
    """Number → person, asked for in portions; a merged record's number is its survivor's."""
    wanted = sorted(set(numbers))
    found: dict[str, int] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        told = list(borne(wanted[first : first + _AT_ONCE]))
        stands = bearers.standing(pk for _, pk in told)
        seen = set(people.filter(pk__in=set(stands.values())).values_list("pk", flat=True))
        found |= {number: stands[pk] for number, pk in told if stands[pk] in seen}
    return found


def _by_enp(numbers: Collection[str]) -> Iterable[bearers.Borne]:
    return chain.from_iterable(bearers.by_enp(numbers))
