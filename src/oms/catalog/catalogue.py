"""All services, found by themselves: a file in `services/` is a service. And the search."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from rapidfuzz import fuzz

from oms.catalog import services
from oms.catalog.declaration import PublicService

ORDER = (
    *("issue-policy", "change-insurer", "policy-extract"),
    *("data-update", "attach-policy", "clinic-attachment"),
)
TYPO = 78  # least likeness, in per cent, of a mistyped word
_QUOTED = re.compile(r"[«\"“„](.+?)[»\"”“]")
_WORD = re.compile(r"[а-яa-z0-9]+")
_ENDING = re.compile(
    r"(?<=\w{3})(иями|[ия]ми|[иаяы]м[иу]|[ое]го|[ое]му|[аиеяу]ть|и[ейюяхм]|ия[хм]|[ыо]й|[аяеё]й"
    r"|[ая]я|[ую]ю|[оеиы]е|[ыиая]х|[ыиоеая]м|[ое]в|ть|[аяоеыиуюьй])$"
)


def _load() -> Iterator[tuple[str, PublicService]]:
    found = {}
    for module in iter_modules(services.__path__):
        service: PublicService = import_module(f"{services.__name__}.{module.name}").SERVICE
        found[service.code] = service
    for code in sorted(found, key=lambda c: (ORDER.index(c) if c in ORDER else len(ORDER), c)):
        yield code, found[code]


_FOUND = dict(_load())
SERVICES: Mapping[str, PublicService] = MappingProxyType(_FOUND)


def find(text: str) -> tuple[PublicService, ...]:
    """Services for what was typed, best first; all of them for an empty search.

    Words match by stem and with typos; a phrase in quotes must stand in the title as it is.
    """
    typed = text[:200].lower().replace("ё", "е")
    exact = [" ".join(phrase.split()) for phrase in _QUOTED.findall(typed)]
    if exact:
        return tuple(s for s in SERVICES.values() if all(p in _plain(s.title) for p in exact))
    words = [stem(word) for word in _WORD.findall(typed)]
    if not words:
        return tuple(SERVICES.values()) if not typed.strip() else ()
    scored = [(_score(words, service), service) for service in SERVICES.values()]
    ranked = sorted((row for row in scored if row[0]), key=lambda row: -row[0])
    return tuple(service for _score_, service in ranked)


def stem(word: str) -> str:
    """A word without its ending, at least three letters long.

    >>> stem("страховую") == stem("страховая"), stem("полиса")
    (True, 'полис')
    """
    return _ENDING.sub("", word)


def _score(words: list[str], service: PublicService) -> float:
    """The sum over the words typed; 0 unless more than half of them were met."""
    title, rest = _stems(service.title), _stems(f"{service.summary} {service.keywords}")
    points = [max(3 * _likeness(w, title), _likeness(w, rest)) for w in words]
    met = sum(1 for point in points if point)
    return sum(points) if met * 2 > len(words) else 0


def _likeness(word: str, among: frozenset[str]) -> float:
    """1 for the same stem, less for a beginning or a typo, 0 for nothing alike."""
    if word in among:
        return 1
    if len(word) >= 3 and any(other.startswith(word) for other in among):
        return 0.9
    best: float = max((fuzz.ratio(word, other) for other in among), default=0)
    return best / 100 * 0.8 if len(word) >= 4 and best >= TYPO else 0


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _WORD.findall(_plain(text)))


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")
