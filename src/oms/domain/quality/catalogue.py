"""All rules, found by themselves: a file in `rules/` is a rule."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from oms.domain.quality import rules
from oms.domain.quality.declaration import Rule


def _load() -> Iterator[tuple[str, Rule]]:
    found: list[Rule] = [
        import_module(f"{rules.__name__}.{module.name}").RULE
        for module in iter_modules(rules.__path__)
    ]
    for rule in sorted(found, key=lambda one: one.id):
        yield rule.id, rule


RULES: Mapping[str, Rule] = MappingProxyType(dict(_load()))
"""Id → rule, in the order of ids."""
