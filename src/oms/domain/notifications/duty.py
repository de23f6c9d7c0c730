"""What those on duty are told: of the journal's anchors, of licences that end."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from oms.domain.accounts.models import Role, User
from oms.domain.directory import watching
from oms.domain.directory.watching import Watched
from oms.domain.notifications.actions import send_now, tell
from oms.domain.notifications.models import Message
from oms.law import dates
from oms.law.plural import counted


def anchored(*, name: str, digest: str, entries: int, strayed: int, at: datetime) -> int:
    """Mail the digest of an anchor to every administrator, once; return to how many.

    It is worth as much as it is kept elsewhere: a letter box is elsewhere. `strayed` counts the
    chains that no longer hold what the anchor before saw.
    """
    title = "Журнал изменён в обход портала" if strayed else "Якорь журнала"
    count = counted(entries, "запись", "записи", "записей")
    text = f"Якорь {name}: {count}. Контрольная сумма:\n{digest}\n\n"
    if strayed:
        chains = counted(strayed, "цепочка", "цепочки", "цепочек")
        text += (
            f"Не сходится с прежним якорем: {chains}. Сохраните копию базы и выполните проверку."
        )
    else:
        text += "Сохраните это письмо. По сумме проверяют, что журнал не меняли."
    text += "\n\n./oms journal verify"
    people = administrators()
    for user in people:
        send_now(
            channel="email", address=user.email or "", title=title, text=text, secret=False,
            key=f"anchor:{name}:{digest[:16]}:{user.pk}", user=user, at=at,
        )  # fmt: skip
    return len(people)


def watch_licences(*, at: datetime) -> int:
    """Tell the fund's operators and administrators of papers 60, 30 and 7 days before, and after.

    Once each: the key of the message names paper, last day and step. Whoever is told of a step
    late is told of that one only. Return how many messages were new.
    """
    due = list(watching.due(on=timezone.localdate(at), region=settings.REGION))
    people = list(_on_duty())
    keys = {_key(one, user): (one, user) for one in due for user in people}
    known = set(_known(keys))
    for key, (one, user) in keys.items():
        if key not in known:
            _tell_of(one, user, key, at)
    return len(keys) - len(known)


def _tell_of(one: Watched, user: User, key: str, at: datetime) -> None:
    house, _, code = one.key.partition(":")
    ended = one.left < 0
    tell(
        user=user,
        kind="licence-ended" if ended else "licence-ending",
        context={
            "paper": one.paper,
            "organization": one.name,
            "until": dates.short(one.until),
            **({} if ended else {"left": watching.days(one.left)}),
        },
        key=key,
        subject=one.key,
        link=f"/{house}s/{code}/",
        at=at,
    )


def _key(one: Watched, user: User) -> str:
    paper = "licence" if one.paper == "Лицензия" else "accreditation"
    return f"{paper}:{one.key}:{one.until:%Y%m%d}:{watching.step(one.left)}:{user.pk}"


def _known(keys: Iterable[str]) -> Iterator[str]:
    """Which of these messages were told; a query a thousand."""
    asked = list(keys)
    for start in range(0, len(asked), 1000):
        found = Message.objects.filter(key__in=asked[start : start + 1000])
        yield from found.values_list("key", flat=True)


def _on_duty() -> Iterator[User]:
    own = Q(role=Role.FUND, organization=f"fund:{settings.REGION}")
    yield from User.objects.filter(own | Q(role=Role.ADMINISTRATOR), is_active=True).order_by("pk")


def administrators() -> list[User]:
    """Return administrators whose e-mail is known to be theirs; 1 query."""
    rows = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    return list(rows.exclude(email=None).exclude(email_confirmed_at=None).order_by("pk"))
