"""A person's own electronic signature (УКЭП): who made it, is it in force, over these very bytes?

A detached CMS (RFC 5652), also CAdES-BES, over a text we gave. OpenSSL judges it in a process of
its own: it knows RSA, elliptic curves and, with Debian's engine, GOST R 34.10-2012, and whatever
a hostile file sets off in a parser ends there. It is no certified tool (СКЗИ): a body that must
use one puts it behind `Checker`. Object identifiers of the subject: приказ ФСБ № 795.
"""

import base64
import binascii
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Protocol

from asn1crypto import cms, pem
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings

from oms.gateways import personal_signature_demo as demo
from oms.gateways import revocation
from oms.gateways.errors import Temporary

MAX_BYTES = 256 * 1024
TIMEOUT = 10  # seconds
SNILS, INN, OGRN = "1.2.643.100.3", "1.2.643.3.131.1.1", "1.2.643.100.1"
GOST_KEYS = frozenset({"1.2.643.7.1.1.1.1", "1.2.643.7.1.1.1.2"})
_DIGESTS = frozenset({"sha256", "sha384", "sha512", "1.2.643.7.1.1.2.2", "1.2.643.7.1.1.2.3"})
_KEY_NAMES = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.10045.2.1": "ECDSA",
} | dict.fromkeys(GOST_KEYS, "ГОСТ Р 34.10-2012")
_RSA_BITS, _EC_BITS = 2048, 256


class Problem(StrEnum):
    """Why a signature proves nothing."""

    NOT_CMS = "not-cms"
    SEVERAL = "several"
    WEAK = "weak"
    GOST_OFF = "gost-off"
    OTHER_TEXT = "other-text"
    UNTRUSTED = "untrusted"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN_REVOCATION = "unknown-revocation"


_REASONS = (  # what OpenSSL says → what it means; the first that is found
    ("certificate revoked", Problem.REVOKED),
    ("certificate has expired", Problem.EXPIRED),
    ("certificate is not yet valid", Problem.NOT_YET),
    ("CRL has expired", Problem.UNKNOWN_REVOCATION),
    ("CRL is not yet valid", Problem.UNKNOWN_REVOCATION),
    ("unable to get certificate CRL", Problem.UNKNOWN_REVOCATION),
    ("Verify error", Problem.UNTRUSTED),
    ("content verify error", Problem.OTHER_TEXT),
    ("verification failure", Problem.OTHER_TEXT),
)


@dataclass(frozen=True)
class Signatory:
    """Who a certificate was given to. Empty where it does not say; `snils` and `inn` are digits."""

    family_name: str
    given_names: str
    snils: str
    inn: str
    organization: str
    issuer: str
    serial: str
    valid_until: datetime
    algorithm: str


@dataclass(frozen=True)
class Checked:
    """A problem, or who signed."""

    problem: Problem | None = None
    signatory: Signatory | None = None


class Checker(Protocol):
    """Whatever judges signatures."""

    def check(self, *, signature: bytes, content: bytes, at: datetime) -> Checked:
        """Judge a detached CMS (DER, PEM or base64) over `content` at a moment."""


def checker() -> Checker:
    """The checker in force; the demo's own authority is trusted in the demo only."""
    folder = Path(settings.SIGNER["folder"])
    lists = settings.IDENTITY_CRLS or folder / "crls"
    if settings.IDENTITY_ROOTS:
        return OpenSSL(Path(settings.IDENTITY_ROOTS), Path(lists))
    if settings.ENV.profile == "production":
        raise Temporary("OMS_IDENTITY_ROOTS is not set: nobody's signature can be trusted")
    authority = demo.load_or_create(folder, password=settings.SIGNER["demo_ca_password"])
    return OpenSSL(authority.root_file, authority.lists)


def is_available() -> bool:
    """Tell whether signatures can be judged here at all."""
    trusted = bool(settings.IDENTITY_ROOTS) or settings.ENV.profile != "production"
    return trusted and shutil.which("openssl") is not None


@cache
def knows_gost() -> bool:
    """Tell whether OpenSSL here has the GOST engine (Debian: libengine-gost-openssl)."""
    asked = subprocess.run(  # noqa: S603
        [_openssl(), "engine", "-t", "gost"], capture_output=True, timeout=TIMEOUT, check=False
    )
    return asked.returncode == 0 and b"[ available ]" in asked.stdout


