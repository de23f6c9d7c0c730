"""A circuit breaker shared by all processes: a register that is down is left alone for a while.

States live in the cache as keys with a lifetime, so no clock is read: `open` for half a minute,
then one process probes while the others still wait, and success closes the circuit. A lost
cache closes it, which costs a few slow questions and no harm.
"""

from collections.abc import Iterable

from django.core.cache import cache

FAILURES = 5
"""Failed questions in a row that open the circuit."""
COUNT_FOR_S = 120
OPEN_FOR_S = 30
PROBE_FOR_S = 20  # longer than the tries of one question
TRIPPED_FOR_S = 3600
ANSWERED, SILENT = "answered", "silent"
NEWS_FOR_S = 3600


def may_ask(register: str) -> bool:
    """Tell whether to ask now. After a pause one caller may: the probe."""
    state = cache.get_many([_key(register, "open"), _key(register, "tripped")])
    if _key(register, "open") in state:
        return False
    if _key(register, "tripped") not in state:
        return True
    return bool(cache.add(_key(register, "probe"), 1, PROBE_FOR_S))


def succeeded(register: str) -> None:
    """Close the circuit: the register answered."""
    cache.delete_many([_key(register, name) for name in ("open", "tripped", "probe", "failures")])
    cache.set(_key(register, "news"), ANSWERED, NEWS_FOR_S)


def failed(register: str) -> None:
    """Count a question that got no answer; open the circuit at the fifth, or after a probe."""
    count, tripped = _key(register, "failures"), _key(register, "tripped")
    cache.set(_key(register, "news"), SILENT, NEWS_FOR_S)
    cache.add(count, 0, COUNT_FOR_S)
    try:
        failures = cache.incr(count)
    except ValueError:  # its life ended in between
        failures = 1
    if failures >= FAILURES or cache.get(tripped):
        cache.set(_key(register, "open"), 1, OPEN_FOR_S)
        cache.set(tripped, 1, TRIPPED_FOR_S)
        cache.delete(_key(register, "probe"))


def down(registers: Iterable[str]) -> frozenset[str]:
    """Return those of the registers whose circuit is open. One read of the cache."""
    wanted = {_key(register, "open"): register for register in registers}
    return frozenset(wanted[key] for key in cache.get_many(list(wanted)))


def news(register: str) -> str:
    """Return `ANSWERED`, `SILENT` or '', whichever came last since this was asked before."""
    key = _key(register, "news")
    found = str(cache.get(key, ""))
    if found:
        cache.delete(key)
    return found


def _key(register: str, name: str) -> str:
    return f"register:{register}:{name}"
