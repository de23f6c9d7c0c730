"""What a public service is: seven questions, one declaration.

Who may apply, what we ask, what to attach, what the law checks, who decides, how soon,
what then changes. Site, desk, documentation and tests all read it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Insurer
from oms.domain.journal.actions import Actor
from oms.domain.register.models import InsuredPerson
from oms.law.facts import PersonFacts
from oms.law.refusal import Refusal


class Step(forms.Form):
    """One page of questions: a plain Django form with a code and a title.

    `application` is what is known so far, so that a step can offer choices that depend on
    earlier answers; `initial` comes from `prefill`.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    lead: ClassVar[str] = ""

    def __init__(self, *args: Any, application: "Application", **kwargs: Any) -> None:
        self.application = application
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Adapt fields to `self.application`. Does nothing unless a step says so."""

    @classmethod
    def prefill(cls, application: "Application") -> dict[str, Any]:
        """Values to offer, taken from profile and register (APP-3)."""
        return {}


@dataclass(frozen=True)
class Application:
    """What a service knows when it checks, decides and acts."""

    user: User
    on: date
    person: InsuredPerson | None = None
    facts: PersonFacts | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    case_key: str = ""
    insurer: Insurer | None = None


@dataclass(frozen=True)
class Document:
    """A paper the applicant shows or attaches, and when it is asked for."""

    code: str
    title: str
    when: Callable[[Application], bool] = lambda _application: True


@dataclass(frozen=True)
class Outcome:
    """What approval changed: the person concerned, papers to issue, a sentence to tell."""

    text: str
    person: InsuredPerson | None = None
    papers: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


Check = Callable[[Application], Sequence[Refusal]]
AUTOMATIC = "automatic"


@dataclass(frozen=True)
class PublicService:
    """One public service (услуга)."""

    code: str
    version: str
    title: str
    summary: str
    basis: str
    for_whom: str
    result: str
    category: str
    icon: str
    steps: tuple[type[Step], ...]
    term: str
    decided_by: Role | str
    on_approval: Callable[..., Outcome]
    open_to: tuple[Check, ...] = ()
    checks: tuple[Check, ...] = ()
    documents: tuple[Document, ...] = ()
    keywords: tuple[str, ...] = ()
    price: str = "Бесплатно"
    decider: Callable[[Application], Insurer | None] = lambda _application: None
    compare: Callable[[Application], Sequence[tuple[str, str, str]]] = lambda _application: ()

    @property
    def is_automatic(self) -> bool:
        """Whether nobody need decide: all checks pass, it is done."""
        return self.decided_by == AUTOMATIC

    def refusals(self, application: Application) -> tuple[Refusal, ...]:
        """Everything that stands against the application now; empty when it may go on."""
        found: list[Refusal] = []
        for check in self.checks:
            found.extend(check(application))
        return tuple(found)

    def closed_to(self, application: Application) -> tuple[Refusal, ...]:
        """Why this person may not begin at all; empty when they may."""
        found: list[Refusal] = []
        for check in self.open_to:
            found.extend(check(application))
        return tuple(found)

    def approve(self, application: Application, *, by: Actor, at: datetime) -> Outcome:
        """Do what approval does, within the caller's transaction."""
        return self.on_approval(application, by=by, at=at)
