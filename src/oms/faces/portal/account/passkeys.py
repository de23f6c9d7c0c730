"""Pages of passkeys: coming in with one, adding, renaming, removing (ACC-4).

The browser's own dialog needs a script: `static/portal/passkeys.js` asks for the question by
`fetch`, shows the dialog, puts the answer into the form's hidden field and sends the form.
"""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from oms.domain.accounts import actions, factors, passkeys, sign_in
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.models import User
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.forms import PasskeyForm, PasskeyNameForm, wait_words
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.sign_in import confirm_required
from oms.faces.portal.account.steps import finish, note_wrong, pending, stage_required
from oms.kit.denied import Denied

_STATE = "passkey_state"
UNKNOWN = "Ключ не подошёл. Попробуйте ещё раз или войдите с паролем"


@never_cache
@require_POST
def ask_to_enter(request: HttpRequest) -> JsonResponse:
    """The question for whoever has a key of ours."""
    return _question(request, passkeys.ask(user=None, at=timezone.now()))


@never_cache
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Come in with a key alone: it proves what one has and who one is, so it is both factors."""
    at = timezone.now()
    place = browser.origin(request)
    wait = sign_in.charge_place(origin=place, at=at)
    if wait is not None:
        messages.warning(request, f"Слишком много попыток. Подождите {wait_words(wait - at)}")
        return redirect("account_login")
    row = passkeys.check(user=None, state=_kept(request), answer=_answer(request), at=at)
    if row is None:
        messages.warning(request, UNKNOWN)
        return redirect("account_login")
    sign_in.refund_place(origin=place)
    user: User = row.user
    record_authentication(
        request, user, "mfa", id=row.pk, type=Kind.PASSKEY.value, passwordless=True
    )
    login = Login(user=user, redirect_url=browser.next_page(request) or None)
    response: HttpResponse = perform_login(request, login)
    return response


@stage_required  # type: ignore[untyped-decorator]  # allauth has no types
@require_POST
def ask_step(request: HttpRequest) -> JsonResponse:
    """The question for the keys of who is on the way in."""
    return _question(request, passkeys.ask(user=pending(request), at=timezone.now()))


@stage_required  # type: ignore[untyped-decorator]  # allauth has no types
@require_POST
def step(request: HttpRequest) -> HttpResponse:
    """A key as the second step after the password."""
    at, user = timezone.now(), pending(request)
    if _proven(request, user):
        return finish(request)
    note_wrong(request, user, at=at)
    messages.warning(request, "Ключ не подошёл. Попробуйте ещё раз или выберите другой способ")
    return redirect("mfa_authenticate")


@sign_in_required
@require_POST
def ask_again(request: HttpRequest) -> JsonResponse:
    """The question for the keys of who is to confirm that it is they."""
    return _question(request, passkeys.ask(user=_me(request), at=timezone.now()))


@sign_in_required
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """A key instead of the password, where one is asked once more."""
    wanted = browser.next_page(request) or "account_security"
    if _proven(request, _me(request)):
        browser.renew_session(request)
        return redirect(wanted)
    messages.warning(request, UNKNOWN)
    return redirect("account_reauthenticate")


@confirm_required
@require_POST
def ask_new(request: HttpRequest) -> JsonResponse:
    """The question for a device that is to make a key."""
    try:
        return _question(request, passkeys.ask_new(user=_me(request), at=timezone.now()))
    except passkeys.Enough as no:
        return JsonResponse({"text": no.text}, status=409)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a key, with a name to know it by."""
    user = _me(request)
    had = factors.has_factor(user=user)
    form = PasskeyForm(browser.posted(request), initial={"name": browser.agent(request)})
    if request.method == "POST" and form.is_valid() and _added(request, form, user):
        messages.success(request, "Ключ доступа добавлен")
        return redirect("account_security" if had else "account_recovery_codes")
    context = {
        "title": "Новый ключ доступа",
        "form": form,
        "available": passkeys.available(),
        "had": had,
    }
    return account_page(request, "portal/account/passkey_add.html", context)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a key otherwise."""
    key = _mine(request, pk)
    form = PasskeyNameForm(browser.posted(request), initial={"name": key.name})
    if request.method == "POST" and form.is_valid():
        passkeys.rename(user=_me(request), pk=pk, name=form.cleaned_data["name"])
        messages.success(request, "Ключ переименован")
        return redirect("account_security")
    context = {"title": "Название ключа", "form": form, "key": key}
    return account_page(request, "portal/account/passkey_name.html", context)


@confirm_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a key; the last factor of staff stays."""
    user, key = _me(request), _mine(request, pk)
    if request.method == "POST":
        at = timezone.now()
        factors.switch_off(user=user, kind=Kind.PASSKEY, pk=pk, at=at)
        letters.factor_changed(user, "из кабинета удалён ключ доступа", at=at)
        messages.success(request, "Ключ удалён")
        return redirect("account_security")
    context = {
        "title": "Удалить ключ доступа?",
        "text": f"Ключ «{key.name}» больше не откроет кабинет. "
        "Удалите его и в настройках устройства.",
        "button": "Удалить",
    }
    return account_page(request, "portal/account/factor_off.html", context)


def _question(request: HttpRequest, asked: passkeys.Asked) -> JsonResponse:
    request.session[_STATE] = asked.state
    return JsonResponse(asked.options)


def _kept(request: HttpRequest) -> Any:
    return request.session.pop(_STATE, None)


def _answer(request: HttpRequest) -> str:
    return request.POST.get("answer", "")


def _proven(request: HttpRequest, user: User) -> bool:
    row = passkeys.check(
        user=user, state=_kept(request), answer=_answer(request), at=timezone.now()
    )
    if row is None:
        return False
    record_authentication(request, user, "mfa", id=row.pk, type=Kind.PASSKEY.value)
    return True


def _added(request: HttpRequest, form: PasskeyForm, user: User) -> bool:
    at = timezone.now()
    data = form.cleaned_data
    try:
        row = passkeys.add(
            user=user, state=_kept(request), answer=data["answer"], name=data["name"], at=at
        )
    except Denied as no:
        form.add_error(None, no.text)
        return False
    actions.end_visits(user=user, keep=request.session.session_key or "")
    record_authentication(request, user, "mfa", id=row.pk, type=Kind.PASSKEY.value)
    letters.factor_changed(user, "в кабинет добавлен ключ доступа", at=at)
    return True


def _mine(request: HttpRequest, pk: int) -> passkeys.Passkey:
    found = [key for key in passkeys.of(user=_me(request)) if key.pk == pk]
    if not found:
        raise Http404
    return found[0]


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
