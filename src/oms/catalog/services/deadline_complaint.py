"""Complaint about a missed deadline (жалоба на нарушение срока)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from oms.catalog import appeals, checks, fields
from oms.catalog.declaration import About, Application, Document, Outcome, PublicService, Step
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Role
from oms.domain.journal.actions import Actor
from oms.law.refusal import Refusal

CODE = "deadline-complaint"
REPLY = "Ответ о компенсации"


class TermAgain(Step):
    """The term counted anew, and what the person has to say."""

    code = "term"
    title = "Мы пересчитали срок"
    lead = "Проверьте расчёт. Время, пока мы ждали ответа от вас, в срок не входит."

    words = fields.TextField(
        label="Что ещё важно знать",
        longest=1000,
        required=False,
        help_text="Например, что вы пропустили из-за задержки",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def told(self) -> Sequence[tuple[str, str]]:
        """The earlier application and its term, line by line."""
        found = self.application.earlier
        return [*appeals.facts_of(found), *(found.term if found else ())]


class Compensation(Step):
    """Whether the person asks to make good for the delay."""

    code = "compensation"
    title = "Хотите ли вы компенсацию?"
    lead = "Мы запишем пожелание, и фонд обязательно ответит на него в решении."

    wanted = fields.ChoiceField(
        label="Компенсация",
        choices=(("no", "Не нужна, прошу решить заявление"), ("yes", "Прошу компенсацию")),
        widget=forms.RadioSelect,
    )
    wish = fields.TextField(
        label="Что вы просите и почему",
        longest=1000,
        required=False,
        help_text="Например, вернуть деньги за платный приём. Приложите чек, если он есть",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        """A wish has words; without a wish there are none."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("wanted") == "yes" and "wish" not in self.errors and not given.get("wish"):
            self.add_error("wish", "Что вы просите и почему: напишите в двух словах")
        elif given.get("wanted") == "no":
            self.cleaned_data["wish"] = ""
        return self.cleaned_data


def breached(application: Application) -> Sequence[Refusal]:
    """Ask for a term that has passed without a decision, or before it."""
    found = application.earlier
    if found is not None and found.late:
        return ()
    return (
        Refusal(
            "term-not-passed",
            "Срок решения по этому заявлению не нарушен.",
            basis="59-ФЗ, ст. 12",
            remedy="Посмотрите срок на странице заявления.",
        ),
    )


def not_again(application: Application) -> Sequence[Refusal]:
    """One complaint about one delay."""
    return appeals.not_again(application, code=CODE)


def asks_compensation(application: Application) -> bool:
    """Whether a wish was told."""
    return application.answers.get("wanted") == "yes"


def reply(application: Application) -> str:
    """The wish has to be answered."""
    return REPLY if asks_compensation(application) else ""


def confirm_breach(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Nothing changes in the register: the breach and the answer to the wish are on record."""
    found = application.earlier
    number = found.number if found else ""
    return Outcome(
        text=f"Нарушение срока по заявлению №\N{NO-BREAK SPACE}{number} подтверждено.",
        person=application.person,
        facts={REPLY: application.reply} if application.reply else {},
    )


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """Rows for the operator: the term counted anew, and the wish."""
    found = application.earlier
    rows = [(title, words, "") for title, words in (found.term if found else ())]
    rows.append(("Пожелание", str(application.answers.get("wish") or "Компенсация не нужна"), ""))
    return rows


SERVICE = PublicService(
    code=CODE,
    version="1",
    title="Жалоба на нарушение срока",
    summary="Решение по вашему заявлению задержали: пересчитаем срок и ответим, почему.",
    basis="59-ФЗ, ст. 12",
    for_whom="Все, чьё заявление не решили в срок",
    result="Ответ фонда: был ли нарушен срок и что с компенсацией",
    category="Жалобы и обжалование",
    icon="clock",
    keywords="просрочено задержка опоздание долго не решают компенсация пожаловаться",
    about=About.CASE,
    open_to=(checks.account_open, breached, appeals.has_fund, not_again),
    steps=(TermAgain, Compensation, Confirmation),
    documents=(
        Document(
            "proof",
            "Документ о потерях из-за задержки",
            when=asks_compensation,
            optional=True,
            hint="Чек, договор, справка: что подтверждает вашу просьбу",
        ),
    ),
    checks=(breached,),
    decided_by=Role.FUND,
    decider=appeals.fund_of,
    term="complaint",
    compare=compare,
    reply=reply,
    on_approval=confirm_breach,
)
