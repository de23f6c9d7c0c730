"""SMS: up to two providers, each over HTTP or SMPP.

HTTP: POST JSON {to, text, id} with a bearer token. The provider answers a repeated `id` with 200
or 409 and sends nothing twice. SMPP: `smpp.py`.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import httpx
from django.conf import settings

from oms.gateways import smpp
from oms.gateways.errors import BadAddress, GatewayError, NotTaken, Permanent, Temporary

TIMEOUT = httpx.Timeout(10, connect=5)
_PHONE = re.compile(r"\+[1-9]\d{9,14}")
_ACCEPTED = frozenset({200, 201, 202, 409})  # 409: this id was accepted before
_BAD_ADDRESS = frozenset({400, 404, 422})


class SmsGateway(Protocol):
    """Whatever carries SMS."""

    def send(self, *, to: str, text: str, key: str) -> str:
        """Hand one message over; return the gateway's number of it.

        `to` is E.164. Raises `NotTaken` (ask whom you like), `Temporary` (ask the same again) or
        `Permanent`. The same `key` is sent once.
        """


def gateway(code: str = "sms-1") -> SmsGateway:
    """The provider of a code; memory in tests without one, else one that only waits."""
    url, token = _configured().get(code, ("", ""))
    if url.startswith("smpp"):
        return smpp.session(url, code=code)
    if url:
        return Http(url, token)
    return MEMORY if settings.ENV.is_test else Unconfigured()


def weights() -> Mapping[str, float]:
    """Codes of the providers there are and how much each shall carry."""
    codes = list(_configured()) or ["sms-1"]
    told = dict(zip(("sms-1", "sms-2"), parse_weights(settings.SMS_WEIGHTS), strict=True))
    return {code: told[code] for code in codes}


def parse_weights(text: str) -> tuple[float, float]:
    """Read `3:1`. Raises `ValueError`."""
    first, _, second = text.partition(":")
    found = (float(first), float(second or 1))
    if not all(0 < one < 1_000_000 for one in found):
        raise ValueError("OMS_SMS_WEIGHTS must look like 3:1, both above zero")
    return found


def listen() -> None:
    """Keep sessions open over which receipts arrive. Raises nothing: a provider may be down."""
    for code, (url, _) in _configured().items():
        if url.startswith("smpp"):
            try:
                smpp.session(url, code=code).listen()
            except Temporary:
                continue


def _configured() -> dict[str, tuple[str, str]]:
    rows = {
        "sms-1": (settings.SMS_URL, settings.SMS_TOKEN),
        "sms-2": (settings.SMS_2_URL, settings.SMS_2_TOKEN),
    }
    return {code: row for code, row in rows.items() if row[0]}


@dataclass(frozen=True)
class Http:
    """A provider with an HTTP door."""

    url: str
    token: str = field(default="", repr=False)

    def send(self, *, to: str, text: str, key: str) -> str:
        """Post one message; no wait is longer than 10 s."""
        check_phone(to)
        try:
            with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client:
                answer = client.post(
                    self.url,
                    json={"to": to, "text": text, "id": key},
                    headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
                )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotTaken(f"СМС-шлюз недоступен ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise Temporary(f"СМС-шлюз не отвечает ({type(error).__name__})") from error
        if answer.status_code not in _ACCEPTED:
            raise _meaning(answer.status_code)
        return key


@cache
def trusted() -> ssl.SSLContext:
    """The roots we trust, read once: reading them costs more than sending a message."""
    return ssl.create_default_context()


def check_phone(to: str) -> None:
    """Raise `BadAddress` unless the number is one E.164 number."""
    if not _PHONE.fullmatch(to):
        raise BadAddress("Номер телефона написан с ошибкой")


def _meaning(code: int) -> GatewayError:
    """Whose fault an answer is. Our token or limit may be mended; a wrong number may not."""
    if code in _BAD_ADDRESS:
        return BadAddress(f"СМС-шлюз не знает такого номера ({code})")
    if code in {401, 403, 425, 429, 503}:  # said before anything was taken
        return NotTaken(f"СМС-шлюз просит повторить позже ({code})")
    if code == 408 or code >= 500:
        return Temporary(f"СМС-шлюз просит повторить позже ({code})")
    return Permanent(f"СМС-шлюз отказался принять сообщение ({code})")


class Unconfigured:
    """No provider is named: messages wait."""

    def send(self, *, to: str, text: str, key: str) -> str:
        """Raise `Temporary`."""
        raise NotTaken("СМС-шлюз не настроен")


@dataclass(frozen=True)
class Sms:
    """A message as the memory gateway keeps it."""

    to: str
    text: str
    key: str


@dataclass
class Memory:
    """For tests: keeps what is sent, knows a resend by its key, fails when told to."""

    sent: list[Sms] = field(default_factory=list)
    failures: list[GatewayError] = field(default_factory=list)

    def send(self, *, to: str, text: str, key: str) -> str:
        """Keep the message, or raise the next of `failures`."""
        if self.failures:
            raise self.failures.pop(0)
        check_phone(to)
        if key not in {sms.key for sms in self.sent}:
            self.sent.append(Sms(to, text, key))
        return key

    def clear(self) -> None:
        """Forget everything."""
        self.sent.clear()
        self.failures.clear()


MEMORY = Memory()
