"""What one asked of the support: the list, and a block contested."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from oms.domain.accounts import queries, requests
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import AccountRequest, User
from oms.domain.directory import queries as directory
from oms.faces.design.parts import State
from oms.faces.portal.account import browser
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.recovery_forms import ContestForm

TINTS: dict[str, State] = {"open": "info", "done": "ok", "refused": "danger"}
_BLOCKED = "blocked_account"
_LIFE = timedelta(minutes=30)


@never_cache
@sign_in_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The requests of the person, newest first. One query."""
    assert isinstance(request.user, User)
    rows = [(row, TINTS[row.state]) for row in requests.mine(user=request.user)]
    context = {"title": "Мои обращения", "rows": rows}
    return account_page(request, "portal/account/requests.html", context)


def blocked(request: HttpRequest, user: User) -> HttpResponse:
    """The page of an account that was closed, shown only after its right password."""
    request.session[_BLOCKED] = [user.pk, timezone.now().isoformat()]
    context = {
        "title": "Кабинет закрыт",
        "reason": user.blocked_reason,
        "since": user.blocked_at,
        "rows": [(row, TINTS[row.state]) for row in _contests(user)],
    }
    return render(request, "portal/account/blocked.html", context, status=403)


@never_cache
@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest) -> HttpResponse:
    """Say why a block is wrong. Open to whoever gave the right password of a closed account."""
    user = _blocked_user(request)
    if user is None:
        return redirect("account_login")
    form = ContestForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        requests.ask(
            kind=AccountRequest.Kind.CONTEST,
            user=user,
            typed={"reason": user.blocked_reason},
            text=form.cleaned_data["text"],
            about=user.key,
            at=timezone.now(),
            calendar=directory.calendar(region=settings.REGION),
        )
        return redirect("account_contest")
    waiting = [row for row in _contests(user) if row.state == AccountRequest.State.OPEN]
    context = {
        "title": "Обращение принято" if waiting else "Оспорить блокировку",
        "form": form,
        "reason": user.blocked_reason,
        "waiting": waiting[0] if waiting else None,
    }
    return render(request, "portal/account/contest.html", context)


def _contests(user: User) -> list[AccountRequest]:
    """Return the contests of the present block, newest first."""
    found = requests.mine(user=user)
    since = user.blocked_at
    return [
        row
        for row in found
        if row.kind == AccountRequest.Kind.CONTEST and (since is None or row.asked_at >= since)
    ]


def _blocked_user(request: HttpRequest) -> User | None:
    pk, since = request.session.get(_BLOCKED, [0, ""])
    told = parse_datetime(since) if since else None
    if told is None or timezone.now() - told > _LIFE:
        return None
    return queries.blocked_account(pk=pk)
