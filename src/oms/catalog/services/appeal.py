"""Appeal against a refusal (обжалование отказа), and against the answer to an appeal."""

from collections.abc import Sequence
from datetime import datetime

from django import forms

from oms.catalog import appeals, checks, fields
from oms.catalog.declaration import (
    About,
    Application,
    Document,
    Earlier,
    Outcome,
    PublicService,
    Step,
)
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Role
from oms.domain.journal.actions import Actor
from oms.law import dates
from oms.law.refusal import Refusal

CODE = "appeal"
INSTRUCTION = "Указание тому, кто решает"


class Reasons(Step):
    """What was refused and why; what the person says to it."""

    code = "reasons"
    title = "С чем вы не согласны?"
    lead = "Фонд проверит отказ. Решать будет не тот, кто отказал."

    words = fields.TextField(
        label="Почему отказ неверный",
        longest=2000,
        empty="напишите, с чем вы не согласны",
        help_text="Пишите своими словами. Документы приложите на следующем шаге",
        widget=forms.Textarea(attrs={"rows": 7, "data-count": 2000}),
    )
    wish = fields.TextField(
        label="Чего вы хотите",
        longest=500,
        required=False,
        help_text="Например, рассмотреть заявление заново с новым документом",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def told(self) -> Sequence[tuple[str, str]]:
        """The earlier application and the reasons of its refusal."""
        found = self.application.earlier
        reasons = found.refusals if found else ()
        return [
            *appeals.facts_of(found),
            *_until(found),
            *(("Причина отказа", f"{row['text']} {row['remedy']}".strip()) for row in reasons),
        ]


def _until(found: Earlier | None) -> Sequence[tuple[str, str]]:
    if found is None or found.decided_at is None:
        return ()
    return (("Обжаловать можно до", dates.long(appeals.last_day(found.decided_at))),)


def refused(application: Application) -> Sequence[Refusal]:
    """Ask for a refusal to appeal against; the second answer is the last one here."""
    found = application.earlier
    if found is None or found.state != appeals.REFUSED:
        return (
            Refusal(
                "nothing-refused",
                "По этому заявлению нет отказа, который можно обжаловать.",
                basis="59-ФЗ, ст. 12",
                remedy="Откройте заявление и посмотрите, что с ним.",
            ),
        )
    if found.service == CODE and found.before == CODE:
        return (
            Refusal(
                "appealed-twice",
                "Отказ уже проверили дважды.",
                basis="59-ФЗ, ст. 5",
                remedy="Дальше решение можно обжаловать в суде.",
            ),
        )
    return ()


def not_again(application: Application) -> Sequence[Refusal]:
    """One appeal against one refusal."""
    return appeals.not_again(application, code=CODE)


def instruction(_application: Application) -> str:
    """The decider is told what to do otherwise."""
    return INSTRUCTION


def set_aside(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Send the refused application back to its decider with the fund's words."""
    return Outcome(
        text="Отказ отменён, заявление рассмотрят заново.",
        person=application.person,
        facts={"Указание организации": application.reply},
        returns=application.reply,
    )


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """Rows for the operator: what is appealed against and what is said to it."""
    found, told = application.earlier, application.answers
    rows = [(title, words, "") for title, words in appeals.facts_of(found)]
    rows += [("Причина отказа", row["text"], "") for row in (found.refusals if found else ())]
    rows.append(("Довод заявителя", str(told.get("words") or ""), ""))
    if told.get("wish"):
        rows.append(("Чего хочет", str(told["wish"]), ""))
    return rows


SERVICE = PublicService(
    code=CODE,
    version="2",
    title="Обжалование отказа",
    summary="Вам отказали, а вы не согласны: фонд проверит отказ и при ошибке отменит его.",
    basis="59-ФЗ, ст. 5 и 12",
    for_whom="Все, кто получил отказ. Не согласны с ответом фонда: обжалуйте и его",
    result="Отказ отменён и заявление рассмотрят заново, или письменный ответ, почему отказ верен",
    category="Жалобы и обжалование",
    icon="scale",
    keywords="жалоба отказ несогласие оспорить отказали пересмотр апелляция",
    about=About.CASE,
    open_to=(checks.account_open, refused, appeals.too_late, appeals.has_fund, not_again),
    steps=(Reasons, Confirmation),
    documents=(
        Document(
            "grounds",
            "Документы в поддержку",
            optional=True,
            hint="То, чего не хватило в прошлый раз, или ответ организации",
        ),
    ),
    checks=(refused, appeals.too_late),
    decided_by=Role.FUND,
    decider=appeals.fund_of,
    term="appeal",
    compare=compare,
    four_eyes=True,
    reply=instruction,
    on_approval=set_aside,
)
