"""«Сообщения»: what a person was told, how it reached them, filter, export, repeat (NTF-3)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as notes
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.accounts.models import User
from oms.domain.notifications import actions, texts
from oms.domain.notifications import queries as notifications
from oms.domain.notifications.models import Message
from oms.domain.notifications.queries import Picked, Sieve
from oms.domain.notifications.wishes import Group
from oms.faces.design.parts import Chip, Crumb
from oms.faces.design.templatetags.design import datetime_words
from oms.faces.portal.messages_export import FORMS
from oms.faces.portal.messages_words import standings
from oms.faces.portal.pages import address, page
from oms.kit.denied import Denied
from oms.law import dates
from oms.law.verdict import Invalid

PAGE = 20
MOST_EXPORTED = 5000
LARGEST_KEY = 2**63 - 1
LONGEST_SEARCH = 100
PICKED = {
    Picked.ALL: "Все",
    Picked.UNREAD: "Непрочитанные",
    Picked.ANSWER: "Ждут ответа",
    Picked.FAILED: "Не дошли",
}


@require_safe
@sign_in_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Return a page of messages under a filter; `before` is the cursor of the page before."""
    asked, before = _asked(request), request.GET.get("before", "")
    sieve = _sieve(asked)
    found = notifications.inbox(user=subject(request), limit=PAGE, before=before, sieve=sieve)
    return page(
        request,
        "portal/messages.html",
        section="messages",
        title="Сообщения",
        inbox=found.messages,
        asked=asked,
        is_picked=bool(sieve),
        unread_days=_unread_days(asked),
        groups=[(group.value, group.words) for group in Group],
        chips=list(_chips(asked)),
        exports=[(name.upper(), _export_url(asked, name)) for name in FORMS],
        first_url=_url(asked) if before else "",
        next_url=_url({**asked, "before": found.before}) if found.before else "",
    )


@require_safe
@sign_in_required
def export(request: HttpRequest) -> HttpResponse:
    """Return what the filter shows as a file, the newest five thousand at most."""
    name = request.GET.get("format", "csv")
    if name not in FORMS:
        raise Http404
    kind, write = FORMS[name]
    sieve = _sieve(_asked(request))
    found = notifications.export(user=subject(request), limit=MOST_EXPORTED, sieve=sieve)
    day = timezone.localdate().isoformat()
    return HttpResponse(
        write(found),
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="messages-{day}.{name}"'},
    )


@require_safe
@sign_in_required
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Return one message with how it was delivered. Opening it marks it read."""
    holder = subject(request)
    found = _message(holder, pk)
    if found.read_at is None and request.method == "GET":
        actions.mark_read(user=holder, at=timezone.now(), ids=[found.pk])
    waits = found.answer_by and not found.answered_at
    return page(
        request,
        "portal/message.html",
        section="messages",
        title=found.title,
        crumbs=[Crumb("Сообщения", address("portal:messages")), Crumb(found.title)],
        message=found,
        link=found.link if found.link.startswith("/") and found.link[1:2] != "/" else "",
        answer_words=f"Ответьте до {datetime_words(found.answer_by)}" if waits else "",
        version=texts.version_words(found.template_version),
        deliveries=standings(found),
    )


@require_POST
@sign_in_required
def resend(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """Send one delivery of a message again («Повторить отправку»)."""
    found = _message(subject(request), pk)
    row = next((one for one in found.deliveries.all() if one.pk == delivery), None)
    if row is None:
        raise Http404
    assert isinstance(request.user, User)
    try:
        actions.resend(delivery=row, by=request.user.actor, at=timezone.now())
    except Denied as no:
        notes.warning(request, no.text)
    else:
        notes.success(request, "Отправляем ещё раз. Состояние обновится на этой странице")
    return redirect("portal:message", pk)


def _message(user: User, pk: int) -> Message:
    if pk > LARGEST_KEY:
        raise Http404
    rows = Message.objects.visible_to(user).prefetch_related("deliveries")
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist:
        raise Http404 from None


def _asked(request: HttpRequest) -> dict[str, str]:
    """Return the filter as it was asked for; what makes no sense is left out."""
    given = request.GET
    group = given.get("group", "")
    picked = given.get("state", "")
    return {
        "q": given.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        "state": picked if picked in set(Picked) else "",
        "group": group if group in set(Group) else "",
        "since": given.get("since", "").strip()[:40],
        "until": given.get("until", "").strip()[:40],
    }


def _sieve(asked: dict[str, str]) -> Sieve:
    until = _begin(asked["until"])
    return Sieve(
        picked=Picked(asked["state"]),
        group=asked["group"],
        since=_begin(asked["since"]),
        until=until + timedelta(days=1) if until else None,
        text=asked["q"],
    )


def _begin(typed: str) -> datetime | None:
    """Return when the day begins; None for nothing, or nothing that can be read."""
    try:
        day = dates.parse(typed)
    except Invalid:
        return None
    return timezone.make_aware(datetime.combine(day, time()))


def _unread_days(asked: dict[str, str]) -> set[str]:
    """Return the days that were typed but are none."""
    return {name for name in ("since", "until") if asked[name] and _begin(asked[name]) is None}


def _chips(asked: dict[str, str]) -> Iterator[Chip]:
    for picked, title in PICKED.items():
        yield Chip(title, _url({**asked, "state": picked}), current=asked["state"] == picked)


def _export_url(asked: dict[str, str], name: str) -> str:
    return _url({**asked, "format": name}, to="portal:messages_export")


def _url(asked: dict[str, Any], *, to: str = "portal:messages") -> str:
    told = urlencode({name: value for name, value in asked.items() if value})
    return address(to) + (f"?{told}" if told else "")
