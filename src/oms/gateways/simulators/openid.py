"""Two OpenID providers of the demo and the tests, at `/esia` and `/bank` of one port.

Each has discovery, keys, a page to pick a synthetic person, tokens and userinfo. From outside:
GET or POST /people {Person} · POST /rotate {issuer} · POST /clients {issuer, jwk} ·
POST /faults {kind, issuer, where, seconds, times} · DELETE /faults
"""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oms.gateways.simulators import openid_pages
from oms.gateways.simulators.openid_people import SHAPES, People
from oms.gateways.simulators.openid_provider import WIRE, Fault, Faults, Kind, Provider, Refused

MAX_BODY = 64 * 1024
CLIENT = "oms:synthetic"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Server(ThreadingHTTPServer):
    """Knows its people and its two providers."""

    daemon_threads = True

    def __init__(
        self, *, host: str, port: int, portal: str, client: str = "", people: Path | None = None
    ) -> None:
        super().__init__((host, port), _Handler)
        self.people, self.faults = People(people), Faults()
        self.providers = {
            name: Provider(
                name,
                people=self.people,
                faults=self.faults,
                client=client or CLIENT,
                back=f"{portal}/account/outside/{name}/back/",
            )
            for name in SHAPES
        }
        for name, provider in self.providers.items():
            provider.issuer = f"http://{host}:{self.server_address[1]}/{name}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Show documents, keys, the page, who may be picked."""
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query))
        if address.path == "/style.css":
            return self._send(200, openid_pages.STYLE, "text/css")
        if address.path == "/people":
            return self._answer(200, [person.subject for person in self.server.people.all()])
        return self._of_provider(address.path, query)

    def do_POST(self) -> None:
        """Take a code, or an order."""
        body = self._body()
        if self.path in {"/people", "/rotate", "/clients", "/faults"}:
            return self._order(body)
        return self._of_provider(self.path, dict(parse_qsl(body.decode(errors="replace"))))

    def do_DELETE(self) -> None:
        """Forget the orders to fail."""
        self.server.faults.take_back()
        return self._answer(200, {})

    def log_message(self, *_: object) -> None:
        """Write no log: queries hold codes."""

    def _of_provider(self, path: str, told: dict[str, str]) -> None:
        name, _, where = path.strip("/").partition("/")
        provider = self.server.providers.get(name)
        if provider is None:
            return self._answer(404, {})
        fault = self.server.faults.due(name, where.rpartition("/")[2], *WIRE)
        if fault and self._fails(fault):
            return None
        try:
            return self._do(provider, where, told)
        except Refused as no:
            if where.startswith("authorize"):
                words = f"Запрос портала не подходит: {no.code}."
                return self._send(no.status, openid_pages.refused(words), "text/html")
            return self._answer(no.status, {"error": no.code})

    def _do(self, provider: Provider, where: str, told: dict[str, str]) -> None:
        posted = self.command == "POST"
        shown = self.headers.get("Authorization", "")
        if where == ".well-known/openid-configuration":
            self._answer(200, provider.discovery())
        elif where == "keys":
            self._answer(200, provider.keys())
        elif where == "authorize":
            number, people = provider.ask(told), self.server.people.all()
            page = openid_pages.choose(provider.name, request=number, people=people)
            self._send(200, page, "text/html")
        elif where == "authorize/as":
            to = provider.decide(told.get("request", ""), subject=told.get("person", ""))
            self._send(303, "", "text/html", Location=to)
        elif where == "token" and posted:
            self._answer(200, provider.exchange(told, shown))
        elif where == "userinfo":
            self._answer(200, provider.userinfo(shown))
        else:
            self._answer(404, {})

    def _fails(self, fault: Fault) -> bool:
        """Fail as ordered; return whether the request ends with it."""
        if fault.kind == Kind.REFUSE:
            self.close_connection = True
        elif fault.kind == Kind.TEMPORARY:
            self._answer(503, {"error": "temporarily_unavailable"})
        elif fault.kind == Kind.LONG:
            self._answer(200, {"keys": ["x" * 1024] * 1024})
        elif fault.kind == Kind.NOT_JSON:
            self._send(200, "<html>", "text/html")
        elif fault.kind == Kind.REDIRECT:
            self._send(302, "", "text/html", Location=f"http://{self.headers['Host']}/people")
        else:
            time.sleep(fault.seconds)
        return fault.kind != Kind.DELAY

    def _order(self, body: bytes) -> None:
        try:
            told = json.loads(body)
            if self.path == "/people":
                self.server.people.add(told)
            elif self.path == "/rotate":
                self.server.providers[told["issuer"]].rotate()
            elif self.path == "/clients":
                self.server.providers[told["issuer"]].client_key = told["jwk"]
            else:
                self.server.faults.order(Fault(**(told | {"kind": Kind(told["kind"])})))
        except (KeyError, TypeError, ValueError):
            return self._answer(400, {"kinds": list(Kind)})
        return self._answer(201, {})

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            return b""
        return self.rfile.read(length)

    def _answer(self, status: int, body: Any) -> None:
        self._send(status, json.dumps(body, ensure_ascii=False), "application/json")

    def _send(self, status: int, text: str, kind: str, **headers: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (_HEADERS | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
