"""The answer to a question: a text, and the fields the question asks about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from oms.cases import queries as cases
from oms.cases.deciding import LONGEST_TEXT
from oms.cases.models import Case
from oms.cases.review import walk
from oms.catalog.declaration import Application, Step
from oms.catalog.fields import TextField
from oms.domain.register import queries as register


class Lines(TextField):
    """A text of several lines, kept as typed."""

    def read(self, text: str) -> str:
        """Refuse what is longer than the case takes."""
        super().read(text)
        return text


class TextForm(forms.Form):
    """The answer in words."""

    note = Lines(
        label="Ваш ответ",
        longest=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "data-count": LONGEST_TEXT}),
    )

    def __init__(self, *args: Any, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = needed


@dataclass(frozen=True)
class Answer:
    """The form of an answer: the steps' forms with the asked fields only, and the text."""

    steps: tuple[Step, ...]
    text: TextForm

    @property
    def all(self) -> tuple[forms.Form, ...]:
        """Everything to show errors of."""
        return (*self.steps, self.text)


def blank(case: Case, *, on: date, typed: Mapping[str, Any] | None = None) -> Answer:
    """Return the form as the question finds it, or with what was kept of an earlier try."""
    initial = {"note": (typed or {}).get("note", "")}
    text = TextForm(initial=initial, needed=_needs_words(case))
    return Answer(_asked(case, on=on, typed=joined(case, typed or {})), text)


def sent(case: Case, typed: Mapping[str, Any], *, on: date) -> Answer:
    """Return the form with what was sent and its errors."""
    text = TextForm(typed, needed=_needs_words(case))
    return Answer(_asked(case, on=on, typed=joined(case, typed)), text)


def _needs_words(case: Case) -> bool:
    """Whether there is nothing else to answer with: no field to correct, no document to bring."""
    return not case.question_fields and not case.question_documents


def joined(case: Case, typed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return all that was typed, with the asked fields as sent now."""
    found = {code: dict(values) for code, values in case.typed.items()}
    for code, values in corrections(case, typed).items():
        found[code] = {**found.get(code, {}), **values}
    return found


def corrections(case: Case, typed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return step → field → what was sent for the asked fields."""
    asked, found = set(case.question_fields), dict[str, dict[str, Any]]()
    for step in cases.service_of(case).steps:
        values = {n: typed[n] for n in step.base_fields if n in asked and n in typed}
        if values:
            found[step.code] = values
    return found


def _asked(case: Case, *, on: date, typed: Mapping[str, Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return the steps' forms with only what the question asks about.

    `on` is today; the answers are looked at as of the day of submission.
    """
    asked = set(case.question_fields)
    if not asked:
        return ()
    base = _known(case, on=cases.day(case.submitted_at) if case.submitted_at else on)
    walked = walk(case, on=base.on, seen_on=on, typed=typed, base=base)
    found = tuple(form for form in walked.forms.values() if asked & set(form.fields))
    for form in found:
        _leave(form, asked)
    return found


def _known(case: Case, *, on: date) -> Application:
    """Return what the register knew of whom the application is about. Four queries at most."""
    facts = register.facts(case.person, on=on) if case.person else None
    return Application(
        user=case.applicant,
        on=on,
        representative=case.representative,
        person=case.person,
        facts=facts,
        about=case.about,
    )


def _leave(form: Step, asked: set[str]) -> None:
    for name in [name for name in form.fields if name not in asked]:
        form.errors.pop(name, None)
        del form.fields[name]
    form.errors.pop("__all__", None)
