"""Keeping a poor scan as it is: the person has read what is wrong, a specialist will look."""

from datetime import datetime

from django.db import transaction

from oms.domain.accounts.models import User
from oms.domain.documents.models import Document
from oms.domain.journal.actions import record


@transaction.atomic
def keep_as_is(*, document: Document, by: User, at: datetime) -> Document:
    """Note at each problem that the person leaves it so; a second press changes nothing."""
    one = (
        Document.objects.select_for_update(of=("self",))
        .select_related("file", "user")
        .get(pk=document.pk)
    )
    told = [problem["code"] for problem in one.problems if not problem.get("kept")]
    if not told:
        return one
    one.problems = [{**problem, "kept": True} for problem in one.problems]
    one.save(update_fields=["problems"])
    record(
        act="document.keep_as_is",
        subject=one.key,
        by=by.actor,
        at=at,
        person=one.user.key,
        details={"problems": told},
    )
    return one
