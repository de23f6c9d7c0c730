"""Choice of a clinic (прикрепление к медицинской организации)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from oms.catalog import checks, fields
from oms.catalog.declaration import Application, Document, Outcome, PublicService, Step
from oms.catalog.proofs import REPRESENTATIVE
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Level, Role, Source
from oms.domain.directory import queries as directory
from oms.domain.directory.models import MedicalOrganization, TerritorialFund
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register import queries as register_queries
from oms.domain.register.models import Attachment
from oms.kit.denied import Denied
from oms.law import clinic_choice, dates
from oms.law.refusal import Refusal

WISH, MOVE = Attachment.Ground.WISH.value, Attachment.Ground.MOVE.value
OFFERED = 20


class ClinicGone(Denied):
    """The clinic chosen is not in the directory any more."""

    text = "Выбранной медицинской организации больше нет в справочнике. Отклоните заявление."


class Where(Step):
    """Why now, and where to look."""

    code = "where"
    title = "Где вам удобно лечиться?"
    lead = "Выбрать поликлинику можно раз в год, при переезде чаще."
    known_from = "Из вашей записи в реестре"

    clinic_why = fields.ChoiceCards(
        label="Почему вы выбираете",
        cards={
            WISH: fields.Hinted("По желанию", "Впервые или раз в год"),
            MOVE: fields.Hinted("Переезд", "Сменилось место жительства или пребывания"),
        },
    )
    clinic_moved_on = fields.DateField(
        label="Дата переезда", required=False, help_text="Только при переезде"
    )
    region = fields.RegionField(help_text="Где вы живёте")
    search = fields.TextField(
        label="Улица, район или название",
        required=False,
        longest=100,
        help_text="Если оставить пустым, покажем все по алфавиту",
    )

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer the region of the record."""
        facts = application.facts
        return {"region": facts.residence_region if facts else ""}

    def prepare(self) -> None:
        """Offer the regions there are; nobody moved tomorrow."""
        self.fields["clinic_why"].initial = WISH
        self.fields["region"].offer(directory.regions)  # type: ignore[attr-defined]
        self.fields["clinic_moved_on"].latest = self.application.today  # type: ignore[attr-defined]

    def told(self) -> Sequence[tuple[str, str]]:
        """Where the person is attached now, and when a choice at wish is open again."""
        person = self.application.person
        known = register_queries.attachments(person) if person else ()
        rows = []
        current = register_queries.attachment_of(person) if person and known else None
        if current:
            since = dates.long(current.valid_from)
            rows.append(("Сейчас", f"{current.clinic.short_name}, с {since}"))
        again = clinic_choice.next_choice(known, on=self.application.on)
        if again:
            rows.append(("По желанию", f"можно снова с {dates.long(again)}"))
        return rows

    def clean(self) -> dict[str, Any]:
        """A move has a day."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("clinic_why") == MOVE:
            if "clinic_moved_on" not in self.errors and not given.get("clinic_moved_on"):
                self.add_error("clinic_moved_on", "Дата переезда: укажите в виде ДД.ММ.ГГГГ")
        elif given.get("clinic_why"):
            given["clinic_moved_on"] = None
        return given


class Clinic(Step):
    """Which clinic, from which day."""

    code = "clinic"
    title = "Выберите медицинскую организацию"
    lead = "Нужной нет в списке? Вернитесь и уточните улицу или название."

    clinic = fields.ClinicField()
    starts_on = fields.DateField(label="С какого дня", help_text="С сегодняшнего, не позже 30 дней")

    def prepare(self) -> None:
        """Offer what was looked for, those that work, from today."""
        self.fields["starts_on"].initial = self.application.today
        answers = self.application.answers
        if answers.get("region"):
            found = directory.clinics(
                region=answers["region"],
                text=str(answers.get("search") or ""),
                on=self.application.on,
                limit=OFFERED,
            )
            self.fields["clinic"].offer(found)  # type: ignore[attr-defined]

    def told(self) -> Sequence[tuple[str, str]]:
        """That nothing was found, or that not all is shown."""
        found = len(list(self.fields["clinic"].choices))  # type: ignore[attr-defined]
        if found == 0:
            return (("Ничего не нашли", "Вернитесь и напишите только улицу или номер поликлиники"),)
        return (("Показаны первые", f"{OFFERED}. Уточните поиск"),) if found == OFFERED else ()


def chosen(application: Application) -> MedicalOrganization | None:
    """The clinic in the answer."""
    code = str(application.answers.get("clinic") or "")
    return directory.clinic(code=code) if code else None


def may_attach(application: Application) -> Sequence[Refusal]:
    """Ask the law: the year, the region, the clinic itself."""
    person, clinic, answers = application.person, chosen(application), application.answers
    starts_on = answers.get("starts_on")
    if person is None or clinic is None or starts_on is None:
        return ()
    return clinic_choice.may_attach(
        register_queries.attachments(person),
        clinic=register_queries.clinic_facts(clinic),
        region=str(answers.get("region") or ""),
        starts_on=starts_on,
        on=application.on,
        moved_on=answers.get("clinic_moved_on"),
    )


def has_moved(application: Application) -> bool:
    """Whether the ground is a move."""
    return application.answers.get("clinic_why") == MOVE


def fund_of(application: Application) -> TerritorialFund | None:
    """The fund of the clinic's region: it keeps the attachments."""
    clinic = chosen(application)
    return directory.fund(region=clinic.region_id) if clinic else None


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """The row for the operator: the new clinic against the present one."""
    clinic, person = chosen(application), application.person
    current = register_queries.attachment_of(person) if person else None
    return (
        (
            "Медицинская организация",
            clinic.short_name if clinic else "",
            current.clinic.short_name if current else "",
        ),
    )


def attach(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Attach from the day wished, at the earliest today."""
    person, clinic = application.person, chosen(application)
    if person is None:
        raise Denied("Заявителя больше нет в реестре. Отклоните заявление.")
    if clinic is None:
        raise ClinicGone
    wished: date = application.answers["starts_on"]
    on = max(wished, application.today)
    register.attach_to_clinic(
        person=person,
        clinic=clinic,
        ground=application.answers["clinic_why"],
        on=on,
        by=by,
        at=at,
        source=Source.OPERATOR,
        basis=application.case_key,
    )
    return Outcome(
        text=f"Вы прикреплены: {clinic.short_name}, с {dates.long(on)}",
        person=person,
        facts={"Медицинская организация": clinic.short_name, "Адрес": clinic.actual_address},
    )


SERVICE = PublicService(
    code="clinic-attachment",
    version="1",
    title="Прикрепление к поликлинике",
    summary="Выберите, где наблюдаться: раз в год или при переезде.",
    basis=clinic_choice.BASIS,
    for_whom="Застрахованные. За ребёнка заявление подаёт родитель, опекун или попечитель",
    result="Вы прикреплены к выбранной медицинской организации",
    category="Врачи и поликлиники",
    icon="hospital",
    keywords="прикрепиться поликлиника выбрать сменить терапевт участок больница клиника",
    level=Level.STANDARD,
    open_to=(checks.account_open, checks.grown_or_represented, checks.insured),
    steps=(Where, Clinic, Confirmation),
    documents=(
        Document(
            "address",
            "Подтверждение нового места жительства",
            when=has_moved,
            hint="Свидетельство о регистрации, договор найма или выписка",
        ),
        REPRESENTATIVE,
    ),
    checks=(checks.insured, may_attach),
    decided_by=Role.FUND,
    decider=fund_of,
    term="clinic-attachment",
    compare=compare,
    on_approval=attach,
)
