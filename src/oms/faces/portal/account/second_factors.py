"""Pages of second factors: the app, SMS, recovery codes, the offer at the first sign-in."""

import base64

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oms.domain.accounts import access, actions, factors, passkeys
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.adapter import FactorAdapter
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.models import User
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.codes import again, announce, code_words
from oms.faces.portal.account.forms import SetUpForm, SmsCodeForm, wait_words
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.sign_in import confirm_required
from oms.faces.portal.account.steps import LOCKED
from oms.law import phone

_SECRET = "factor_secret"  # noqa: S105  the name under which a fresh secret waits in the session
_SMS_KEY = "factor_sms_code"
_AFTERWARDS = "afterwards"


@never_cache
@sign_in_required
@require_GET
def offer(request: HttpRequest) -> HttpResponse:
    """After the first sign-in: the three ways, what each needs, and «Позже»."""
    user = _me(request)
    request.session[_AFTERWARDS] = browser.next_page(request) or "/"
    context = {
        "title": "Защитите вход",
        "afterwards": request.session[_AFTERWARDS],
        "passkeys": passkeys.available(),
        "sms": factors.has_phone(user=user) and not user.is_staff_member,
    }
    return account_page(request, "portal/account/offer.html", context)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def set_up_app(request: HttpRequest) -> HttpResponse:
    """Pair an authenticator app: a QR code, the secret to type, the first code."""
    user = _me(request)
    ways = factors.ways(user=user)
    if ways and not access.second_step_taken(request):
        return redirect(f"{reverse('account_reauthenticate')}?next={request.path}")
    secret = request.session.setdefault(_SECRET, factors.new_secret())
    form = SetUpForm(browser.posted(request))
    if request.method == "POST" and form.is_valid() and _paired(request, form, user, secret):
        letters.factor_changed(user, "вход защищён новым приложением с кодами", at=timezone.now())
        messages.success(request, "Приложение с кодами подключено")
        return redirect("account_security" if ways else "account_recovery_codes")
    adapter = FactorAdapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    context = {
        "title": "Приложение с кодами",
        "form": form,
        "qr": "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode(),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "obligatory": user.is_staff_member and not set(ways) & set(factors.STRONG),
        "had": Kind.APP in ways,
        "passkeys": passkeys.available(),
    }
    return account_page(request, "portal/account/factor.html", context)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def set_up_sms(request: HttpRequest) -> HttpResponse:
    """Let codes come by SMS to the confirmed phone."""
    user = _me(request)
    had = factors.has_factor(user=user)
    form = SmsCodeForm(browser.posted(request))
    if request.method == "POST" and form.is_valid() and _sms_came(request, form, user):
        messages.success(request, "Коды для входа будут приходить по СМС")
        return redirect("account_security" if had else "account_recovery_codes")
    context = {
        "title": "Коды по СМС",
        "form": form,
        "sent": _SMS_KEY in request.session,
        "phone": phone.display(user.phone) if user.phone and factors.has_phone(user=user) else "",
        "staff": user.is_staff_member,
        **again(request, reverse("account_sms_send")),
    }
    return account_page(request, "portal/account/factor_sms.html", context)


@confirm_required
@require_POST
def send_sms(request: HttpRequest) -> HttpResponse:
    """Send the code that proves the phone is at hand."""
    user, at = _me(request), timezone.now()
    issued = factors.send_sms(user=user, origin=browser.origin(request), at=at)
    if announce(request, issued):
        request.session[_SMS_KEY] = issued.key
        letters.second_step_code(user, issued.code, at=at)
    return redirect("account_sms")


@confirm_required
@require_http_methods(["GET", "POST"])
def switch_off_app(request: HttpRequest) -> HttpResponse:
    """Switch the app off; staff keep their last factor."""
    return _off(
        request, Kind.APP, "Отключить приложение с кодами?", "отключено приложение с кодами"
    )


@confirm_required
@require_http_methods(["GET", "POST"])
def switch_off_sms(request: HttpRequest) -> HttpResponse:
    """No codes by SMS any more."""
    return _off(request, Kind.SMS, "Отключить коды по СМС?", "отключены коды по СМС")


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
    context = {
        "title": "Запасные коды",
        "codes": factors.recovery_codes(user=user),
        "afterwards": request.session.get(_AFTERWARDS, "/"),
    }
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


def _off(request: HttpRequest, kind: Kind, title: str, words: str) -> HttpResponse:
    user = _me(request)
    if request.method == "POST":
        at = timezone.now()
        if factors.switch_off(user=user, kind=kind, at=at):
            letters.factor_changed(user, f"в кабинете {words}", at=at)
        messages.success(request, f"Готово: {words}")
        return redirect("account_security")
    others = [way for way in factors.ways(user=user) if way not in (kind, Kind.CODES)]
    text = (
        "Останется другой способ подтвердить вход."
        if others
        else "Для входа будет достаточно пароля. Запасные коды перестанут действовать."
    )
    context = {"title": title, "text": text, "button": "Отключить"}
    return account_page(request, "portal/account/factor_off.html", context)


def _paired(request: HttpRequest, form: SetUpForm, user: User, secret: str) -> bool:
    at = timezone.now()
    try:
        factor = factors.set_up(user=user, secret=secret, code=form.cleaned_data["code"], at=at)
    except factors.TooManyTries as no:
        form.add_error("code", LOCKED.format(wait_words(no.until - at)))
        return False
    if factor is None:
        form.add_error("code", "Неверный код. Проверьте время на телефоне и введите новый")
        return False
    request.session.pop(_SECRET, None)
    actions.end_visits(user=user, keep=request.session.session_key or "")
    record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)
    return True


def _sms_came(request: HttpRequest, form: SmsCodeForm, user: User) -> bool:
    at = timezone.now()
    key, typed = request.session.get(_SMS_KEY, ""), form.cleaned_data["code"]
    try:
        checked = factors.set_up_sms(user=user, code_key=key, typed=typed, at=at)
    except factors.TooManyTries as no:
        form.add_error("code", LOCKED.format(wait_words(no.until - at)))
        return False
    if checked.outcome is not Outcome.RIGHT:
        form.add_error("code", code_words(checked))
        return False
    request.session.pop(_SMS_KEY, None)
    actions.end_visits(user=user, keep=request.session.session_key or "")
    record_authentication(request, user, "mfa", type=Kind.SMS.value)
    letters.factor_changed(user, "вход защищён кодами по СМС", at=at)
    return True


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
