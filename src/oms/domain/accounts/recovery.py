"""A forgotten password: a code by e-mail to the account behind any of its names (ACC-7).

The second factor stays: a new password alone does not open the cabinet of who has one.
"""

from dataclasses import dataclass
from datetime import datetime

from oms.domain.accounts import codes
from oms.domain.accounts.codes import Checked, Issued
from oms.domain.accounts.identifiers import find_user, recognize
from oms.domain.accounts.models import OneTimeCode, User

_PURPOSE = OneTimeCode.Purpose.RECOVERY


@dataclass(frozen=True)
class Sending:
    """A code for the confirmed e-mail of `user`; for an unknown name a decoy and nobody."""

    issued: Issued
    user: User | None = None


def send_code(*, identifier: str, origin: str, at: datetime) -> Sending:
    """Issue a recovery code for a typed phone, e-mail, СНИЛС or ИНН."""
    name = recognize(identifier)
    user = find_user(name)
    if user is not None and not (user.email and user.is_active):
        user = None
    issued = codes.issue(
        purpose=_PURPOSE,
        address=name.fingerprint,
        origin=origin,
        decoy=user is None,
        user=user,
        at=at,
    )
    return Sending(issued, user)


def check_code(*, identifier: str, code_key: str, typed: str, at: datetime) -> Checked:
    """Check a recovery code asked for by `identifier`; the right one names the user, once."""
    address = recognize(identifier).fingerprint
    return codes.check(purpose=_PURPOSE, key=code_key, address=address, typed=typed, at=at)