@dataclass(frozen=True)
class OpenSSL:
    """`openssl cms -verify` with our roots only, then once more with lists of revoked ones.

    `roots`: PEM file of trusted roots and accredited authorities. `lists`: folder of CRL files;
    what is not there is fetched from where the certificate says (see `revocation`).
    """

    roots: Path
    lists: Path

    def check(self, *, signature: bytes, content: bytes, at: datetime) -> Checked:
        """Judge; never raises for a bad signature."""
        try:
            der = _der(signature)
            problem = _shape(der, content)
        except Exception:  # whatever strangers' bytes set off in a parser
            return Checked(Problem.NOT_CMS)
        if problem:
            return Checked(problem)
        with tempfile.TemporaryDirectory(prefix="oms-cms-") as folder:
            try:
                return self._judged(Path(folder), der, content, at)
            except (ValueError, UnsupportedAlgorithm):  # a certificate beyond reading
                return Checked(Problem.NOT_CMS)

    def _judged(self, folder: Path, der: bytes, content: bytes, at: datetime) -> Checked:
        (folder / "signature").write_bytes(der)
        (folder / "content").write_bytes(content)
        problem = _verify(folder, roots=self.roots.read_bytes(), at=at)
        if problem:
            return Checked(problem)
        certificate = x509.load_pem_x509_certificate((folder / "signer").read_bytes())
        problem = _weak(certificate)
        if problem:
            return Checked(problem)
        revoked = revocation.lists(certificate=certificate, folder=self.lists, at=at)
        trusted = b"\n".join((self.roots.read_bytes(), *revoked))
        problem = _verify(folder, roots=trusted, at=at, with_lists=True)
        return Checked(problem) if problem else Checked(signatory=_signatory(certificate))


def _verify(
    folder: Path, *, roots: bytes, at: datetime, with_lists: bool = False
) -> Problem | None:
    (folder / "roots").write_bytes(roots)
    command = [_openssl(), "cms", "-verify", "-binary", "-inform", "DER"]
    if knows_gost():
        command[2:2] = ["-engine", "gost"]
    command += ["-in", "signature", "-content", "content", "-CAfile", "roots"]
    command += ["-no-CApath", "-no-CAstore", "-purpose", "any", "-attime", f"{at.timestamp():.0f}"]
    command += ["-signer", "signer", "-out", os.devnull]
    command += ["-crl_check"] if with_lists else []
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return Problem.NOT_CMS
    if done.returncode == 0:
        return None
    said = done.stderr.decode(errors="replace")
    return next((problem for words, problem in _REASONS if words in said), Problem.NOT_CMS)


def _der(signature: bytes) -> bytes:
    """Return DER of what tools write: DER, PEM, or bare base64."""
    if not 0 < len(signature) <= MAX_BYTES:
        raise ValueError("size")
    if signature[:1] == b"\x30":
        return signature
    if pem.detect(signature):
        return bytes(pem.unarmor(signature)[2])
    try:
        return base64.b64decode(re.sub(rb"\s", b"", signature), validate=True)
    except binascii.Error:
        raise ValueError("neither DER nor base64") from None


def _shape(der: bytes, content: bytes) -> Problem | None:
    """Look at the outside: one signer, a digest of today, our text if a text is enclosed."""
    found = cms.ContentInfo.load(der, strict=True)
    if found["content_type"].native != "signed_data":
        return Problem.NOT_CMS
    signed = found["content"]
    if len(signed["signer_infos"]) != 1:
        return Problem.SEVERAL if len(signed["signer_infos"]) else Problem.NOT_CMS
    enclosed = signed["encap_content_info"]["content"]
    if enclosed.native is not None and enclosed.native != content:
        return Problem.OTHER_TEXT
    digest = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    if digest not in _DIGESTS:
        return Problem.WEAK
    if digest.startswith("1.2.643") and not knows_gost():
        return Problem.GOST_OFF
    return None


def _weak(certificate: x509.Certificate) -> Problem | None:
    """Refuse keys of yesterday and certificates that are not for signing."""
    if not _strong(certificate):
        return Problem.WEAK
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return None if usage.digital_signature or usage.content_commitment else Problem.UNTRUSTED


def _strong(certificate: x509.Certificate) -> bool:
    if certificate.public_key_algorithm_oid.dotted_string in GOST_KEYS:
        return True
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _EC_BITS


def _signatory(certificate: x509.Certificate) -> Signatory:
    named: dict[str, str] = {}
    for pair in certificate.subject:
        named.setdefault(pair.oid.dotted_string, str(pair.value))
    issuer = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Signatory(
        family_name=named.get("2.5.4.4", ""),
        given_names=named.get("2.5.4.42", ""),
        snils=re.sub(r"\D", "", named.get(SNILS, "")),
        inn=re.sub(r"\D", "", named.get(INN, "")),
        organization=named.get("2.5.4.10", "") if OGRN in named else "",
        issuer=str(issuer[0].value) if issuer else "",
        serial=f"{certificate.serial_number:x}",
        valid_until=certificate.not_valid_after_utc,
        algorithm=_KEY_NAMES[certificate.public_key_algorithm_oid.dotted_string],
    )


@cache
def _openssl() -> str:
    found = shutil.which("openssl")
    if found is None:
        raise Temporary("openssl is not installed: signatures of people cannot be checked")
    return found
