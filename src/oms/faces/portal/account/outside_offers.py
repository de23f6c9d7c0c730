"""Buttons of outside providers: what a page may offer, what is linked already."""

from dataclasses import dataclass

from django.http import HttpRequest

from oms.domain.accounts import outside
from oms.domain.accounts.models import OutsideAccount, User
from oms.faces.portal.account import outside_session as walks
from oms.gateways import openid
from oms.gateways.openid_providers import Provider, find, providers


@dataclass(frozen=True)
class Offer:
    """A button of a provider: its title, where it leads, whether it answers now."""

    title: str
    url: str
    is_down: bool


@dataclass(frozen=True)
class Line:
    """A provider on «Безопасность»: linked since when, or the link to link it."""

    provider: Provider
    account: OutsideAccount | None
    url: str


def offers(
    request: HttpRequest, *, purpose: str, wanted: str = "", of: User | None = None
) -> list[Offer]:
    """Return the providers a page may offer; `of`: only those that open this cabinet."""
    known = providers(purpose="bank" if purpose == walks.BANK else "sign-in")
    if of is not None and known:
        codes = {account.provider for account in outside.linked(user=of)}
        known = [one for one in known if one.code in codes]
    silent = openid.down(codes=[one.code for one in known])
    return [
        Offer(
            " ".join(filter(None, (one.title, f"({one.note})" if one.note else ""))),
            walks.start_url(request, provider=one.code, purpose=purpose, wanted=wanted),
            one.code in silent,
        )
        for one in known
    ]


def lines(request: HttpRequest, user: User) -> list[Line]:
    """Return the providers with what is linked of them, for «Безопасность»."""
    known = providers(purpose="sign-in")
    linked = {one.provider: one for one in outside.linked(user=user)} if known else {}
    return [
        Line(
            one,
            linked.get(one.code),
            walks.start_url(request, provider=one.code, purpose=walks.LINK),
        )
        for one in known
    ]


def title_of(provider: str) -> str:
    """Return the provider's title; its code once it left the settings."""
    found = find(code=provider)
    return found.title if found else provider
