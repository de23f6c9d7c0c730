"""What a signature is to the rest of the house: a signer, a report, a refusal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MAX_BYTES = 5 * 1024 * 1024


class NoKey(RuntimeError):  # noqa: N818
    """There is no key to sign with, or it cannot be opened. For the administrator."""


class Signer(Protocol):
    """Whoever signs papers."""

    @property
    def subject(self) -> str:
        """The subject of the certificate, readable."""

    @property
    def certificate(self) -> str:
        """The signing certificate, PEM."""

    def sign_pdf(self, pdf: bytes, *, reason: str, at: datetime) -> bytes:
        """Return the PDF with an invisible PAdES B-B signature added as an increment."""


@dataclass(frozen=True)
class SignatureReport:
    """What the signature of a file tells.

    `intact`: nobody changed the signed bytes. `trusted`: the signer is vouched for by a root
    we know. `covers_whole_file`: nothing was added after signing. `problem`: plain Russian,
    empty when all three hold.
    """

    intact: bool
    trusted: bool
    covers_whole_file: bool
    signer: str
    signed_at: datetime | None
    problem: str

    @property
    def ok(self) -> bool:
        """Whether everything is in order."""
        return self.intact and self.trusted and self.covers_whole_file
