"""The code by SMS to the phone of the profile."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Level
from oms.domain.identity.methods import sms as method
from oms.faces.portal.account import browser
from oms.faces.portal.account.codes import code_words
from oms.faces.portal.account.forms import SmsCodeForm, wait_words
from oms.faces.portal.identity.people import identity_page, me
from oms.law import phone

_KEY = "identity_code"


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def sms(request: HttpRequest) -> HttpResponse:
    """Ask for a code (POST with `send`), then take it."""
    user = me(request)
    if user.level == Level.CONFIRMED or not user.phone:
        return redirect("identity_menu")
    if "send" in request.POST:
        return _send(request)
    form = SmsCodeForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        checked, done = method.check(
            user=user,
            key=request.session.get(_KEY, ""),
            typed=form.cleaned_data["code"],
            at=timezone.now(),
        )
        if done:
            request.session.pop(_KEY, None)
            messages.success(request, "Телефон подтверждён")
            return redirect("identity_menu")
        form.add_error("code", code_words(checked))
    context = {
        "title": "Код из СМС",
        "form": form,
        "phone": phone.display(user.phone),
        "is_sent": _KEY in request.session,
    }
    return identity_page(request, "sms", context)


def _send(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    sent = method.send(user=me(request), origin=browser.origin(request), at=at)
    if sent.wait_until is None:
        request.session[_KEY] = sent.key
    else:
        messages.warning(
            request, f"Новый код можно запросить через {wait_words(sent.wait_until - at)}"
        )
    return redirect("identity_sms")
