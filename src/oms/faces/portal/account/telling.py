"""«Как сообщать»: channels by group, quiet hours, browsers that may be woken (NTF-1)."""

import json
from pathlib import Path

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.domain.accounts import masks
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import User
from oms.domain.notifications import actions, preferences, wishes
from oms.domain.notifications.models import Preferences, Subscription
from oms.faces.portal.account import browser
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.telling_forms import TellingForm
from oms.gateways import push
from oms.kit.denied import Denied

LARGEST_KEY = 2**63 - 1
_LONGEST_BODY = 4000


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def telling(request: HttpRequest) -> HttpResponse:
    """Show and keep how the person wants to be told."""
    user = _me(request)
    kept = wishes.preferences(user)
    form = TellingForm(browser.posted(request), kept=kept)
    if request.method == "POST" and form.is_valid():
        preferences.choose(user=user, at=timezone.now(), **form.values)
        messages.success(request, "Сохранили. Так и будем сообщать")
        return redirect("account_telling")
    context = {
        "title": "Как сообщать",
        "form": form,
        "status": 422 if form.errors else 200,
        "contacts": _contacts(user),
        "warnings": bad_contacts(user, kept),
        "browsers": list(Subscription.objects.visible_to(user)),
        "push_key": push.public_key(),
    }
    return account_page(request, "portal/account/telling.html", context)


@sign_in_required
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Keep what the browser says of its subscription."""
    try:
        told = json.loads(request.body[:_LONGEST_BODY])
        endpoint, keys = str(told["endpoint"]), told["keys"]
        p256dh, auth = str(keys["p256dh"]), str(keys["auth"])
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"text": preferences.StrangeBrowser.text}, status=422)
    try:
        preferences.subscribe(
            user=_me(request),
            endpoint=endpoint,
            p256dh=p256dh,
            auth=auth,
            agent=browser.agent(request),
            at=timezone.now(),
        )
    except Denied as no:
        return JsonResponse({"text": no.text}, status=no.status)
    messages.success(request, "Уведомления в этом браузере включены")
    return JsonResponse({}, status=201)


@sign_in_required
@require_POST
def unsubscribe(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a browser."""
    known = pk <= LARGEST_KEY
    if not (known and preferences.unsubscribe(user=_me(request), pk=pk, at=timezone.now())):
        raise Http404
    messages.success(request, "Уведомления в этом браузере отключены")
    return redirect("account_telling")


@sign_in_required
@require_POST
def contact_is_right(request: HttpRequest, kind: str) -> HttpResponse:
    """Use a contact again that had refused a message."""
    channel = {"phone": "sms", "email": "email"}.get(kind)
    if channel is None:
        raise Http404
    actions.contact_is_right(user=_me(request), channel=channel, at=timezone.now())
    messages.success(request, "Хорошо, снова шлём сообщения на этот контакт")
    return redirect("account_profile")


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """Give browsers the script that shows notices, always under one address."""
    found = finders.find("portal/push-worker.js")
    assert isinstance(found, str)
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


def bad_contacts(user: User, kept: Preferences) -> list[dict[str, str]]:
    """Return contacts that take nothing: what, why, where to mend. No query."""
    rows = (("email", "email", "Почта"), ("sms", "phone", "Телефон"))
    return [
        {"title": title, "kind": kind, "reason": reason}
        for channel, kind, title in rows
        if (reason := wishes.bad_address(user, kept, channel))
    ]


def _contacts(user: User) -> list[tuple[str, str]]:
    """Return where messages go now, half hidden."""
    email = masks.email(user.email) if user.email else "не указана"
    phone = masks.phone(user.phone) if user.phone else "не указан"
    return [
        ("Почта", email if user.email_confirmed_at else f"{email}, не подтверждена"),
        ("Телефон", phone if user.phone_confirmed_at else f"{phone}, не подтверждён"),
    ]


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
