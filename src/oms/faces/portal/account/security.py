"""«Безопасность»: factors, password, open sessions, the log-in history (ACC-8)."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oms.domain.accounts import actions, factors, history, passkeys, queries
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.models import SignIn, User
from oms.domain.notifications import wishes
from oms.faces.design.parts import State
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.forms import ChangePasswordForm
from oms.faces.portal.account.outside_offers import lines, title_of
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.sign_in import checked_user, confirm_required
from oms.faces.portal.account.telling import bad_contacts
from oms.law.plural import counted

_METHODS = {
    "password": "пароль",
    Kind.APP.value: "код из приложения",
    Kind.SMS.value: "код из СМС",
    Kind.PASSKEY.value: "ключ доступа",
    Kind.CODES.value: "запасной код",
}
_TINTS: dict[str, State] = {
    SignIn.Outcome.ENTERED: "ok",
    SignIn.Outcome.WRONG_PASSWORD: "warn",
    SignIn.Outcome.WRONG_FACTOR: "warn",
    SignIn.Outcome.STOPPED: "danger",
}


@dataclass(frozen=True)
class Line:
    """One line of the history, in words."""

    at: datetime
    tint: State
    word: str
    how: str
    agent: str
    origin: str


@never_cache
@sign_in_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What protects the account, where it is open, who came in."""
    user, at = _me(request), timezone.now()
    ways = factors.ways(user=user)
    context = {
        "title": "Безопасность",
        "has_factor": bool(set(ways) & set(factors.FACTORS)),
        "has_app": Kind.APP in ways,
        "has_sms": Kind.SMS in ways,
        "may_sms": not user.is_staff_member,
        "keys": passkeys.of(user=user),
        "passkeys": passkeys.available(),
        "recovery_left": len(factors.recovery_codes(user=user)),
        "warnings": bad_contacts(user, wishes.preferences(user)),
        "visits": queries.live_visits(user, at=at),
        "this_session": request.session.session_key,
        "has_password": user.has_usable_password(),
        "outside": lines(request, user),
        "history": [_line(row) for row in history.latest(user=user)],
    }
    return account_page(request, "portal/account/security.html", context)


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


@confirm_required
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all other sessions."""
    ended = actions.end_visits(user=_me(request), keep=request.session.session_key or "")
    words = counted(ended, "сеанс", "сеанса", "сеансов")
    messages.success(request, f"Завершили {words}" if ended else "Других сеансов нет")
    return redirect("account_security")


@confirm_required
@require_POST
def sign_out_there(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session."""
    if not actions.end_one_visit(user=_me(request), pk=pk):
        raise Http404
    messages.success(request, "Сеанс завершён")
    return redirect("account_security")


def _line(row: SignIn) -> Line:
    how = " и ".join(_METHODS.get(word) or title_of(word) for word in row.method.split("+") if word)
    word = row.get_outcome_display()
    return Line(row.at, _TINTS[row.outcome], word, how, row.agent, row.origin or "")


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _change(request: HttpRequest, user: User, password: str) -> None:
    at = timezone.now()
    old = request.session.session_key or ""
    actions.set_password(user=user, password=password, by=user.actor, at=at, keep=old)
    update_session_auth_hash(request, user)
    actions.move_visit(old=old, new=request.session.session_key or "")
    letters.password_changed(user, at=at)
