"""Leaked passwords: found in a file or by a service told five signs; never in the way."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from oms.gateways import breached_passwords
from oms.gateways.breached_passwords import is_breached

LEAKED = "летний вечер 7"


def digest(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()


@pytest.mark.parametrize("form", ["{}:{}\r\n", "{}\n", "{}:{}\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 100, 1000])
def test_every_line_of_a_file_is_found_and_nothing_else(
    tmp_path: Path, settings: Any, form: str, size: int
) -> None:
    known = [f"пароль {n}" for n in range(size)]
    file = tmp_path / "list.txt"
    sums = sorted(digest(one) for one in known)
    file.write_bytes("".join(form.format(one, n) for n, one in enumerate(sums)).encode())
    settings.BREACHED_PASSWORDS = f"file:{file}"
    assert all(is_breached(one) for one in known)
    assert not any(is_breached(f"другой {n}") for n in range(50))


def test_a_large_file_is_not_read_whole(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "list.txt"
    sums = sorted(digest(str(n)) for n in range(20_000))
    file.write_text("\n".join(sums))
    settings.BREACHED_PASSWORDS = f"file:{file}"
    read: list[int] = []
    pread = breached_passwords.os.pread

    def counted(file: int, size: int, place: int) -> bytes:
        read.append(size)
        return pread(file, size, place)

    monkeypatch.setattr(breached_passwords.os, "pread", counted)
    assert is_breached("12345")
    assert sum(read) < 20_000 < file.stat().st_size


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"\0" * 1000, b"x" * 1000])
def test_a_spoilt_file_ends_the_search(tmp_path: Path, settings: Any, content: bytes) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    settings.BREACHED_PASSWORDS = f"file:{tmp_path / 'list.txt'}"
    assert not is_breached(LEAKED)


class Range(BaseHTTPRequestHandler):
    """A service with the range door; it keeps what it was told."""

    told: list[tuple[str, str | None]] = []
    status = 200

    def do_GET(self) -> None:
        type(self).told.append((self.path, self.headers["Add-Padding"]))
        rows = [f"{digest(LEAKED)[5:]}:17", f"{digest('padding')[5:]}:0"]
        body = "\r\n".join(rows).encode()
        self.send_response(type(self).status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def service(settings: Any) -> Iterator[type[Range]]:
    Range.told, Range.status = [], 200
    with ThreadingHTTPServer(("127.0.0.1", 0), Range) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.BREACHED_PASSWORDS = f"http://127.0.0.1:{server.server_port}/range/"
        yield Range
        server.shutdown()
        thread.join()


def test_the_service_learns_five_signs(service: type[Range]) -> None:
    assert is_breached(LEAKED)
    assert not is_breached("padding")
    assert not is_breached("другой пароль 1")
    assert service.told[0] == (f"/range/{digest(LEAKED)[:5]}", "true")
    assert {len(path) for path, _ in service.told} == {len("/range/") + 5}


def test_a_list_that_does_not_answer_stops_nobody(
    service: type[Range], settings: Any, tmp_path: Path
) -> None:
    service.status = 503
    assert not is_breached(LEAKED)
    for dead in ("http://127.0.0.1:9/range/", f"file:{tmp_path / 'missing'}", ""):
        settings.BREACHED_PASSWORDS = dead
        assert not is_breached(LEAKED)
