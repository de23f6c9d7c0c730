"""An antivirus that knows one virus: the harmless EICAR sign. Speaks as clamd does.

`zPING` · `zVERSION` · `zINSTREAM` with chunks. Faults are ordered as for SMS, channel `clamd`.
"""

import socketserver
import time
from io import BufferedIOBase

from oms.gateways.antivirus import EICAR
from oms.gateways.simulators.store import Kind, Store

CHANNEL = "clamd"
VERSION = "ClamAV 0.0.0/simulator"
MAX_STREAM = 25 * 1024 * 1024
_FAULTS = frozenset({Kind.REFUSE, Kind.DELAY, Kind.TEMPORARY, Kind.SLOW_ANSWER, Kind.LOST})


class Server(socketserver.ThreadingTCPServer):
    """Listens until it is shut down."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, store: Store, *, host: str, port: int) -> None:
        self.store = store
        super().__init__((host, port), _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        """Answer one command and hang up, as clamd does outside a session."""
        command = _word(self.rfile)
        if command == b"PING":
            self._say("PONG")
        elif command == b"VERSION":
            self._say(VERSION)
        elif command == b"INSTREAM":
            self._judge()
        else:
            self._say("UNKNOWN COMMAND")

    def _judge(self) -> None:
        fault = self.server.store.fault(channel=CHANNEL, recipient="", of=_FAULTS)
        if fault and fault.kind == Kind.REFUSE:
            return None
        content = _stream(self.rfile)
        if content is None:
            return self._say("INSTREAM size limit exceeded. ERROR")
        if fault and fault.kind == Kind.LOST:
            return None
        if fault and fault.kind == Kind.TEMPORARY:
            return self._say("stream: Can't allocate memory ERROR")
        time.sleep(fault.seconds if fault else 0)
        return self._say("stream: Eicar-Test-Signature FOUND" if EICAR in content else "stream: OK")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\0")


def _word(source: BufferedIOBase) -> bytes:
    """A command: `z…` ends with NUL, `n…` with a line end."""
    start = source.read(1)
    end = {b"z": b"\0", b"n": b"\n"}.get(start)
    word = b""
    while end and len(word) < 64:
        one = source.read(1)
        if one in {end, b""}:
            return word
        word += one
    return b""


def _stream(source: BufferedIOBase) -> bytes | None:
    """The chunks up to the empty one; None for more than is taken."""
    content = b""
    while True:
        head = source.read(4)
        length = int.from_bytes(head, "big")
        if len(head) == 4 and not length:
            return content
        if len(head) < 4 or len(content) + length > MAX_STREAM:
            return None
        content += source.read(length)
