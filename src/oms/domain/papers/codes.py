"""Codes on a paper: the random check code, its QR code, the barcode of the policy."""

import re
import secrets
from typing import Any

import zxingcpp
from django.conf import settings

from oms.law.typed import compact, latin

LENGTH = 16
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I
_INK = "#13211c"
_DARK = re.compile(rb"\x00+")


def new() -> str:
    """Return a random check code: 80 bits, not to be guessed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """Return the code as people read it.

    >>> grouped("7KQM3XPA9RTW2HJZ")
    '7KQM-3XPA-9RTW-2HJZ'
    """
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def read(text: str) -> str:
    """Return the code typed with any spaces, dashes, Russian look-alikes; empty if it is none.

    >>> read("7кqм-3хра 9rтw 2нjz"), read("7KQM")
    ('7KQM3XPA9RTW2HJZ', '')
    """
    code = latin(compact(text))
    return code if len(code) == LENGTH and set(code) <= set(_ALPHABET) else ""


def check_address(code: str) -> str:
    """Return the address of the page that tells whether the paper is in force."""
    return f"{settings.BASE_URL}/verify/{code}/"


def qr(text: str) -> str:
    """Return a QR code as SVG: one path, so that no seams show between the modules."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn: Any = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)
    picture = memoryview(drawn)
    height, width = picture.shape or (0, 0)
    path = "".join(_runs(bytes(picture[y, x] for x in range(width)), y) for y in range(height))
    size = f'width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><path fill="{_INK}" d="{path}"/></svg>'


def _runs(row: bytes, y: int) -> str:
    """The dark modules of a row as rectangles of a path."""
    dark = (found.span() for found in _DARK.finditer(row))
    return "".join(f"M{begin} {y}h{end - begin}v1h-{end - begin}z" for begin, end in dark)


def barcode(number: str) -> str:
    """Return a Code 128 of a policy's number as SVG: any scanner at a reception desk reads it."""
    code = zxingcpp.create_barcode(number, zxingcpp.BarcodeFormat.Code128)
    svg: str = zxingcpp.write_barcode_to_svg(code, scale=1, add_quiet_zones=False)
    return svg[svg.index("<svg") :].replace("#000000", _INK)
