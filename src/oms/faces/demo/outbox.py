"""Demonstration: the letter-box where caught e-mail and SMS are read.

Nothing personal stands in an address: one person's messages are those "like" a message.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from oms.gateways import outbox
from oms.gateways.errors import Temporary
from oms.gateways.outbox import Caught
from oms.law import phone
from oms.law.verdict import Invalid

PAGE = 25
_CODE = re.compile(r"(?<![\d-])\d{6}(?![\d-])")
_MAX_NUMBER = 10**15


@dataclass(frozen=True)
class Shown:
    """A caught message as the page shows it."""

    caught: Caught
    code: str

    @property
    def is_sms(self) -> bool:
        """Whether it came by SMS."""
        return self.caught.channel == "sms"

    @property
    def title(self) -> str:
        """The subject of a letter, the first words of an SMS."""
        return self.caught.subject or self.caught.text[:80]

    @property
    def recipient(self) -> str:
        """The address as people read it."""
        return phone.display(self.caught.recipient)


@require_http_methods(["GET", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """Show the newest first; a typed recipient (POST) leads to that person's messages."""
    typed = request.POST.get("to", "").strip()
    try:
        if request.method == "POST":
            return _found(request, typed)
        like, before = _number(request, "like"), _number(request, "before")
        to = _recipient(like) if like else ""
        found = outbox.messages(to=to, limit=PAGE + 1, before=before)
    except Temporary:
        return _page(request, silent=True, typed=typed)
    return _page(
        request,
        shown=[_show(caught) for caught in found[:PAGE]],
        typed=phone.display(to),
        filtered=bool(to),
        previous_url=_address(like=like) if before else "",
        next_url=_address(like=like, before=found[PAGE - 1].id) if len(found) > PAGE else "",
    )


@require_GET
def message(request: HttpRequest, number: int) -> HttpResponse:
    """Show one message: its text, never its HTML, which is not ours to run."""
    try:
        caught = outbox.message(number=number) if number < _MAX_NUMBER else None
    except Temporary:
        return _page(request, silent=True)
    if caught is None:
        raise Http404
    return render(
        request,
        "demo/message.html",
        {
            "title": caught.subject or "СМС",
            "one": _show(caught),
            "crumbs": [
                {"title": "Письма и СМС", "url": reverse("demo:outbox")},
                {"title": "Сообщение", "url": ""},
            ],
            "same_url": _address(like=caught.id),
        },
    )


def _found(request: HttpRequest, typed: str) -> HttpResponse:
    """Lead to the messages of the typed recipient; say so when there are none."""
    if not typed:
        return redirect("demo:outbox")
    newest = outbox.messages(to=_address_of(typed), limit=1)
    if not newest:
        return _page(request, typed=typed, filtered=True)
    return redirect(_address(like=newest[0].id))


def _page(request: HttpRequest, **context: Any) -> HttpResponse:
    return render(request, "demo/outbox.html", {"title": "Письма и СМС", **context})


def _address_of(typed: str) -> str:
    """What was typed, as gateways write addresses: E.164, or an e-mail as it is."""
    try:
        return phone.normalize(typed)
    except Invalid:
        return typed


def _recipient(number: int) -> str:
    like = outbox.message(number=number)
    if like is None:
        raise Http404
    return like.recipient


def _number(request: HttpRequest, name: str) -> int:
    """A number of the query; 0 when it is absent. Anything else is no page of ours."""
    given = request.GET.get(name, "")
    if not given:
        return 0
    if not (given.isascii() and given.isdecimal()) or int(given[:16]) >= _MAX_NUMBER:
        raise Http404
    return int(given)


def _address(**query: int) -> str:
    given = {name: value for name, value in query.items() if value}
    return reverse("demo:outbox") + (f"?{urlencode(given)}" if given else "")


def _show(caught: Caught) -> Shown:
    found = _CODE.search(caught.text) if "код" in caught.text.lower() else None
    return Shown(caught, found[0] if found else "")
