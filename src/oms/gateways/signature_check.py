"""Checking the signature of a PDF somebody brings.

The file may be hostile, so it is not parsed as a PDF. The signature dictionary says which bytes
it covers: two ranges around the signature itself. Everything outside that gap must be covered
from the first byte to the last, and the gap may hold nothing but the signature, written in the
one way DER and hex allow. Then no byte can change without notice, and no trick of PDF structure
(shadowed objects, bombs, loops) has a place. The signature itself is checked by pyHanko.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import cms, core, parser, x509
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from oms.gateways.signature_parts import MAX_BYTES, SignatureReport

MAX_SIGNATURE = 128 * 1024
"""Bytes of the gap, in hex. Ours take some ten thousand; reading costs by the square of it."""

logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)  # strangers' files fail

_RANGE = re.compile(rb"/ByteRange\s{0,8}\[\s{0,8}(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})")
_MOMENT = re.compile(  # PDF may write ":" and "'" as octal escapes
    rb"/M\s{0,8}\(D(?::|\\072)(\d{14})(?:Z|([+-])(\d\d)(?:'|\\047)(\d\d))"
)


def readable(certificate: x509.Certificate) -> str:
    """Return who the certificate is for: its common name, else the whole subject."""
    subject = certificate.subject
    name = subject.native.get("common_name")
    return name if isinstance(name, str) else str(subject.human_friendly)


class _Refused(Exception):  # noqa: N818
    """The file is not what it should be; the text says why."""


def check(data: bytes, *, at: datetime, roots: Sequence[x509.Certificate]) -> SignatureReport:
    """Check the last signature in `data` with certificates valid at `at`. Never raises."""
    try:
        return _checked(data, at=at, roots=roots)
    except _Refused as no:
        return _broken(str(no))
    except Exception:  # whatever a hostile file sets off in a parser is a broken file
        return _broken("Подпись в файле повреждена или записана с ошибкой.")


def _broken(problem: str) -> SignatureReport:
    return SignatureReport(
        intact=False,
        trusted=False,
        covers_whole_file=False,
        signer="",
        signed_at=None,
        problem=problem,
    )


def _checked(data: bytes, *, at: datetime, roots: Sequence[x509.Certificate]) -> SignatureReport:
    before, hole, after, is_whole = _parts(data)
    signed = _signature(hole)
    status = asyncio.run(
        async_validate_detached_cms(
            before + after,
            signed,
            ValidationContext(trust_roots=list(roots), moment=at, allow_fetching=False),
        )
    )
    intact = bool(status.intact and status.valid)
    certificate = status.signing_cert
    in_force = certificate.not_valid_before <= at <= certificate.not_valid_after
    trusted = intact and in_force and bool(status.trusted)
    return SignatureReport(
        intact=intact,
        trusted=trusted,
        covers_whole_file=is_whole,
        signer=readable(certificate),
        signed_at=_signing_time(before + after),
        problem=_problem(intact=intact, trusted=trusted, is_whole=is_whole),
    )


def _problem(*, intact: bool, trusted: bool, is_whole: bool) -> str:
    if not intact:
        return "Файл изменили после подписания."
    if not trusted:
        return "Подпись поставлена не нами: мы не доверяем этому сертификату."
    if not is_whole:
        return "После подписания в файл что-то добавили."
    return ""


def _parts(data: bytes) -> tuple[bytes, bytes, bytes, bool]:
    """Return the bytes before the gap, the gap, the bytes after it, and whether that is all."""
    if len(data) > MAX_BYTES:
        raise _Refused(f"Файл больше {MAX_BYTES // 1024 // 1024}\N{NO-BREAK SPACE}МБ.")
    if not data.startswith(b"%PDF-"):
        raise _Refused("Это не PDF.")
    found = _RANGE.findall(data)
    if not found:
        raise _Refused("В файле нет электронной подписи.")
    start, before, resumes, after = (int(number) for number in found[-1])
    end = resumes + after
    if start != 0 or not 0 < before < resumes <= end <= len(data):
        raise _Refused("Подпись охватывает не весь файл.")
    return data[:before], data[before:resumes], data[resumes:end], end == len(data)


def _signature(hole: bytes) -> cms.SignedData:
    """Read the gap: `<hex>` padded with zeros, holding one DER-encoded detached signature."""
    if len(hole) > MAX_SIGNATURE:
        raise _Refused("Подпись в файле слишком длинная: такую поставили не мы.")
    text = hole[1:-1]
    if hole[:1] != b"<" or hole[-1:] != b">" or text not in (text.lower(), text.upper()):
        raise _Refused("Подпись в файле повреждена.")
    der = bytes.fromhex(text.decode("ascii"))
    content = cms.ContentInfo.load(der)
    written = content.dump()
    if any(der[len(written) :]) or content["content_type"].native != "signed_data":
        raise _Refused("Подпись в файле повреждена.")
    _refuse_gaps(written)
    _refuse_loose(content["content"])
    return content["content"]


def _refuse_gaps(der: bytes) -> None:
    """Refuse bytes inside the structure that belong to no value of it."""
    while der:
        kind, method, tag, header, content, trailer = parser.parse(der)
        if trailer or (kind == 0 and tag == 0):
            raise _Refused("Подпись в файле повреждена.")
        if method == 1:
            _refuse_gaps(content)
        der = der[len(header) + len(content) :]


def _refuse_loose(signed: cms.SignedData) -> None:
    """Refuse other values in the few fields of CMS (RFC 5652) that no signature covers."""
    (one,) = signed["signer_infos"]
    issuer = one["sid"].chosen["issuer"].dump()
    issuers = [entry.chosen.issuer.dump() for entry in signed["certificates"]]
    algorithm = one["digest_algorithm"]
    as_written = (
        signed["version"].native == "v1"
        and one["version"].native == "v1"
        and [a.native for a in signed["digest_algorithms"]] == [algorithm.native]
        and issuer in issuers
        and algorithm["parameters"].native is None
        and isinstance(signed["crls"], core.Void)
        and isinstance(one["unsigned_attrs"], core.Void)
    )
    if not as_written:
        raise _Refused("Подпись в файле записана не так, как пишем мы.")


def _signing_time(covered: bytes) -> datetime | None:
    """Return the moment the signer claims, from the signature dictionary."""
    found = _MOMENT.findall(covered)
    if not found:
        return None
    digits, sign, hours, minutes = (part.decode() for part in found[-1])
    offset = f"{sign}{hours}{minutes}" if sign else "+0000"
    return datetime.strptime(digits + offset, "%Y%m%d%H%M%S%z")
