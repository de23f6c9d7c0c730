"""What a desk shows of the exchange: files and the answers in one, a page at a time."""

from collections.abc import Sequence

from django.db.models import QuerySet

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Insurer
from oms.domain.exchange.models import Answer, ExchangeFile
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson

FILES = 25
ANSWERS = 50


def files(*, user: User, before: int = 0) -> Sequence[ExchangeFile]:
    """Return the latest files the user may see, one more than a page; `before` is a key."""
    rows = ExchangeFile.objects.visible_to(user).select_related("insurer").order_by("-pk")
    return list((rows.filter(pk__lt=before) if before else rows)[: FILES + 1])


def find(*, user: User, pk: int) -> ExchangeFile | None:
    """Return a file the user may see."""
    rows = ExchangeFile.objects.visible_to(user).select_related("insurer")
    return rows.filter(pk=pk).first() if pk < 2**63 else None


def answers(*, file: ExchangeFile, refused: bool, after: int = 0) -> Sequence[Answer]:
    """Return answers in the order of the file, one more than a page; `after` is a place."""
    rows: QuerySet[Answer] = Answer.objects.filter(file=file, place__gt=min(after, 2**31 - 1))
    rows = rows.filter(code=Answer.Code.REFUSED) if refused else rows
    return list(rows.order_by("place")[: ANSWERS + 1])


def was_sent(*, name: str, insurer: Insurer) -> bool:
    """Tell whether a file of this name was written here for the insurer. One query."""
    entries = Entry.objects.filter(subject=insurer.key, act="exchange.export")
    return entries.filter(payload__data__name=name).exists()


def told_of(*, answers: Sequence[Answer], user: User) -> set[str]:
    """Return the N_REC of those answers to our own records whose person the user may see; 1 query.

    What we send bears the person's key as its N_REC.
    """
    keys = {int(one.number) for one in answers if one.number.isdecimal() and len(one.number) < 19}
    rows = InsuredPerson.objects.visible_to(user).filter(pk__in=keys)
    return {str(key) for key in rows.values_list("pk", flat=True)}


def insurers(*, user: User) -> "QuerySet[Insurer]":
    """Return the insurers whose files the user may bring and get."""
    own = {"pk": user.organization_code}
    if user.role == Role.FUND:
        own = {"region": user.organization_code}
    return Insurer.objects.filter(**own)
