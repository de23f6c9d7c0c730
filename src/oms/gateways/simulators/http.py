"""An SMS provider, a push service, and the window through which what was caught is seen.

POST /sms · GET /messages?to=&limit=&before= · GET /messages/N · DELETE /messages ·
GET, POST /faults {kind, channel, recipient, seconds, times} · DELETE /faults?channel=&recipient=
POST /registers/… (see `registers.py`) · POST /ferzl, /ferzl/people (see `ferzl.py`)
POST /push/subscriptions {server} · POST /push/N · DELETE /push/N (see `push.py`)
"""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oms.gateways.simulators import ferzl, push, registers
from oms.gateways.simulators.store import Fault, Kind, Store

CHANNEL = "sms"
MAX_BODY = 64 * 1024
_BEFORE = frozenset({Kind.REFUSE, Kind.DELAY, Kind.TEMPORARY, Kind.BAD_ADDRESS})
_PUSH = _BEFORE | {Kind.GONE}
_AFTER = frozenset({Kind.SLOW_ANSWER, Kind.LOST})
_SUBSCRIPTIONS = "/push/subscriptions"


class Server(ThreadingHTTPServer):
    """Knows the store and the token its callers must show (empty: any)."""

    daemon_threads = True

    def __init__(
        self,
        store: Store,
        *,
        host: str,
        port: int,
        token: str = "",
        known: registers.Registers | None = None,
        insured: ferzl.Ferzl | None = None,
    ) -> None:
        self.store = store
        self.ferzl = insured or ferzl.Ferzl()
        self.registers = known or registers.Registers()
        self.token = token
        self.push = push.Push()
        super().__init__((host, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Show what was caught."""
        address = urlsplit(self.path)
        if address.path == "/messages":
            query = dict(parse_qsl(address.query))
            limit, before = int(query.get("limit") or 50), int(query.get("before") or 0)
            found = self.server.store.messages(to=query.get("to", ""), limit=limit, before=before)
            return self._answer(200, found)
        if address.path == "/faults":
            return self._answer(200, self.server.store.faults())
        number = address.path.removeprefix("/messages/")
        one = self.server.store.message(int(number)) if number.isdecimal() else None
        return self._answer(200 if one else 404, one or {})

    def do_POST(self) -> None:
        """Take an SMS, a notice, a question to a register, or an order to fail."""
        if self.path.startswith("/push/") and self.path != _SUBSCRIPTIONS:
            return self._push(self.path.removeprefix("/push/"))
        if self.path == ferzl.PATH:
            return self._ferzl()
        body = self._body()
        if body is None:
            return self._answer(400, {"code": "not-json"})
        if self.path == f"{ferzl.PATH}/people":
            self.server.ferzl.know(body.get("people") or [])
            return self._answer(201, {})
        if self.path.startswith("/registers/"):
            return self._register(self.path.removeprefix("/registers/"), body)
        known = {"/sms": self._sms, "/faults": self._fault, _SUBSCRIPTIONS: self._subscribe}
        return known.get(self.path, self._nothing)(body)

    def do_DELETE(self) -> None:
        """Forget messages, or faults (all, or of one channel and recipient)."""
        address = urlsplit(self.path)
        if address.path == "/messages":
            self.server.store.clear()
        elif address.path.startswith("/push/"):
            self.server.push.unsubscribe(address.path.removeprefix("/push/"))
        elif address.path == "/faults":
            query = dict(parse_qsl(address.query))
            channel, recipient = query.get("channel", ""), query.get("recipient", "")
            self.server.store.take_back(channel=channel, recipient=recipient)
        else:
            return self._answer(404, {})
        return self._answer(200, {})

    def log_message(self, *_: object) -> None:
        """Write no log: addresses are personal."""

    def _sms(self, body: dict[str, Any]) -> None:
        if self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return self._answer(401, {"code": "unauthorized"})
        to, text, key = (str(body.get(name, "")) for name in ("to", "text", "id"))
        if not (to and text and key):
            return self._answer(400, {"code": "incomplete"})
        store = self.server.store
        before = store.fault(channel=CHANNEL, recipient=to, of=_BEFORE)
        if before and self._fails(before):
            return None
        new = store.keep(channel=CHANNEL, key=key, recipient=to, text=text)
        after = store.fault(channel=CHANNEL, recipient=to, of=_AFTER)
        if after and after.kind == Kind.LOST:
            self.close_connection = True
            return None
        time.sleep(after.seconds if after else 0)
        return self._answer(200 if new else 409, {"id": key, "state": "accepted"})

    def _subscribe(self, body: dict[str, Any]) -> None:
        server = str(body.get("server", ""))
        self._answer(201, self.server.push.subscribe(origin=self._origin, server=server))

    def _nothing(self, _body: dict[str, Any]) -> None:
        self._answer(404, {})

    @property
    def _origin(self) -> str:
        return f"http://{self.headers.get('Host', '')}"

    def _push(self, number: str) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), push.MAX_BODY + 1)
        body = self.rfile.read(length)
        store = self.server.store
        before = store.fault(channel=push.CHANNEL, recipient=number, of=_PUSH)
        if before and before.kind == Kind.GONE:
            return self._answer(410, {"code": "gone"})
        if before and self._fails(before):
            return None
        try:
            notice = self.server.push.receive(number, dict(self.headers), body, origin=self._origin)
        except push.Refused as no:
            return self._answer(no.status, {"code": no.code})
        store.keep(
            channel=push.CHANNEL,
            key=self.headers.get("Topic") or str(notice.get("tag")),
            recipient=number,
            subject=str(notice.get("title")),
            text=f"Уведомление в браузере\n{notice.get('path')}",
        )
        if store.fault(channel=push.CHANNEL, recipient=number, of=frozenset({Kind.LOST})):
            self.close_connection = True
            return None
        return self._answer(201, {})

    def _register(self, name: str, body: dict[str, Any]) -> None:
        if name == "people":
            self.server.registers.know(body.get("people") or [])
            return self._answer(201, {})
        if name not in registers.REGISTERS:
            return self._answer(404, {})
        fault = self.server.store.fault(channel=registers.CHANNEL, recipient=name, of=_BEFORE)
        if fault and self._fails(fault):
            return None
        return self._answer(*self.server.registers.answer(name, body))

    def _ferzl(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        content = self.rfile.read(length)
        fault = self.server.store.fault(channel=registers.CHANNEL, recipient="ferzl", of=_BEFORE)
        if fault and self._fails(fault):
            return
        status, envelope = self.server.ferzl.answer(content)
        self._send(status, "text/xml; charset=utf-8", envelope)

    def _fails(self, fault: Fault) -> bool:
        """Fail as ordered; return whether the request ends with it."""
        if fault.kind == Kind.REFUSE:
            self.close_connection = True
        elif fault.kind == Kind.TEMPORARY:
            self._answer(503, {"code": "later"})
        elif fault.kind == Kind.BAD_ADDRESS:
            self._answer(422, {"code": "bad-address"})
        else:
            time.sleep(fault.seconds)
        return fault.kind != Kind.DELAY

    def _fault(self, body: dict[str, Any]) -> None:
        try:
            fault = Fault(**(body | {"kind": Kind(body["kind"])}))
        except (KeyError, TypeError, ValueError):
            return self._answer(400, {"kinds": list(Kind)})
        self.server.store.order(fault)
        return self._answer(201, {})

    def _body(self) -> dict[str, Any] | None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            return None
        try:
            found = json.loads(self.rfile.read(length))
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        self._send(status, "application/json; charset=utf-8", data)

    def _send(self, status: int, media_type: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
