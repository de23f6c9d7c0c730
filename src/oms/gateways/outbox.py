"""The demo's letter-box: reads what the simulators caught."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings

from oms.gateways.errors import Temporary
from oms.gateways.sms import trusted

TIMEOUT = httpx.Timeout(5)


@dataclass(frozen=True)
class Caught:
    """One e-mail or SMS as it arrived; `copies` counts how often the same one came."""

    id: int
    channel: str
    recipient: str
    subject: str
    text: str
    at: datetime
    copies: int


def messages(*, to: str = "", limit: int = 50, before: int = 0) -> list[Caught]:
    """The newest messages first, of one recipient if `to` is given, older than id `before`.

    Raises `Temporary` when the simulators cannot be reached.
    """
    found = _get("/messages", to=to, limit=str(limit), before=str(before))
    return [_caught(row) for row in found]


def message(*, number: int) -> Caught | None:
    """One message by its number, or None. Raises `Temporary`."""
    found = _get(f"/messages/{number}")
    return _caught(found) if found else None


def _get(path: str, **query: str) -> Any:
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client:
            answer = client.get(settings.OUTBOX_URL.rstrip("/") + path, params=query)
            if answer.status_code == 404:
                return None
            return answer.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Temporary(f"Ящик сообщений не отвечает ({type(error).__name__})") from error


def _caught(row: dict[str, Any]) -> Caught:
    return Caught(
        id=row["id"],
        channel=row["channel"],
        recipient=row["recipient"],
        subject=row["subject"],
        text=row["text"],
        at=datetime.fromisoformat(row["at"]),
        copies=row["copies"],
    )
