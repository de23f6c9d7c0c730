"""Which format a file has, by its first bytes. Those we do not take are named, too."""

import re

_BRANDS = {
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"hevc": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
    b"avif": "avif",
    b"avis": "avif",
}
_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\0\0\0\x0cjP  ", "jpeg-2000"),
    (b"AT&TFORM", "djvu"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (b"{\\rtf", "office"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"#!", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
)
_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.", b"word/", b"xl/", b"ppt/")
_SVG = re.compile(rb"^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg\b", re.I | re.S)
_PAGE = re.compile(
    rb"^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype|html|head|body|script)", re.I | re.S
)

_MARKUP = re.compile(
    rb"<\s*(script|html|svg|iframe|body|object|embed|!doctype)\b|<\?php", re.IGNORECASE
)


def of(content: bytes) -> str:
    """Return `jpeg`, `png`, `pdf`, or the code of the reason why it is none of them."""
    if not content:
        return "empty"
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video")
    if content.startswith(b"RIFF"):
        return "webp" if content[8:12] == b"WEBP" else "video"
    if content.startswith(b"PK\x03\x04"):
        return "office" if any(sign in content[:4096] for sign in _OFFICE) else "archive"
    return _text(content[:1024])


def holds_markup(content: bytes) -> bool:
    """Tell whether a browser that guesses could take the bytes for a page or a script."""
    return bool(_MARKUP.search(content))


def _text(head: bytes) -> str:
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if _SVG.match(plain):
        return "svg"
    if _PAGE.match(plain):
        return "page"
    if b"%PDF-" in head:  # something stands before the PDF
        return "mixed"
    return "unknown-format"
