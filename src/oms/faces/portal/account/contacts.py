"""A new phone or e-mail: once more the password, the new value, its code; and taking it back."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from oms.domain.accounts import contacts, limits, permits, regain
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.contacts import Channel
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import Permit, User
from oms.domain.notifications import security as notices
from oms.faces.portal.account import browser, code_letters
from oms.faces.portal.account.codes import again, announce, code_words
from oms.faces.portal.account.forms import MailCodeForm, SmsCodeForm, wait_words
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.recovery_forms import EmailForm, PhoneForm, TokenForm
from oms.faces.portal.account.sign_in import confirm_required
from oms.kit.denied import Denied
from oms.law import phone

WHAT = {"phone": "Код для нового телефона", "email": "Код для новой почты"}
_TITLES = {"phone": "Новый телефон", "email": "Новая почта"}
_VALUE, _CODE = "contact_value", "contact_code"
_TAKE_BACK = (Permit.Purpose.UNDO, Permit.Purpose.STOP)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, kind: str) -> HttpResponse:
    """The new value; a code goes to it."""
    channel = _channel(kind)
    form = (PhoneForm if channel == "phone" else EmailForm)(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["value"] == getattr(_me(request), channel):
            form.add_error("value", "Этот контакт уже указан. Укажите новый или вернитесь назад")
        else:
            request.session[_VALUE] = [channel, form.cleaned_data["value"]]
            return _send(request, channel)
    context = {"title": _TITLES[channel], "form": form, "by_phone": channel == "phone"}
    return account_page(request, "portal/account/contact.html", context)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, kind: str) -> HttpResponse:
    """The code sent to the new contact; the right one changes it."""
    channel, value = _channel(kind), _value(request, kind)
    if not value:
        return redirect("account_contact", kind)
    form = (SmsCodeForm if channel == "phone" else MailCodeForm)(browser.posted(request))
    if request.method == "POST" and form.is_valid() and _changed(request, form, channel, value):
        return redirect("account_profile")
    context = {
        "title": f"Подтвердите {'телефон' if channel == 'phone' else 'почту'}",
        "sent_to": phone.display(value) if channel == "phone" else value,
        "by": "СМС" if channel == "phone" else "письмо",
        "form": form,
        "back_url": reverse("account_contact", args=[kind]),
        "back_words": "Указать другой номер" if channel == "phone" else "Указать другую почту",
        **again(request, reverse("account_contact_again", args=[kind])),
    }
    return render(request, "portal/account/code.html", context)


@confirm_required
@require_POST
def send_again(request: HttpRequest, kind: str) -> HttpResponse:
    """Another code to the new contact."""
    channel = _channel(kind)
    if not _value(request, kind):
        return redirect("account_contact", kind)
    return _send(request, channel)


@never_cache
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest) -> HttpResponse:
    """Type the code of an SMS, where a link would not be trusted."""
    at = timezone.now()
    form = TokenForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        place = fingerprint(f"origin:{browser.origin(request)}")
        wait = limits.take(limit=permits.GUESSES, key=place, at=at)
        if wait:
            words = wait_words(wait - at)
            form.add_error("token", f"Слишком много попыток. Попробуйте через {words}")
        elif permits.find(token=form.cleaned_data["token"], purposes=_TAKE_BACK, at=at) is None:
            form.add_error("token", "Код не подошёл или срок вышел. Проверьте знаки в сообщении")
        else:
            return redirect("account_undo_link", form.cleaned_data["token"])
    context = {"title": "Это были не вы?", "form": form}
    return render(request, "portal/account/undo.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def take_back_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Say what will be taken back; the button does it, so that a mail scanner does not."""
    at = timezone.now()
    permit = permits.find(token=token, purposes=_TAKE_BACK, at=at)
    if permit is not None and request.method == "POST":
        return _taken_back(request, permit, token)
    context: dict[str, Any] = {
        "title": "Это были не вы?" if permit else "Отменить уже нельзя",
        "permit": permit,
        "is_stop": bool(permit and permit.purpose == Permit.Purpose.STOP),
        "by_phone": bool(permit and permit.data.get("channel") == "phone"),
        "over": contacts.UndoOver.text,
    }
    status = 200 if permit else 404
    return render(request, "portal/account/undo_link.html", context, status=status)


def _taken_back(request: HttpRequest, permit: Permit, token: str) -> HttpResponse:
    at = timezone.now()
    with transaction.atomic():
        if permit.purpose == Permit.Purpose.STOP:
            stopped = regain.stop(token=token, at=at)
            notices.access_stopped(stopped, at=at)
        else:
            channel = _channel(permit.data["channel"])
            user = contacts.undo(token=token, at=at)
            notices.contact_undone(user, channel=channel, at=at)
    is_stop = permit.purpose == Permit.Purpose.STOP
    if not is_stop and request.user == permit.user:
        request.session.flush()
    context = {"title": "Остановили" if is_stop else "Вернули прежний контакт", "is_stop": is_stop}
    return render(request, "portal/account/undo_done.html", context)


def _changed(
    request: HttpRequest, form: MailCodeForm | SmsCodeForm, channel: Channel, value: str
) -> bool:
    at = timezone.now()
    try:
        with transaction.atomic():
            checked, done = contacts.confirm(
                user=_me(request),
                channel=channel,
                value=value,
                code_key=request.session.get(_CODE, ""),
                typed=form.cleaned_data["code"],
                at=at,
            )
            if done is not None:
                notices.contact_changed(done, at=at)
    except Denied as no:
        form.add_error("code", no.text)
        return False
    if checked.outcome is not Outcome.RIGHT:
        form.add_error("code", code_words(checked))
        return False
    for name in (_VALUE, _CODE):
        request.session.pop(name, None)
    what = "Телефон изменён" if channel == "phone" else "Почта изменена"
    messages.success(request, f"{what}. На прежний контакт мы написали, как это отменить")
    return True


def _send(request: HttpRequest, channel: Channel) -> HttpResponse:
    at, value = timezone.now(), request.session[_VALUE][1]
    with transaction.atomic():
        sending = contacts.send_code(
            user=_me(request), channel=channel, value=value,
            origin=browser.origin(request), at=at,
        )  # fmt: skip
        if announce(request, sending.issued):
            request.session[_CODE] = sending.issued.key
            if sending.owner is not None:
                notices.contact_taken(sending.owner, channel=channel, at=at)
            else:
                code_letters.send(
                    channel=channel, address=value, code=sending.issued.code,
                    what=WHAT[channel], at=at, user=_me(request),
                )  # fmt: skip
    return redirect("account_contact_code", channel)


def _value(request: HttpRequest, kind: str) -> str:
    kept = request.session.get(_VALUE, ["", ""])
    return str(kept[1]) if kept[0] == kind else ""


def _channel(kind: str) -> Channel:
    if kind == "phone":
        return "phone"
    if kind == "email":
        return "email"
    raise Http404


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
