"""The demo's authority for people's signatures: a root, an empty list of revoked, keys on request.

It says what it is in its names and is refused in production (`personal_signature.checker`).
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
    pkcs12,
)
from cryptography.x509.oid import NameOID, ObjectIdentifier

from oms.kit import files

AUTHORITY = "Учебный УЦ граждан (демо)"
_FILE = "people-authority.pem"
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)
_SNILS, _INN = ObjectIdentifier("1.2.643.100.3"), ObjectIdentifier("1.2.643.3.131.1.1")


@dataclass(frozen=True)
class Authority:
    """The root with its key; `root_file` and `lists` are what a checker trusts."""

    root: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    root_file: Path
    lists: Path


def load_or_create(folder: Path, *, password: str) -> Authority:
    """Return the authority kept in `folder`, made at first use (0600, key encrypted)."""
    path, lists = folder / _FILE, folder / "crls"
    content = files.once(path, lambda: _made(lists, password=password))
    key = load_pem_private_key(content, password.encode())
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the key of the demo's authority is not an elliptic-curve key")
    root = x509.load_pem_x509_certificate(content)
    return Authority(root, key, path, lists)


def issue(
    authority: Authority,
    *,
    family_name: str,
    given_names: str,
    snils: str,
    inn: str,
    password: str,
) -> bytes:
    """Make a key with its certificate for a synthetic person: PKCS#12 under `password`."""
    key = ec.generate_private_key(ec.SECP256R1())
    parts = [
        (NameOID.COMMON_NAME, f"{family_name} {given_names}"),
        (NameOID.SURNAME, family_name),
        (NameOID.GIVEN_NAME, given_names),
        (_SNILS, snils),
        (_INN, inn),
    ]
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text])
    certificate = (
        _builder(subject, authority.root.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(authority.key, hashes.SHA256())
    )
    name = f"{family_name} {given_names}".encode()
    return pkcs12.serialize_key_and_certificates(
        name, key, certificate, [authority.root], BestAvailableEncryption(password.encode())
    )


def _made(lists: Path, *, password: str) -> bytes:
    lists.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
            x509.NameAttribute(NameOID.COMMON_NAME, AUTHORITY),
        ]
    )
    root = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .sign(key, hashes.SHA256())
    )
    revoked = x509.CertificateRevocationListBuilder().issuer_name(name)
    revoked = revoked.last_update(_FROM).next_update(_UNTIL)
    (lists / f"people-{root.serial_number:x}.crl").write_bytes(
        revoked.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    )
    return root.public_bytes(Encoding.PEM) + key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )
