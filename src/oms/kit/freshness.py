"""How long what is learnt outside may be kept, and when it counts as stale (REG-6). One policy.

Two questions. How long may an answer be given again without asking: `KEEP_ANSWER`. After what
silence is a source, or a row that came from it, told to be stale: `STALE_AFTER`. What the register
itself says is never cached: pages read its rows each time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

KEEP_ANSWER = timedelta(days=1)
"""Of a state register or ФЕРЗЛ: what it says of a person changes within days."""
KEEP_NOTHING = timedelta(minutes=10)
"""«Nobody such» is kept shortly: a new document reaches the registers within hours."""

ROW = "row"
STALE_AFTER: Mapping[str, timedelta] = MappingProxyType(
    {
        ROW: timedelta(days=3),  # a person's row, since it was last known to be true
        "insurer": timedelta(days=3),  # files of an insurer: told within working days
        "fund": timedelta(days=31),  # files of the fund: it tells when it has something to tell
        "ferzl": timedelta(days=1),
        "register": timedelta(days=1),
    }
)
"""By kind of source; `insurer:77001` is of the kind before the colon."""


def is_stale(since: datetime, *, kind: str, at: datetime) -> bool:
    """Tell whether what was last certain at `since` is too old. Raises KeyError for a new kind.

    >>> noon = datetime(2026, 11, 23, 12)
    >>> [is_stale(noon, kind="row", at=noon + timedelta(days=n)) for n in (3, 4)]
    [False, True]
    """
    return at - since > STALE_AFTER[kind]
