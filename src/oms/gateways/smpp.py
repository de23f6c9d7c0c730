"""SMS over SMPP 3.4: one bound session per process and provider, receipts included.

A thread of the session reads: answers go to who waits for them, delivery receipts to the handler
of `on_receipt`. It asks `enquire_link` when nothing was heard for half a minute. A session that
breaks is bound anew by the next message, or by `listen`.

What is known about doubles: each part carries `user_message_reference`, made from the message's
key, so a provider that looks at it drops a repeated part. When an answer is lost the same provider
is asked again, never another.
"""

import atexit
import hashlib
import logging
import re
import select
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from smpplib import consts, exceptions, gsm, smpp
from smpplib.client import Client

from oms.gateways.errors import BadAddress, GatewayError, NotTaken, Permanent, Temporary

CONNECT_S = 5.0
ANSWER_S = 10.0
IDLE_S = 30.0
_STEP_S = 0.5
_LATER = frozenset({0x08, 0x14, 0x58, 0x64, 0x65})  # system error, queue full, throttled, app. busy
_BAD_ADDRESS = frozenset({0x0B, 0x50, 0x51})  # invalid destination, its TON, its NPI
_UNKNOWN_RECEIPT = 0x64  # ESME_RX_T_APPN: bring it again later
_ENROUTE = frozenset({"ENROUTE", "ACCEPTD", "UNKNOWN", ""})
_STATES = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD",
           7: "UNKNOWN", 8: "REJECTD"}  # fmt: skip
_QUIET = "smpplib"
logging.getLogger(_QUIET).setLevel(logging.ERROR)  # it would write down every message
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Receipt:
    """What the network says of one message: `state` as in SMPP 3.4, appendix B."""

    reference: str
    state: str

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in _ENROUTE


Handler = Callable[[str, Receipt], bool]
"""Told a provider's code and a receipt; False: such a message is not known (yet)."""
_handler: Handler | None = None


def on_receipt(handler: Handler) -> None:
    """Say who is told of receipts."""
    global _handler  # noqa: PLW0603  one handler per process, set when apps are ready
    _handler = handler


@dataclass(frozen=True)
class Address:
    """Where a provider listens and who we are there."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    source: str = ""
    tls: bool = False


def parse(url: str) -> Address:
    """Read `smpp[s]://user:password@host[:2775]?source=NAME`. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme not in {"smpp", "smpps"} or not parts.hostname:
        raise ValueError("An SMPP address must look like smpp[s]://user:password@host:2775")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if len(user) > 15 or len(password) > 8:
        raise ValueError("SMPP 3.4 allows 15 signs for the user and 8 for the password")
    source = parse_qs(parts.query).get("source", [""])[-1]
    port = parts.port or (3550 if parts.scheme == "smpps" else 2775)
    return Address(parts.hostname, port, user, password, source, parts.scheme == "smpps")


@dataclass
class _Waiting:
    done: threading.Event = field(default_factory=threading.Event)
    answer: Any = None


