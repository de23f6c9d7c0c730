"""What a public service is: seven questions, one declaration.

Who may apply, what we ask, what to attach, what the law checks, who decides, how soon,
what then changes. Site, desk, documentation and tests all read it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from django import forms

from oms.domain.accounts.models import Level, Role, User
from oms.domain.directory.models import Insurer, TerritorialFund
from oms.domain.documents.models import Document as Upload
from oms.domain.journal.actions import Actor
from oms.domain.register.matching import Match
from oms.domain.register.models import InsuredPerson
from oms.law.facts import PersonFacts
from oms.law.refusal import Refusal, refuse


class Step(forms.Form):
    """One page of questions: a plain Django form with a code and a title.

    `application` is what is known so far, so that a step can offer choices that depend on
    earlier answers; `initial` comes from `prefill`.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    lead: ClassVar[str] = ""
    known_from: ClassVar[str] = ""  # whose values are offered, if not the profile's
    signs: ClassVar[bool] = False  # the last page: looking through and signing

    def __init__(self, *args: Any, application: "Application", **kwargs: Any) -> None:
        self.application = application
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Adapt fields to `self.application`. Does nothing unless a step says so."""

    def told(self) -> Sequence[tuple[str, str]]:
        """What the page says before it asks: (title, words). Nothing unless a step says so."""
        return ()

    @classmethod
    def prefill(cls, application: "Application") -> dict[str, Any]:
        """Values to offer, taken from profile and register (APP-3)."""
        return {}

    @classmethod
    def asked(cls, application: "Application") -> bool:
        """Whether this page is asked at all, as the answers of the pages before it stand."""
        return True

    @classmethod
    def is_conditional(cls) -> bool:
        """Whether the page is asked after some answers only."""
        return cls.asked.__func__ is not Step.asked.__func__  # type: ignore[attr-defined]

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Show refusals of the law at the fields they name, in the form's own words.

        A refusal whose field is not of this step, or already has an error, is left to the
        service's checks.
        """
        for refusal in refusals:
            if refusal.field in self.fields and refusal.field not in self.errors:
                self.add_error(refusal.field, f"{refusal.text} {refusal.remedy}".strip())


class About(StrEnum):
    """What a service concerns, when it is one thing of many."""

    CASE = "case"  # an earlier application of the same person
    VALUE = "value"  # one value of those we show of them


@dataclass(frozen=True)
class Earlier:
    """An earlier case, as a service about it sees it. `refusals` are as told to the applicant.

    `term` is its term counted anew, line by line (title, words); `late` says that it was or is
    decided after it. `before` is the service of the case it is itself about. `followed_by` are the
    submitted cases about it: (service, number, state), latest first.
    """

    key: str
    number: str
    service: str
    title: str
    state: str
    about: str = ""
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    decided_at: datetime | None = None
    breached_at: datetime | None = None
    refusals: Sequence[Mapping[str, str]] = ()
    insurer: Insurer | None = None
    fund: TerritorialFund | None = None
    term: Sequence[tuple[str, str]] = ()
    late: bool = False
    before: str = ""
    followed_by: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Application:
    """What a service knows when it checks, decides and acts.

    `user` is whom it is about, `representative` who acts for them, None when they act themself.
    `on` is the day the law looks at: of submission, or today for a draft. `seen_on` is the
    day of looking, when it is another one. `alike` are the records found like the applicant,
    None while nobody has looked for them. `about` is the key of what it concerns, where the
    service has an `About`; `earlier` is the case it concerns. `reply` is what the decider answered
    on approval, where the service asks for it. `addressed` is the insurer the case went to, where
    it was read already.
    """

    user: User
    on: date
    representative: User | None = None
    seen_on: date | None = None
    person: InsuredPerson | None = None
    facts: PersonFacts | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    case_key: str = ""
    alike: Sequence[Match] | None = None
    about: str = ""
    earlier: Earlier | None = None
    reply: str = ""
    addressed: Insurer | None = None

    @property
    def today(self) -> date:
        """The day of looking: a document may be younger than the application."""
        return self.seen_on or self.on

    @property
    def acting(self) -> User:
        """Who fills it in, signs and is reached: the representative, else the applicant."""
        return self.representative or self.user

    def with_answers(self, answers: Mapping[str, Any]) -> "Application":
        """The same application with these answers known as well."""
        return replace(self, answers={**self.answers, **answers})


def _always(_application: Application) -> bool:
    return True


def _never(_application: Application) -> bool:
    return False


def _nobody(_application: Application) -> Insurer | TerritorialFund | None:
    return None


def _nothing(_application: Application) -> Sequence[tuple[str, str, str]]:
    return ()


def _at_once(_application: Application) -> date | None:
    return None


def _no_other(_application: Application) -> Insurer | None:
    return None


def _no_reply(_application: Application) -> str:
    return ""


