"""The second step: whichever of the account's ways, one at a time, the strongest first."""

from collections.abc import Mapping
from datetime import datetime

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.stages import AuthenticateStage
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.domain.accounts import factors, history, passkeys
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.models import SignIn, User
from oms.faces.design.parts import Link
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.codes import again, announce, code_words
from oms.faces.portal.account.forms import (
    RecoveryCodeForm,
    SecondStepForm,
    SmsCodeForm,
    wait_words,
)

SMS_KEY = "second_step_code"
LOCKED = "Слишком много неверных кодов. Попробуйте через {}"
_ADDRESSES: Mapping[str, Kind] = {
    "passkey": Kind.PASSKEY,
    "app": Kind.APP,
    "sms": Kind.SMS,
    "codes": Kind.CODES,
}
_TITLES = {
    Kind.PASSKEY: "Ключом доступа",
    Kind.APP: "Кодом из приложения",
    Kind.SMS: "Кодом из СМС",
    Kind.CODES: "Запасным кодом",
}
stage_required = login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")


@stage_required  # type: ignore[untyped-decorator]  # allauth has no types
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """One way to prove that it is the owner, and links to the others."""
    user = pending(request)
    ways = factors.ways(user=user)
    way = _chosen(request, ways)
    form = _form(request, way)
    if request.method == "POST" and form.is_valid() and _fits(request, form, user, way):
        return finish(request)
    context = {
        "title": "Подтвердите вход",
        "form": form,
        "way": way.name.lower() if way else "",
        "others": [
            Link(_TITLES[kind], f"{request.path}?way={word}")
            for word, kind in _ADDRESSES.items()
            if kind in ways and kind is not way
        ],
        "phone_end": _end_of(user.phone or ""),
        "sms_sent": SMS_KEY in request.session,
        "passkeys": passkeys.available(),
        **again(request, reverse("account_second_sms")),
    }
    return render(request, "portal/account/second_step.html", context)


@stage_required  # type: ignore[untyped-decorator]  # allauth has no types
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """Send a code to the phone, or another one."""
    _send(request, pending(request), at=timezone.now())
    return redirect(f"{reverse('mfa_authenticate')}?way=sms")


def pending(request: HttpRequest) -> User:
    """Return who is on the way in; only behind `stage_required`."""
    user: User = request._login_stage.login.user  # type: ignore[attr-defined]  # set by allauth
    return user


def finish(request: HttpRequest) -> HttpResponse:
    """Let in who has passed the second step."""
    request.session.pop(SMS_KEY, None)
    response: HttpResponse = request._login_stage.exit()  # type: ignore[attr-defined]
    return response


def send_first_sms(request: HttpRequest, user: User) -> None:
    """Send the code at once where an SMS is what the person will be asked for."""
    if factors.ways(user=user)[:1] == [Kind.SMS]:
        _send(request, user, at=timezone.now())


def factor_fits(request: HttpRequest, form: forms.Form, *, user: User) -> bool:
    """Tell whether a typed code is of the app or a recovery code; else say so at its field."""
    at = timezone.now()
    try:
        factor = factors.check(user=user, code=form.cleaned_data["code"], at=at)
    except factors.TooManyTries as no:
        form.add_error("code", LOCKED.format(wait_words(no.until - at)))
        return False
    if factor is None:
        note_wrong(request, user, at=at)
        form.add_error("code", "Неверный код. Введите тот, что приложение показывает сейчас")
        return False
    record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)
    return True


def note_wrong(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Keep a failed second step in the history the owner sees."""
    first = [entry["method"] for entry in get_authentication_records(request, user)]
    history.note(
        user=user,
        outcome=SignIn.Outcome.WRONG_FACTOR,
        method="+".join(first[:1]),
        agent=browser.agent(request),
        origin=browser.origin(request),
        at=at,
    )


def _chosen(request: HttpRequest, ways: list[Kind]) -> Kind | None:
    wanted = _ADDRESSES.get(request.GET.get("way", ""))
    if wanted in ways:
        return wanted
    usable = [kind for kind in ways if kind is not Kind.PASSKEY or passkeys.available()]
    return next(iter(usable), None)


def _end_of(number: str) -> str:
    return f"{number[-4:-2]}-{number[-2:]}"


def _form(request: HttpRequest, way: Kind | None) -> forms.Form:
    forms_of = {Kind.SMS: SmsCodeForm, Kind.CODES: RecoveryCodeForm}
    return forms_of.get(way or Kind.APP, SecondStepForm)(browser.posted(request))


def _fits(request: HttpRequest, form: forms.Form, user: User, way: Kind | None) -> bool:
    if way is Kind.SMS:
        return _sms_fits(request, form, user)
    return factor_fits(request, form, user=user)


def _sms_fits(request: HttpRequest, form: forms.Form, user: User) -> bool:
    at = timezone.now()
    try:
        checked = factors.check_sms(
            user=user,
            code_key=request.session.get(SMS_KEY, ""),
            typed=form.cleaned_data["code"],
            at=at,
        )
    except factors.TooManyTries as no:
        form.add_error("code", LOCKED.format(wait_words(no.until - at)))
        return False
    if checked.outcome is not Outcome.RIGHT:
        note_wrong(request, user, at=at)
        form.add_error("code", code_words(checked))
        return False
    record_authentication(request, user, "mfa", type=Kind.SMS.value)
    return True


def _send(request: HttpRequest, user: User, *, at: datetime) -> None:
    try:
        issued = factors.send_sms(user=user, origin=browser.origin(request), at=at)
    except factors.NoPhone as no:
        messages.warning(request, no.text)
        return
    if announce(request, issued):
        request.session[SMS_KEY] = issued.key
        letters.second_step_code(user, issued.code, at=at)
