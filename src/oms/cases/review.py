"""Looking through an application: each step bound to what was typed, each field marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from oms.cases import answers as kept
from oms.cases.about import earlier
from oms.cases.documents import Asked, asked
from oms.cases.models import Case
from oms.cases.refused import NoSuchService
from oms.cases.states import State
from oms.catalog import fields
from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import Application, PublicService, Step
from oms.domain.accounts.models import User
from oms.domain.register import queries as register
from oms.domain.register.models import InsuredPerson
from oms.law.refusal import Refusal


@dataclass(frozen=True)
class Line:
    """One field: what is said, and a green mark or what to fix."""

    step: str
    name: str
    label: str
    value: str
    ok: bool
    error: str = ""


@dataclass(frozen=True)
class Review:
    """A whole application looked through.

    `ready` says that only the signing page is left; `complete` that it may be submitted.
    """

    lines: tuple[Line, ...]
    refusals: tuple[Refusal, ...]
    answers: Mapping[str, Any]
    ready: bool
    complete: bool
    documents: tuple[Asked, ...] = ()

    @property
    def lacking(self) -> tuple[Asked, ...]:
        """Documents without which the application may not be submitted."""
        return tuple(row for row in self.documents if row.lacks)

    @property
    def errors(self) -> dict[str, str]:
        """Field → what to fix."""
        return {line.name: line.error for line in self.lines if line.error}


@dataclass(frozen=True)
class StepState:
    """A step in the list of steps."""

    code: str
    title: str
    done: bool
    current: bool


@dataclass
class Walk:
    """Forms of the steps asked, in order, each knowing the right answers of those before."""

    application: Application
    forms: dict[str, Step] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[type[Step], ...]:
        """The steps asked, as the answers stand."""
        return tuple(type(form) for form in self.forms.values())

    def is_done(self, code: str) -> bool:
        """Whether the step was typed and has no error."""
        return self.forms[code].is_bound and self.forms[code].is_valid()


def service_of(case: Case) -> PublicService:
    """The declaration of the case's service; raises `NoSuchService`. See `service_title`."""
    return declared(case.service)


def service_title(case: Case) -> str:
    """The service's name; one no longer in the catalogue is named as it was at submission."""
    known = SERVICES.get(case.service)
    return known.title if known else str(case.pinned.get("title") or case.service)


def declared(code: str) -> PublicService:
    """The declaration of that code; raises `NoSuchService`."""
    if code not in SERVICES:
        raise NoSuchService
    return SERVICES[code]


def begun(user: User, *, on: date, by: User | None = None, about: str = "") -> Application:
    """What is known of a person before anything is typed. Five queries for the insured.

    `by` is who acts, when it is not the person themself; `about` is the key of what it concerns
    (three queries more for a case).
    """
    person = _person_of(user)
    facts = register.facts(person, on=on) if person else None
    other = by if by and by.pk != user.pk else None
    return Application(
        user=user,
        on=on,
        representative=other,
        person=person,
        facts=facts,
        about=about,
        earlier=earlier(about, applicant=user, on=on),
    )


def _person_of(user: User) -> InsuredPerson | None:
    """The record of the account: no query where it was read with the case."""
    if User.insured_person.is_cached(user):
        return getattr(user, "insured_person", None)
    return register.person_of(user)


def application(case: Case, *, on: date) -> Application:
    """The case as its service sees it: fixed answers once submitted, else the right ones so far."""
    return walk(case, on=on).application if case.state == State.DRAFT else _fixed(case, on=on)


def _fixed(case: Case, *, on: date) -> Application:
    known = begun(case.applicant, on=on, by=case.representative, about=case.about)
    return replace(
        known,
        person=known.person or case.person,
        addressed=case.insurer if Case.insurer.is_cached(case) else None,
        answers=kept.read(service_of(case), case.answers),
        number=case.number,
        case_key=case.key,
    )


def walk(
    case: Case,
    *,
    on: date,
    seen_on: date | None = None,
    typed: Mapping[str, Mapping[str, Any]] | None = None,
    base: Application | None = None,
) -> Walk:
    """Bind every step asked to what was typed (`typed` instead of the case's own, if given)."""
    typed = case.typed if typed is None else typed
    known = base or begun(case.applicant, on=on, by=case.representative, about=case.about)
    known = replace(
        known,
        on=on,
        representative=case.representative,
        seen_on=seen_on,
        number=case.number,
        case_key=case.key,
    )
    found = Walk(known)
    for step in service_of(case).steps:
        if not step.asked(found.application):
            continue
        form = _form(step, found.application, typed.get(step.code))
        found.forms[step.code] = form
        if form.is_bound:
            form.full_clean()
            found.application = found.application.with_answers(_right(form))
    return found


