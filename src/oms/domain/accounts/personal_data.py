"""What is stored about a person: every room says its part in a module `personal` of its own.

A keeper counts, hands out and erases what one room keeps (152-ФЗ ст. 14, 20, 21). What the law
obliges us to keep has no `erase` but `kept_because`, said to the person before they decide.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from oms.domain.accounts.models import User


@dataclass(frozen=True)
class File:
    """A file of an export: its name there, and its bytes when they are asked for."""

    name: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Portion:
    """One keeper's part of an export: JSON-able data and files."""

    data: Any
    files: Sequence[File] = ()


def nothing_in_the_way(_user: User) -> str:
    """Say that a keeper does not mind an erasure."""
    return ""


@dataclass(frozen=True)
class Keeper:
    """What one room keeps about a person.

    `code` names the file of the export; `basis` says by what right it is kept; `obstacle` is a
    sentence for the person when the account cannot be erased yet, else empty.
    """

    code: str
    title: str
    basis: str
    order: int
    count: Callable[[User], int]
    collect: Callable[[User], Portion]
    erase: Callable[[User, datetime], None] | None = None
    kept_because: str = ""
    obstacle: Callable[[User], str] = field(default=nothing_in_the_way)


@cache
def keepers() -> tuple[Keeper, ...]:
    """Return the keepers of all rooms, in their order."""
    found: list[Keeper] = []
    for app in apps.get_app_configs():
        name = f"{app.name}.personal"
        if app.name.startswith("oms.") and find_spec(name):
            found.extend(import_module(name).KEEPERS)
    return tuple(sorted(found, key=lambda one: one.order))


def rows(found: "QuerySet[Any] | Iterable[Model]", *names: str) -> list[dict[str, Any]]:
    """Return rows as mappings of the named fields; choices are added in words."""
    return [_row(one, names) for one in found]


def _row(one: Model, names: Iterable[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in names:
        shown[name] = getattr(one, name)
        words = getattr(one, f"get_{name}_display", None)
        if words is not None and str(words()) != str(shown[name]):
            shown[f"{name}_words"] = str(words())
    return shown
