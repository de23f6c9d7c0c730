"""What every page that asks for a code says: what was wrong, when the next one may be asked for."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from oms.domain.accounts.codes import Checked, Issued, Outcome
from oms.faces.portal.account.forms import wait_words
from oms.law.typed import NBSP

_AGAIN = "code_again"


def code_words(checked: Checked) -> str:
    """Say what went wrong with a code and what to do."""
    if checked.outcome is Outcome.WRONG:
        return f"Неверный код. Осталось попыток: {checked.left}"
    if checked.outcome is Outcome.TOO_MANY:
        return "Слишком много неверных кодов. Запросите новый код"
    return f"Код больше не действует: прошло 10{NBSP}минут или его заменил другой. Запросите новый"


def announce(request: HttpRequest, issued: Issued) -> bool:
    """Keep when the next code may be asked for; tell whether one was issued, or say how long."""
    if issued.again_at is not None:
        request.session[_AGAIN] = issued.again_at.isoformat()
    if issued.wait_until is None:
        return True
    wait = wait_words(issued.wait_until - timezone.now())
    messages.warning(request, f"Новый код можно запросить через {wait}")
    return False


def again(request: HttpRequest, url: str) -> dict[str, Any]:
    """Return what the page needs for its second button: where to, from when, in how many seconds.

    The button is always there: without JavaScript the server says how long to wait.
    """
    until = parse_datetime(str(request.session.get(_AGAIN, "")))
    return {"again_url": url, **_left(until, timezone.now())}


def _left(until: datetime | None, at: datetime) -> dict[str, Any]:
    if until is None or until <= at:
        return {"again_in": 0, "again_words": ""}
    local = timezone.localtime(until)
    clock = f"{local:%H:%M:%S}" if until - at < timedelta(hours=1) else f"{local:%H:%M}"
    return {"again_in": int((until - at).total_seconds()) + 1, "again_words": f"с{NBSP}{clock}"}
