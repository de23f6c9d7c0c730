"""Whether the current row says what was recorded (ADR 4), and its values as JSON keeps them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from oms.domain.quality.sheet import Sheet
from oms.domain.register.agreement import disagreements


def wrong(sheet: Sheet) -> dict[str, Any]:
    """Return field → what the row has to say. No query."""
    return disagreements(
        sheet.person, version=sheet.version, insurance=sheet.insurance, policy=sheet.policy
    )


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with dates as ISO text."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
