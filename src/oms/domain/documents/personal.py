"""What the documents keep about a person, and how it goes."""

from datetime import datetime
from functools import partial

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import File, Keeper, Portion, rows
from oms.domain.documents import actions, queries
from oms.domain.documents.models import Document

_ROW = (
    "kind", "name", "title", "about", "state", "state_reason", "scan", "problems",
    "recognition", "received_at",
)  # fmt: skip


def _collect(user: User) -> Portion:
    found = queries.mine(user=user)
    files = [
        File(f"{number}-{one.title}", partial(queries.content, one))
        for number, one in enumerate(found, start=1)
        if one.is_open_to_look
    ]
    return Portion(rows(found, *_ROW), files)


def _erase(user: User, at: datetime) -> None:
    """Delete what was not accepted; an accepted document belongs to a decision."""
    for one in queries.mine(user=user):
        if one.state != Document.State.ACCEPTED:
            actions.remove(document=one, by=user, at=at)


KEEPERS = (
    Keeper(
        code="documents",
        title="Загруженные документы",
        basis="По вашему согласию",
        order=30,
        count=lambda user: Document.objects.filter(user=user).exclude(state="removed").count(),
        collect=_collect,
        erase=_erase,
        kept_because="Принятые по заявлениям храним вместе с решением, остальные удалим",
    ),
)
