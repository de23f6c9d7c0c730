"""What was done with a case and what colleagues said beside it, with names, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case as Choice
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Substr

from oms.cases.models import Case, CaseEvent, CaseNote
from oms.cases.states import MOVES, Side
from oms.domain.accounts.models import User
from oms.law import names

_USER = "user:"
_COLUMNS = ("at", "pk", "said", "what", "key", "text", "name")


@dataclass(frozen=True)
class MoveMade:
    """One line of a case's history for the desk: `who` is a clerk by name, or a side."""

    at: datetime
    title: str
    text: str
    who: str


@dataclass(frozen=True)
class Note:
    """A word said beside a case; `kind` is of `CaseNote.Kind`."""

    at: datetime
    kind: str
    text: str
    who: str

    @property
    def title(self) -> str:
        """What the kind is called."""
        return str(CaseNote.Kind(self.kind).label)


@dataclass(frozen=True)
class Beside:
    """Both, each oldest first."""

    moves: Sequence[MoveMade]
    notes: Sequence[Note]


def beside(case: Case, user: User) -> Beside:
    """Everything done, and what this operator may read of what was said. One query.

    Notes are their own organisation's; the answer of the insurer being left is for both.
    """
    rows = _events(case).union(_notes(case, user), all=True).order_by("at", "pk")
    found = list(rows)
    return Beside(
        moves=[_move(row, case) for row in found if not row[2]],
        notes=[
            Note(at, what, text, _name(name)) for at, _, said, what, _, text, name in found if said
        ],
    )


def _events(case: Case) -> QuerySet[Any, Any]:
    number = Choice(  # NULL for what is no user: only digits are cast
        models.When(actor__startswith=_USER, then=Substr("actor", len(_USER) + 1)), default=None
    )
    clerk = Cast(number, models.BigIntegerField())
    rows = CaseEvent.objects.filter(case=case).annotate(clerk=clerk)
    return _told(rows, said=0, what=F("verb"), key=F("actor"), who="clerk")


def _notes(case: Case, user: User) -> QuerySet[Any, Any]:
    mine = Q(organization=user.organization) | ~Q(kind=CaseNote.Kind.NOTE)
    rows = CaseNote.objects.filter(mine, case=case)
    return _told(rows, said=1, what=F("kind"), key=Value(""), who="by")


def _told(rows: QuerySet[Any], *, said: int, what: Any, key: Any, who: str) -> QuerySet[Any, Any]:
    """Give both kinds of rows the same columns; a name is its three parts, a line each."""
    parts = Concat("family_name", Value("\n"), "given_name", Value("\n"), "patronymic")
    named = User.objects.filter(pk=OuterRef(who)).annotate(parts=parts).values("parts")
    columns = {"said": Value(said), "what": what, "key": key, "name": Subquery(named[:1])}
    told: QuerySet[Any, Any] = rows.order_by().annotate(**columns).values_list(*_COLUMNS)
    return told


def _move(row: tuple[Any, ...], case: Case) -> MoveMade:
    at, _, _, verb, actor, text, name = row
    title = MOVES[verb].done if verb in MOVES else "Срок решения прошёл"
    return MoveMade(
        at,
        title,
        text,
        _who(verb, _name(name), by_applicant=actor == f"{_USER}{case.applicant_id}"),
    )


def _who(verb: str, name: str, *, by_applicant: bool) -> str:
    if by_applicant:
        return "Заявитель"
    move = MOVES.get(verb)
    represents = move is not None and move.side is Side.APPLICANT
    return f"{name}, представитель" if represents else name


def _name(parts: str | None) -> str:
    return names.short(*parts.split("\n")) if parts else "Автоматически"
