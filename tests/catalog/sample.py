"""A service of a test alone: what one short file gives by itself (see test_sample_service.py)."""

from collections.abc import Sequence
from datetime import datetime

from oms.catalog import checks, fields
from oms.catalog.declaration import Application, Document, Outcome, PublicService, Step
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Role, Source
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.law.refusal import Refusal, refuse


class Birthplace(Step):
    """Where the person was born, as their certificate says."""

    code = "birthplace"
    title = "Где вы родились?"

    birth_place = fields.TextField(label="Место рождения", empty="укажите, как в документе")
    found_on = fields.DateField(label="Когда заметили ошибку", required=False)
    is_abroad = fields.ChoiceField(label="Где это", choices=[("no", "Россия"), ("yes", "Другая")])


class Abroad(Step):
    """Asked of those born elsewhere only."""

    code = "abroad"
    title = "Какая это страна сегодня?"

    born_in = fields.CountryField(label="Страна")

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether it was abroad."""
        return application.answers.get("is_abroad") == "yes"


def is_new(application: Application) -> Sequence[Refusal]:
    """Refuse what stands there already."""
    person, told = application.person, application.answers.get("birth_place")
    same = person is not None and told == person.birth_place
    return (refuse("nothing-changed", field="birth_place"),) if same else ()


def keep(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Write the place."""
    assert application.person is not None
    told = {"birth_place": application.answers["birth_place"]}
    register.update_person(
        person=application.person, changes=told, on=application.today, by=by, at=at,
        source=Source.OPERATOR, basis=application.case_key,
    )  # fmt: skip
    return Outcome(text="Место рождения записано.", person=application.person)


SERVICE = PublicService(
    code="sample",
    version="1",
    title="Пробная услуга",
    summary="Уточните место рождения.",
    basis="326-ФЗ, ст. 44",
    for_whom="Все застрахованные",
    result="Место рождения в реестре",
    category="Полис",
    icon="map-pin",
    open_to=(checks.account_open, checks.insured),
    steps=(Birthplace, Abroad, Confirmation),
    documents=(Document("certificate", "Свидетельство о рождении"),),
    checks=(checks.insured, is_new),
    decided_by=Role.INSURER,
    decider=checks.keeper_of_record,
    term="error-correction",
    on_approval=keep,
)
