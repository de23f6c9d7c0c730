"""Signature of papers: PAdES B-B by a key in a token (PKCS#11), a file (PKCS#12) or a demo one.

Which one is chosen by `settings.SIGNER`: the token first, then the file. Without either the
demo authority signs, except in production, where nothing is signed without a real key.

This is the door. What lies behind it (pyHanko) takes a second and 30 MB to load, so it is
loaded when something is first signed or checked.
"""

from datetime import datetime

from django.conf import settings

from oms.gateways.signature_parts import MAX_BYTES, NoKey, SignatureReport, Signer

__all__ = [
    "MAX_BYTES",
    "NoKey",
    "SignatureReport",
    "Signer",
    "demo_root",
    "forget",
    "has_real_key",
    "signer",
    "validate_pdf",
]


def signer() -> Signer:
    """Return the signer chosen by `settings.SIGNER`; raise `NoKey` when it cannot be had."""
    from oms.gateways import signature_keys

    return signature_keys.signer()


def has_real_key() -> bool:
    """Whether settings name a key of one's own."""
    return bool(settings.SIGNER["pkcs11_module"] or settings.SIGNER["pkcs12"])


def validate_pdf(data: bytes, *, at: datetime) -> SignatureReport:
    """Tell whether the PDF's last signature is whole, ours and over all bytes. Never raises."""
    from oms.gateways import signature_check, signature_keys

    return signature_check.check(data, at=at, roots=signature_keys.roots())


def demo_root() -> str:
    """Return the demo root as PEM, to be installed in a PDF reader for a try."""
    from oms.gateways import signature_keys

    return signature_keys.demo_root()


def forget() -> None:
    """Drop the opened key and roots: settings or files have changed."""
    from oms.gateways import signature_keys

    signature_keys.forget()
