"""Telling of works and outages, and of their end."""

import re
from datetime import datetime

from django.db import transaction

from oms.domain.journal.actions import Actor, record
from oms.domain.works.models import PlannedWork
from oms.kit.denied import Denied

_AUDIENCE = re.compile(r"(insurer:\d{5}|region:\d{2})?")


class WrongTimes(Denied):
    """The end does not come after the beginning."""

    text = "Окончание: укажите время позже начала или оставьте поле пустым."


class WrongAudience(Denied):
    """Neither an insurer nor a region."""

    text = "Кого касается: выберите всех, страховую организацию или регион."


@transaction.atomic
def add(
    *,
    kind: str,
    part: str,
    title: str,
    begins_at: datetime,
    ends_at: datetime | None,
    by: Actor,
    at: datetime,
    text: str = "",
    audience: str = "",
) -> PlannedWork:
    """Tell of a work or an outage; told twice alike, it is one.

    Raises `WrongTimes`, `WrongAudience`.
    """
    if ends_at is not None and ends_at <= begins_at:
        raise WrongTimes
    if not _AUDIENCE.fullmatch(audience):
        raise WrongAudience
    told = {
        "kind": kind, "part": part, "title": title.strip(), "text": text.strip(),
        "audience": audience, "begins_at": begins_at, "ends_at": ends_at,
    }  # fmt: skip
    known = PlannedWork.objects.filter(**told, ended_at=None).first()
    if known:
        return known
    work = PlannedWork.objects.create(**told, added_by=by.key, added_at=at)
    record(act="work.add", subject=work.key, by=by, at=at, details=told)
    return work


@transaction.atomic
def end(*, work: PlannedWork, by: Actor, at: datetime) -> PlannedWork:
    """Say that it is over, or will not be; over already, nothing changes."""
    own = PlannedWork.objects.select_for_update().get(pk=work.pk)
    if own.ended_at is None:
        own.ended_at = at
        own.save(update_fields=["ended_at"])
        record(act="work.end", subject=own.key, by=by, at=at)
    return own
