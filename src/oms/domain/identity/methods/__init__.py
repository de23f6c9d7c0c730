"""Confirmation of identity (подтверждение личности): one file per method, found by itself."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from oms.domain.identity.method import Method


@cache
def methods() -> Mapping[str, Method]:
    """Return all methods by code, in the order of the menu."""
    names = [module.name for module in iter_modules(__path__)]
    found: list[Method] = [import_module(f"{__name__}.{name}").METHOD for name in names]
    return MappingProxyType({one.code: one for one in sorted(found, key=lambda one: one.order)})
