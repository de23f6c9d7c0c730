"""To an outside provider and back (ACC-14): the way out, the way in, and what is linked."""

from collections.abc import Callable
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from oms.domain.accounts import outside
from oms.domain.accounts.models import User
from oms.faces.portal.account import browser, letters, outside_entry
from oms.faces.portal.account import outside_session as walks
from oms.faces.portal.account.outside_session import Walk
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.sign_in import confirm_required
from oms.faces.portal.identity import providers as identity
from oms.gateways import openid
from oms.gateways.errors import GatewayError, Temporary
from oms.gateways.openid import Vouched
from oms.gateways.openid_providers import Provider, find
from oms.kit.denied import Denied

log = structlog.get_logger(__name__)
Handler = Callable[[HttpRequest, Provider, Vouched, Walk], HttpResponse]


@never_cache
@require_GET
def start(request: HttpRequest, code: str, purpose: str) -> HttpResponse:
    """Send the person to the provider; who came by a foreign link is asked first."""
    provider = _provider(code, purpose)
    if purpose != walks.SIGN_IN and not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    if purpose == walks.SIGN_IN and request.user.is_authenticated:
        return redirect(browser.next_page(request) or "/")
    if not walks.has_ticket(request, provider=code, purpose=purpose):
        return _ask(request, provider, purpose)
    go = confirm_required(_go) if purpose == walks.LINK else _go
    return go(request, provider, purpose)


@never_cache
@require_GET
def back(request: HttpRequest, code: str) -> HttpResponse:
    """Take in who comes back; whatever goes wrong leads on in words, to where it began."""
    provider = find(code=code)
    if provider is None:
        raise Http404
    at = timezone.now()
    walk = walks.take(request, state=request.GET.get("state", ""), provider=code, at=at)
    if walk is None:
        messages.warning(
            request, "Вход начат в другом браузере или дольше 10 минут назад. Начните ещё раз"
        )
        return redirect("account_security" if request.user.is_authenticated else "account_login")
    try:
        vouched = openid.finish(
            provider=provider,
            answer=request.GET.dict(),
            nonce=walk.nonce,
            verifier=walk.verifier,
            redirect_uri=_redirect_uri(code),
            at=at,
            fresh_since=walk.began_at if walk.purpose == walks.CONFIRM else None,
        )
        return _HANDLERS[walk.purpose](request, provider, vouched, walk)
    except Denied as no:
        messages.error(request, no.text)
    except GatewayError as error:
        messages.warning(request, _words(provider, error))
        log.warning("openid", provider=code, reason=str(error))
    return redirect(_where_from(walk))


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def unlink(request: HttpRequest, code: str) -> HttpResponse:
    """Stop letting in by a provider, after a question."""
    user, provider = _me(request), find(code=code)
    title = provider.title if provider else code
    if request.method == "POST":
        at = timezone.now()
        try:
            done = outside.unlink(user=user, provider=code, at=at)
        except outside.LastWayIn as no:
            messages.error(request, no.text)
            return redirect("account_security")
        if done:
            letters.factor_changed(user, f"вход через внешнюю запись отключён: {title}", at=at)
            messages.success(request, f"Больше не входите через {title}")
        return redirect("account_security")
    context = {
        "title": f"Отключить вход через {title}?",
        "provider_title": title,
        "has_other_way": outside.has_other_way_in(user=user, but=code),
    }
    return account_page(request, "portal/account/outside_unlink.html", context)


def _provider(code: str, purpose: str) -> Provider:
    provider = find(code=code)
    wanted = "bank" if purpose == walks.BANK else "sign-in"
    if provider is None or purpose not in walks.PURPOSES or wanted not in provider.purposes:
        raise Http404
    return provider


def _ask(request: HttpRequest, provider: Provider, purpose: str) -> HttpResponse:
    wanted = browser.next_page(request)
    url = walks.start_url(request, provider=provider.code, purpose=purpose, wanted=wanted)
    context = {"title": f"Перейти: {provider.title}", "provider": provider, "url": url}
    return render(request, "portal/account/outside_start.html", context)


def _go(request: HttpRequest, provider: Provider, purpose: str) -> HttpResponse:
    at, wanted = timezone.now(), browser.next_page(request)
    if not outside.may_start(origin=browser.origin(request), at=at):
        messages.warning(request, "Слишком много попыток. Попробуйте через час")
        return redirect(_home(purpose, wanted))
    try:
        started = openid.start(
            provider=provider,
            redirect_uri=_redirect_uri(provider.code),
            anew=purpose == walks.CONFIRM,
        )
    except GatewayError as error:
        messages.warning(request, _words(provider, error))
        log.warning("openid", provider=provider.code, reason=str(error))
        return redirect(_home(purpose, wanted))
    walks.keep(request, started=started, provider=provider, purpose=purpose, wanted=wanted, at=at)
    return redirect(started.url)


def _signs_in(
    request: HttpRequest, provider: Provider, vouched: Vouched, walk: Walk
) -> HttpResponse:
    at = timezone.now()
    account = outside.find(provider=provider.code, subject=vouched.subject)
    if account is None:
        walks.keep_arrived(request, vouched=vouched, wanted=walk.next, at=at)
        return redirect("account_outside_first")
    return outside_entry.let_in(request, account=account, vouched=vouched, wanted=walk.next)


def _links(request: HttpRequest, provider: Provider, vouched: Vouched, walk: Walk) -> HttpResponse:
    outside_entry.link(request, _me(request), vouched)
    return redirect("account_security")


def _confirms(
    request: HttpRequest, provider: Provider, vouched: Vouched, walk: Walk
) -> HttpResponse:
    """Once more: the same person at the provider, who has just proven it there."""
    user = _me(request)
    account = outside.find(provider=provider.code, subject=vouched.subject)
    if account is None or account.user_id != user.pk:
        messages.error(request, "Это не та учётная запись, что привязана к кабинету")
        return redirect(_where_from(walk))
    browser.proven_again(request, user, provider.code)
    return redirect(walk.next or "account_security")


_HANDLERS: dict[str, Handler] = {
    walks.SIGN_IN: _signs_in,
    walks.LINK: _links,
    walks.CONFIRM: _confirms,
    walks.BANK: identity.bank_answered,
    walks.IDENTITY: identity.outside_answered,
}


def _where_from(walk: Walk) -> str:
    return _home(walk.purpose, walk.next)


def _home(purpose: str, wanted: str) -> str:
    """The page where other ways are offered."""
    names = {
        walks.SIGN_IN: "account_login", walks.CONFIRM: "account_reauthenticate",
        walks.LINK: "account_security", walks.BANK: "identity_bank",
        walks.IDENTITY: "identity_outside",
    }  # fmt: skip
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return reverse(names[purpose]) + query


def _words(provider: Provider, error: GatewayError) -> str:
    if isinstance(error, openid.Cancelled):
        return "Вы отменили вход. Можно начать ещё раз или выбрать другой способ"
    if isinstance(error, Temporary):
        return f"Вход через {provider.title} сейчас не отвечает. Выберите другой способ"
    return f"Вход через {provider.title} не удался: ответ не подошёл. Начните ещё раз"


def _redirect_uri(code: str) -> str:
    return f"{settings.BASE_URL}{reverse('account_outside_back', args=[code])}"


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
