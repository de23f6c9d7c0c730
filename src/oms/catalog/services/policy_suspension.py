"""Suspension for military service, and going on after it (приостановление страхования)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from oms.catalog import checks, fields
from oms.catalog.declaration import Application, Document, Outcome, PublicService, Step
from oms.catalog.proofs import REPRESENTATIVE
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Level, Role, Source
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register import queries as register_queries
from oms.kit.denied import Denied
from oms.law import dates, suspension
from oms.law.plural import counted
from oms.law.refusal import Refusal

SUSPEND, RESUME = "suspend", "resume"
MONTHS = (3, 6, 12, 18, 24, 36)


class What(Step):
    """To suspend, or to go on."""

    code = "what"
    title = "Что нужно сделать?"
    lead = "На время военной службы лечит ведомство, а полис ОМС ждёт вас."

    service_act = fields.ChoiceCards(
        label="Действие",
        cards={
            SUSPEND: fields.Hinted("Приостановить", "Вас призвали или вы подписали контракт"),
            RESUME: fields.Hinted("Возобновить", "Служба закончилась раньше, чем записано"),
        },
    )

    def prepare(self) -> None:
        """Offer first what is possible now."""
        facts = self.application.facts
        suspended = facts is not None and suspension.is_suspended(facts)
        self.fields["service_act"].initial = RESUME if suspended else SUSPEND


class Service(Step):
    """From when to when."""

    code = "service"
    title = "Когда вы служите?"
    lead = "Известен последний день или срок в месяцах? Тогда полис возобновится сам."

    service_begins_on = fields.DateField(label="Начало службы", help_text="Например, 05.11.2026")
    service_last_day = fields.DateField(
        label="Последний день службы", required=False, help_text="Если известен"
    )
    service_months = fields.ChoiceField(
        label="Или срок",
        required=False,
        choices=[
            ("", "Не указан"),
            *((m, counted(m, "месяц", "месяца", "месяцев")) for m in MONTHS),
        ],
    )

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether insurance is to be suspended."""
        return application.answers.get("service_act") == SUSPEND

    def clean(self) -> dict[str, Any]:
        """Ask the law at the fields themselves."""
        given: dict[str, Any] = super().clean() or {}
        begins, last = given.get("service_begins_on"), given.get("service_last_day")
        if begins and last and last < begins:
            self.add_error("service_last_day", "Последний день службы: раньше её начала")
        else:
            self.refuse(may_be(self.application.with_answers(given)))
        return given


class End(Step):
    """When the service ended."""

    code = "end"
    title = "Когда закончилась служба?"

    service_ended_on = fields.DateField(label="Последний день службы")

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether insurance is to go on."""
        return application.answers.get("service_act") == RESUME

    def told(self) -> Sequence[tuple[str, str]]:
        """Until when the register has it."""
        person = self.application.person
        known = register_queries.suspension_of(person) if person else None
        if known is None:
            return ()
        until = dates.long(known.valid_until) if known.valid_until else "день не указан"
        return (("Записано возобновить", until),)

    def clean(self) -> dict[str, Any]:
        """Ask the law at the field itself."""
        given: dict[str, Any] = super().clean() or {}
        self.refuse(may_be(self.application.with_answers(given)))
        return given


def until(application: Application) -> date | None:
    """The first day insured again, as told."""
    answers = application.answers
    months = answers.get("service_months")
    return suspension.resumes_on(
        answers["service_begins_on"],
        last_day=answers.get("service_last_day"),
        months=int(months) if months else None,
    )


def may_be(application: Application) -> Sequence[Refusal]:
    """Ask the law about what was chosen, once its days are told."""
    answers, facts = application.answers, application.facts
    if facts is None:
        return ()
    if answers.get("service_act") == RESUME:
        told = answers.get("service_ended_on")
        return suspension.may_resume(facts, ended_on=told, on=application.on) if told else ()
    if not answers.get("service_begins_on"):
        return ()
    return suspension.may_suspend(
        facts,
        begins_on=answers["service_begins_on"],
        until=until(application),
        on=application.on,
    )


def to_suspend(application: Application) -> bool:
    """Whether insurance is to be suspended."""
    return application.answers.get("service_act") == SUSPEND


def to_resume(application: Application) -> bool:
    """Whether insurance is to go on."""
    return application.answers.get("service_act") == RESUME


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """The row for the operator: what is wished against what the register has."""
    person = application.person
    known = register_queries.suspension_of(person) if person else None
    state = str(person.get_state_display()) if person else ""
    if known:
        state = f"{state}, с {dates.short(known.valid_from)}"
    return (("Страхование", _wish(application), state),)


def _wish(application: Application) -> str:
    answers = application.answers
    if to_resume(application):
        return f"Возобновить после {dates.short(answers['service_ended_on'])}"
    again = until(application)
    end = f", возобновить {dates.short(again)}" if again else ", без даты окончания"
    return f"Приостановить с {dates.short(answers['service_begins_on'])}{end}"


def follow(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Suspend from the day told, or go on from the day after the service."""
    person, answers = application.person, application.answers
    if person is None:
        raise Denied("Заявителя больше нет в реестре. Отклоните заявление.")
    basis = application.case_key
    if to_resume(application):
        on = min(answers["service_ended_on"] + timedelta(days=1), application.today)
        register.resume(person=person, on=on, by=by, at=at, basis=basis)
        return Outcome(text="Полис снова действует.", person=person)
    begins, again = answers["service_begins_on"], until(application)
    register.suspend(
        person=person,
        on=begins,
        until=again,
        by=by,
        at=at,
        source=Source.OPERATOR,
        basis=basis,
    )
    then = f" Он возобновится сам {dates.long(again)}" if again else ""
    return Outcome(text=f"Полис приостановлен с {dates.long(begins)}{then}", person=person)


SERVICE = PublicService(
    code="policy-suspension",
    version="1",
    title="Приостановление полиса на время службы",
    summary="На время военной службы полис приостанавливают, после неё он снова действует.",
    basis=suspension.BASIS,
    for_whom="Те, кого призвали на военную службу или кто подписал контракт",
    result="Полис приостановлен на время службы или снова действует",
    category="Полис",
    icon="circle-pause",
    keywords="армия служба военный призыв контракт мобилизация приостановить возобновить вернулся",
    level=Level.CONFIRMED,
    open_to=(checks.account_open, checks.grown_or_represented, checks.insured),
    steps=(What, Service, End, Confirmation),
    documents=(
        Document(
            "call-up",
            "Повестка, контракт или справка военкомата",
            when=to_suspend,
            hint="Где указано начало службы",
        ),
        Document(
            "discharge",
            "Военный билет или справка об увольнении",
            when=to_resume,
            hint="Где указан последний день службы",
        ),
        REPRESENTATIVE,
    ),
    checks=(checks.insured, may_be),
    decided_by=Role.INSURER,
    decider=checks.keeper_of_record,
    term="suspension",
    compare=compare,
    on_approval=follow,
)
