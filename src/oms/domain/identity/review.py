"""The operators' side of a video: a queue, one operator a person, a decision (IDN-4).

A decision is of who took the video; another may take it after half an hour of silence. Rows
come through `Confirmation.objects.visible_to`, so nobody decides on themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from oms.domain.accounts import queries as accounts
from oms.domain.accounts.models import Source, User
from oms.domain.accounts.queries import ProfileLine
from oms.domain.documents.models import Document
from oms.domain.identity import actions
from oms.domain.identity.method import Field, Outcome, fields_of
from oms.domain.identity.methods import video
from oms.domain.identity.models import Confirmation, ConfirmationQuery, Recording
from oms.domain.journal.actions import record
from oms.kit.denied import Denied

State = Confirmation.State
PURPOSE = "Подтверждение личности по видео"
HELD = timedelta(minutes=30)
SHOWN = 50
SEEN = ("face", "digits", "document")
"""What is compared: the face with the passport, the digits said, the passport with the profile."""


class NotWaiting(Denied):
    """It was decided, or the person withdrew it."""

    text = "По этому видео уже есть решение, или его нет в вашей очереди."


class Held(Denied):
    """Another operator looks at it."""

    text = "Это видео уже смотрит другой оператор. Возьмите следующее."


class NotTaken(Denied):
    """It must be taken first."""

    text = "Сначала возьмите видео в работу."


class NotCompared(Denied):
    """Not everything was ticked."""

    text = "Отметьте всё, что сверили: лицо, цифры, паспорт."


@dataclass(frozen=True)
class Sheet:
    """Everything an operator compares."""

    confirmation: Confirmation
    recording: Recording | None
    pictures: dict[str, Document]
    known: dict[str, ProfileLine]
    fields: Sequence[Field]


def queue(*, by: User) -> list[Confirmation]:
    """Return what waits for a decision, the most urgent first. One query."""
    rows = _waiting(by).select_related("user", "assignee")
    return list(rows.order_by(F("due_at").asc(nulls_last=True), "pk")[:SHOWN])


def doubtful(*, by: User) -> list[Confirmation]:
    """Return confirmed people whose record in the register a person must find. One query."""
    rows = Confirmation.objects.visible_to(by).filter(link=Confirmation.Link.DOUBTFUL)
    return list(rows.select_related("user").order_by("pk")[:SHOWN])


@transaction.atomic
def take(*, pk: int, by: User, at: datetime) -> Confirmation:
    """Take a video to look at. One's own already, nothing changes. Raises `NotWaiting`, `Held`."""
    own = _locked(pk, by)
    if own.assignee_id == by.pk:
        return own
    if own.assignee_id and not _is_stale(own, at):
        raise Held
    own.assignee = by
    own.details |= {"taken_at": at.isoformat()}
    own.save(update_fields=["assignee", "details"])
    record(act="identity.take", subject=own.key, by=by.actor, at=at, person=own.user.key)
    return own


@transaction.atomic
def release(*, pk: int, by: User, at: datetime) -> Confirmation:
    """Give it back to the queue. Raises `NotWaiting`, `NotTaken`."""
    own = _taken(pk, by)
    own.assignee = None
    own.save(update_fields=["assignee"])
    record(act="identity.release", subject=own.key, by=by.actor, at=at, person=own.user.key)
    return own


@transaction.atomic
def look(*, pk: int, by: User, at: datetime, again: bool = False) -> Sheet:
    """Open the sheet; a look is journaled unless made `again`, the person sees it.

    Raises `NotWaiting`.
    """
    own = _waiting(by).select_related("user", "assignee").filter(pk=pk).first()
    if own is None:
        raise NotWaiting
    if not again:
        record(
            act="person.read", subject=own.key, by=by.actor, at=at, person=own.user.key,
            details={"purpose": PURPOSE},
        )  # fmt: skip
    recording, pictures = video.shown(own)
    known = accounts.profile(own.user)
    return Sheet(own, recording, pictures, known, fields_of(own.fields))


@transaction.atomic
def confirm(*, pk: int, seen: Sequence[str], by: User, at: datetime) -> Confirmation:
    """Decide that it is the person. Decided so already by the same operator, nothing changes.

    Raises `NotWaiting`, `NotTaken`, `NotCompared`, `actions.Taken`.
    """
    done = _mine_decided(pk, by, State.CONFIRMED)
    if done:
        return done
    own = _taken(pk, by)
    if not set(needed(own)) <= set(seen):
        raise NotCompared
    values: dict[str, Any] = dict(own.details.get("said", {}))
    return actions.confirm(
        confirmation=own,
        fields=[Field(name, Outcome.MATCH) for name in ("face", *actions.CORE[:2], "birth_date")],
        values=values,
        by=by.actor,
        at=at,
        source=Source.OPERATOR,
    )


@transaction.atomic
def refuse(*, pk: int, reason: str, by: User, at: datetime) -> Confirmation:
    """Decide that it cannot be told who this is. Raises `NotWaiting`, `NotTaken`."""
    done = _mine_decided(pk, by, State.REFUSED)
    if done:
        return done
    own = _taken(pk, by)
    face = [Field("face", Outcome.DIFFERS, reason)]
    return actions.refuse(confirmation=own, fields=face, reason=reason, by=by.actor, at=at)


@transaction.atomic
def ask_again(*, pk: int, reason: str, by: User, at: datetime) -> Confirmation:
    """Ask for another video within 10 working days. Raises `NotWaiting`, `NotTaken`."""
    own = _taken(pk, by)
    face = [Field("face", Outcome.UNKNOWN, reason)]
    return actions.fix(confirmation=own, fields=face, reason=reason, by=by.actor, at=at)


def needed(own: Confirmation) -> tuple[str, ...]:
    """Return what must be compared: pictures say no digits."""
    if own.details.get("way") == "photo":
        return tuple(name for name in SEEN if name != "digits")
    return SEEN


def shown_file(*, pk: int, by: User) -> tuple[Recording | None, dict[str, Document]]:
    """Return the recording and pictures of a video that waits. Raises `NotWaiting`."""
    own = _waiting(by).filter(pk=pk).first()
    if own is None:
        raise NotWaiting
    return video.shown(own)


def _waiting(by: User) -> ConfirmationQuery:
    mine = Q(method=video.METHOD.code, state=State.WAITING)
    return Confirmation.objects.visible_to(by).filter(mine)


def _locked(pk: int, by: User) -> Confirmation:
    """Lock in the order of the house: the person, then the try."""
    owner = _waiting(by).filter(pk=pk).values_list("user", flat=True).first()
    if owner is None or not by.is_staff_member:
        raise NotWaiting
    User.objects.select_for_update().get(pk=owner)
    rows = _waiting(by).select_for_update(of=("self",)).select_related("user")
    own: Confirmation | None = rows.filter(pk=pk).first()
    if own is None:
        raise NotWaiting
    return own


def _taken(pk: int, by: User) -> Confirmation:
    own = _locked(pk, by)
    if own.assignee_id != by.pk:
        raise Held if own.assignee_id else NotTaken
    return own


def _mine_decided(pk: int, by: User, state: str) -> Confirmation | None:
    """A second click of the same operator finds the decision made."""
    rows = Confirmation.objects.visible_to(by).filter(pk=pk, state=state, decided_by=by.key)
    return rows.filter(method=video.METHOD.code).first()


def _is_stale(own: Confirmation, at: datetime) -> bool:
    taken_at = own.details.get("taken_at")
    return not taken_at or at - datetime.fromisoformat(taken_at) > HELD
