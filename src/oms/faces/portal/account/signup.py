"""Registration, page by page: the form, the SMS code, the e-mail code, the cabinet."""

from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oms.domain.accounts import consents, registration
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.models import Consent, Registration
from oms.faces.portal import puzzle
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.codes import again, announce, code_words
from oms.faces.portal.account.forms import (
    MailCodeForm,
    RegistrationForm,
    SmsCodeForm,
    wait_words,
)
from oms.faces.portal.account.outside_entry import opened
from oms.faces.portal.account.sign_in import enter
from oms.law import phone

_LIFE = timedelta(hours=24)
_KEY, _PHONE_CODE, _EMAIL_CODE = "registration", "phone_code", "email_code"
_SHOWN_AGAIN = ("family_name", "given_name", "patronymic", "birth_date", "phone", "email")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """The form; what was typed comes back when one returns to mend it."""
    if request.user.is_authenticated:
        return redirect("/")
    before = _pending(request)
    form = RegistrationForm(
        browser.posted(request),
        initial={name: getattr(before, name) for name in _SHOWN_AGAIN} if before else None,
        on=timezone.localdate(),
        links={"terms": _text("terms"), "personal_data": _text("personal-data")},
    )
    at, origin = timezone.now(), browser.origin(request)
    wanted = registration.wants_puzzle(origin=origin, at=at)
    if (
        request.method == "POST"
        and form.is_valid()
        and puzzle.passed(request, form, wanted=wanted, at=at)
        and _may_begin(form, origin, at)
    ):
        begun = registration.begin(typed=form.typed, at=at)
        request.session[_KEY] = begun.key
        return _send_phone_code(request, begun)
    puzzle.show(request, form, wanted=wanted, at=at)
    return render(request, "portal/account/signup.html", {"title": "Регистрация", "form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def confirm_phone(request: HttpRequest) -> HttpResponse:
    """The SMS code."""
    pending = _pending(request)
    if pending is None:
        return redirect("account_signup")
    form = SmsCodeForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        checked = registration.confirm_phone(
            registration=pending,
            code_key=request.session.get(_PHONE_CODE, ""),
            typed=form.cleaned_data["code"],
            at=timezone.now(),
        )
        if checked.outcome is Outcome.RIGHT:
            return _send_email_code(request, pending)
        form.add_error("code", code_words(checked))
    context = {
        "title": "Подтвердите телефон",
        "form": form,
        "sent_to": phone.display(pending.phone),
        "by": "СМС",
        **again(request, reverse("account_signup_phone_again")),
        "back_url": reverse("account_signup"),
        "back_words": "Указать другой номер",
    }
    return render(request, "portal/account/code.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm_email(request: HttpRequest) -> HttpResponse:
    """The e-mail code; the right one opens the cabinet."""
    pending = _pending(request)
    if pending is None:
        return redirect("/" if request.user.is_authenticated else "account_signup")
    if pending.phone_confirmed_at is None:
        return redirect("account_signup_phone")
    form = MailCodeForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        checked, user = registration.confirm_email(
            registration=pending,
            code_key=request.session.get(_EMAIL_CODE, ""),
            typed=form.cleaned_data["code"],
            at=timezone.now(),
        )
        if user is not None:
            key = request.session.get(_KEY, "")
            for name in (_KEY, _PHONE_CODE, _EMAIL_CODE):
                request.session.pop(name, None)
            by_provider = opened(request, user, registration_key=key)
            return by_provider or enter(request, user, signup=True)
        form.add_error("code", code_words(checked))
    context = {
        "title": "Подтвердите почту",
        "form": form,
        "sent_to": pending.email,
        "by": "письмо",
        **again(request, reverse("account_signup_email_again")),
        "back_url": reverse("account_signup"),
        "back_words": "Указать другую почту",
    }
    return render(request, "portal/account/code.html", context)


def go_on(request: HttpRequest, begun: Registration) -> HttpResponse:
    """Lead who began elsewhere to the first code that is still missing."""
    request.session[_KEY] = begun.key
    if begun.phone_confirmed_at is None:
        return _send_phone_code(request, begun)
    return _send_email_code(request, begun)


@require_POST
def phone_code_again(request: HttpRequest) -> HttpResponse:
    """Another SMS."""
    pending = _pending(request)
    return redirect("account_signup") if pending is None else _send_phone_code(request, pending)


@require_POST
def email_code_again(request: HttpRequest) -> HttpResponse:
    """Another letter; only after the phone."""
    pending = _pending(request)
    if pending is None or pending.phone_confirmed_at is None:
        return redirect("account_signup")
    return _send_email_code(request, pending)


@require_GET
def consent_text(request: HttpRequest, kind: str) -> HttpResponse:
    """A text to agree to, as a document of its own; `version` asks for an earlier one."""
    if kind not in Consent.Kind.values:
        raise Http404
    version = request.GET.get("version", "")
    try:
        text = consents.find(kind=Consent.Kind(kind), version=version)
    except FileNotFoundError:
        raise Http404 from None
    return render(request, "portal/account/consent.html", {"title": text.title, "text": text})


def _may_begin(form: RegistrationForm, origin: str, at: datetime) -> bool:
    wait = registration.take(origin=origin, at=at)
    if wait is None:
        return True
    words = wait_words(wait - at)
    form.add_error(None, f"С вашего адреса в сети регистрируются очень часто. Подождите {words}")
    return False


def _pending(request: HttpRequest) -> Registration | None:
    key = str(request.session.get(_KEY, ""))
    return registration.find(key=key, after=timezone.now() - _LIFE)


def _send_phone_code(request: HttpRequest, pending: Registration) -> HttpResponse:
    at = timezone.now()
    sending = registration.send_phone_code(
        registration=pending, origin=browser.origin(request), at=at
    )
    if announce(request, sending.issued):
        request.session[_PHONE_CODE] = sending.issued.key
        letters.phone_code(sending, at=at)
    return redirect("account_signup_phone")


def _send_email_code(request: HttpRequest, pending: Registration) -> HttpResponse:
    at = timezone.now()
    sending = registration.send_email_code(
        registration=pending, origin=browser.origin(request), at=at
    )
    if announce(request, sending.issued):
        request.session[_EMAIL_CODE] = sending.issued.key
        letters.email_code(sending, at=at)
    return redirect("account_signup_email")


def _text(kind: str) -> str:
    return reverse("account_consent", kwargs={"kind": kind})
