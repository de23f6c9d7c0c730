"""Limits for what anybody may ask without signing in: counted per network address."""

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest, HttpResponse

from oms.domain.accounts import limits
from oms.domain.accounts.identifiers import fingerprint
from oms.faces.portal.account.browser import origin
from oms.law.plural import plural
from oms.law.typed import NBSP

WINDOW = timedelta(minutes=10)


def limit(scope: str, *, tries: int) -> limits.Limit:
    """Allow so many tries, then ask to wait ten minutes; ten quiet minutes forget them."""
    return limits.Limit(scope=scope, quiet=WINDOW, wait=_wait(tries))


def charge(request: HttpRequest, which: limits.Limit, *, at: datetime) -> datetime | None:
    """Count a try before anything is looked up; return until when to wait, if so."""
    return limits.take(limit=which, key=fingerprint(network(origin(request))), at=at)


def many(request: HttpRequest, which: limits.Limit, *, after: int, at: datetime) -> bool:
    """Tell whether so much was tried from there that the next must prove a person (`puzzle`)."""
    counters = [(which, fingerprint(network(origin(request))))]
    return limits.is_suspicious(counters=counters, after=after, at=at)


def network(source: str) -> str:
    """Return whom to count: an address, or the /64 of an IPv6 subscriber.

    >>> network("203.0.113.7"), network("2001:db8::1:2")
    ('203.0.113.7', '2001:db8::/64')
    """
    try:
        found = ip_address(source)
    except ValueError:
        return source
    if isinstance(found, IPv6Address):
        return str(ip_network(f"{found}/64", strict=False))
    return source


def words(until: datetime, *, at: datetime) -> str:
    """Say how long to wait and why, in whole minutes rounded up."""
    count = max(1, -(-int((until - at).total_seconds()) // 60))
    left = f"{count}{NBSP}{plural(count, 'минуту', 'минуты', 'минут')}"
    return (
        f"С вашего адреса в сети проверяли много раз. Подождите {left} и повторите. "
        "Так мы защищаем людей от подбора номеров."
    )


def told(response: HttpResponse, until: datetime, *, at: datetime) -> HttpResponse:
    """Add the wait for programs."""
    response.headers["Retry-After"] = str(max(1, int((until - at).total_seconds())))
    return response


def _wait(tries: int) -> Callable[[int], timedelta]:
    return lambda count: WINDOW if count >= tries else timedelta(0)
