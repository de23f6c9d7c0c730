"""«Безопасность»: password, second factor, recovery codes, open sessions."""

import base64

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oms.domain.accounts import access, actions, factors, queries
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.adapter import FactorAdapter
from oms.domain.accounts.models import User
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.forms import ChangePasswordForm, SetUpForm, wait_words
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.sign_in import checked_user, confirm_required
from oms.law.plural import counted

_SECRET = "factor_secret"  # noqa: S105  the name under which a fresh secret waits in the session


@never_cache
@sign_in_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What protects the account."""
    user = _me(request)
    context = {
        "title": "Безопасность",
        "factor": queries.factor(user),
        "recovery_left": len(factors.recovery_codes(user=user)),
        "visits": queries.live_visits(user, at=timezone.now()),
        "this_session": request.session.session_key,
    }
    return account_page(request, "portal/account/security.html", context)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def set_up_factor(request: HttpRequest) -> HttpResponse:
    """Pair an authenticator app: a QR code, the secret to type, the first code."""
    user = _me(request)
    had = factors.has_factor(user=user)
    if had and not access.factor_proven(request):
        return redirect(f"{reverse('account_reauthenticate')}?next={request.path}")
    secret = request.session.setdefault(_SECRET, factors.new_secret())
    form = SetUpForm(browser.posted(request))
    if request.method == "POST" and form.is_valid() and _paired(request, form, user, secret):
        letters.factor_changed(user, "вход защищён новым приложением с кодами", at=timezone.now())
        messages.success(request, "Второй фактор включён")
        return redirect("account_security" if had else "account_recovery_codes")
    adapter = FactorAdapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    context = {
        "title": "Второй фактор",
        "form": form,
        "qr": "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode(),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "obligatory": user.is_staff_member and not had,
        "had": had,
    }
    return account_page(request, "portal/account/factor.html", context)


@confirm_required
@require_http_methods(["GET", "POST"])
def switch_off_factor(request: HttpRequest) -> HttpResponse:
    """Switch the second factor off; staff may not."""
    user = _me(request)
    if request.method == "POST":
        at = timezone.now()
        factors.switch_off(user=user, at=at)
        letters.factor_changed(user, "второй фактор отключён", at=at)
        messages.success(request, "Второй фактор отключён")
        return redirect("account_security")
    context = {"title": "Отключить второй фактор?", "may": not user.is_staff_member}
    return account_page(request, "portal/account/factor_off.html", context)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes, to print or to keep as a file; POST makes new ones."""
    user = _me(request)
    if not factors.has_factor(user=user):
        return redirect("account_factor")
    if request.method == "POST":
        at = timezone.now()
        factors.renew_recovery_codes(user=user, at=at)
        letters.factor_changed(user, "выпущены новые запасные коды, старые не действуют", at=at)
        messages.success(request, "Новые коды готовы, старые больше не действуют")
        return redirect("account_recovery_codes")
    context = {"title": "Запасные коды", "codes": factors.recovery_codes(user=user)}
    return account_page(request, "portal/account/recovery_codes.html", context)


@never_cache
@confirm_required
@require_GET
def recovery_codes_file(request: HttpRequest) -> HttpResponse:
    """The recovery codes as a text file."""
    codes = factors.recovery_codes(user=_me(request))
    lines = ["Кабинет ОМС. Запасные коды: каждый подходит один раз.", "", *codes, ""]
    return HttpResponse(
        "\r\n".join(lines),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="oms-codes.txt"'},
    )


@never_cache
@sensitive_post_parameters("current", "password")
@sign_in_required
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the password; other sessions end."""
    user = _me(request)
    form = ChangePasswordForm(browser.posted(request), user=user)
    name = user.phone or user.email or ""
    if (
        request.method == "POST"
        and form.is_valid()
        and checked_user(request, form, identifier=name, field="current") == user
    ):
        _change(request, user, form.cleaned_data["password"])
        messages.success(request, "Пароль изменён, на других устройствах вы вышли из кабинета")
        return redirect("account_security")
    context = {"title": "Смена пароля", "form": form, "username": name}
    return account_page(request, "portal/account/change_password.html", context)


@sign_in_required
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all other sessions."""
    ended = actions.end_visits(user=_me(request), keep=request.session.session_key or "")
    words = counted(ended, "сеанс", "сеанса", "сеансов")
    messages.success(request, f"Завершили {words}" if ended else "Других сеансов нет")
    return redirect("account_security")


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _paired(request: HttpRequest, form: SetUpForm, user: User, secret: str) -> bool:
    at = timezone.now()
    try:
        factor = factors.set_up(user=user, secret=secret, code=form.cleaned_data["code"], at=at)
    except factors.TooManyTries as no:
        form.add_error(
            "code", f"Слишком много неверных кодов. Подождите {wait_words(no.until - at)}"
        )
        return False
    if factor is None:
        form.add_error("code", "Неверный код. Проверьте время на телефоне и введите новый")
        return False
    request.session.pop(_SECRET, None)
    record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)
    return True


def _change(request: HttpRequest, user: User, password: str) -> None:
    at = timezone.now()
    old = request.session.session_key or ""
    actions.set_password(user=user, password=password, by=user.actor, at=at, keep=old)
    update_session_auth_hash(request, user)
    actions.move_visit(old=old, new=request.session.session_key or "")
    letters.password_changed(user, at=at)
