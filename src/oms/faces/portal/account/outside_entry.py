"""Letting in who comes from an outside provider, and linking: what several pages do."""

from contextlib import suppress

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from oms.domain.accounts import claims, outside
from oms.domain.accounts.models import OutsideAccount, User
from oms.domain.identity import vouching
from oms.faces.portal.account import letters
from oms.faces.portal.account import outside_session as walks
from oms.faces.portal.account.outside_offers import title_of
from oms.faces.portal.account.sign_in import enter
from oms.gateways.openid import Vouched
from oms.kit.denied import Denied

MULTI_FACTOR = "multi_factor"


class SecondStep(AuthenticateStage):  # type: ignore[misc]  # allauth has no types
    """Asks for the second factor, but of a citizen whom the provider asked for two already."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is not None and not user.is_staff_member:
            records = get_authentication_records(request, user)
            if records and records[-1].get(MULTI_FACTOR):
                return False
        asked: bool = super()._should_handle(request)
        return asked


def let_in(
    request: HttpRequest,
    *,
    account: OutsideAccount,
    vouched: Vouched,
    wanted: str,
    signup: bool = False,
) -> HttpResponse:
    """Sign in by a linked account; a second factor of ours is asked for as after a password."""
    user, at = account.user, timezone.now()
    proof = {MULTI_FACTOR: True} if vouched.is_multi_factor else {}
    response = enter(request, user, signup=signup, by=account.provider, wanted=wanted, **proof)
    if request.user.is_authenticated:
        person = claims.read(vouched)
        outside.note_use(account=account, at=at)
        outside.learn(user=user, person=person, at=at)
        _raise_level(request, user, person)
    return response


def link(request: HttpRequest, user: User, vouched: Vouched) -> OutsideAccount:
    """Link, say so to the owner everywhere. Raises what `outside.link` does."""
    at, person = timezone.now(), claims.read(vouched)
    account = outside.link(user=user, person=person, at=at)
    title = title_of(vouched.provider)
    letters.factor_changed(user, f"в кабинет можно войти через внешнюю запись: {title}", at=at)
    messages.success(request, f"Теперь можно входить через {title}")
    _raise_level(request, user, person)
    return account


def opened(request: HttpRequest, user: User, *, registration_key: str) -> HttpResponse | None:
    """Link and let in who has just opened a cabinet on the way from a provider, else nothing."""
    at = timezone.now()
    found = walks.arrived(request, at=at, registration=registration_key)
    if found is None:
        return None
    vouched, wanted = found
    try:
        account = outside.link(user=user, person=claims.read(vouched), at=at)
    except Denied as no:
        messages.error(request, no.text)
        return None
    walks.forget_arrived(request)
    return let_in(request, account=account, vouched=vouched, wanted=wanted, signup=True)


def _raise_level(request: HttpRequest, user: User, person: claims.Person) -> None:
    with suppress(Denied):  # signing in goes on; the menu of methods says what is missing
        if vouching.confirm_by_sign_in(user=user, person=person, at=timezone.now()):
            messages.success(request, "Личность подтверждена")