class Smpp:
    """One provider: `send` from any thread, one session under it."""

    def __init__(self, address: Address, *, code: str) -> None:
        self.address, self.code = address, code
        self._binding, self._writing = threading.Lock(), threading.Lock()
        self._client: Client | None = None
        self._waiting: dict[int, _Waiting] = {}

    def send(self, *, to: str, text: str, key: str) -> str:
        """Submit one text in as many parts as it needs; return the number of the last part.

        Raises `NotTaken` while surely nothing was accepted, `Temporary` when nobody knows.
        """
        client = self._bound()
        parts, coding, esm_class = gsm.make_parts(text, encoding=consts.SMPP_ENCODING_ISO10646)
        reference = int.from_bytes(hashlib.sha256(key.encode()).digest()[:2]) or 1
        number = ""
        for index, part in enumerate(parts):
            try:
                number = self._submit(
                    client,
                    destination_addr=to.removeprefix("+"),
                    short_message=part,
                    data_coding=coding,
                    esm_class=esm_class,
                    user_message_reference=reference,
                    registered_delivery=index + 1 == len(parts),
                )
            except NotTaken as error:
                if index:  # the beginning is there: only the same provider can complete it
                    raise Temporary(str(error)) from error
                raise
        return number

    def listen(self) -> None:
        """Bind if no session is open, so that receipts can arrive. Raises `NotTaken`."""
        self._bound()

    def close(self) -> None:
        """Take leave of the provider; whoever waits is told that nobody knows."""
        client = self._client
        if client is None:
            return
        try:
            with self._writing:
                client.send_pdu(smpp.make_pdu("unbind", client=client))
        except (exceptions.ConnectionError, exceptions.PDUError, OSError, AttributeError):
            pass
        self._drop(client)

    def _bound(self) -> Client:
        with self._binding:
            if self._client is None:
                self._client = self._bind()
                reader = threading.Thread(target=self._read, args=(self._client,), daemon=True)
                reader.start()
            return self._client

    def _bind(self) -> Client:
        own = self.address
        client = Client(
            own.host,
            own.port,
            timeout=CONNECT_S,
            logger_name=_QUIET,
            allow_unknown_opt_params=True,
            ssl_context=_tls(own.host) if own.tls else None,
        )
        try:
            client.connect()
            client.bind_transceiver(system_id=own.user, password=own.password, system_type="")
        except (exceptions.ConnectionError, exceptions.PDUError, OSError) as error:
            client.disconnect()
            raise NotTaken(f"СМС-провайдер недоступен ({_code(error)})") from error
        return client

    def _submit(self, client: Client, **parameters: Any) -> str:
        waiting = _Waiting()
        with self._writing:
            pdu = smpp.make_pdu(
                "submit_sm",
                client=client,
                source_addr=self.address.source,
                source_addr_ton=5,  # alphanumeric
                dest_addr_ton=1,
                dest_addr_npi=1,
                **parameters,
            )
            self._waiting[pdu.sequence] = waiting
            try:
                client.send_pdu(pdu)
            except (exceptions.ConnectionError, exceptions.PDUError, OSError) as error:
                self._waiting.pop(pdu.sequence, None)
                self._drop(client)
                raise Temporary(f"СМС-провайдер оборвал связь ({_code(error)})") from error
        waiting.done.wait(ANSWER_S)
        self._waiting.pop(pdu.sequence, None)
        if waiting.answer is None:
            self._drop(client)
            raise Temporary("СМС-провайдер не ответил")
        if waiting.answer.status:
            raise _meaning(waiting.answer.status)
        return _text(waiting.answer.message_id)

    def _read(self, client: Any) -> None:
        """Read until the session ends."""
        heard, asked = time.monotonic(), False
        try:
            while self._lives(client):
                if _readable(client):
                    self._handle(client, client.read_pdu())
                    heard, asked = time.monotonic(), False
                    continue
                silent = time.monotonic() - heard
                if asked and silent > IDLE_S + ANSWER_S:
                    break
                if not asked and silent > IDLE_S:
                    asked = True
                    self._write(client, smpp.make_pdu("enquire_link", client=client))
        except Exception as error:  # whatever breaks a session: the next message binds anew
            log.info("smpp.session_broken", provider=self.code, error=type(error).__name__)
        self._drop(client)

    def _lives(self, client: Any) -> bool:
        return self._client is client

    def _handle(self, client: Client, pdu: Any) -> None:
        waiting = self._waiting.get(pdu.sequence)
        if waiting is not None and pdu.command in {"submit_sm_resp", "generic_nack"}:
            waiting.answer = pdu
            waiting.done.set()
        elif pdu.command == "deliver_sm":
            known = self._take(pdu)
            self._answer(client, pdu, "deliver_sm_resp", status=0 if known else _UNKNOWN_RECEIPT)
        elif pdu.command == "enquire_link":
            self._answer(client, pdu, "enquire_link_resp")
        elif pdu.command == "unbind":
            self._answer(client, pdu, "unbind_resp")
            raise exceptions.ConnectionError

    def _take(self, pdu: Any) -> bool:
        """Hand a receipt on; an SMS that somebody sent us is accepted and let be."""
        receipt = read_receipt(pdu)
        if receipt is None or not receipt.is_final or _handler is None:
            return True
        return _handler(self.code, receipt)

    def _answer(self, client: Client, pdu: Any, command: str, *, status: int = 0) -> None:
        answer = smpp.make_pdu(command, client=client, status=status)
        answer.sequence = pdu.sequence
        self._write(client, answer)

    def _write(self, client: Client, pdu: Any) -> None:
        with self._writing:
            client.send_pdu(pdu)

    def _drop(self, client: Client) -> None:
        """End the session; who waits for an answer gets none."""
        if self._client is client:
            self._client = None
            for waiting in list(self._waiting.values()):
                waiting.done.set()
        client.state = consts.SMPP_CLIENT_STATE_OPEN
        client.disconnect()


_SESSIONS: dict[tuple[str, str], Smpp] = {}


def session(url: str, *, code: str) -> Smpp:
    """Return this process's session with a provider."""
    if (url, code) not in _SESSIONS:
        _SESSIONS[url, code] = Smpp(parse(url), code=code)
    return _SESSIONS[url, code]


def close_all() -> None:
    """End all sessions of this process in order."""
    while _SESSIONS:
        _SESSIONS.popitem()[1].close()


atexit.register(close_all)


def read_receipt(pdu: Any) -> Receipt | None:
    """Return the receipt a `deliver_sm` carries: by its TLVs, else by the text of appendix B."""
    if not pdu.esm_class & 0x3C:
        return None
    text = _text(pdu.short_message or b"")
    told = dict(re.findall(r"(id|stat):(\S+)", text))
    number = _text(getattr(pdu, "receipted_message_id", None) or b"") or told.get("id", "")
    state = _STATES.get(getattr(pdu, "message_state", None) or 0, "") or told.get("stat", "")
    return Receipt(number, state) if number else None


def _readable(client: Client) -> bool:
    wire = client._socket
    if wire is None:
        raise exceptions.ConnectionError
    if isinstance(wire, ssl.SSLSocket) and wire.pending():
        return True
    return bool(select.select([wire], [], [], _STEP_S)[0])


def _tls(host: str) -> Any:
    """A context that checks the host's name: the library does not hand the name over."""
    context = ssl.create_default_context()

    class Named:
        def wrap_socket(self, raw: Any) -> ssl.SSLSocket:
            return context.wrap_socket(raw, server_hostname=host)

    return Named()


def _meaning(status: int) -> GatewayError:
    if status in _BAD_ADDRESS:
        return BadAddress(f"СМС-провайдер не знает такого номера (0x{status:02X})")
    if status in _LATER:
        return NotTaken(f"СМС-провайдер просит повторить позже (0x{status:02X})")
    return Permanent(f"СМС-провайдер отказался принять сообщение (0x{status:02X})")


def _code(error: Exception) -> str:
    status = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else None
    return f"0x{status:02X}" if status else type(error).__name__


def _text(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.rstrip(b"\0").decode("latin-1")
