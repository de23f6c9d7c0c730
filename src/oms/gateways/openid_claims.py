"""Finding a claim by its path: `snils`, `contacts.elements[type=MBT].value`."""

import re
from typing import Any

_STEP = re.compile(r"(?P<name>[^.\[\]]+)(?:\[(?P<key>[^=\]]+)=(?P<value>[^\]]*)\])?(?:\.|$)")


def pick(claims: Any, path: str) -> Any:
    """Return the value at a path, or None. A filter takes the first row of a list that fits.

    >>> pick({"c": {"rows": [{"type": "MBT", "value": 7}]}}, "c.rows[type=MBT].value")
    7
    """
    if isinstance(claims, dict) and path in claims:
        return claims[path]  # names such as https://provider.example/snils hold dots
    found = claims if path else None
    for step in _STEP.finditer(path):
        found = found.get(step["name"]) if isinstance(found, dict) else None
        if step["key"] is not None:
            rows = found if isinstance(found, list) else []
            found = next((row for row in rows if _fits(row, step["key"], step["value"])), None)
    return found


def is_yes(value: Any) -> bool:
    """Tell whether a claim affirms: true, "true" or ЕСИА's VERIFIED; numbers and others do not.

    >>> is_yes(True), is_yes("VERIFIED"), is_yes("NOT_VERIFIED"), is_yes(1)
    (True, True, False, False)
    """
    return value is True or (isinstance(value, str) and value.lower() in {"true", "verified"})


def _fits(row: Any, key: str, value: str) -> bool:
    return isinstance(row, dict) and row.get(key) == value
