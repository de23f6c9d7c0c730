"""Looking into a PDF: whole, open, quiet, and no bigger inside than outside.

qpdf reads the structure and mends nothing; every object is looked at, also those no page
leads to; every stream is unpacked against a limit; at last each page is drawn, because what
cannot be drawn cannot be read. Links to web pages and form fields are honest and stay.
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Object, Stream

from oms.domain.documents.limits import MAX_PAGES, MAX_PIXELS
from oms.domain.documents.unfit import Unfit

MAX_OBJECTS = 50_000
MAX_ENTRIES = 500_000
MAX_STREAM = 200 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
MAX_FILTERS = 3
MAX_SIDE_PT = 2000 / 25.4 * 72  # two metres
PROOF_WIDTH = 160
"""How wide a page is drawn to see that it can be."""

_HARMLESS = frozenset({"/GoTo", "/Named", "/URI", "/Thread", "/Hide", "/SetOCGState", "/Trans"})
_LINK = re.compile(r"^(https?:|mailto:|tel:|[^:]*$)", re.IGNORECASE)
_ACTIVE_KEYS = frozenset({"/JS", "/AA", "/RichMediaContent", "/RichMediaSettings"})
_ACTIVE_SUBTYPES = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
_ATTACHMENT_KEYS = frozenset({"/EmbeddedFiles", "/EF", "/AF"})
_END = re.compile(rb"%%EOF[\0\s]*\Z")


def examine(content: bytes) -> dict[str, Any]:
    """Return what the PDF is; raise `Unfit`."""
    _check_end(content)
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise Unfit("pdf-encrypted")
            pages = _check_pages(pdf)
            _check_objects(pdf)
    except pikepdf.PasswordError:
        raise Unfit("pdf-encrypted") from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError):
        raise Unfit("pdf-broken") from None
    except (MemoryError, RecursionError):
        raise Unfit("pdf-too-complex") from None
    _draw(content, pages)
    return {"media_type": "application/pdf", "pages": pages}


def _check_end(content: bytes) -> None:
    """The last thing is the end mark: else it was cut off, or something was put behind it."""
    if _END.search(content[-1024:]):
        return
    raise Unfit("mixed" if b"%%EOF" in content else "pdf-broken")


def _check_objects(pdf: pikepdf.Pdf) -> None:
    if len(pdf.objects) > MAX_OBJECTS:
        raise Unfit("pdf-too-complex")
    unpacked, entries = 0, 0
    for number in range(len(pdf.objects)):
        top = pdf.objects[number]
        for one in _within(top):
            entries += 1
            if entries > MAX_ENTRIES:
                raise Unfit("pdf-too-complex")
            if isinstance(one, Dictionary | Stream):
                _check_dictionary(one)
        if isinstance(top, Stream):
            unpacked += _unpacked_size(top)
            if unpacked > MAX_UNPACKED:
                raise Unfit("bomb")
    _check_opening(pdf)


def _within(top: Object) -> Iterator[Object]:
    """The object and everything written inside it, but for what it only points at."""
    waiting = [top]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, Array):
            waiting += [part for part in one if _is_own(part)]
        elif isinstance(one, Dictionary | Stream):
            waiting += [part for _, part in one.items() if _is_own(part)]


def _is_own(part: Any) -> bool:
    return isinstance(part, Array | Dictionary | Stream) and not part.is_indirect


def _check_dictionary(one: Object) -> None:
    keys = set(one.keys())
    if keys & _ATTACHMENT_KEYS or one.get("/Subtype") == Name.FileAttachment:
        raise Unfit("pdf-attachment")
    if "/XFA" in keys:
        raise Unfit("pdf-form")
    if keys & _ACTIVE_KEYS or str(one.get("/Subtype", "")) in _ACTIVE_SUBTYPES:
        raise Unfit("pdf-active")
    if isinstance(one, Stream) and "/F" in keys:  # its data lie in another file
        raise Unfit("pdf-active")
    if _is_action(one, keys):
        _check_action(one)


def _is_action(one: Object, keys: set[str]) -> bool:
    """Whether it is an action. Others use /S too: styles, groups, structure."""
    if one.get("/Type") == Name.Action:
        return True
    kind = one.get("/S")
    return isinstance(kind, Name) and (
        str(kind) in {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}
        or str(kind) in {"/Rendition", "/Sound", "/Movie", "/ResetForm", "/GoTo3DView"}
        or "/URI" in keys
    )


def _check_action(one: Object) -> None:
    kind = str(one.get("/S", ""))
    if kind not in _HARMLESS:
        raise Unfit("pdf-active")
    if kind == "/URI" and not _LINK.match(str(one.get("/URI", ""))):
        raise Unfit("pdf-active")


def _check_opening(pdf: pikepdf.Pdf) -> None:
    """Opening a file may turn to a page, nothing else."""
    root = pdf.Root
    if not isinstance(root, Dictionary):
        raise Unfit("pdf-broken")
    opening = root.get("/OpenAction")
    if isinstance(opening, Dictionary) and opening.get("/S") != Name.GoTo:
        raise Unfit("pdf-active")
    names = root.get("/Names")
    if isinstance(names, Dictionary) and "/JavaScript" in names:
        raise Unfit("pdf-active")


def _unpacked_size(stream: Stream) -> int:
    """How much the stream holds when unpacked, up to the limit for one; raise `Unfit` beyond."""
    if stream.get("/Subtype") == Name.Image:
        _check_picture(stream)
    filters = stream.get("/Filter", Array())
    chain = [str(one) for one in (filters if isinstance(filters, Array) else [filters])]
    if len(chain) > MAX_FILTERS:
        raise Unfit("pdf-too-complex")
    data = stream.read_raw_bytes()
    for name in chain:
        if name not in {"/FlateDecode", "/Fl"}:
            break
        data = _inflate(data)
    return len(data)


def _inflate(data: bytes) -> bytes:
    """Unpack; what is cut off at its end counts as far as it goes, as readers take it."""
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(data, MAX_STREAM + 1)
    except zlib.error:
        return data
    if len(found) > MAX_STREAM:
        raise Unfit("bomb")
    return found


def _check_picture(picture: Stream) -> None:
    width, height = (int(picture.get(name, 0)) for name in ("/Width", "/Height"))
    if width * height > MAX_PIXELS:
        raise Unfit("too-many-pixels")


def _check_pages(pdf: pikepdf.Pdf) -> int:
    count = len(pdf.pages)
    if not count:
        raise Unfit("no-pages")
    if count > MAX_PAGES:
        raise Unfit("too-many-pages")
    for page in pdf.pages:
        unit = float(page.obj.get("/UserUnit", 1))
        left, bottom, right, top = (float(side) * unit for side in page.mediabox)
        width, height = abs(right - left), abs(top - bottom)
        if max(width, height) > MAX_SIDE_PT:
            raise Unfit("page-too-large")
        if min(width, height) < 1:
            raise Unfit("pdf-broken")
    return count


def _draw(content: bytes, pages: int) -> None:
    """Draw each page small: a page that cannot be drawn cannot be read by anybody."""
    try:
        pdf = pypdfium2.PdfDocument(content)
        if len(pdf) != pages:
            raise Unfit("pdf-broken")
        for page in pdf:
            page.render(scale=PROOF_WIDTH / max(page.get_width(), page.get_height()))
        pdf.close()
    except pypdfium2.PdfiumError:
        raise Unfit("pdf-broken") from None
