"""Files as people really have them: each must be taken."""

import io
import os
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw

KB = 1024


def picture(size: tuple[int, int] = (600, 420), mode: str = "RGB") -> Image.Image:
    """Something with enough detail to be larger than 10 KB."""
    made = Image.effect_noise(size, 60).convert("RGB")
    ImageDraw.Draw(made).text((20, 20), "ОБРАЗЕЦ", fill="black", font_size=40)
    return made.convert(mode)


def jpeg(*, size: tuple[int, int] = (600, 420), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    picture(size, mode).save(out, "JPEG", **options)
    return out.getvalue()


def png(*, mode: str = "RGB", chunk: tuple[bytes, bytes] | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    made = picture() if mode == "I;16" else picture(mode=mode)
    if mode == "I;16":
        made = made.convert("L").convert("I;16")
    made.save(out, "PNG", **options)
    whole = out.getvalue()
    if chunk:
        name, body = chunk
        more = struct.pack("!I", len(body)) + name + body
        whole = whole[:33] + more + struct.pack("!I", zlib.crc32(name + body)) + whole[33:]
    return whole


def pad(content: bytes, size: int) -> bytes:
    return content + bytes(size - len(content))


def pdf(
    *,
    pages: int = 1,
    filler: int = 24 * KB,
    version: str = "1.4",
    root: Mapping[str, Any] = {},
    page: Mapping[str, Any] = {},
    loose: Any = None,
    packed: bool = False,
    head: bytes = b"",
    **options: Any,
) -> bytes:
    """A PDF of plain pages; `root` and `page` get more keys, `loose` is an object apart."""
    file = pikepdf.new()
    for _ in range(pages):
        file.add_blank_page(page_size=(595, 842))
        words = Stream(file, b"0 0 200 200 re S")
        file.pages[-1].obj.Contents = words
    file.Root.Filler = file.make_indirect(Stream(file, os.urandom(filler)))
    if pages:
        for key, value in page.items():
            file.pages[0].obj[f"/{key}"] = value
    for key, value in root.items():
        file.Root[f"/{key}"] = value
    if loose is not None:
        file.Root.Loose = file.make_indirect(_loose(file, loose))
    out = io.BytesIO()
    mode = pikepdf.ObjectStreamMode
    file.save(
        out,
        object_stream_mode=mode.generate if packed else mode.disable,
        min_version=version,
        force_version=version if not packed else "",
        compress_streams=False,
        **options,
    )
    whole = out.getvalue()
    if head:
        return whole.replace(b"\n", b"\n" + head, 1)
    return whole


def _loose(file: pikepdf.Pdf, what: Any) -> Any:
    if what == "external":
        outside = Stream(file, b"x")
        outside.stream_dict["/F"] = String("/etc/passwd")
        return outside
    if what == "many":
        return Array([file.make_indirect(Dictionary(N=number)) for number in range(60_000)])
    if isinstance(what, tuple) and what[0] == "stream":
        packed = Stream(file, what[1])
        packed.stream_dict["/Filter"] = Array(what[2])
        return packed
    if isinstance(what, tuple) and what[0] == "picture":
        image = Stream(file, b"x")
        image.stream_dict.update({"/Subtype": Name.Image, "/Width": what[1], "/Height": what[2]})
        return image
    return what


def pictures() -> Iterator[tuple[str, bytes]]:
    yield "JPEG", jpeg()
    yield "progressive JPEG", jpeg(progressive=True)
    yield "grey JPEG", jpeg(mode="L")
    yield "CMYK JPEG", jpeg(mode="CMYK")
    yield "JPEG with restart marks", jpeg(restart_marker_rows=2)
    yield "JPEG with a comment", jpeg(comment="снято дома")
    for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"):
        yield f"PNG, {mode}", png(mode=mode)
    yield "PNG with a comment", png(chunk=(b"tEXt", b"Comment\0scan"))
    yield "PNG with transparency", png(mode="P", transparency=0)
    yield "JPEG of 48 megapixels", flat_jpeg(8000, 6000)


def flat_jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), 200).save(out, "JPEG", quality=20)
    return out.getvalue()


def phones() -> Iterator[tuple[str, bytes]]:
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        exif[0x010F] = "Phone"
        yield f"JPEG turned by EXIF, {turn}", jpeg(exif=exif.tobytes())
    whole = jpeg()
    yield "JPEG with padding behind it", whole + bytes(4096)
    yield "JPEG with a phone's notes", whole + b"notes" * 50 + b"SEFH\1\0SEFT"
    announced = whole[:2] + b"\xff\xe2\x00\x08MPF\0\0\0" + whole[2:]
    yield "JPEG with an announced second picture", announced + jpeg(size=(60, 60))
    many = b"".join(b"\xff\xe1\xff\xff" + os.urandom(65533) for _ in range(6))
    yield "JPEG with 400 KB of EXIF", whole[:2] + many.replace(b"<", b"_") + whole[2:]


def pdfs() -> Iterator[tuple[str, bytes]]:
    for version in ("1.3", "1.4", "1.5", "1.6", "1.7", "2.0"):
        yield f"PDF {version}", pdf(version=version)
    yield "PDF with packed objects", pdf(packed=True, version="1.5")
    yield "PDF of 20 pages", pdf(pages=20)
    yield "PDF ready for the web", pdf(linearize=True)
    field = Dictionary(FT=Name.Tx, T=String("name"), V=String("Анна"), Ff=0)
    yield "PDF with form fields", pdf(root={"AcroForm": Dictionary(Fields=Array([field]))})
    to = Dictionary(S=Name.URI, URI=String("https://example.org/"))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=to)
    yield "PDF with a link to a site", pdf(page={"Annots": [note]})
    yield "PDF that opens at its first page", pdf(root={"OpenAction": Array([0, Name.Fit])})
    turn = Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))
    yield "PDF that opens by a step", pdf(root={"OpenAction": turn})
    yield "PDF with line ends behind its end", pdf() + b"\r\n\r\n"
    yield "PDF whose page has a nonsensical size", pdf(page={"MediaBox": Name.Big})
    yield "PDF of a scanner", scanner(3)
    yield "PDF in two revisions", revised()


def scanner(pages: int) -> bytes:
    """Pictures on pages, as a scanner or a phone's camera makes them."""
    out = io.BytesIO()
    first, *rest = [picture((1240, 1754)) for _ in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=150, quality=40)
    return out.getvalue()


def revised() -> bytes:
    """A file with a change appended, as signing does."""
    whole = pdf()
    start = int(whole[whole.rindex(b"startxref") :].split()[1])
    trailer = whole[whole.rindex(b"trailer") :]
    size, root = (
        int(re.search(rb"/%s (\d+)" % name, trailer).group(1)) for name in (b"Size", b"Root")
    )
    number = len(whole)
    more = b"%d 0 obj\n<< /Note (later) >>\nendobj\n" % size
    table = number + len(more)
    more += b"xref\n%d 1\n%010d 00000 n \n" % (size, number)
    more += b"trailer << /Size %d /Root %d 0 R /Prev %d >>\n" % (size + 1, root, start)
    return whole + more + b"startxref\n%d\n%%%%EOF\n" % table


GROUPS = (pictures, phones, pdfs)
"""Each yields (what it is, the bytes)."""
