"""An SMSC (SMPP 3.4) that keeps everything and delivers nothing. Its own codec: no shared bugs.

Long texts are put together from their parts (UDH 05 00 03). A part that comes again with the same
`user_message_reference` is known; the whole message then counts one more copy. Receipts follow
in a moment, on any session of the same system; what the other side does not know yet comes again.
"""

import asyncio
import hashlib
import itertools
import struct
from dataclasses import dataclass, field

from oms.gateways.simulators.store import Kind, Store

CHANNEL = "smpp"
OK, THROTTLED, BAD_DESTINATION, SUBMIT_FAILED = 0x00, 0x58, 0x0B, 0x45
BAD_PASSWORD, INVALID_COMMAND, NOT_BOUND = 0x0E, 0x03, 0x04
BIND, BIND_TX, BIND_RX = 0x09, 0x02, 0x01
SUBMIT, DELIVER, UNBIND, ENQUIRE, NACK, ANSWER = 0x04, 0x05, 0x06, 0x15, 0x80000000, 0x80000000
RECEIPT_AFTER_S, RECEIPT_AGAIN_S, RECEIPT_TRIES = 0.05, 0.4, 20
_BEFORE = frozenset({Kind.REFUSE, Kind.DELAY, Kind.TEMPORARY, Kind.BAD_ADDRESS, Kind.REJECT})
_AFTER = frozenset({Kind.SLOW_ANSWER, Kind.LOST})
_MAX = 64 * 1024


@dataclass
class Submitted:
    """A `submit_sm` as far as an SMSC looks at it."""

    recipient: str
    source: str
    esm_class: int
    wants_receipt: bool
    coding: int
    message: bytes
    options: dict[int, bytes]

    @property
    def reference(self) -> int:
        """Return the sender's own number, 0 when there is none."""
        return int.from_bytes(self.options.get(0x0204, b"\0"))

    @property
    def place(self) -> tuple[int, int, int]:
        """Return group, part and count by the user data header; one part stands alone."""
        if self.esm_class & 0x40 and self.message[:3] == b"\x05\x00\x03":
            return self.message[3], self.message[5], self.message[4]
        return 0, 1, 1

    @property
    def text(self) -> str:
        """Return the words of this part."""
        raw = self.message[self.message[0] + 1 :] if self.esm_class & 0x40 else self.message
        return raw.decode("utf-16-be" if self.coding == 8 else "latin-1")


@dataclass
class Server:
    """The SMSC's memory, shared by its sessions."""

    store: Store
    password: str = ""
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    parts: dict[tuple[str, int, int], dict[int, str]] = field(default_factory=dict)
    bound: "list[Session]" = field(default_factory=list)
    receipts: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def serve(self, *, host: str, port: int) -> asyncio.Server:
        """Listen; port 0 takes a free one."""
        return await asyncio.start_server(self._talk, host, port)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(self, reader, writer)
        try:
            await session.run()
        except (asyncio.IncompleteReadError, ConnectionError, struct.error):
            pass
        finally:
            if session in self.bound:
                self.bound.remove(session)
            writer.close()

    def keep(self, part: Submitted) -> None:
        """Remember a part; a whole message goes to the store."""
        group, number, count = part.place
        reference = part.reference
        known = self.parts.setdefault((part.recipient, reference, group), {})
        known[number] = part.text
        if len(known) < count:
            return
        text = "".join(known[one] for one in sorted(known))
        del self.parts[part.recipient, reference, group]
        mark = hashlib.sha256(text.encode()).hexdigest()[:12]
        self.store.keep(
            channel="sms", key=f"smpp:{reference}:{mark}", recipient=f"+{part.recipient}", text=text
        )

    async def confirm(self, number: str, part: Submitted, state: str) -> None:
        """Bring a delivery receipt until somebody accepts it."""
        await asyncio.sleep(RECEIPT_AFTER_S)
        for _ in range(RECEIPT_TRIES):
            for session in list(self.bound):
                if await session.deliver(number, part, state):
                    return
            await asyncio.sleep(RECEIPT_AGAIN_S)


