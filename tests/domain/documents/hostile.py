"""Files made to harm or to slip through, each with the code it must be refused with."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image
from tests.domain.documents.honest import jpeg, pad, pdf, png

from oms.gateways.antivirus import EICAR

KB = 1024

Made = tuple[str, bytes, str]


def sizes() -> Iterator[Made]:
    yield "nothing at all", b"", "empty"
    yield "one byte", b"\xff", "unknown-format"
    yield "a picture of 2 KB", jpeg(size=(40, 40)), "too-small"
    yield "a PDF of 1 KB", pdf(filler=0), "too-small"
    yield "5 MB and a byte", pad(jpeg(), 5 * KB * KB + 1), "too-large"
    yield "40 MB of nothing", bytes(40 * KB * KB), "too-large"
    yield "5 MB of zeros", bytes(5 * KB * KB), "unknown-format"


def strangers() -> Iterator[Made]:
    filler = b" " * 12 * KB
    yield "a drawing that says it is a PNG", svg() + filler, "svg"
    yield "a drawing with an XML head", b'<?xml version="1.0"?>\n<!-- x -->' + svg(), "svg"
    yield "a web page", b"<!DOCTYPE html><script>alert(1)</script>" + filler, "page"
    yield "a page after a byte order mark", b"\xef\xbb\xbf <html>" + filler, "page"
    yield "a photo of a phone (HEIC)", box(b"heic") + bytes(12 * KB), "heic"
    yield "HEIF of another brand", box(b"mif1") + bytes(12 * KB), "heic"
    yield "AVIF", box(b"avif") + bytes(12 * KB), "avif"
    yield "a video", box(b"mp42") + bytes(12 * KB), "video"
    yield "WebP", saved("WEBP"), "webp"
    yield "GIF", saved("GIF"), "gif"
    yield "BMP", saved("BMP"), "bmp"
    yield "TIFF", saved("TIFF"), "tiff"
    yield "JPEG 2000", saved("JPEG2000"), "jpeg-2000"
    yield "Word", archive("[Content_Types].xml", "word/document.xml"), "office"
    yield "OpenDocument", archive("mimetype", text=b"application/vnd.oasis.opendocument"), "office"
    yield "old Word", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(12 * KB), "office"
    yield "RTF", b"{\\rtf1 " + filler, "office"
    yield "ZIP", archive("паспорт.jpg"), "archive"
    yield "7z", b"7z\xbc\xaf\x27\x1c" + bytes(12 * KB), "archive"
    yield "RAR", b"Rar!\x1a\x07\x01\0" + bytes(12 * KB), "archive"
    yield "a program for Windows", b"MZ\x90\0" + bytes(12 * KB), "program"
    yield "a program for Linux", b"\x7fELF\x02" + bytes(12 * KB), "program"
    yield "a script", b"#!/bin/sh\nrm -rf /\n" + filler, "program"
    yield "EICAR as text", EICAR, "unknown-format"
    yield "noise", bytes(range(256)) * 64, "unknown-format"
    yield "null bytes before a JPEG", b"\0\0" + jpeg(), "unknown-format"
    yield "only a JPEG's first bytes", b"\xff\xd8\xff\xe0" + bytes(12 * KB), "unreadable"
    yield "only a PNG's first bytes", b"\x89PNG\r\n\x1a\n" + bytes(12 * KB), "unreadable"
    yield "only a PDF's first bytes", b"%PDF-1.7\n" + bytes(12 * KB), "pdf-broken"


def cut_off() -> Iterator[Made]:
    for name, whole, code in (
        ("JPEG", jpeg(), "unreadable"),
        ("PNG", png(), "unreadable"),
        ("PDF", pdf(), "pdf-broken"),
    ):
        for share in (50, 90, 99):
            yield f"{name} cut off at {share} %", whole[: len(whole) * share // 100], code
    yield "JPEG without its last two bytes", jpeg()[:-2], "unreadable"
    yield "PNG without its end", png()[:-12], "unreadable"
    broken = bytearray(png())
    broken[len(broken) // 2] ^= 0xFF
    yield "PNG with one byte changed", bytes(broken), "unreadable"


def doubles() -> Iterator[Made]:
    zipped = archive("a.class")
    for name, host in (("JPEG", jpeg()), ("PNG", png()), ("PDF", pdf())):
        yield f"{name} with a ZIP behind it (GIFAR)", host + zipped, "mixed"
        yield f"{name} with a page behind it", host + b"<html><script>1</script>", "mixed"
        yield f"{name} with a program behind it", host + b"MZ\x90\0" + bytes(KB), "mixed"
    yield "JPEG with a PDF behind it", jpeg() + pdf(), "mixed"
    yield "PNG with a JPEG behind it", png() + jpeg(), "mixed"
    yield "JPEG with a second, unannounced picture", jpeg() + jpeg(), "mixed"
    yield "JPEG with a page in its comment", jpeg(comment=b"<script>x()</script>"), "mixed"
    yield "JPEG with PHP in its EXIF", with_segment(jpeg(), 0xE1, b"Exif\0\0<?php x()"), "mixed"
    yield "JPEG with a PDF's head in it", with_segment(jpeg(), 0xFE, b"%PDF-1.4"), "mixed"
    yield "PNG with a page in its text", png(chunk=(b"tEXt", b"Comment\0<script>1")), "mixed"
    packed = b"Comment\0\0" + zlib.compress(b"<html><script>")
    yield "PNG with a packed page in it", png(chunk=(b"zTXt", packed)), "mixed"
    yield "a page before a PDF", b"<!-- -->" + pdf(), "mixed"
    yield "a few bytes before a PDF", b"GIF-" + pdf(), "mixed"
    yield "PDF with a page in its first comment", pdf(head=b"%<script>alert(1)</script>\n"), "mixed"
    noted = jpeg() + b"SEFH" + archive("x.jar") + b"SEFT"
    yield "JPEG with a phone's notes that are a JAR", noted, "mixed"


def swollen_pictures() -> Iterator[Made]:
    yield "JPEG that says 65 500 × 65 500", resized_jpeg(65500, 65500), "too-many-pixels"
    yield "JPEG that says 0 × 0", resized_jpeg(0, 0), "unreadable"
    yield "PNG that says 2³¹ × 2³¹", pad_png(header(2**31 - 1, 2**31 - 1)), "too-many-pixels"
    yield "PNG of 40 000 × 1", pad_png(header(40_000, 1)), "too-many-pixels"
    yield "PNG bomb: 12 000 × 12 000 of one colour", flat_png(12_000, 12_000), "too-many-pixels"
    bomb = zlib.compress(bytes(64 * KB * KB), 9)
    yield "PNG with a comment that swells", png(chunk=(b"zTXt", b"c\0\0" + bomb)), "bomb"
    yield "PNG with a profile that swells", png(chunk=(b"iCCP", b"p\0\0" + bomb)), "bomb"
    text = b"c\0\1\0\0\0" + bomb
    yield "PNG with a Unicode text that swells", png(chunk=(b"iTXt", text)), "bomb"
    yield "JPEG with thousands of scans", many_scans(2000), "unreadable"
    yield "PNG whose chunk is longer than the file", long_chunk(), "unreadable"


def odd_pictures() -> Iterator[Made]:
    yield "animated PNG", animated(), "animated"
    yield "PNG without pixels", pad_png(header(100, 100), pixels=False), "unreadable"
    yield "PNG with too few pixels", pad_png(header(400, 400)), "unreadable"
    yield "JPEG with two frames", two_frames(), "unreadable"
    yield "JPEG whose segment is longer than the file", long_segment(), "unreadable"
    yield "arithmetic nonsense in a JPEG", b"\xff\xd8" + b"\xff\xc0\0\2" * 4 * KB, "unreadable"


def active_pdfs() -> Iterator[Made]:
    yield "PDF that runs a script when opened", pdf(root={"OpenAction": script()}), "pdf-active"
    yield "PDF that starts a program", pdf(root={"OpenAction": launch()}), "pdf-active"
    uri = Dictionary(S=Name.URI, URI=String("https://example.org/"))
    yield "PDF that opens a site when opened", pdf(root={"OpenAction": uri}), "pdf-active"
    names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))
    yield "PDF with a named script", pdf(root={"Names": names}), "pdf-active"
    yield (
        "PDF with actions of its document",
        pdf(root={"AA": Dictionary(WC=script())}),
        "pdf-active",
    )
    yield "PDF with actions of its page", pdf(page={"AA": Dictionary(O=script())}), "pdf-active"
    yield "PDF with a script nobody points at", pdf(loose=script()), "pdf-active"
    packed = pdf(loose=script(), packed=True)
    yield "PDF with a script in an object stream", packed, "pdf-active"
    spelled = pdf(loose=script()).replace(b"/JavaScript", b"/J#61v#61Script")
    yield "PDF with a script in hexadecimal", spelled, "pdf-broken"
    for kind in ("SubmitForm", "ImportData", "GoToR", "GoToE", "Rendition", "Movie", "Sound"):
        action = Dictionary(S=Name("/" + kind), F=String("x"))
        yield f"PDF with a link that does {kind}", pdf(page=link(action)), "pdf-active"
    for address in ("file:///etc/passwd", "javascript:alert(1)", "\\\\evil\\share:x", "smb://x/y"):
        action = Dictionary(S=Name.URI, URI=String(address))
        yield f"PDF with a link to {address}", pdf(page=link(action)), "pdf-active"
    following = Dictionary(S=Name.GoTo, Next=launch())
    yield "PDF with a launch behind a harmless step", pdf(page=link(following)), "pdf-active"
    for subtype in ("RichMedia", "Movie", "Sound", "Screen", "3D"):
        note = Dictionary(Type=Name.Annot, Subtype=Name("/" + subtype), Rect=[0, 0, 9, 9])
        yield f"PDF with a {subtype} on its page", pdf(page={"Annots": [note]}), "pdf-active"
    form = Dictionary(Fields=Array(), XFA=String("<xdp/>"))
    yield "PDF that is an XFA form", pdf(root={"AcroForm": form}), "pdf-form"


def carrying_pdfs() -> Iterator[Made]:
    yield "PDF with an embedded program", attached("evil.exe"), "pdf-attachment"
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9])
    yield "PDF with a file pinned to its page", pdf(page={"Annots": [note]}), "pdf-attachment"
    yield "PDF with an associated file", pdf(root={"AF": Array()}), "pdf-attachment"
    yield "PDF whose data lie in another file", pdf(loose="external"), "pdf-active"
    for keys in (2, 3, 4, 6):
        yield f"PDF with a password (R{keys})", encrypted(keys, user="x"), "pdf-encrypted"
    yield "PDF that forbids changes", encrypted(6, user=""), "pdf-encrypted"


def broken_pdfs() -> Iterator[Made]:
    whole = pdf()
    yield "PDF whose table lies elsewhere", moved_table(whole), "pdf-broken"
    yield "PDF whose table points to itself", table_loop(), "pdf-broken"
    yield "PDF without a catalogue", whole.replace(b"/Root", b"/Toor"), "pdf-broken"
    yield "PDF whose page tree holds itself", tree_loop(), "pdf-broken"
    yield "PDF whose pages are no pages", whole.replace(b"/Pages", b"/Sagep"), "pdf-broken"
    yield "PDF without pages", pdf(pages=0), "no-pages"
    yield "PDF of 21 pages", pdf(pages=21), "too-many-pages"
    yield "PDF of 5 000 pages", pdf(pages=5000, filler=0), "too-many-pages"
    yield "PDF that says how many pages it has, wrongly", lying_count(), "pdf-broken"
    yield "PDF of a kilometre", pdf(page={"MediaBox": [0, 0, 3e6, 3e6]}), "page-too-large"
    yield "PDF in huge units", pdf(page={"UserUnit": 75_000}), "page-too-large"
    yield "PDF without area", pdf(page={"MediaBox": [0, 0, 0, 0]}), "pdf-broken"
    yield "PDF of lists in lists in lists", nested(2000), "pdf-broken"


def swollen_pdfs() -> Iterator[Made]:
    yield "PDF with a stream that swells to 1 GB", flate_bomb(1), "bomb"
    yield "PDF packed twice to swell", flate_bomb(2), "bomb"
    yield "PDF packed nine times", flate_bomb(9), "pdf-too-complex"
    yield "PDF with an object stream that swells", object_stream_bomb(), "pdf-broken"
    yield "PDF with a picture of 10⁹ pixels", pdf_picture(40_000, 40_000), "too-many-pixels"
    yield "PDF of 60 000 objects", pdf(loose="many"), "pdf-too-complex"
    yield "PDF of drawings in drawings", billion_laughs(), "pdf-too-complex"


GROUPS = (
    sizes,
    strangers,
    cut_off,
    doubles,
    swollen_pictures,
    odd_pictures,
    active_pdfs,
    carrying_pdfs,
    broken_pdfs,
    swollen_pdfs,
)
"""Each yields (what it is, the bytes, the code it must be refused with)."""


# Making them ---------------------------------------------------------------------------


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def launch() -> Dictionary:
    return Dictionary(S=Name.Launch, F=String("cmd.exe"))


def svg() -> bytes:
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' + b" " * 12 * KB
    )


def box(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1" + brand


def saved(form: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 300), 60).convert("RGB").save(out, form)
    return out.getvalue()


def archive(*names: str, text: bytes = b"x" * 12 * KB) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, text)
    return out.getvalue()


def with_segment(picture: bytes, marker: int, body: bytes) -> bytes:
    segment = bytes([0xFF, marker]) + struct.pack("!H", len(body) + 2) + body
    return picture[:2] + segment + picture[2:]


def resized_jpeg(width: int, height: int) -> bytes:
    whole = jpeg()
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack("!HH", height, width) + whole[at + 4 :]


def many_scans(count: int) -> bytes:
    whole = jpeg()
    start, end = whole.index(b"\xff\xda"), whole.rindex(b"\xff\xd9")
    one = whole[start : start + 400]
    return whole[:end] + one * count + whole[end:]


def two_frames() -> bytes:
    whole = jpeg()
    at = whole.index(b"\xff\xc0")
    (length,) = struct.unpack_from("!H", whole, at + 2)
    frame = whole[at : at + 2 + length]
    return whole[:at] + frame + whole[at:]


def long_segment() -> bytes:
    return b"\xff\xd8\xff\xe0\xff\xff" + bytes(12 * KB)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack("!IIBBBBB", width & 0xFFFFFFFF, height, 8, 2, 0, 0, 0))


def pad_png(head: bytes, *, pixels: bool = True) -> bytes:
    data = chunk(b"IDAT", zlib.compress(b"\0" * 64)) if pixels else b""
    rest = chunk(b"prVt", bytes(12 * KB))
    return b"\x89PNG\r\n\x1a\n" + head + rest + data + chunk(b"IEND", b"")


def flat_png(width: int, height: int) -> bytes:
    lines = zlib.compress((b"\0" + b"\xff" * width) * height, 9)
    head = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def long_chunk() -> bytes:
    whole = png()
    return whole[:33] + struct.pack("!I", 2**31 - 1) + whole[37:]


def animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.effect_noise((300, 300), strength) for strength in (40, 80)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def link(action: Dictionary) -> dict[str, object]:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    return {"Annots": [note]}


def reopened(change: Callable[[pikepdf.Pdf], None], **options: object) -> bytes:
    with pikepdf.open(io.BytesIO(pdf())) as file:
        change(file)
        out = io.BytesIO()
        file.save(out, **options)
    return out.getvalue()


def attached(name: str) -> bytes:
    def change(file: pikepdf.Pdf) -> None:
        file.attachments[name] = b"MZ" + bytes(KB)

    return reopened(change)


def encrypted(revision: int, *, user: str) -> bytes:
    weak = {"aes": revision == 4, "metadata": revision >= 4} if revision < 6 else {}
    lock = pikepdf.Encryption(owner="owner", user=user, R=revision, **weak)
    return reopened(lambda _: None, encryption=lock)


def moved_table(whole: bytes) -> bytes:
    at = whole.rindex(b"startxref")
    return whole[:at] + b"startxref\n17\n%%EOF\n"


def table_loop() -> bytes:
    whole = pdf()
    at = whole.rindex(b"startxref")
    where = int(whole[at:].split()[1])
    trailer = whole.rindex(b"trailer")
    more = b"trailer << /Prev %d " % where
    return whole[:trailer] + whole[trailer:].replace(b"trailer <<", more, 1)


def tree_loop() -> bytes:
    def change(file: pikepdf.Pdf) -> None:
        tree = file.Root.Pages
        tree.Kids = Array([tree])

    return reopened(change)


def lying_count() -> bytes:
    whole = pdf()
    return whole.replace(b"/Kids [", b"/Kids 7 %", 1)


def nested(depth: int) -> bytes:
    whole = pdf()
    return whole.replace(b"/Type /Catalog", b"/X " + b"[" * depth + b"]" * depth, 1)


def swollen(letter: int, megabytes: int) -> bytes:
    """So many bytes alike, packed by zlib: one megabyte is packed, its blocks are repeated."""
    machine, piece, size = zlib.compressobj(9), bytes([letter]) * KB * KB, megabytes * KB * KB
    first, again = (machine.compress(piece) + machine.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    low, high = 1 + letter * size, size + letter * size * (size + 1) // 2
    checksum = struct.pack("!HH", high % 65521, low % 65521)
    return first + again * (megabytes - 1) + b"\3\0" + checksum


def flate_bomb(times: int) -> bytes:
    data = swollen(0, 1024)
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    filters = [Name.FlateDecode] * times
    return pdf(loose=("stream", data, filters))


def object_stream_bomb() -> bytes:
    """An object stream of 3 GB, which qpdf must unpack to read the catalogue in it."""
    packed = swollen(ord(" "), 3 * KB)
    body = b"%PDF-1.5\n"
    first = len(body)
    body += (
        b"1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
        % len(packed)
    )
    body += packed + b"\nendstream\nendobj\n"
    second = len(body)
    rows = b"\1" + struct.pack("!IB", first, 0) + b"\2" + struct.pack("!IB", 1, 0)
    rows = b"\0" + struct.pack("!IB", 0, 0) + rows + b"\1" + struct.pack("!IB", second, 0)
    body += b"3 0 obj\n<< /Type /XRef /Size 4 /W [1 4 1] /Root 2 0 R /Length %d >>\nstream\n" % len(
        rows
    )
    return body + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % second


def pdf_picture(width: int, height: int) -> bytes:
    return pdf(loose=("picture", width, height))


def billion_laughs() -> bytes:
    """Forms that each draw the next ten times: 10¹² strokes on one page."""

    def change(file: pikepdf.Pdf) -> None:
        box = Array([0, 0, 500, 500])
        inner = Stream(file, b"0 0 400 400 re f 0 0 m 300 300 l S")
        inner.stream_dict.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": box})
        below = file.make_indirect(inner)
        for _ in range(12):
            form = Stream(file, b"/X Do " * 10)
            form.stream_dict.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": box})
            form.stream_dict["/Resources"] = Dictionary(XObject=Dictionary(X=below))
            below = file.make_indirect(form)
        page = file.pages[0].obj
        page.Resources = Dictionary(XObject=Dictionary(X=below))
        page.Contents = Stream(file, b"/X Do " * 10)

    return reopened(change)
