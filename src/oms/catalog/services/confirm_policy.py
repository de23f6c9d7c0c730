"""A policy confirmed by the insurer or the fund on request (подтверждение полиса)."""

from collections.abc import Sequence
from datetime import datetime

from oms.catalog import checks, fields
from oms.catalog.declaration import Application, Outcome, PublicService, Step
from oms.catalog.proofs import REPRESENTATIVE
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Level, Role
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Insurer, TerritorialFund
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register import queries as register_queries
from oms.kit.denied import Denied
from oms.law import dates, enp

INSURER, FUND = "insurer", "fund"


class Whom(Step):
    """Who is asked."""

    code = "whom"
    title = "Кого спросить?"
    lead = "Ответ придёт с номером подтверждения, сведения в кабинете обновятся."

    body = fields.ChoiceCards(label="Кто подтвердит")
    words = fields.TextField(
        label="Зачем нужно подтверждение",
        longest=300,
        required=False,
        help_text="Например, поликлиника не видит полис",
    )

    def prepare(self) -> None:
        """Offer the insurer by its name, and the fund."""
        person = self.application.person
        insurer = person.insurer if person else None
        cards = {FUND: fields.Hinted("Территориальный фонд", "Он ведёт реестр застрахованных")}
        if insurer:
            own = {INSURER: fields.Hinted(insurer.short_name, "Ваша страховая организация")}
            cards = own | cards
        self.fields["body"].offer(cards)  # type: ignore[attr-defined]


def asked_of(application: Application) -> Insurer | TerritorialFund | None:
    """The body chosen."""
    person = application.person
    if person is None:
        return None
    if application.answers.get("body") == INSURER and person.insurer:
        return person.insurer
    return directory.fund(region=person.region_id)


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """Rows for the operator: what the cabinet shows; there is nothing told to compare with."""
    person = application.person
    policy = register_queries.policy_in_force(person) if person else None
    if person is None or policy is None:
        return ()
    number = enp.group(policy.enp) if policy.enp else policy.blank_number
    until = dates.short(policy.ends_on) if policy.ends_on else "бессрочно"
    shown = (
        ("Номер полиса", number),
        ("Состояние", str(policy.get_state_display())),
        ("Страховая организация", policy.insurer.short_name),
        ("Действует", until),
    )
    return [(label, value, value) for label, value in shown]


def confirm(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Keep the confirmation with its reference; the record is fresh as of now."""
    if application.person is None:
        raise Denied("Заявителя больше нет в реестре. Отклоните заявление.")
    policy = register.confirm_policy(
        person=application.person, by=by, at=at, basis=application.case_key
    )
    return Outcome(
        text=f"Полис подтверждён. Номер подтверждения: {policy.confirmation}.",
        person=application.person,
        facts={"Номер подтверждения": policy.confirmation},
    )


SERVICE = PublicService(
    code="confirm-policy",
    version="1",
    title="Подтверждение полиса",
    summary="Страховая организация или фонд подтвердят, что полис действует.",
    basis="326-ФЗ, ст. 44, 46",
    for_whom="Застрахованные, у которых в кабинете есть полис",
    result="Номер подтверждения и свежие сведения в кабинете",
    category="Полис",
    icon="badge-check",
    keywords="подтвердить действует ли проверить не видит поликлиника устарели сведения",
    level=Level.STANDARD,
    open_to=(checks.account_open, checks.insured),
    steps=(Whom, Confirmation),
    documents=(REPRESENTATIVE,),
    checks=(checks.insured,),
    decided_by=Role.INSURER,
    decider=asked_of,
    term="confirmation",
    compare=compare,
    on_approval=confirm,
)
