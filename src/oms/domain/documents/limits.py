"""How big a document may be, and how wide its previews are."""

MIN_SIZE = 10 * 1024
MAX_SIZE = 5 * 1024 * 1024
MAX_PAGES = 20
MAX_PIXELS = 60_000_000
WIDTHS = (320, 960, 1600)
"""Widths of previews in pixels: in a list, on a page, under a magnifier."""
