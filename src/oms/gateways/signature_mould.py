"""A mould of CMS signatures (RFC 5652): everything but the digest and the signature stays the same.

One signer signs many papers: version, algorithms, certificates and attributes are the same bytes
each time. They are taken from a signature made by pyHanko and put together again in DER.
"""

from collections.abc import Callable
from dataclasses import dataclass

from asn1crypto import cms

_SEQUENCE, _SET, _OCTETS, _CONTEXT = 0x30, 0x31, 0x04, 0xA0


@dataclass(frozen=True)
class Mould:
    """The parts that stay: of the content, of the signer's information; attributes; the digest."""

    kind: bytes
    before_infos: bytes
    before_attributes: bytes
    attributes: bytes
    algorithm: bytes
    digest: bytes

    @classmethod
    def of(cls, made: cms.ContentInfo, digest: bytes) -> "Mould":
        """Take the mould of a signature with one signer; ValueError when it would not fit."""
        signed = made["content"]
        (info,) = signed["signer_infos"]
        names = ("version", "digest_algorithms", "encap_content_info", "certificates")
        mould = cls(
            kind=made["content_type"].dump(),
            before_infos=b"".join(signed[name].dump() for name in names),
            before_attributes=b"".join(
                info[name].dump() for name in ("version", "sid", "digest_algorithm")
            ),
            attributes=info["signed_attrs"].contents,
            algorithm=info["signature_algorithm"].dump(),
            digest=digest,
        )
        as_made = mould.cast(digest, sign=lambda _: info["signature"].native)
        if as_made != made.dump() or mould.attributes.count(digest) != 1:
            raise ValueError("this signature cannot be cast again")
        return mould

    def cast(self, digest: bytes, *, sign: Callable[[bytes], bytes]) -> bytes:
        """Return a signature (DER) over another digest; `sign` signs the attributes."""
        if len(digest) != len(self.digest):
            raise ValueError("a digest of another length")
        attributes = self.attributes.replace(self.digest, digest)
        info = _der(
            _SEQUENCE,
            self.before_attributes,
            _der(_CONTEXT, attributes),
            self.algorithm,
            _der(_OCTETS, sign(_der(_SET, attributes))),
        )
        signed = _der(_SEQUENCE, self.before_infos, _der(_SET, info))
        return _der(_SEQUENCE, self.kind, _der(_CONTEXT, signed))


def _der(tag: int, *parts: bytes) -> bytes:
    """Return one value with its length in the one way DER allows."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
