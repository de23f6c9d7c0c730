"""Report of an error in one value that we show (сообщить об ошибке в данных)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from oms.catalog import checks, corrections, fields, values
from oms.catalog.applicants import document_of
from oms.catalog.declaration import (
    About,
    Application,
    Document,
    Outcome,
    PublicService,
    Step,
)
from oms.catalog.proofs import REPRESENTATIVE
from oms.catalog.steps import Confirmation, IdentityPaper
from oms.catalog.values import Value
from oms.domain.accounts.models import Level, Role, Source
from oms.domain.journal.actions import Actor
from oms.law.facts import PolicyState
from oms.law.refusal import Refusal, refuse

DOCUMENT = "document"
ON_THE_EXTRACT = frozenset(
    {"family_name", "given_name", "patronymic", "birth_date", "sex", "snils", "document"}
)


class RightValue(Step):
    """What stands there, and what should."""

    code = "value"
    title = "Как должно быть?"
    lead = "Страховая организация сверит с документами и исправит."

    right_value = fields.TextField(label="Как правильно", longest=300, required=False)
    explanation = fields.TextField(
        label="Пояснение", longest=500, required=False, help_text="Если есть что добавить"
    )

    def prepare(self) -> None:
        """Ask for the value in the box of its own kind; a whole document has its own page."""
        value = values.named(self.application.about)
        if value is None:
            return
        if value.name == DOCUMENT:
            del self.fields["right_value"]
            return
        field = value.field(f"Как правильно: {in_a_sentence(value)}")
        if isinstance(field, fields.DateField):
            field.latest = self.application.today
        self.fields = {"right_value": field, "explanation": self.fields["explanation"]}

    def told(self) -> Sequence[tuple[str, str]]:
        """What stands there now."""
        value, person = values.named(self.application.about), self.application.person
        if value is None or person is None:
            return ()
        known = values.known(person, [value.name]).get(value.name)
        return ((f"Сейчас у нас: {in_a_sentence(value)}", values.said(value.name, known)),)


class RightDocument(IdentityPaper):
    """The identity document as it really is."""

    title = "Как написано в документе?"
    lead = "Исправьте то, что неверно."
    known_from = "Из вашей записи в реестре"

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether the document is what is wrong."""
        return application.about == f"value:{DOCUMENT}"

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer what the register says."""
        known = values.document_in_force(application.person) if application.person else None
        if known is None:
            return {}
        return {
            "document_kind": known.kind,
            "document_series": known.series,
            "document_number": known.number,
            "issued_on": known.issued_on,
            "issued_by": known.issued_by,
            "department_code": known.department_code,
            "expires_on": known.expires_on,
        }


def in_a_sentence(value: Value) -> str:
    """A label within a sentence: only the first of its letters changes, and not in СНИЛС.

    >>> in_a_sentence(values.VALUES["birth_date"]), in_a_sentence(values.VALUES["snils"])
    ('дата рождения', 'СНИЛС')
    """
    label = value.label
    return label if label.isupper() else label[:1].lower() + label[1:]


def one_of_ours(application: Application) -> Sequence[Refusal]:
    """Refuse what is not among the values we show."""
    if not application.about.startswith("value:") or values.named(application.about):
        return ()
    return (refuse("value-unknown"),)


def on_record(application: Application) -> Sequence[Refusal]:
    """Ask for a record: without one there is nothing to correct."""
    return () if application.person else (refuse("not-insured"),)


def told(application: Application) -> dict[str, Any]:
    """The right value by its name, as the register would keep it; empty so far."""
    value, answers = values.named(application.about), application.answers
    if value is None:
        return {}
    if value.name == DOCUMENT:
        is_whole = answers.get("document_kind") and answers.get("document_number")
        return {DOCUMENT: document_of(answers)} if is_whole else {}
    if "right_value" not in answers:
        return {}
    return {value.name: _typed(value.field(value.label), answers["right_value"])}


def _typed(field: forms.Field, answer: Any) -> Any:
    """The answer as the field's own value: cases keep a day as text."""
    return field.clean("" if answer is None else answer)


def differs(application: Application) -> Sequence[Refusal]:
    """Refuse a report of what stands there already."""
    person, new = application.person, told(application)
    if person is None or not new or corrections.changed(new, values.known(person, new)):
        return ()
    return (refuse("nothing-changed", field="right_value"),)


def what_was_done(application: Application) -> str:
    """The question to the decider about what the register does not write by itself."""
    value = values.named(application.about)
    return "" if value is None or value.is_written else "Что исправлено"


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """The one row for the operator."""
    person, new = application.person, told(application)
    return corrections.rows(new, values.known(person, new) if person else {})


def correct(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Write the right value, or keep that its owner has put it right where it is kept."""
    value, new = values.named(application.about), told(application)
    assert value is not None
    if not value.is_written:
        text = f"Исправлено: {in_a_sentence(value)}. {application.reply}".strip()
        return Outcome(text=text, person=application.person)
    labels = corrections.write(
        application, new, on=application.today, source=Source.OPERATOR, by=by, at=at
    )
    facts = application.facts
    is_active = facts is not None and facts.policy_state is PolicyState.ACTIVE
    anew = bool(labels) and value.name in ON_THE_EXTRACT and is_active
    return Outcome(
        text=f"Исправлено: {in_a_sentence(value)}.",
        person=application.person,
        papers=("policy-extract",) if anew else (),
        facts={value.label: values.said(value.name, new[value.name])},
    )


SERVICE = PublicService(
    code="error-report",
    version="1",
    title="Сообщить об ошибке в данных",
    summary="Увидели неверное? Нажмите рядом с ним «Сообщить об ошибке», напишите верное.",
    basis="152-ФЗ, ст. 14, 20; 326-ФЗ, ст. 16",
    for_whom="Все, кто есть в реестре застрахованных",
    result="Исправленное значение в реестре",
    category="Полис",
    icon="circle-alert",
    keywords="неверно неправильно опечатка исправить неточность дата рождения фамилия имя адрес",
    level=Level.STANDARD,
    about=About.VALUE,
    open_to=(checks.account_open, checks.grown_or_represented, one_of_ours, on_record),
    steps=(RightValue, RightDocument, Confirmation),
    documents=(
        Document(
            "proof",
            "Документ, где написано верно",
            optional=True,
            hint="С ним исправят быстрее: паспорт, свидетельство, СНИЛС",
        ),
        REPRESENTATIVE,
    ),
    checks=(one_of_ours, differs),
    decided_by=Role.INSURER,
    decider=checks.keeper_of_record,
    term="error-report",
    compare=compare,
    reply=what_was_done,
    on_approval=correct,
)
