"""A mail server that keeps everything and delivers nothing."""

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from oms.gateways.simulators.store import Kind, Store

CHANNEL = "email"
_AT_RECIPIENT = frozenset({Kind.REFUSE, Kind.DELAY, Kind.TEMPORARY, Kind.BAD_ADDRESS})
_AFTER = frozenset({Kind.SLOW_ANSWER, Kind.LOST})
OK = "250 2.0.0 OK"


class Handler:
    """What the server does at each step of the protocol."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_RCPT(  # noqa: N802  the server looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept a recipient, or fail as ordered."""
        fault = self.store.fault(channel=CHANNEL, recipient=address, of=_AT_RECIPIENT)
        if fault and fault.kind == Kind.REFUSE:
            return _hang_up(server)
        if fault and fault.kind == Kind.TEMPORARY:
            return "451 4.3.0 Try again later"
        if fault and fault.kind == Kind.BAD_ADDRESS:
            return "550 5.1.1 No such user here"
        if fault:
            await asyncio.sleep(fault.seconds)
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the message for each recipient; a Message-ID seen before is only counted."""
        assert isinstance(envelope.content, bytes)  # text only with decode_data
        message = message_from_bytes(envelope.content, _class=EmailMessage, policy=default)
        for address in envelope.rcpt_tos:
            self.store.keep(
                channel=CHANNEL,
                key=str(message["Message-ID"]),
                recipient=address,
                subject=str(message["Subject"] or ""),
                text=_part(message, "plain"),
                html=_part(message, "html"),
            )
        fault = self.store.fault(channel=CHANNEL, recipient=envelope.rcpt_tos[0], of=_AFTER)
        if fault and fault.kind == Kind.LOST:
            return _hang_up(server)
        if fault:
            await asyncio.sleep(fault.seconds)
        return OK


def _hang_up(server: SMTP) -> str:
    """Break the connection at once; the answer does not get out."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    return "421 4.3.0 Gone"


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


async def serve(store: Store, *, host: str, port: int) -> asyncio.Server:
    """Listen; port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    handler = Handler(store)
    return await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, loop=loop, hostname="simulator"), host, port
    )
