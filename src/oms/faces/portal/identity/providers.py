"""Confirming who one is by a provider's word: the bank's (IDN-5), or a confirmed account's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from oms.domain.accounts import claims
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Level, User
from oms.domain.identity import queries, vouching
from oms.domain.identity.actions import PAGE
from oms.domain.identity.method import Outcome, fields_of
from oms.domain.identity.methods import bank as bank_method
from oms.domain.identity.methods import outside as outside_method
from oms.domain.identity.models import Confirmation
from oms.faces.portal.account import outside_session as walks
from oms.faces.portal.account.outside_offers import offers
from oms.faces.portal.account.outside_session import Walk
from oms.faces.portal.account.page import account_page
from oms.gateways.openid import Vouched
from oms.gateways.openid_providers import Provider


@never_cache
@sign_in_required
@require_GET
def bank(request: HttpRequest) -> HttpResponse:
    """Choose the bank; after it, what it said field by field."""
    return _page(
        request,
        bank_method.METHOD.code,
        title="Подтвердите личность через банк",
        lead="Банк проверил ваши документы, когда открывал счёт.",
        told="Фамилию, имя, отчество и дату рождения. Они должны совпасть с вашим профилем.",
    )


@never_cache
@sign_in_required
@require_GET
def outside(request: HttpRequest) -> HttpResponse:
    """Choose the provider whose account is confirmed."""
    return _page(
        request,
        outside_method.METHOD.code,
        title="Подтвердите личность учётной записью",
        lead="Если запись там подтверждённая, больше ничего не понадобится.",
        told=(
            "Фамилию, имя, отчество и дату рождения: они должны совпасть с профилем. Ещё СНИЛС, "
            "ИНН и паспорт: ими дополнится профиль."
        ),
    )


def bank_answered(
    request: HttpRequest, provider: Provider, vouched: Vouched, walk: Walk
) -> HttpResponse:
    """Judge the bank's word."""
    return _judge(request, vouched, bank_method.METHOD.code)


def outside_answered(
    request: HttpRequest, provider: Provider, vouched: Vouched, walk: Walk
) -> HttpResponse:
    """Judge the word of a provider that has seen the documents, or say that it has not."""
    if not vouched.is_trusted:
        messages.warning(
            request,
            f"{provider.title}: запись ещё не подтверждена. Подтвердите её там или выберите "
            "другой способ",
        )
        return redirect("identity_outside")
    return _judge(request, vouched, outside_method.METHOD.code)


def _judge(request: HttpRequest, vouched: Vouched, method: str) -> HttpResponse:
    person = claims.read(vouched)
    own = vouching.confirm(user=_me(request), person=person, method=method, at=timezone.now())
    if own.state == Confirmation.State.CONFIRMED:
        messages.success(request, "Личность подтверждена")
        return redirect(PAGE)
    return redirect(f"identity_{method}")


def _page(request: HttpRequest, method: str, **words: str) -> HttpResponse:
    user = _me(request)
    own = queries.mine(user=user, method=method)
    purpose = walks.BANK if method == bank_method.METHOD.code else walks.IDENTITY
    context = {
        **words,
        "offers": offers(request, purpose=purpose),
        "is_done": user.level == Level.CONFIRMED,
        "own": own if own and own.state == Confirmation.State.FIX else None,
        "fields": fields_of(own.fields) if own else [],
        "match": Outcome.MATCH,
        "menu_url": PAGE,
    }
    return account_page(request, "portal/identity/provider.html", context)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
