"""Pictures of a document to look at: drawn anew from its content, so nothing else comes along."""

import io

import pypdfium2
from PIL import Image, ImageOps

QUALITY = 82
MAX_RATIO = 4
"""A picture is at most so many times as high as wide: longer ones get narrower."""


def draw(content: bytes, *, media_type: str, page: int, width: int) -> bytes:
    """Return one page as a JPEG at most `width` pixels wide, without any of its metadata."""
    picture = (
        _pdf_page(content, page, width)
        if media_type == "application/pdf"
        else _image(content, width)
    )
    with picture:
        flat = _on_white(picture)
        flat.thumbnail((width, width * MAX_RATIO))
        out = io.BytesIO()
        Image.frombytes("RGB", flat.size, flat.tobytes()).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _image(content: bytes, width: int) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])
    image.draft("RGB", (width * 2, width * 2))  # a JPEG is then decoded small at once
    return ImageOps.exif_transpose(image)


def _pdf_page(content: bytes, page: int, width: int) -> Image.Image:
    pdf = pypdfium2.PdfDocument(content)
    try:
        one = pdf[page - 1]
        scale = min(width / one.get_width(), MAX_RATIO * width / one.get_height())
        picture: Image.Image = one.render(scale=scale).to_pil()
        return picture
    finally:
        pdf.close()


def _on_white(picture: Image.Image) -> Image.Image:
    """Make it RGB; what is transparent shows white paper."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        above = picture.convert("RGBA")
        paper = Image.new("RGBA", above.size, "white")
        return Image.alpha_composite(paper, above).convert("RGB")
    if picture.mode.startswith("I"):  # 16 bits a pixel
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    return picture.convert("RGB")
