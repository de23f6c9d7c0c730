"""Looking at a JPEG or PNG: its structure and size before decoding, then all of its pixels.

The structure is read here, byte by byte, because a decoder forgives what we must not: data
behind the picture, a second picture, frames, pages hidden in comments, texts that swell.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image

from oms.domain.documents.formats import holds_markup
from oms.domain.documents.limits import MAX_PIXELS
from oms.domain.documents.unfit import Unfit

MAX_SIDE = 30_000
MAX_SCANS = 64
"""A progressive picture has about ten scans; thousands make a decoder work for hours."""
MAX_TEXT = 1024 * 1024
"""How much a compressed comment or colour profile may swell to."""
_FRAMES = frozenset(
    {0xC0, 0xC1, 0xC2, 0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)}
)
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_COMMENTS = frozenset({0xFE, *range(0xE0, 0xF0)})
_PACKED = frozenset({b"zTXt", b"iCCP", b"iTXt"})
_TEXTS = frozenset({b"tEXt", b"iTXt", b"eXIf"})

Size = tuple[int, int]


def examine(content: bytes, *, kind: str) -> dict[str, Any]:
    """Return what the picture is; raise `Unfit`. `kind` is jpeg or png."""
    read = read_jpeg if kind == "jpeg" else read_png
    size = read(content)
    _check_size(size)
    Image.MAX_IMAGE_PIXELS = None  # looked at above
    try:
        with Image.open(io.BytesIO(content), formats=[kind.upper()]) as image:
            if image.size != size:
                raise Unfit("unreadable")
            image.load()
    except Unfit:
        raise
    except Exception:  # whatever a decoder says of a stranger's bytes
        raise Unfit("unreadable") from None
    return {"media_type": f"image/{kind}", "pages": 1, "size": size}


def read_jpeg(content: bytes) -> Size:
    """Walk a JPEG from its first marker to its end and return its size."""
    size: Size | None = None
    scans, at, announced = 0, 2, False
    while True:
        marker, at = _marker(content, at)
        if marker == 0xD9:
            break
        body, at = _segment(content, at)
        if marker in _FRAMES:
            if size is not None or len(body) < 6:
                raise Unfit("unreadable")
            height, width = struct.unpack_from("!HH", body, 1)
            size = (width, height)
            _check_size(size)
        elif marker in _COMMENTS:
            if holds_markup(body):
                raise Unfit("mixed")
            announced |= body.startswith((b"MPF\0", b"http://ns.adobe.com/x"))
        elif marker == 0xDA:
            scans += 1
            if scans > MAX_SCANS or size is None:
                raise Unfit("unreadable")
    if size is None or not scans:
        raise Unfit("unreadable")
    _check_rest(content[at:], may_hold_pictures=announced)
    return size


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The next marker at or after `at`, past the pixels if need be, and where it ends."""
    found = _NEXT_MARKER.search(content, at)
    if found is None:
        raise Unfit("unreadable")
    return found.group(1)[0], found.end()


def _segment(content: bytes, at: int) -> tuple[bytes, int]:
    if at + 2 > len(content):
        raise Unfit("unreadable")
    (length,) = struct.unpack_from("!H", content, at)
    if length < 2 or at + length > len(content):
        raise Unfit("unreadable")
    return content[at + 2 : at + length], at + length


def _check_rest(rest: bytes, *, may_hold_pictures: bool) -> None:
    """What phones put behind the picture passes: padding, their own notes, announced pictures.

    Many phones append a second picture (brightness map, depth) and say so in the first; one
    maker appends notes that end with SEFT. Everything else is a second file.
    """
    rest = rest.strip(b"\0\r\n\t ")
    if not rest or (rest.endswith(b"SEFT") and b"SEFH" in rest):
        return
    if not (may_hold_pictures and rest.startswith(b"\xff\xd8\xff") and rest.endswith(b"\xff\xd9")):
        raise Unfit("mixed")


def read_png(content: bytes) -> Size:
    """Walk the chunks of a PNG to its end and return its size."""
    size: Size | None = None
    seen: set[bytes] = set()
    for name, body, end in _chunks(content):
        if size is None:
            if name != b"IHDR" or len(body) != 13:
                raise Unfit("unreadable")
            width, height = struct.unpack_from("!II", body)
            size = (width, height)
            _check_size(size)
        if name == b"acTL":
            raise Unfit("animated")
        if name in _PACKED:
            _check_packed(name, body)
        if name in _TEXTS and holds_markup(body):
            raise Unfit("mixed")
        seen.add(name)
        if name == b"IEND":
            if content[end:].strip(b"\0\r\n\t "):
                raise Unfit("mixed")
            break
    if size is None or not seen >= {b"IDAT", b"IEND"}:
        raise Unfit("unreadable")
    return size


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    at = 8
    while at < len(content):
        if at + 12 > len(content):
            raise Unfit("unreadable")
        length, name = struct.unpack_from("!I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise Unfit("unreadable")
        body = content[at + 8 : end - 4]
        if zlib.crc32(name + body) != int.from_bytes(content[end - 4 : end], "big"):
            raise Unfit("unreadable")
        yield name, body, end
        at = end


def _check_packed(name: bytes, body: bytes) -> None:
    """Unpack a compressed chunk a little: more than a text needs is a bomb; a page is a page."""
    _, _, rest = body.partition(b"\0")
    if name == b"iTXt":
        if rest[:1] != b"\1":
            return
        rest = rest[2:].split(b"\0", 2)[-1]
    else:
        rest = rest[1:]
    try:
        text = zlib.decompressobj().decompress(rest, MAX_TEXT + 1)
    except zlib.error:
        raise Unfit("unreadable") from None
    if len(text) > MAX_TEXT:
        raise Unfit("bomb")
    if holds_markup(text):
        raise Unfit("mixed")


def _check_size(size: Size) -> None:
    width, height = size
    if not width or not height:
        raise Unfit("unreadable")
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE:
        raise Unfit("too-many-pixels")
