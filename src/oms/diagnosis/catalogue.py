"""All causes, found by themselves: a file in `causes/` is a cause."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from oms.diagnosis import causes
from oms.diagnosis.declaration import Cause, Stage


def _load() -> Iterator[tuple[str, Cause]]:
    found = []
    for module in iter_modules(causes.__path__):
        cause: Cause = import_module(f"{causes.__name__}.{module.name}").CAUSE
        found.append(cause)
    for cause in sorted(found, key=lambda one: (one.order, one.code)):
        yield cause.code, cause


CAUSES: Mapping[str, Cause] = MappingProxyType(dict(_load()))
"""Code → cause, the gravest first."""


def of_stage(stage: Stage) -> tuple[Cause, ...]:
    """The causes checked at this stage, the gravest first."""
    return tuple(cause for cause in CAUSES.values() if cause.stage is stage)
