"""What a cause is: one reason why a policy is not in the cabinet. Detect, explain, mend.

A cause sees one `Situation`, read once, and knows no other cause. Its words are for the person:
what was found, what to do, by when; never data of anybody else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from oms.diagnosis.situation import Situation
from oms.domain.journal.actions import Actor


class Stage(IntEnum):
    """The checks run stage by stage, in this order; after a mending the next one looks anew."""

    PORTAL = 0
    WHO = 1
    RECORD = 2
    DATA = 3
    POLICY = 4
    APPLICATIONS = 5


STAGES: Mapping[Stage, str] = {
    Stage.PORTAL: "Работают ли реестр и портал",
    Stage.WHO: "Кто вы и чей это кабинет",
    Stage.RECORD: "Есть ли о вас запись в реестре",
    Stage.DATA: "Верны ли данные в записи",
    Stage.POLICY: "Что с самим полисом",
    Stage.APPLICATIONS: "Что с вашими заявлениями",
}


REMARKS = 60
"""Causes of a lesser `order` hide a policy; from it on they are remarks beside it."""


@dataclass(frozen=True)
class WayOn:
    """Where to go from here: a public service or a page.

    `typed` is what the new draft begins with (step → field → value); `page` is the name of a page
    of the portal, `args` its arguments.
    """

    title: str
    service: str = ""
    about: str = ""
    typed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    page: str = ""
    args: Sequence[str] = ()


@dataclass(frozen=True)
class Finding:
    """What a check found: in words, what the person does, by when, where."""

    text: str
    todo: str = ""
    by_when: str = ""
    ways: Sequence[WayOn] = ()


@dataclass(frozen=True)
class Mended:
    """What was set right at once, in words."""

    text: str


def _nothing_to_mend(_situation: Situation, *, by: Actor, at: datetime) -> Mended | None:
    return None


@dataclass(frozen=True)
class Cause:
    """One cause: its code, what is checked in plain words, when, how grave.

    The least `order` among those found is the main one. `mend` does only what is safe at once, and
    nothing on a second call; `changes` names the tables it may change besides the journal (a
    property test holds it to that). `leads_to` are the codes of services it may open.
    """

    code: str
    title: str
    stage: Stage
    order: int
    detect: Callable[[Situation], Finding | None]
    mend: Callable[..., Mended | None] = _nothing_to_mend
    changes: frozenset[str] = frozenset()
    leads_to: tuple[str, ...] = ()