class Session:
    """One connection."""

    def __init__(
        self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sequence = itertools.count(1)
        self.answers: dict[int, asyncio.Future[int]] = {}

    async def run(self) -> None:
        """Answer until the other side leaves."""
        while True:
            length, command, status, sequence = struct.unpack(
                ">LLLL", await self.reader.readexactly(16)
            )
            if not 16 <= length <= _MAX:
                return
            body = await self.reader.readexactly(length - 16)
            if command & ANSWER:
                waiting = self.answers.pop(sequence, None)
                if waiting and not waiting.done():
                    waiting.set_result(status)
            elif not await self._answer(command, sequence, body):
                return

    async def deliver(self, number: str, part: Submitted, state: str) -> bool:
        """Bring a receipt; return whether the other side took it."""
        if self.reader.at_eof():
            return False
        told = (
            f"id:{number} sub:001 dlvrd:{'001' if state == 'DELIVRD' else '000'} "
            f"submit date:2601010000 done date:2601010000 stat:{state} err:000 text:"
        ).encode()
        words = {"DELIVRD": 2, "EXPIRED": 3, "UNDELIV": 5, "REJECTD": 8}
        body = b"".join((
            b"\0", b"\x01\x01", part.recipient.encode() + b"\0", b"\x05\0",
            part.source.encode() + b"\0", bytes([0x04, 0, 0]), b"\0\0", bytes([0, 0, 0, 0]),
            bytes([len(told)]), told,
            struct.pack(">HH", 0x001E, len(number) + 1), number.encode() + b"\0",
            struct.pack(">HHB", 0x0427, 1, words[state]),
        ))  # fmt: skip
        sequence = next(self.sequence)
        waiting = self.answers[sequence] = asyncio.get_running_loop().create_future()
        try:
            self._write(DELIVER, OK, sequence, body)
            status: int = await asyncio.wait_for(waiting, 2)
        except (TimeoutError, ConnectionError):
            return False
        return status == OK

    async def _answer(self, command: int, sequence: int, body: bytes) -> bool:
        """Answer one request; return whether the session goes on."""
        if command in {BIND, BIND_TX, BIND_RX}:
            return self._bind(command, sequence, body)
        if command == ENQUIRE:
            self._write(ENQUIRE | ANSWER, OK, sequence)
        elif command == UNBIND:
            self._write(UNBIND | ANSWER, OK, sequence)
            return False
        elif command != SUBMIT:
            self._write(NACK, INVALID_COMMAND, sequence)
        elif self not in self.server.bound:
            self._write(SUBMIT | ANSWER, NOT_BOUND, sequence)
        else:
            return await self._submit(sequence, read_submit(body))
        return True

    def _bind(self, command: int, sequence: int, body: bytes) -> bool:
        password = body.split(b"\0", 2)[1].decode()
        if self.server.password not in {"", password}:
            self._write(command | ANSWER, BAD_PASSWORD, sequence)
            return False
        self.server.bound.append(self)
        self._write(command | ANSWER, OK, sequence, b"simulator\0")
        return True

    async def _submit(self, sequence: int, part: Submitted) -> bool:
        store, recipient = self.server.store, f"+{part.recipient}"
        before = store.fault(channel=CHANNEL, recipient=recipient, of=_BEFORE)
        if before and before.kind == Kind.REFUSE:
            return False
        if before and before.kind == Kind.DELAY:
            await asyncio.sleep(before.seconds)
        elif before:
            self._write(SUBMIT | ANSWER, _STATUS[before.kind], sequence)
            return True
        self.server.keep(part)
        after = store.fault(channel=CHANNEL, recipient=recipient, of=_AFTER)
        if after and after.kind == Kind.LOST:
            return False
        if after:
            await asyncio.sleep(after.seconds)
        number = f"{next(self.server.numbers):08x}"
        self._write(SUBMIT | ANSWER, OK, sequence, number.encode() + b"\0")
        if part.wants_receipt:
            lost = store.fault(
                channel=CHANNEL, recipient=recipient, of=frozenset({Kind.UNDELIVERED})
            )
            receipt = asyncio.create_task(
                self.server.confirm(number, part, "UNDELIV" if lost else "DELIVRD")
            )
            self.server.receipts.add(receipt)
            receipt.add_done_callback(self.server.receipts.discard)
        return True

    def _write(self, command: int, status: int, sequence: int, body: bytes = b"") -> None:
        self.writer.write(struct.pack(">LLLL", 16 + len(body), command, status, sequence) + body)


_STATUS = {
    Kind.TEMPORARY: THROTTLED,
    Kind.BAD_ADDRESS: BAD_DESTINATION,
    Kind.REJECT: SUBMIT_FAILED,
}


def read_submit(body: bytes) -> Submitted:
    """Read the body of a `submit_sm` (SMPP 3.4, 4.4.1)."""
    _service, rest = body.split(b"\0", 1)
    source, rest = rest[2:].split(b"\0", 1)
    recipient, rest = rest[2:].split(b"\0", 1)
    esm_class = rest[0]
    _schedule, rest = rest[3:].split(b"\0", 1)
    _validity, rest = rest.split(b"\0", 1)
    registered, _replace, coding, _default, length = rest[:5]
    message, rest = rest[5 : 5 + length], rest[5 + length :]
    options: dict[int, bytes] = {}
    while rest:
        tag, size = struct.unpack(">HH", rest[:4])
        options[tag], rest = rest[4 : 4 + size], rest[4 + size :]
    return Submitted(
        recipient.decode(), source.decode(), esm_class, bool(registered & 1), coding, message,
        options,
    )  # fmt: skip
