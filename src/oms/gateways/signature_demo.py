"""The demo authority: a root and a signing certificate made at first use, for synthetic papers.

It says what it is in its names, publishes no revocation list, and never serves production.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from oms.kit import files

AUTHORITY_NAME = "Учебный УЦ OpenOMS (демо)"  # X.520: 64 bytes at most
SIGNER_NAME = "Кабинет ОМС: документы (демо)"
_FILE = "demo-authority.pem"
_VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)  # the demo world has a past
_VALID_UNTIL = datetime(2060, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """The signing key with its certificate, and the root that vouches for it."""

    root: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def load_or_create(folder: Path, *, password: str) -> Authority:
    """Return the authority kept in `folder`, creating it at first use (file mode 0600).

    Creation is exclusive: of two processes starting at once one wins, both use its keys.
    Raises `ValueError` when the file does not open with this password.
    """
    content = files.once(folder / _FILE, lambda: _create(password=password))
    return _read(content, password=password)


def _read(content: bytes, *, password: str) -> Authority:
    root, certificate = x509.load_pem_x509_certificates(content)
    key = load_pem_private_key(content, password.encode())
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the demo authority's key is not an elliptic-curve key")
    return Authority(root, certificate, key)


def _create(*, password: str) -> bytes:
    """Make both pairs. The root's key is not kept: this root signs once."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, name = _name(AUTHORITY_NAME), _name(SIGNER_NAME)
    authority_id = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    root = (
        _certificate(root_name, root_name, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(authority_id, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    certificate = (
        _certificate(name, root_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_id),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    return b"".join(
        (
            root.public_bytes(Encoding.PEM),
            certificate.public_bytes(Encoding.PEM),
            key.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
            ),
        )
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "OpenOMS (демо)"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_UNTIL)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
