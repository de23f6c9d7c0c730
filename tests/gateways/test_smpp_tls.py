"""SMPP over TLS: the provider's certificate and its name are checked before a word is said."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oms.gateways import smpp
from oms.gateways.errors import NotTaken


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-made certificate of `localhost`, its key in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    file = tmp_path / "localhost.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def tunnel(certificate: Path, port: int) -> Iterator[int]:
    """Take TLS off before the simulator, in a thread of its own; yield the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(4096):
                target.write(data)
                await target.drain()
        except OSError:
            pass
        finally:
            target.close()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, outer), pump(inner, writer))

    async def serve() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
        found.append((server, server.sockets[0].getsockname()[1]))
        ready.set()

    async def stop() -> None:
        found[0][0].close()
        own = asyncio.current_task()
        others = [one for one in asyncio.all_tasks() if one is not own]
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(serve(), loop)
    assert ready.wait(5)
    try:
        yield found[0][1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def test_a_text_goes_through_tls_to_whom_the_certificate_names(
    world, certificate, monkeypatch
) -> None:
    plain = urlsplit(world.smpp_url)
    with tunnel(certificate, plain.port) as port:
        address = plain.netloc.rpartition("@")[0]

        def provider(host: str) -> smpp.Smpp:
            return smpp.Smpp(smpp.parse(f"smpps://{address}@{host}:{port}"), code="sms-2")

        with pytest.raises(NotTaken):  # nobody we trust has signed it
            provider("localhost").send(to="+79001234567", text="Раз", key="a")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(NotTaken):  # it is trusted, but names another host
            provider("127.0.0.1").send(to="+79001234567", text="Два", key="b")
        assert world.caught() == []
        good = provider("localhost")
        good.send(to="+79001234567", text="Три", key="c")
        good.close()
    assert [row["text"] for row in world.caught()] == ["Три"]
