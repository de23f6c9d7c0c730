"""Parts of a page that faces fill in: what the templates of the design expect to be given.

Plain frozen records; a dict or a model with the same names works as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "danger", "info", "neutral", "brand"]
Stage = Literal["done", "now", "next"]


@dataclass(frozen=True)
class NavItem:
    """One section in the header, and in a phone's tab bar when `tab` (at most five).

    `short` is the word for the tab bar where the title is too long for it.
    """

    title: str
    url: str
    icon: str = ""
    current: bool = False
    count: int = 0
    tab: bool = True
    short: str = ""


@dataclass(frozen=True)
class MenuItem:
    """One line of the person's menu; `post` makes it a button that sends a form (log-out)."""

    title: str
    url: str
    icon: str = "chevron-right"
    post: bool = False


@dataclass(frozen=True)
class PersonChip:
    """Who is signed in: initials in the circle, the name, a line about the role, the menu.

    `cabinets` are those of others one may go over to; they stand first.
    """

    initials: str
    name: str
    role: str = ""
    menu: Sequence[MenuItem] = ()
    cabinets: Sequence[MenuItem] = ()


@dataclass(frozen=True)
class CabinetBar:
    """Whose cabinet is open when it is not one's own, and the way back.

    `aside` says of a page that concerns oneself all the same.
    """

    name: str
    word: str
    back_url: str
    aside: str = ""


@dataclass(frozen=True)
class Crumb:
    """A page above this one; the last crumb has no address."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class Moment:
    """One stage of a case: in the steps, the timeline, the stepper beside a form."""

    title: str
    stage: Stage = "next"
    when: str = ""
    text: str = ""
    url: str = ""


@dataclass(frozen=True)
class Link:
    """A button's words, address and icon."""

    title: str
    url: str
    icon: str = ""


@dataclass(frozen=True)
class Fact:
    """One line of a summary: what, its value, and where to change it."""

    title: str
    value: str
    url: str = ""
    action: str = "Изменить"


@dataclass(frozen=True)
class Chip:
    """A ready filter with the number of rows behind it."""

    title: str
    url: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True)
class Task:
    """One thing to do, or one document to show, with its state."""

    title: str
    url: str = ""
    text: str = ""
    icon: str = "file-text"
    state: State = "neutral"
    word: str = ""


@dataclass(frozen=True)
class Difference:
    """One field of an application beside the same field of the register."""

    title: str
    asked: str
    held: str

    @property
    def differs(self) -> bool:
        """Whether approval would change it."""
        return self.asked != self.held


@dataclass(frozen=True)
class PolicyCard:
    """The card of a policy: number in digits, its state in a word, facts, buttons.

    `reports` lead from each value to where an error in it is reported.
    """

    number: str
    word: str
    facts: Sequence[Fact] = ()
    links: Sequence[Link] = ()
    icon: str = "check"
    active: bool = True
    reports: Sequence[Link] = ()


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its label, its value, the value in words."""

    title: str
    value: float
    words: str = ""
    state: State = "brand"
