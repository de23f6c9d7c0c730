"""All services, found by themselves: a file in `services/` is a service. And the search."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from math import log
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


_SMALL = (
    "а без бы в во вот где для до если же за и из или как когда ко ли мне мой моя мы на надо над не"
    " нет ни но ну нужно о об он она они от по под при про с со так там то у уже хочу что чтобы я"
    " это получить можно куда кому"
)
SMALL_WORDS = frozenset(_SMALL.split())
"""Words that tell nothing of a service."""
_LAYOUT = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюе")


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

    Words match by stem, synonym, and with typos; typed in the Latin layout they are read in the
    Russian one. A phrase in quotes must stand in the title as it is.
    """
    typed = _plain(text[:200])
    exact = [" ".join(phrase.split()) for phrase in _QUOTED.findall(typed)]
    if exact:
        return tuple(s for s in SERVICES.values() if all(p in _plain(s.title) for p in exact))
    if not typed.strip():
        return tuple(SERVICES.values())
    found = _ranked(_words(typed))
    return found or _ranked(_words(typed.translate(_LAYOUT)))


def _words(typed: str) -> list[str]:
    stems = [stem(word) for word in _WORD.findall(typed) if word not in SMALL_WORDS]
    return [SYNONYMS.get(word, word) for word in stems]


def _ranked(words: list[str]) -> tuple[PublicService, ...]:
    """Services that meet at least half of the words by weight: a word few services know tells more.

    Among the equal, the order of the catalogue.
    """
    if not words:
        return ()
    met = {code: [_points(word, one) for word in words] for code, one in SERVICES.items()}
    weights = []
    for place in range(len(words)):
        known = sum(1 for points in met.values() if points[place])
        weights.append(log(1 + len(met) / known) if known else log(1 + len(met)))
    scored = [(_score(points, weights), SERVICES[code]) for code, points in met.items()]
    ranked = sorted((row for row in scored if row[0]), key=lambda row: -row[0])
    return tuple(service for _points_, service in ranked)


def _score(points: list[float], weights: list[float]) -> float:
    """The weighted sum over the words typed; 0 when less than half of their weight was met."""
    told = sum(weight for point, weight in zip(points, weights, strict=True) if point)
    if told * 2 < sum(weights):
        return 0
    return sum(point * weight for point, weight in zip(points, weights, strict=True))


def _points(word: str, service: PublicService) -> float:
    title, rest = _stems(service.title), _stems(f"{service.summary} {service.keywords}")
    return max(1.5 * _likeness(word, title), _likeness(word, rest))


def stem(word: str) -> str:
    """A word without its ending, at least three letters long.

    >>> stem("страховую") == stem("страховая"), stem("полиса")
    (True, 'полис')
    """
    return _ENDING.sub("", word)


def _likeness(word: str, among: frozenset[str]) -> float:
    """1 for the same stem, less for a beginning or a typo, 0 for nothing alike."""
    if word in among:
        return 1
    if len(word) >= 3 and any(other.startswith(word) for other in among):
        return 0.9
    best: float = max((fuzz.ratio(word, other) for other in among), default=0)
    return best / 100 * 0.8 if len(word) >= 4 and best >= TYPO else 0


@lru_cache(maxsize=1000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _WORD.findall(_plain(text)))


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")


SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        stem(_plain(said)): stem(_plain(meant))
        for meant, all_said in {
            "брак": "замуж женился женилась поженились свадьба свадьбы расписались замужество",
            "работа": "работу устроился устроилась уволился уволилась трудоустройство",
            "военный": "армия армию призвали призывник срочник служу военкомат мобилизовали",
            "потерял": "потеряла потерялся пропал утерян утеря утратил посеял",
            "украли": "кража украден своровали",
            "порвал": "порвался порвалась испорчен испортился постирали повреждён сломался",
            "сменить": "поменять заменить перейти сменила",
            "ребёнок": "ребёнка ребёнку детский детям сын дочь дочка малыш младенец",
            "новорождённый": "новорождённого новорождённому родился родилась роды роддом",
            "страховая": "страховщик смо страховую",
            "отказ": "отказали отказано отклонили отклонено",
            "жалоба": "пожаловаться претензия жаловаться",
            "просрочено": "просрочили просрочка опоздали затянули нарушили",
            "поликлиника": "больница клиника врач врача участковый терапевт доктор",
            "переезд": "переехал переехала переехали переезжаю",
            "неправильно": "неправильная неправильный неверная неверный ошибочный перепутали",
            "иностранец": "мигрант гражданин приезжий киргизия казахстан беларусь армения",
            "бумажный": "бумага бумаге бумагу бланк пластиковый",
            "распечатать": "напечатать распечатка печать",
        }.items()
        for said in all_said.split()
    }
)
"""What people say → what the services are called by (stems)."""
