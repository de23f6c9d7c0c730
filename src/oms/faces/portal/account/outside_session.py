"""What a browser's session keeps of a walk to an outside provider and back.

A walk begins by a link, not by a form: browsers hold `form-action` of the content security policy
against the redirects that follow a form, and providers redirect where they like. So that no
foreign page can send somebody off, the link carries a ticket made from this browser's CSRF secret.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from oms.gateways.openid import Started, Vouched
from oms.gateways.openid_providers import Provider

SIGN_IN, LINK, CONFIRM, BANK, IDENTITY = "sign-in", "link", "confirm", "bank", "identity"
PURPOSES = frozenset({SIGN_IN, LINK, CONFIRM, BANK, IDENTITY})
LIFE = timedelta(minutes=10)
ARRIVED_LIFE = timedelta(minutes=30)
AT_ONCE = 5
_WALKS, _ARRIVED = "outside_walks", "outside_arrived"


@dataclass(frozen=True)
class Walk:
    """One walk under way: to whom, what for, by whom, and the secrets that end it."""

    provider: str
    purpose: str
    nonce: str
    verifier: str
    next: str
    user: int
    began: str

    @property
    def began_at(self) -> datetime:
        """When."""
        return datetime.fromisoformat(self.began)


def start_url(request: HttpRequest, *, provider: str, purpose: str, wanted: str = "") -> str:
    """Return the address that begins a walk from a page of ours, in this browser."""
    address = reverse("account_outside", args=[provider, purpose])
    query = {"ticket": _ticket(request, provider, purpose)} | ({"next": wanted} if wanted else {})
    return f"{address}?{urlencode(query)}"


def has_ticket(request: HttpRequest, *, provider: str, purpose: str) -> bool:
    """Tell whether a request came from a link of ours."""
    told = request.GET.get("ticket", "")
    return constant_time_compare(told, _ticket(request, provider, purpose))


def keep(
    request: HttpRequest,
    *,
    started: Started,
    provider: Provider,
    purpose: str,
    wanted: str,
    at: datetime,
) -> None:
    """Keep a walk until its end; of many, the last five."""
    walks = dict(list(_walks(request).items())[1 - AT_ONCE :])
    walk = Walk(
        provider=provider.code,
        purpose=purpose,
        nonce=started.nonce,
        verifier=started.verifier,
        next=wanted,
        user=_whose(request),
        began=at.isoformat(),
    )
    request.session[_WALKS] = walks | {started.state: asdict(walk)}


def take(request: HttpRequest, *, state: str, provider: str, at: datetime) -> Walk | None:
    """Return the walk that ends with this `state`, once; None for another's, or one too old."""
    walks = dict(_walks(request))
    found = walks.pop(state, None)
    if found is None:
        return None
    request.session[_WALKS] = walks
    walk = Walk(**found)
    fits = walk.provider == provider and walk.user == _whose(request)
    return walk if fits and at - walk.began_at <= LIFE else None


def keep_arrived(request: HttpRequest, *, vouched: Vouched, wanted: str, at: datetime) -> None:
    """Keep who came for the first time, while they choose between link and new."""
    kept = {"vouched": asdict(vouched), "next": wanted, "at": at.isoformat()}
    request.session[_ARRIVED] = kept


def note_registration(request: HttpRequest, *, key: str) -> None:
    """Tie a registration to who came, so that no other one in this browser is linked."""
    request.session[_ARRIVED] = {**request.session[_ARRIVED], "registration": key}


def arrived(
    request: HttpRequest, *, at: datetime, registration: str | None = None
) -> tuple[Vouched, str] | None:
    """Return who came for the first time and where they wanted to go, within half an hour.

    `registration`: only if it is the one begun for them.
    """
    kept = request.session.get(_ARRIVED)
    if not kept or at - datetime.fromisoformat(kept["at"]) > ARRIVED_LIFE:
        return None
    if registration is not None and kept.get("registration") != registration:
        return None
    return Vouched(**kept["vouched"]), kept["next"]


def forget_arrived(request: HttpRequest) -> None:
    """The choice is made."""
    request.session.pop(_ARRIVED, None)


def _walks(request: HttpRequest) -> Mapping[str, dict[str, Any]]:
    found = request.session.get(_WALKS)
    return found if isinstance(found, dict) else {}


def _whose(request: HttpRequest) -> int:
    return request.user.pk or 0


def _ticket(request: HttpRequest, provider: str, purpose: str) -> str:
    get_token(request)  # makes the browser's secret where there is none yet
    told = f"{provider}:{purpose}:{request.META['CSRF_COOKIE']}"
    return salted_hmac("portal.outside", told, algorithm="sha256").hexdigest()[:40]