@dataclass(frozen=True)
class Document:
    """A paper the applicant attaches, when it is asked for, and what kind of paper it is.

    `kind` may depend on the answers. An `optional` one may be left out; without any other the
    application is not submitted. `hint` says what has to be seen on it.
    """

    code: str
    title: str
    when: Callable[[Application], bool] = _always
    kind: Upload.Kind | Callable[[Application], Upload.Kind] = Upload.Kind.OTHER
    optional: bool = False
    hint: str = ""

    def kind_for(self, application: Application) -> Upload.Kind:
        """What kind of paper it is for this applicant."""
        return self.kind if isinstance(self.kind, Upload.Kind) else self.kind(application)


@dataclass(frozen=True)
class Outcome:
    """What approval changed: the person concerned, papers to issue, a sentence to tell.

    A paper is a code of its kind, with its scope after a space where it has one.
    `returns` sends the earlier case back to its decider with these words.
    """

    text: str
    person: InsuredPerson | None = None
    papers: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    returns: str = ""


Check = Callable[[Application], Sequence[Refusal]]
AUTOMATIC = "automatic"


_LEVELS = (Level.SIMPLE, Level.STANDARD, Level.CONFIRMED)


def is_known_enough(user: User, level: Level) -> bool:
    """Tell whether the person is known at least so far."""
    return _LEVELS.index(Level(user.level)) >= _LEVELS.index(level)


@dataclass(frozen=True)
class PublicService:
    """One public service (услуга).

    `term` is a code of `law.terms`; `decider` says which insurer or fund gets the case;
    `plain` says which applications nobody need decide, though others of the service are decided
    by somebody (APP-10);
    `compare` gives rows (label, as applied, as registered) for the operator; `level` is how far
    the one who acts must be known (ACC-10); `about` says that each application concerns one thing
    of many, and one may be open for each.

    `effective_on` is the day an approval begins to count: before it an approval is a plan, carried
    out on the day with the law asked again. `informs` is an insurer that reads the case and may
    object. `four_eyes` wants a second operator for every decision. `reply` is the label of what
    the decider has to answer on approval, empty for nothing. `unfinished` says what is not done
    and what is at risk while the application is open. `guarded` names the step and the field by
    which somebody could try others' numbers: such tries are counted.
    """

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
    keywords: str = ""
    price: str = "Бесплатно"
    level: Level = Level.SIMPLE
    about: About | None = None
    decider: Callable[[Application], Insurer | TerritorialFund | None] = _nobody
    plain: Callable[[Application], bool] = _never
    compare: Callable[[Application], Sequence[tuple[str, str, str]]] = _nothing
    effective_on: Callable[[Application], date | None] = _at_once
    informs: Callable[[Application], Insurer | None] = _no_other
    four_eyes: bool = False
    unfinished: tuple[str, ...] = ()
    reply: Callable[[Application], str] = _no_reply
    guarded: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody could carry out."""
        if self.is_automatic and (self.four_eyes or self.is_dated):
            raise ValueError(f"{self.code}: a plan and a second look need an operator")
        if self.four_eyes and self.is_dated:
            raise ValueError(f"{self.code}: a plan is decided by one operator")

    @property
    def is_dated(self) -> bool:
        """Whether an approval may begin to count on a later day."""
        return self.effective_on is not _at_once

    def step(self, code: str) -> type[Step]:
        """The step of that code; `KeyError` when the service has none."""
        return {step.code: step for step in self.steps}[code]

    def asked_documents(self, application: Application) -> tuple[Document, ...]:
        """The documents asked for, as the answers stand."""
        return tuple(document for document in self.documents if document.when(application))

    def document(self, code: str) -> Document:
        """The document of that code; `KeyError` when the service asks for none such."""
        return {document.code: document for document in self.documents}[code]

    @property
    def is_automatic(self) -> bool:
        """Whether nobody need decide: all checks pass, it is done."""
        return self.decided_by == AUTOMATIC

    def decided_for(self, application: Application) -> str:
        """Who decides this application: a role, or `AUTOMATIC`."""
        return AUTOMATIC if self.plain(application) else str(self.decided_by)

    def refusals(self, application: Application) -> tuple[Refusal, ...]:
        """Everything that stands against the application now; empty when it may go on."""
        found: list[Refusal] = []
        for check in self.checks:
            found.extend(check(application))
        return tuple(found)

    def closed_to(self, application: Application) -> tuple[Refusal, ...]:
        """Why this person may not begin at all; empty when they may."""
        found: list[Refusal] = []
        if not is_known_enough(application.acting, self.level):
            found.append(refuse("identity-not-confirmed"))
        for check in self.open_to:
            found.extend(check(application))
        return tuple(found)

    def approve(self, application: Application, *, by: Actor, at: datetime) -> Outcome:
        """Do what approval does, within the caller's transaction."""
        return self.on_approval(application, by=by, at=at)
