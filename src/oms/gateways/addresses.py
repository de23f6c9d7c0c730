"""Which addresses may be spoken to openly."""

from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this very machine."""
    return urlsplit(url).hostname in _LOOPBACK


def is_open(url: str) -> bool:
    """Tell whether what is said there could be read on the way."""
    return bool(url) and urlsplit(url).scheme != "https" and not is_loopback(url)
