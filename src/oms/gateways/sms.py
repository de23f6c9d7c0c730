"""SMS over an HTTP gateway: POST JSON {to, text, id} with a bearer token.

The gateway answers a repeated `id` with 200 or 409 and sends nothing twice.
"""

import re
import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import httpx
from django.conf import settings

from oms.gateways.errors import BadAddress, GatewayError, Permanent, Temporary

TIMEOUT = httpx.Timeout(10, connect=5)
_PHONE = re.compile(r"\+[1-9]\d{9,14}")
_ACCEPTED = frozenset({200, 201, 202, 409})  # 409: this id was accepted before
_BAD_ADDRESS = frozenset({400, 404, 422})


class SmsGateway(Protocol):
    """Whatever carries SMS."""

    def send(self, *, to: str, text: str, key: str) -> str:
        """Hand one message over; return the gateway's number of it.

        `to` is E.164. Raises `Temporary` or `Permanent`. The same `key` is sent once.
        """


def gateway() -> SmsGateway:
    """The gateway in force: HTTP when configured, memory in tests, else one that only waits."""
    if settings.SMS_URL:
        return Http(settings.SMS_URL, settings.SMS_TOKEN)
    return MEMORY if settings.ENV.is_test else Unconfigured()


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
    if code in {401, 403, 408, 425, 429} or code >= 500:
        return Temporary(f"СМС-шлюз просит повторить позже ({code})")
    return Permanent(f"СМС-шлюз отказался принять сообщение ({code})")


class Unconfigured:
    """No provider is named: messages wait."""

    def send(self, *, to: str, text: str, key: str) -> str:
        """Raise `Temporary`."""
        raise Temporary("СМС-шлюз не настроен")


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
