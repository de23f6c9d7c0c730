"""E-mail: one message to one person, over SMTP (RFC 5321, 5322).

The key of a message becomes its Message-ID, so a resend after a lost answer is the same
message to whoever receives it.
"""

import hashlib
import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from oms.gateways.errors import BadAddress, GatewayError, Permanent, Temporary

TIMEOUT_S = 10
_WORD = r"[^\s,;:<>()\[\]\\\"@\x00-\x1f\x7f]+"
_ADDRESS = re.compile(rf"{_WORD}@{_WORD}\.\w+")


@dataclass(frozen=True)
class File:
    """A PDF that goes with a message."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One message to one person: twin parts, and files that go with them.

    The same `key` is the same message, by which the receiver knows a resend; so is its date, `at`.
    """

    to: str
    subject: str
    text: str
    html: str
    key: str
    at: datetime
    files: Sequence[File] = ()


class MailGateway(Protocol):
    """Whatever carries e-mail."""

    def send(self, letter: Letter) -> str:
        """Hand one letter over; return its Message-ID. Raises `Temporary` or `Permanent`."""


def gateway() -> MailGateway:
    """The gateway in force: SMTP when configured, memory in tests, else one that only waits."""
    if settings.SMTP_URL:
        return from_url(settings.SMTP_URL, sender=settings.MAIL_FROM)
    return MEMORY if settings.ENV.is_test else Unconfigured()


def message_id(key: str, *, sender: str) -> str:
    """The Message-ID of a key: always the same, telling nothing of the key."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def compose(letter: Letter, *, sender: str) -> EmailMessage:
    """A well-formed message with twin parts. Raises `BadAddress`.

    Line breaks cannot enter a header: the subject is one line, the address is one address.
    """
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=_one_address(letter.to))
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = message_id(letter.key, sender=sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    for file in letter.files:
        message.add_attachment(
            file.content, maintype="application", subtype="pdf", filename=file.name
        )
    message["Content-Language"] = "ru"  # after the parts: they would take it with them
    return message


def _one_line(text: str) -> str:
    """The text without control characters and line breaks; no-break spaces stay."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()


def _one_address(to: str) -> str:
    """The address with its domain in ASCII (IDNA); `BadAddress` unless it is exactly one."""
    if not _ADDRESS.fullmatch(to) or len(to) > 254:
        raise BadAddress("Адрес электронной почты написан с ошибкой")
    local, _, domain = to.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise BadAddress("В адресе электронной почты нет такого домена") from None


@dataclass(frozen=True)
class Smtp:
    """A mail server. `tls` is empty, `starttls` or `implicit`."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = ""

    def send(self, letter: Letter) -> str:
        """Hand over in a connection of its own; no wait is longer than `TIMEOUT_S`."""
        message = compose(letter, sender=self.sender)
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise Temporary(_words("Почтовый сервер недоступен", error)) from error
        try:
            server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise _meaning(error) from error
        finally:
            _leave(server)
        return str(message["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        if self.tls == "implicit":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_S, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            if self.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def from_url(url: str, *, sender: str) -> Smtp:
    """Read `smtp://[user:password@]host[:port][?tls=1]` or `smtps://…` (TLS from the start)."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("OMS_SMTP_URL must look like smtp://[user:password@]host:port[?tls=1]")
    tls = parse_qs(parts.query).get("tls", ["0"])[-1] not in {"", "0"}
    return Smtp(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587 if tls else 25),
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls="implicit" if parts.scheme == "smtps" else "starttls" if tls else "",
    )


def _meaning(error: Exception) -> GatewayError:
    """Whose fault a failed hand-over is, by RFC 5321: 4yz ask again, 5yz never."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
        if code >= 500:
            return BadAddress(f"Почтовый сервер не знает такого адреса ({code})")
        return Temporary(f"Почтовый сервер просит повторить позже ({code})")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return BadAddress("Почтовый сервер не принимает адреса с русскими буквами")
    if isinstance(error, smtplib.SMTPSenderRefused):  # our own set-up, not the person's address
        return Temporary(_words("Почтовый сервер не принимает нашего отправителя", error))
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500:
        return Permanent(_words("Почтовый сервер отказался принять письмо", error))
    return Temporary(_words("Почтовый сервер не подтвердил приём", error))


def _words(text: str, error: Exception) -> str:
    """The reason with the server's code, never its words: they may repeat the address."""
    code = getattr(error, "smtp_code", None) or type(error).__name__
    return f"{text} ({code})"


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye. What goes wrong now changes nothing: the message was answered for."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


class Unconfigured:
    """No server is named: messages wait."""

    def send(self, letter: Letter) -> str:
        """Raise `Temporary`."""
        raise Temporary("Почтовый сервер не настроен")


@dataclass
class Memory:
    """For tests: keeps what is sent, knows a resend by its key, fails when told to."""

    sent: list[Letter] = field(default_factory=list)
    failures: list[GatewayError] = field(default_factory=list)

    def send(self, letter: Letter) -> str:
        """Keep the message, or raise the next of `failures`."""
        if self.failures:
            raise self.failures.pop(0)
        sender = settings.MAIL_FROM
        compose(letter, sender=sender)
        if letter.key not in {one.key for one in self.sent}:
            self.sent.append(letter)
        return message_id(letter.key, sender=sender)

    def clear(self) -> None:
        """Forget everything."""
        self.sent.clear()
        self.failures.clear()


MEMORY = Memory()
