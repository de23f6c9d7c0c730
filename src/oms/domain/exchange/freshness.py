"""Outside sources of the register: when each last answered, and whether that is too long ago.

How long what may be kept is said in one place, `kit.freshness`.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Insurer
from oms.domain.exchange.models import Feed
from oms.gateways.ferzl import CODE as FERZL
from oms.gateways.registers.asking import TITLES
from oms.kit.freshness import is_stale


@dataclass(frozen=True)
class Freshness:
    """How a source stands. `succeeded_at` is None when it never answered."""

    code: str
    title: str
    succeeded_at: datetime | None
    tried_at: datetime | None
    error: str
    is_stale: bool

    @property
    def is_unknown(self) -> bool:
        """Whether it was never asked."""
        return self.tried_at is None

    @property
    def is_troubled(self) -> bool:
        """Whether somebody should look: it failed last, or is silent for too long."""
        return bool(self.error) or self.is_stale


def succeeded(*, code: str, at: datetime) -> None:
    """Keep that the source answered."""
    _put(code, at, succeeded_at=at, error="")


def failed(*, code: str, error: str, at: datetime) -> None:
    """Keep that the source did not, and why, without personal data."""
    _put(code, at, error=error[:200])


def code_of(register: str) -> str:
    """Return the code of the feed of a register of `asking.TITLES`."""
    return register if register == FERZL else f"register:{register}"


def sources(*, user: User, at: datetime) -> list[Freshness]:
    """Return the sources of a member of staff: the fund's all, an insurer's own. Two queries."""
    insurers = Insurer.objects.order_by("short_name")
    if user.role == Role.FUND:
        insurers = insurers.filter(region_id=user.organization_code, excluded_on=None)
    else:
        insurers = insurers.filter(pk=user.organization_code)
    titles = {one.key: f"Файлы: {one.short_name}" for one in insurers}
    titles[code_of(FERZL)] = TITLES[FERZL]
    if user.role == Role.FUND:
        titles |= {code_of(register): title for register, title in TITLES.items()}
    funds = {f"fund:{one.region_id}": "Файлы фонда" for one in insurers}
    feeds = Feed.objects.in_bulk([*titles, *funds])
    titles |= {code: title for code, title in funds.items() if code in feeds}  # if it sends any
    return [_freshness(code, title, feeds.get(code), at) for code, title in titles.items()]


def _freshness(code: str, title: str, feed: Feed | None, at: datetime) -> Freshness:
    last = feed.succeeded_at if feed else None
    kind = code.partition(":")[0]
    return Freshness(
        code=code,
        title=title,
        succeeded_at=last,
        tried_at=feed.tried_at if feed else None,
        error=feed.error if feed else "",
        is_stale=last is not None and is_stale(last, kind=kind, at=at),
    )


def _put(code: str, at: datetime, **values: object) -> None:
    """Write the row; a later moment already there stays."""
    with transaction.atomic():
        feed, is_new = Feed.objects.select_for_update().get_or_create(
            code=code, defaults={"tried_at": at, **values}
        )
        if not is_new and (feed.tried_at is None or feed.tried_at <= at):
            feed.tried_at = at
            for name, value in values.items():
                setattr(feed, name, value)
            feed.save()
