"""Opening the keys that sign papers, and signing with them (pyHanko)."""

import threading
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from oms.gateways import signature_demo
from oms.gateways.signature_check import readable
from oms.gateways.signature_mould import Mould
from oms.gateways.signature_parts import NoKey, Signer

FIELD = "Signature"


@cache
def signer() -> Signer:
    """Return the signer chosen by `settings.SIGNER`; raise `NoKey` when it cannot be had."""
    chosen: dict[str, Any] = settings.SIGNER
    if chosen["pkcs11_module"]:
        return _from_token(chosen)
    if chosen["pkcs12"]:
        return _from_file(chosen["pkcs12"], chosen["pkcs12_password"])
    if settings.ENV.profile == "production":
        raise NoKey("OMS_SIGNER_PKCS12 or OMS_SIGNER_PKCS11_MODULE must name the signing key")
    authority = _demo()
    return _PdfSigner(_KeySigner(authority.certificate, authority.key, chain=[]))


@cache
def roots() -> tuple[asn1_x509.Certificate, ...]:
    """Return the certificates trusted as roots: the configured file, else the signer's own."""
    chosen: dict[str, Any] = settings.SIGNER
    configured: Path | None = chosen["trust_roots"]
    if configured:
        found = pem.unarmor(configured.read_bytes(), multiple=True)
        return tuple(asn1_x509.Certificate.load(der) for _, _, der in found)
    if chosen["pkcs11_module"] or chosen["pkcs12"]:
        return _self_signed(signer())
    return (_converted(_demo().root),)


def demo_root() -> str:
    """Return the demo root as PEM, to be installed in a PDF reader for a try."""
    return _demo().root.public_bytes(Encoding.PEM).decode()


def forget() -> None:
    """Drop the opened key and roots: settings or files have changed."""
    signer.cache_clear()
    roots.cache_clear()
    _demo.cache_clear()


@cache
def _demo() -> signature_demo.Authority:
    chosen: dict[str, Any] = settings.SIGNER
    try:
        return signature_demo.load_or_create(chosen["folder"], password=chosen["demo_ca_password"])
    except ValueError as broken:
        raise NoKey(f"the demo authority in {chosen['folder']} does not open: {broken}") from None


def _from_file(path: Path, password: str) -> "_PdfSigner":
    try:
        bundle = pkcs12.load_pkcs12(path.read_bytes(), password.encode())
    except (OSError, ValueError) as broken:
        raise NoKey(f"the PKCS#12 file {path} does not open: {broken}") from None
    if not bundle.cert or not isinstance(
        bundle.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    ):
        raise NoKey(f"the PKCS#12 file {path} holds no RSA or elliptic-curve key")
    chain = [extra.certificate for extra in bundle.additional_certs]
    return _PdfSigner(_KeySigner(bundle.cert.certificate, bundle.key, chain=chain))


def _from_token(chosen: dict[str, Any]) -> "_PdfSigner":
    try:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError:
        raise NoKey("install the extra «pkcs11» of this project to sign with a token") from None
    session = open_pkcs11_session(
        str(chosen["pkcs11_module"]),
        token_criteria=TokenCriteria(label=chosen["pkcs11_token"]),
        user_pin=chosen["pkcs11_pin"],
    )
    label = chosen["pkcs11_label"]
    # Every token signs a ready digest; not every one hashes as well.
    signer = PKCS11Signer(session, cert_label=label, key_label=label, use_raw_mechanism=True)
    return _PdfSigner(signer)


def _converted(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _self_signed(one: Signer) -> tuple[asn1_x509.Certificate, ...]:
    known = one.chain if isinstance(one, _PdfSigner) else []
    return tuple(certificate for certificate in known if certificate.self_signed == "maybe")


class _KeySigner(signers.Signer):
    """Signs with a key object that stays open: pyHanko's own re-checks RSA keys each time."""

    def __init__(
        self,
        certificate: x509.Certificate,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        *,
        chain: list[x509.Certificate],
    ) -> None:
        self._key = key
        self._mould: Mould | None = None
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(_converted(one) for one in chain)
        super().__init__(
            signing_cert=_converted(certificate), cert_registry=store, embed_roots=False
        )

    async def async_sign(  # type: ignore[override]  # settings are passed on as they come
        self, data_digest: bytes, digest_algorithm: str, **settings: Any
    ) -> asn1_cms.ContentInfo:
        """Return the CMS over a digest; after the first, cast in the mould of the first.

        Ours differ in the digest and the signature only (`PdfSigner` asks for the same each time),
        and pyHanko writes all the rest anew, which takes two thirds of the time of signing.
        """
        if self._mould is None or settings.get("dry_run"):
            made = await super().async_sign(data_digest, digest_algorithm, **settings)
            if not settings.get("dry_run"):
                self._mould = Mould.of(made, data_digest)
            return made
        cast = self._mould.cast(data_digest, sign=lambda data: self._sign(data, digest_algorithm))
        return asn1_cms.ContentInfo.load(cast)

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
    ) -> bytes:
        """Return the raw signature over `data`."""
        return self._sign(data, digest_algorithm)

    def _sign(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class _PdfSigner:
    """Puts a CMS signature by a pyHanko signer into a PDF."""

    def __init__(self, cms: signers.Signer) -> None:
        self._cms = cms
        self._lock = threading.Lock()  # a token's session serves one thread at a time
        certificate: asn1_x509.Certificate = cms.signing_cert
        self.subject: str = readable(certificate)
        self.certificate = pem.armor("CERTIFICATE", certificate.dump()).decode()
        self.chain: list[asn1_x509.Certificate] = [certificate, *cms.cert_registry]
        self._reserved = 2 * (2048 + sum(len(one.dump()) for one in self.chain))  # hex digits

    def sign_pdf(self, pdf: bytes, *, reason: str, at: datetime) -> bytes:
        """Return the signed PDF; `at` is written as the signing time."""
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
        )
        place = fields.SigFieldSpec(FIELD, box=(-1, -1, -1, -1))
        one = _DatedPdfSigner(meta, signer=self._cms, new_field_spec=place)
        one.at = at.astimezone(UTC)
        output = BytesIO()
        with self._lock:
            one.sign_pdf(_Increment(BytesIO(pdf)), output=output, bytes_reserved=self._reserved)
        return output.getvalue()


class _DatedPdfSigner(signers.PdfSigner):
    """A pyHanko signer whose clock is given."""

    at: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        """Begin as usual, at the given moment."""
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


class _Increment(IncrementalPdfFileWriter):
    """An update that leaves the document's metadata (dates, producer) as they were."""

    def _update_meta(self) -> None:
        """Do nothing: the paper was not edited, it was signed."""
