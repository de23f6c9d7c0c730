"""The pages of a file as pictures, each with the resolution its pixels really have."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw
from PIL import Image

DPI = 300
_POINTS = 72
_LARGEST = 5000  # pixels of a drawn page's longer side


@dataclass(frozen=True)
class Page:
    """One page. `dpi` of the scan inside a PDF; None: the file tells, or nothing was scanned."""

    image: Image.Image
    dpi: tuple[float, float] | None
    is_drawn: bool = False


def of(content: bytes, *, media_type: str, most: int) -> Iterator[Page]:
    """Yield the pages, at most so many."""
    if media_type != "application/pdf":
        yield Page(Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]), None)
        return
    pdf = pypdfium2.PdfDocument(content)
    try:
        for number in range(min(len(pdf), most)):
            yield _page(pdf[number])
    finally:
        pdf.close()


def _page(page: pypdfium2.PdfPage) -> Page:
    """Draw a page. Text and lines have no resolution: such a page is as sharp as one likes."""
    width, height = page.get_size()
    scale = min(DPI / _POINTS, _LARGEST / max(width, height, 1))
    image = page.render(scale=scale).to_pil()
    dpi = _dpi_of_scan(page, width * height)
    image.info["dpi"] = dpi or (DPI, DPI)
    return Page(image, dpi or (DPI, DPI), is_drawn=dpi is None)


def _dpi_of_scan(page: pypdfium2.PdfPage, area: float) -> tuple[float, float] | None:
    """The resolution of the pictures that cover a fair part of the page; the worst of them."""
    found = []
    for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = one.get_bounds()
        wide, high = right - left, top - bottom
        if wide <= 0 or high <= 0 or wide * high < 0.2 * area:
            continue
        pixels = one.get_px_size()
        long, short = max(wide, high) / _POINTS, min(wide, high) / _POINTS
        found.append((max(pixels) / long, min(pixels) / short))
    if not found:
        return None
    worst = min(found, key=min)
    return min(worst), min(worst)
