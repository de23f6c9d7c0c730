"""«Нет доступа ни к чему»: a request to the support, and the way in it may give."""

import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oms.domain.accounts import regain
from oms.domain.accounts.codes import Checked, Outcome
from oms.domain.accounts.contacts import Channel
from oms.domain.accounts.regain import Typed
from oms.domain.directory import queries as directory
from oms.domain.notifications import security as notices
from oms.faces.portal.account import browser, code_letters
from oms.faces.portal.account.codes import again, announce, code_words
from oms.faces.portal.account.forms import MailCodeForm, SmsCodeForm, wait_words
from oms.faces.portal.account.recovery import WHAT, hold
from oms.faces.portal.account.recovery_forms import AccessForm
from oms.law import phone

_TYPED, _CODES, _NUMBER, _OPEN = "access_typed", "access_codes", "access_number", "access_open"
_BROWSER = "access_browser"
_WHAT = "Код для обращения"


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Who one is and where to reach one now."""
    at = timezone.now()
    form = AccessForm(browser.posted(request), on=timezone.localdate(), initial=_kept(request))
    if request.method == "POST" and form.is_valid():
        wait = regain.charge(typed=form.typed, origin=browser.origin(request), at=at)
        if wait is None:
            request.session[_TYPED], request.session[_CODES] = form.typed.as_json(), {}
            return _send(request, "phone")
        words = wait_words(wait - at)
        form.add_error(None, f"Сегодня обращений было много. Попробуйте через {words}")
    context = {"title": "Нет доступа ни к чему", "form": form}
    return render(request, "portal/account/access.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, kind: str) -> HttpResponse:
    """The code of the new phone, then of the new e-mail."""
    kept, channel = _kept(request), _channel(kind)
    if not kept or channel not in request.session.get(_CODES, {}):
        return redirect("account_access")
    form = (SmsCodeForm if channel == "phone" else MailCodeForm)(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        checked = _check(request, channel, form.cleaned_data["code"])
        if checked.outcome is Outcome.RIGHT:
            return _send(request, "email") if channel == "phone" else _ask(request)
        form.add_error("code", code_words(checked))
    context = {
        "title": "Подтвердите новый телефон" if channel == "phone" else "Подтвердите новую почту",
        "sent_to": phone.display(kept["phone"]) if channel == "phone" else kept["email"],
        "by": "СМС" if channel == "phone" else "письмо",
        "form": form,
        "back_url": reverse("account_access"),
        "back_words": "Исправить обращение",
        **again(request, reverse("account_access_again", args=[channel])),
    }
    return render(request, "portal/account/code.html", context)


@require_POST
def send_again(request: HttpRequest, kind: str) -> HttpResponse:
    """Another code to a new contact."""
    channel = _channel(kind)
    if not _kept(request) or channel not in request.session.get(_CODES, {}):
        return redirect("account_access")
    return _send(request, channel)


@never_cache
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """The number, and what happens next."""
    number, due = request.session.get(_NUMBER, ["", ""])
    if not number:
        return redirect("account_access")
    context = {
        "title": "Обращение принято",
        "number": number,
        "due": date.fromisoformat(due),
    }
    return render(request, "portal/account/access_done.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The way in that the support gave: the button sends a code to the new phone."""
    at = timezone.now()
    permit = regain.opened(token=token, at=at)
    is_open = permit is not None and permit.opens_at <= at
    if request.method == "POST" and is_open:
        request.session[_OPEN] = [token, ""]
        return _send_open(request)
    context = {
        "title": "Вернуть доступ" if permit else "Ссылка больше не действует",
        "permit": permit,
        "is_open": is_open,
    }
    status = 200 if permit else 404
    return render(request, "portal/account/access_open.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The code of the new phone; then only the new password is left to give."""
    token, key = request.session.get(_OPEN, ["", ""])
    if not token:
        return redirect("account_access")
    form = SmsCodeForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        with transaction.atomic():
            checked, begun = regain.check_code(
                token=token, code_key=key, typed=form.cleaned_data["code"], at=at
            )
        if begun:
            request.session.pop(_OPEN, None)
            return hold(request, begun)
        form.add_error("code", code_words(checked))
    context: dict[str, Any] = {
        "title": "Введите код из СМС",
        "lead": "Отправили СМС на новый телефон из обращения.",
        "by": "СМС",
        "form": form,
        **again(request, reverse("account_access_enter_again")),
    }
    return render(request, "portal/account/code.html", context)


@require_POST
def enter_again(request: HttpRequest) -> HttpResponse:
    """Another code to the new phone."""
    return _send_open(request) if request.session.get(_OPEN) else redirect("account_access")


def _send(request: HttpRequest, channel: Channel) -> HttpResponse:
    at, value = timezone.now(), _kept(request)[channel]
    with transaction.atomic():
        issued = regain.send_contact_code(
            browser=_browser(request), channel=channel, value=value,
            origin=browser.origin(request), at=at,
        )  # fmt: skip
        kept = request.session.get(_CODES, {})
        if announce(request, issued):
            code_letters.send(channel=channel, address=value, code=issued.code, what=_WHAT, at=at)
        request.session[_CODES] = {**kept, channel: issued.key or kept.get(channel, "")}
    return redirect("account_access_code", channel)


def _check(request: HttpRequest, channel: Channel, typed: str) -> Checked:
    return regain.check_contact_code(
        browser=_browser(request),
        channel=channel,
        value=_kept(request)[channel],
        code_key=request.session[_CODES][channel],
        typed=typed,
        at=timezone.now(),
    )


def _ask(request: HttpRequest) -> HttpResponse:
    at, kept = timezone.now(), _kept(request)
    typed = Typed(**{**kept, "birth_date": date.fromisoformat(kept["birth_date"])})
    calendar = directory.calendar(region=settings.REGION)
    with transaction.atomic():
        made = regain.ask(typed=typed, at=at, calendar=calendar)
        notices.access_asked(made, at=at)
    for name in (_TYPED, _CODES):
        request.session.pop(name, None)
    due = timezone.localtime(made.due_at).date()
    request.session[_NUMBER] = [made.number, due.isoformat()]
    return redirect("account_access_done")


def _send_open(request: HttpRequest) -> HttpResponse:
    at, token = timezone.now(), request.session[_OPEN][0]
    with transaction.atomic():
        issued, number = regain.send_code(token=token, origin=browser.origin(request), at=at)
        if announce(request, issued):
            request.session[_OPEN] = [token, issued.key]
            code_letters.send(channel="phone", address=number, code=issued.code, what=WHAT, at=at)
    return redirect("account_access_enter")


def _kept(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.session.get(_TYPED, {})
    return found


def _browser(request: HttpRequest) -> str:
    """Return what binds a code to this browser."""
    return str(request.session.setdefault(_BROWSER, secrets.token_urlsafe(16)))


def _channel(kind: str) -> Channel:
    return "email" if kind == "email" else "phone"
