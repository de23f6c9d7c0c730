"""Lists of revoked certificates (CRL, RFC 5280): kept in a folder, fetched where they are missing.

An address is asked only after its certificate turned out to be issued by somebody we trust, so a
stranger cannot make us ask addresses of their choice.
"""

import base64
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from asn1crypto import pem
from cryptography import x509

from oms.gateways.sms import trusted

FRESH = timedelta(hours=1)
MAX_BYTES = 30 * 1024 * 1024
TIMEOUT = httpx.Timeout(15, connect=5)


def lists(*, certificate: x509.Certificate, folder: Path, at: datetime) -> list[bytes]:
    """Return all lists known for a certificate, as PEM; empty when none can be had.

    Files in `folder` are an administrator's, or ours, younger than an hour. Whether a list is
    in force and speaks of the certificate's issuer is for the checker to see.
    """
    kept = [_pem(path.read_bytes()) for path in sorted(folder.glob("*.crl"))]
    for address in _addresses(certificate):
        found = _fetched(address, folder, at)
        if found:
            kept.append(_pem(found))
    return kept


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        for name in point.full_name or ():
            if name.value.startswith(("http://", "https://")):
                yield name.value


def _fetched(address: str, folder: Path, at: datetime) -> bytes:
    """Return a list from its address, or the one fetched within the hour; empty for neither."""
    kept = folder / "fetched" / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.crl"
    if kept.exists() and at.timestamp() - kept.stat().st_mtime < FRESH.total_seconds():
        return kept.read_bytes()
    try:
        content = _download(address)
    except httpx.HTTPError:
        return kept.read_bytes() if kept.exists() else b""
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}.tmp")
    draft.write_bytes(content)
    draft.replace(kept)
    return content


def _download(address: str) -> bytes:
    content = b""
    with (
        httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client,
        client.stream("GET", address) as answer,
    ):
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > MAX_BYTES:
                raise httpx.HTTPError("the list of revoked certificates is too long")
    return content


def _pem(content: bytes) -> bytes:
    if pem.detect(content):
        return content
    body = base64.encodebytes(content).decode()
    return f"-----BEGIN X509 CRL-----\n{body}-----END X509 CRL-----\n".encode()
