"""What a page says, as people read it."""

import re
from typing import Any


def text(answer: Any) -> str:
    """The HTML with each run of spaces, no-break ones too, as one."""
    return re.sub(r"\s+", " ", answer.content.decode())
