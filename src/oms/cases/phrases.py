"""Words an organisation says often: kept once, put into a question or a refusal by a press."""

from datetime import datetime

from django.db import IntegrityError, transaction

from oms.cases.deciding import text_of
from oms.cases.models import AnswerTemplate
from oms.cases.refused import NotYours, Unfounded
from oms.domain.accounts.models import Role, User
from oms.domain.journal.actions import record

MOST = 100
MAY = frozenset({Role.INSURER, Role.FUND, Role.SUPERVISOR})


def of(user: User, *, kind: str = "") -> list[AnswerTemplate]:
    """The organisation's own words, of one kind or all. One query."""
    rows = AnswerTemplate.objects.filter(organization=user.organization or "-")
    return list((rows.filter(kind=kind) if kind else rows)[:MOST])


def add(*, kind: str, title: str, text: str, by: User, at: datetime) -> AnswerTemplate:
    """Keep words for all colleagues. Raises `NotYours`, `Unfounded`."""
    if by.role not in MAY or not by.organization:
        raise NotYours
    if kind not in AnswerTemplate.Kind.values:
        raise Unfounded("Выберите, для чего заготовка.")
    name, words = text_of(title, "Назовите заготовку.")[:80], text_of(text, "Напишите текст.")
    if AnswerTemplate.objects.filter(organization=by.organization).count() >= MOST:
        raise Unfounded(f"Заготовок уже {MOST}. Удалите лишние.")
    try:
        with transaction.atomic():
            made = AnswerTemplate.objects.create(
                organization=by.organization, kind=kind, title=name, text=words, by=by, at=at
            )
            _record("phrase.add", made, by=by, at=at)
    except IntegrityError:
        raise Unfounded("Заготовка с таким названием уже есть.") from None
    return made


def remove(*, pk: int, by: User, at: datetime) -> None:
    """Forget words of one's own organisation; those gone already are gone."""
    if by.role not in MAY:
        raise NotYours
    with transaction.atomic():
        rows = AnswerTemplate.objects.select_for_update().filter(organization=by.organization)
        made = rows.filter(pk=pk).first()
        if made is not None:
            _record("phrase.remove", made, by=by, at=at)
            made.delete()


def joined(typed: str, phrase: AnswerTemplate | None) -> str:
    """What was typed, with the phrase after it."""
    if phrase is None:
        return typed
    return f"{typed.rstrip()}\n{phrase.text}".strip()


def _record(act: str, made: AnswerTemplate, *, by: User, at: datetime) -> None:
    record(
        act=act,
        subject=f"phrase:{made.pk}",
        by=by.actor,
        at=at,
        details={"kind": made.kind, "title": made.title, "text": made.text},
    )
