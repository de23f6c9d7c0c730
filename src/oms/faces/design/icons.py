"""Icons: lucide's SVG files, put into the page itself so that they take the text's colour."""

import re
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "icons"

_SHAPES = re.compile(r"<svg[^>]*>(?P<shapes>.*)</svg>", re.DOTALL)
_FRAME = (
    '<svg class="icon" width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" '
    'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
    'aria-hidden="true" focusable="false">{shapes}</svg>'
)


def names() -> list[str]:
    """Names of all icons we have."""
    return sorted(path.stem for path in FOLDER.glob("*.svg"))


@cache
def svg(name: str, size: int = 22) -> SafeString:
    """Return the icon as markup, `size` px square; KeyError names an icon we do not have."""
    path = FOLDER / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not path.is_file():
        raise KeyError(f"no icon {name!r} in {FOLDER.name}/")
    found = _SHAPES.search(path.read_text(encoding="utf-8"))
    assert found is not None, f"{path.name} is not an SVG"
    shapes = " ".join(found["shapes"].split())
    return mark_safe(_FRAME.format(size=size, shapes=shapes))  # noqa: S308 # nosec B308 B703 # ours
