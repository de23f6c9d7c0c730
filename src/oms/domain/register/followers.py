"""What points at a person and follows when two records become one: each room says its part.

A room above the register declares `FOLLOWERS` in a module `absorbing` of its own, found by name
as the keepers of ADR 16 are. The register's own rows are the business of `actions.merging`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from oms.domain.register.models import InsuredPerson


@dataclass(frozen=True)
class Follower:
    """Rows of one kind that follow a person.

    `follow(kept, other, at)` moves what is the other's to the kept one and returns what JSON keeps
    of it; `restore(kept, other, moved, at)` takes that back and says in words what it could not.
    Both run inside the transaction of the merge, under the locks of both persons. `models` are the
    labels of the tables moved.
    """

    code: str
    title: str
    models: frozenset[str]
    count: Callable[[InsuredPerson], int]
    follow: Callable[[InsuredPerson, InsuredPerson, datetime], Any]
    restore: Callable[[InsuredPerson, InsuredPerson, Any, datetime], Sequence[str]]


@cache
def followers() -> tuple[Follower, ...]:
    """Return the followers of all rooms, by code."""
    found: list[Follower] = []
    for app in apps.get_app_configs():
        name = f"{app.name}.absorbing"
        if app.name.startswith("oms.") and find_spec(name):
            found.extend(import_module(name).FOLLOWERS)
    return tuple(sorted(found, key=lambda one: one.code))
