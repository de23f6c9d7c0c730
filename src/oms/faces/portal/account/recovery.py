"""Access lost: whose, where the code goes, the code, the other hurdles, a new password.

What was typed and which codes are under way lives in the session; what was passed lives in the
accounts. Pages of an unknown name are the same up to the code, and cost the same.
"""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from oms.domain.accounts import factors, recovery
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.recovery import Channel, Recovery, Step
from oms.domain.notifications import security as notices
from oms.faces.portal import puzzle, tries
from oms.faces.portal.account import browser, code_letters
from oms.faces.portal.account.codes import again, announce, code_words
from oms.faces.portal.account.forms import (
    MailCodeForm,
    NewPasswordForm,
    RecoveryForm,
    SmsCodeForm,
    wait_words,
)
from oms.faces.portal.account.recovery_forms import AnswerForm, FactorForm, WayForm

WHAT = "Код для нового пароля"
LIMIT = tries.limit("recovery-name", tries=1000)  # here only counted: the codes have a limit
PUZZLE_AFTER = 3
_NAME, _CHANNEL, _CODE = "recovery_name", "recovery_channel", "recovery_code"
TOKEN, _OTHER = "recovery_token", "recovery_other_code"
_PAGES = {
    Step.FACTOR: "account_recovery_factor",
    Step.QUESTION: "account_recovery_question",
    Step.PASSWORD: "account_recovery_password",
}


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Whose access; the answer is the same for known and unknown names."""
    form, at = RecoveryForm(browser.posted(request)), timezone.now()
    many = tries.many(request, LIMIT, after=PUZZLE_AFTER, at=at)
    if (
        request.method == "POST"
        and form.is_valid()
        and puzzle.passed(request, form, wanted=many, at=at)
    ):
        tries.charge(request, LIMIT, at=at)
        forget(request)
        request.session[_NAME] = form.cleaned_data["login"]
        return redirect("account_recovery_way")
    puzzle.show(request, form, wanted=many, at=at)
    context = {"title": "Восстановление доступа", "form": form}
    return render(request, "portal/account/recovery.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def way(request: HttpRequest) -> HttpResponse:
    """Where the code goes: both contacts half hidden."""
    name = request.session.get(_NAME)
    if not name:
        return redirect("account_recovery")
    form = WayForm(browser.posted(request), ways=recovery.ways(identifier=name))
    if request.method == "POST" and form.is_valid():
        request.session[_CHANNEL] = form.cleaned_data["channel"]
        return _send(request)
    context = {"title": "Куда отправить код?", "form": form}
    return render(request, "portal/account/recovery_way.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The code."""
    name, channel = request.session.get(_NAME), _channel(request)
    if not name or channel is None:
        return redirect("account_recovery")
    form = (SmsCodeForm if channel == "phone" else MailCodeForm)(browser.posted(request))
    if request.method == "POST" and form.is_valid() and _code_fits(request, form, name, channel):
        return _next(request)
    by = "СМС" if channel == "phone" else "письмо"
    context = {
        "title": f"Введите код из {'СМС' if channel == 'phone' else 'письма'}",
        "lead": f"Если такой кабинет есть, {by} уже в пути.",
        "by": by,
        "form": form,
        "back_url": reverse("account_recovery_way"),
        "back_words": "Отправить другим способом",
        **again(request, reverse("account_recovery_again")),
    }
    return render(request, "portal/account/code.html", context)


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Another code by the same way."""
    if not request.session.get(_NAME) or _channel(request) is None:
        return redirect("account_recovery")
    return _send(request)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """The second factor: a code of the app or a recovery code; or a code to the other contact."""
    found = _at(request, Step.FACTOR)
    if found is None:
        return _next(request)
    form = FactorForm(browser.posted(request), sent=bool(request.session.get(_OTHER)))
    if request.method == "POST" and form.is_valid() and _factor_fits(request, form):
        return _next(request)
    context: dict[str, Any] = {
        "title": "Подтвердите вторым фактором",
        "form": form,
        "found": found,
        "sent": bool(request.session.get(_OTHER)),
        "by_phone": found.other == "phone",
        **again(request, reverse("account_recovery_other")),
    }
    return render(request, "portal/account/recovery_factor.html", context)


@require_POST
def other(request: HttpRequest) -> HttpResponse:
    """Send a code to the other contact, where SMS is the second factor."""
    if _at(request, Step.FACTOR) is None:
        return _next(request)
    at = timezone.now()
    with transaction.atomic():
        sending = recovery.send_other(
            token=request.session[TOKEN], origin=browser.origin(request), at=at
        )
        if announce(request, sending.issued) and sending.address:
            request.session[_OTHER] = sending.issued.key
            code_letters.send(
                channel=sending.channel, address=sending.address, code=sending.issued.code,
                what=WHAT, at=at, user=sending.user,
            )  # fmt: skip
    return redirect("account_recovery_factor")


@never_cache
@sensitive_post_parameters("answer")
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest) -> HttpResponse:
    """The control question."""
    found = _at(request, Step.QUESTION)
    if found is None:
        return _next(request)
    form = AnswerForm(browser.posted(request), question=found.question)
    if request.method == "POST" and form.is_valid() and _answer_fits(request, form):
        return _next(request)
    context = {"title": "Ответьте на свой вопрос", "form": form}
    return render(request, "portal/account/recovery_question.html", context)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """The new password; all sessions end, the second factor stays."""
    found = _at(request, Step.PASSWORD)
    if found is None:
        return _next(request)
    form = NewPasswordForm(browser.posted(request), user=found.user)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        with transaction.atomic():
            done = recovery.finish(
                token=request.session[TOKEN], password=form.cleaned_data["password"], at=at
            )
            notices.password_changed(done.user, at=at)
        request.session.flush()
        messages.success(request, "Пароль изменён. Войдите с новым паролем")
        if done.by_support:
            messages.info(request, "После входа включите второй фактор: прежний мы отключили")
        return redirect("account_login")
    context = {
        "title": "Придумайте новый пароль",
        "form": form,
        "username": found.user.phone or found.user.email or "",
    }
    return render(request, "portal/account/new_password.html", context)


def hold(request: HttpRequest, token: str) -> HttpResponse:
    """Let this browser go on with a recovery that has begun; lead to what is to be passed."""
    forget(request)
    request.session[TOKEN] = token
    request.session.cycle_key()
    return _next(request)


def forget(request: HttpRequest) -> None:
    """Begin anew."""
    for name in (_NAME, _CHANNEL, _CODE, TOKEN, _OTHER):
        request.session.pop(name, None)


def _send(request: HttpRequest) -> HttpResponse:
    at, channel = timezone.now(), _channel(request)
    assert channel is not None
    with transaction.atomic():
        sending = recovery.send_code(
            identifier=request.session[_NAME],
            channel=channel,
            origin=browser.origin(request),
            at=at,
        )
        if announce(request, sending.issued):
            request.session[_CODE] = sending.issued.key
            code_letters.send(
                channel=channel, address=sending.address, code=sending.issued.code, what=WHAT,
                at=at, user=sending.user, is_real=sending.user is not None,
            )  # fmt: skip
            notices.recovery_asked(sending.user, by=channel, at=at)
    return redirect("account_recovery_code")


def _code_fits(
    request: HttpRequest, form: MailCodeForm | SmsCodeForm, name: str, channel: Channel
) -> bool:
    at = timezone.now()
    with transaction.atomic():
        checked, token = recovery.check_code(
            identifier=name,
            channel=channel,
            code_key=request.session.get(_CODE, ""),
            typed=form.cleaned_data["code"],
            at=at,
        )
        if token and checked.user is not None:
            notices.recovery_begun(checked.user, at=at)
    if checked.outcome is Outcome.RIGHT and token:
        request.session.pop(_CODE, None)
        request.session.cycle_key()
        request.session[TOKEN] = token
        return True
    form.add_error("code", code_words(checked))
    return False


def _factor_fits(request: HttpRequest, form: FactorForm) -> bool:
    at, token, typed = timezone.now(), request.session[TOKEN], form.cleaned_data["code"]
    key = request.session.get(_OTHER, "")
    try:
        if key and form.cleaned_data["sent_code"]:
            checked = recovery.check_other(
                token=token, code_key=key, typed=form.cleaned_data["sent_code"], at=at
            )
            if checked.outcome is Outcome.RIGHT:
                return True
            form.add_error("sent_code", code_words(checked))
            return False
        if recovery.check_factor(token=token, typed=typed, at=at):
            return True
    except factors.TooManyTries as no:
        wait = wait_words(no.until - at)
        form.add_error("code", f"Слишком много неверных кодов. Попробуйте через {wait}")
        return False
    form.add_error("code", "Неверный код. Введите тот, что приложение показывает сейчас")
    return False


def _answer_fits(request: HttpRequest, form: AnswerForm) -> bool:
    at = timezone.now()
    try:
        if recovery.check_answer(
            token=request.session[TOKEN], typed=form.cleaned_data["answer"], at=at
        ):
            return True
    except recovery.TooMany as no:
        wait = wait_words(no.until - at)
        form.add_error("answer", f"Слишком много неверных ответов. Попробуйте через {wait}")
        return False
    form.add_error("answer", "Ответ не подошёл. Регистр букв и знаки не важны")
    return False


def _at(request: HttpRequest, step: Step) -> Recovery | None:
    found = recovery.find(token=request.session.get(TOKEN, ""), at=timezone.now())
    return found if found is not None and found.step == step else None


def _next(request: HttpRequest) -> HttpResponse:
    """Lead to the hurdle that is ahead; to the beginning when the half hour is over."""
    found = recovery.find(token=request.session.get(TOKEN, ""), at=timezone.now())
    if found is None:
        if request.session.pop(TOKEN, None):
            messages.warning(request, recovery.Over.text)
        return redirect("account_recovery")
    return redirect(_PAGES[found.step])


def _channel(request: HttpRequest) -> Channel | None:
    kept = request.session.get(_CHANNEL)
    return kept if kept in recovery.CHANNELS else None