def bound_step(case: Case, step: str, *, on: date, data: Mapping[str, Any] | None = None) -> Step:
    """The step's form: bound to `data`, else to what was typed, else filled in advance.

    Without `data` a field left empty so far is not yet an error. `KeyError` for no such step.
    """
    own = service_of(case).step(step)
    typed = dict(case.typed)
    if data is not None:
        typed[step] = kept.own_values(own, data)
    form = walk(case, on=on, typed=typed).forms[step]
    if data is None and form.is_bound:
        for name in list(form.errors):
            if not typed[step].get(name):
                del form.errors[name]
    return form


def progress(case: Case, *, on: date, current: str = "") -> list[StepState]:
    """The steps with those done; `current`, or the first not done, is marked."""
    walked = walk(case, on=on)
    codes = [step.code for step in walked.steps]
    here = current or next((code for code in codes if not walked.is_done(code)), codes[-1])
    return [
        StepState(step.code, step.title, walked.is_done(step.code), step.code == here)
        for step in walked.steps
    ]


def review(case: Case, *, on: date) -> Review:
    """Look the whole application through as submission would (APP-2)."""
    if case.state != State.DRAFT:
        return _reviewed_as_submitted(case)
    return look_through(case, walk(case, on=on))


def look_through(case: Case, walked: Walk) -> Review:
    """Mark every field of a walk and every document; ask the law where the answers suffice."""
    own = service_of(case)
    known = walked.application
    documents = asked(case, own, known)
    refusals = _once((*own.closed_to(known), *own.refusals(known)))
    lines = tuple(line for step in walked.steps for line in _lines(step, walked.forms[step.code]))
    done = {step.code: walked.is_done(step.code) for step in walked.steps}
    filled = all(done[s.code] for s in walked.steps if not s.signs)
    ready = filled and not refusals and not any(row.lacks for row in documents)
    return Review(
        lines=lines,
        refusals=refusals,
        answers=known.answers,
        ready=ready,
        complete=ready and all(done.values()),
        documents=documents,
    )


def _reviewed_as_submitted(case: Case) -> Review:
    """The fixed answers under the labels they were given under."""
    own, lines = SERVICES.get(case.service), []
    values = kept.read(own, case.answers) if own else case.answers
    steps = own.steps if own else ()
    live = {name: f for step in steps for name, f in step.base_fields.items()}
    for step in case.pinned["form"]:
        for name, label, value in step["fields"]:
            said = value if name in case.answers else fields.shown(live.get(name), values.get(name))
            lines.append(Line(step["code"], name, label, said, ok=True))
    return Review(tuple(lines), (), values, ready=True, complete=True)


def pinned_form(case: Case, walked: Walk) -> list[dict[str, Any]]:
    """Steps, labels and values as the applicant saw them: they outlive the form."""
    return [
        {
            "code": step.code,
            "title": step.title,
            "fields": [[line.name, line.label, line.value] for line in _lines(step, form)],
        }
        for step in walked.steps
        if not step.signs
        for form in [walked.forms[step.code]]
    ]


def _form(step: type[Step], known: Application, typed: Mapping[str, Any] | None) -> Step:
    if typed is None:
        return step(application=known, initial=step.prefill(known))
    return step(dict(typed), application=known)


def _right(form: Step) -> dict[str, Any]:
    bad = set(form.errors)
    return {name: v for name, v in form.cleaned_data.items() if name not in bad}


def _lines(step: type[Step], form: Step) -> Sequence[Line]:
    found = []
    for name, item in form.fields.items():
        label = fields.label_of(item)
        errors = form.errors.get(name) if form.is_bound else None
        if not form.is_bound:
            said, error = "", f"{label}: заполните это поле" if item.required else ""
        elif errors:
            said, error = str(form.data.get(name) or "")[:200], str(errors[0])
        else:
            said, error = fields.shown(item, form.cleaned_data.get(name)), ""
        found.append(Line(step.code, name, label, said, ok=not error, error=error))
    return found


def _once(refusals: Sequence[Refusal]) -> tuple[Refusal, ...]:
    return tuple({(r.code, r.field): r for r in refusals}.values())
