"""A second signature of papers, beside the file: CAdES-BES by GOST R 34.10-2012.

Made and judged by OpenSSL with the GOST engine, in a process of its own. It is no certified tool
(СКЗИ): a body that must use one puts it behind `Signer`. Without a key there is none of it;
the demonstration makes a key of its own at first use.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.conf import settings

from oms.gateways.personal_signature import knows_gost
from oms.gateways.signature_parts import NoKey

MAX_BYTES = 64 * 1024
TIMEOUT = 10  # seconds
_DEMO_SUBJECT = "/C=RU/O=OpenOMS (демо)/CN=Кабинет ОМС: документы, ГОСТ (демо)"
_DEMO_DAYS = "7300"


@dataclass(frozen=True)
class Signed:
    """A detached signature (CMS, DER) and who made it."""

    content: bytes
    signer: str


@dataclass(frozen=True)
class GostReport:
    """What a detached signature tells. `problem` is plain Russian, empty when all is well."""

    signer: str
    problem: str

    @property
    def ok(self) -> bool:
        """Whether it is ours and over these very bytes."""
        return not self.problem


class GostSigner(Protocol):
    """Whoever signs papers by GOST."""

    def sign(self, content: bytes) -> Signed:
        """Return a detached signature over the bytes; raise `NoKey`."""

    def check(self, content: bytes, signature: bytes) -> GostReport:
        """Judge a detached signature over the bytes. Never raises for a bad one."""


def is_on() -> bool:
    """Whether papers are signed by GOST here."""
    has_key = bool(settings.GOST_KEY and settings.GOST_CERTIFICATE)
    return has_key or (settings.DEMO and knows_gost())


@cache
def signer() -> GostSigner | None:
    """Return the signer in force, None where no key is configured; raise `NoKey` for a bad one."""
    key, certificate = settings.GOST_KEY, settings.GOST_CERTIFICATE
    if key and certificate:
        return OpenSSL(Path(key), Path(certificate))
    if is_on():
        return _demo(Path(settings.SIGNER["folder"]))
    return None


def forget() -> None:
    """Drop the signer: settings or files have changed."""
    signer.cache_clear()


class OpenSSL:
    """Signs with a key file; trusts the certificates of the file beside it, nobody else.

    The first certificate is the key's own. Others in the file are earlier ones of ours, so that
    papers signed with them are still recognised after a change of keys.
    """

    def __init__(self, key: Path, certificate: Path) -> None:
        if not knows_gost():
            raise NoKey("OMS_GOST_KEY is set, but OpenSSL here has no GOST engine")
        try:
            self._own = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        except (OSError, ValueError) as broken:
            raise NoKey(f"the GOST certificate {certificate} does not open: {broken}") from None
        self._key, self._certificate = key, certificate
        self.subject = _readable(self._own)

    def sign(self, content: bytes) -> Signed:
        """Return a detached signature over the bytes; raise `NoKey`."""
        names = ("-signer", str(self._certificate), "-inkey", str(self._key))
        done = _run("-sign", "-cades", *names, "-outform", "DER", given=content)
        if done.returncode or not done.stdout:
            raise NoKey(f"the GOST key {self._key} does not sign")
        return Signed(done.stdout, self.subject)

    def check(self, content: bytes, signature: bytes) -> GostReport:
        """Judge a detached signature over the bytes. Never raises for a bad one."""
        if not 0 < len(signature) <= MAX_BYTES:
            return GostReport("", "Файл подписи пуст или слишком большой.")
        with tempfile.TemporaryDirectory(prefix="oms-gost-") as folder:
            place = Path(folder)
            (place / "content").write_bytes(content)
            try:
                return self._judged(place, signature)
            except subprocess.TimeoutExpired:
                return GostReport("", "Файл подписи повреждён.")

    def _judged(self, place: Path, signature: bytes) -> GostReport:
        form = "PEM" if signature.startswith(b"-----BEGIN") else "DER"
        (place / "signature").write_bytes(signature)
        done = _run(
            *("-verify", "-inform", form, "-in", str(place / "signature")),
            *("-content", str(place / "content"), "-CAfile", str(self._certificate)),
            *("-partial_chain", "-no-CApath", "-no-CAstore", "-purpose", "any", "-no_check_time"),
            *("-signer", str(place / "signer"), "-out", os.devnull),
        )
        if done.returncode == 0:
            found = x509.load_pem_x509_certificates((place / "signer").read_bytes())[0]
            return GostReport(_readable(found), "")
        said = done.stderr.decode(errors="replace")
        if "ontent verify error" in said or "verification failure" in said:
            return GostReport("", "Подпись ГОСТ от другого файла, или файл изменили.")
        if "Verify error" in said or "certificate verify error" in said:
            return GostReport("", "Подпись ГОСТ поставили не мы.")
        return GostReport("", "Файл подписи повреждён.")


def _demo(folder: Path) -> OpenSSL:
    """The demo's own key with a certificate that vouches for itself, made at first use."""
    pair = folder / "gost"
    if not pair.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = Path(tempfile.mkdtemp(prefix="gost-", dir=folder))
        make_pair(draft / "key.pem", draft / "certificate.pem", subject=_DEMO_SUBJECT)
        try:
            draft.rename(pair)
        except OSError:  # another process was first: its key counts
            shutil.rmtree(draft)
    return OpenSSL(pair / "key.pem", pair / "certificate.pem")


def make_pair(key: Path, certificate: Path, *, subject: str) -> None:
    """Make a GOST R 34.10-2012 key (256 bits, mode 0600) and a certificate signed by itself."""
    os.close(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600))
    engine = (_openssl(), "genpkey", "-engine", "gost", "-algorithm", "gost2012_256")
    _order(*engine, "-pkeyopt", "paramset:TCA", "-out", str(key))
    request = (_openssl(), "req", "-engine", "gost", "-x509", "-new", "-key", str(key), "-utf8")
    usage = ("-addext", "keyUsage=critical,digitalSignature,nonRepudiation")
    _order(
        *(*request, "-days", _DEMO_DAYS, "-subj", subject, *usage),
        *("-out", str(certificate)),
    )


def _order(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT)  # noqa: S603


def _run(*arguments: str, given: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603
        [_openssl(), "cms", "-engine", "gost", "-binary", *arguments],
        input=given,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )


def _openssl() -> str:
    return shutil.which("openssl") or "openssl"


def _readable(certificate: x509.Certificate) -> str:
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else certificate.subject.rfc4514_string()
