"""Certificate of insurance for a period (справка о страховании), made at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.forms import RadioSelect

from oms.catalog import checks, fields
from oms.catalog.declaration import AUTOMATIC, Application, Outcome, PublicService, Step
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Level
from oms.domain.journal.actions import Actor
from oms.domain.papers import periods
from oms.domain.papers.periods import Days
from oms.domain.papers.refused import WrongScope
from oms.kit.denied import Denied
from oms.law import dates
from oms.law.refusal import Refusal, refuse

YEAR, MONTH, DATES = "year", "month", "dates"
_MONTHS = tuple((str(n), name.capitalize()) for n, name in enumerate(periods.MONTHS, 1))


class Period(Step):
    """The period: a year, a month, or from day to day."""

    code = "period"
    title = "За какое время нужна справка?"
    lead = "В справке будет, кто вас страховал в эти дни. Перерывы тоже укажем."

    span = fields.ChoiceField(
        label="Период",
        widget=RadioSelect,
        choices=[(YEAR, "За год"), (MONTH, "За месяц"), (DATES, "С одного дня по другой")],
    )
    year = fields.ChoiceField(
        label="Год", required=False, help_text="Если справка за год или за месяц"
    )
    month = fields.ChoiceField(
        label="Месяц", required=False, choices=[("", "Не выбран"), *_MONTHS],
        help_text="Только для справки за месяц",
    )  # fmt: skip
    begins_on = fields.DateField(
        label="Первый день", required=False, help_text="Если справка с одного дня по другой"
    )
    ends_on = fields.DateField(
        label="Последний день", required=False, help_text="Не позже сегодняшнего"
    )

    def prepare(self) -> None:
        """Nothing can be certified before the law began, nor tomorrow."""
        today = self.application.today
        years = [str(n) for n in range(today.year, periods.EARLIEST.year - 1, -1)]
        self.fields["year"].choices = [("", "Не выбран"), *((y, y) for y in years)]  # type: ignore[attr-defined]
        self.fields["span"].initial = YEAR  # last year is what people are asked for most
        self.fields["year"].initial = str(max(today.year - 1, periods.EARLIEST.year))
        for name in ("begins_on", "ends_on"):
            field: fields.DateField = self.fields[name]  # type: ignore[assignment]
            field.earliest, field.latest = periods.EARLIEST, today

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen span needs, forget the rest."""
        given: dict[str, Any] = super().clean() or {}
        span = given.get("span")
        if span in {YEAR, MONTH}:
            self._ask("year", given, "Год: выберите год")
            given.update(begins_on=None, ends_on=None)
        if span == MONTH:
            self._ask("month", given, "Месяц: выберите месяц")
        else:
            given["month"] = ""
        if span == DATES:
            given["year"] = ""
            self._ask("begins_on", given, "Первый день: укажите в виде ДД.ММ.ГГГГ")
            self._ask("ends_on", given, "Последний день: укажите в виде ДД.ММ.ГГГГ")
        if span and not self.errors:
            self._in_order(given)
        return given

    def _ask(self, name: str, given: dict[str, Any], text: str) -> None:
        if name not in self.errors and not given.get(name):
            self.add_error(name, text)

    def _in_order(self, given: dict[str, Any]) -> None:
        try:
            asked_for(given, today=self.application.today)
        except WrongScope:
            name, text = {
                YEAR: ("year", "Год: он ещё не начался"),
                MONTH: ("month", "Месяц: он ещё не начался, выберите прошедший или этот"),
            }.get(given["span"], ("ends_on", "Последний день: он раньше первого. Поменяйте дни"))
            self.add_error(name, text)


def asked_for(answers: Mapping[str, Any], *, today: date) -> Days:
    """The days asked for; of the present year or month, those that have passed by today."""
    span = answers["span"]
    if span == YEAR:
        return periods.year(int(answers["year"]), until=today)
    if span == MONTH:
        return periods.month(int(answers["year"]), int(answers["month"]), until=today)
    return Days(answers["begins_on"], answers["ends_on"])


def insured_then(application: Application) -> Sequence[Refusal]:
    """Refuse a period in which nobody insured the person: there is nothing to certify."""
    facts, answers = application.facts, application.answers
    if facts is None or not _complete(answers):
        return ()
    days = asked_for(answers, today=application.on)
    if any(_meets(row.begins_on, row.ends_on, days) for row in facts.insurances):
        return ()
    field = {YEAR: "year", MONTH: "month"}.get(answers["span"], "begins_on")
    told = refuse("not-insured-then", basis=SERVICE.basis, field=field)
    since = min((row.begins_on for row in facts.insurances), default=None)
    more = f"По реестру вы застрахованы с {dates.long(since)}" if since else ""
    return (replace(told, remedy=f"{told.remedy} {more}".strip()),)


def _complete(answers: Mapping[str, Any]) -> bool:
    """Whether everything the chosen span needs was answered right."""
    needed = {YEAR: ("year",), MONTH: ("year", "month"), DATES: ("begins_on", "ends_on")}
    names = needed.get(answers.get("span", ""))
    return names is not None and all(answers.get(name) for name in names)


def _meets(begins_on: date, ends_on: date | None, days: Days) -> bool:
    ends = ends_on is None or ends_on > max(begins_on, days.begins)
    return begins_on <= days.ends and ends


def certify(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Nothing changes in the register: the certificate is the result."""
    if application.person is None:
        raise Denied("Заявителя больше нет в реестре.")
    days = asked_for(application.answers, today=application.on)
    return Outcome(
        text="Выдаём справку с электронной подписью.",
        person=application.person,
        papers=(f"insurance-certificate {days.scope}",),
        facts={"Период": days.words},
    )


SERVICE = PublicService(
    code="insurance-certificate",
    version="1",
    title="Справка о страховании за период",
    summary="Кто вас страховал за год, месяц или любые дни, с номерами полисов и перерывами.",
    basis="326-ФЗ, ст. 44; Правила ОМС, приказ Минздрава № 108н",
    for_whom="Все, кто есть в реестре застрахованных, и тем, чей полис уже не действует",
    result="Справка в PDF с электронной подписью и кодом для проверки",
    category="Справки и выписки",
    icon="file-check",
    keywords="подтверждение страхования стаж период год месяц для работы налоговая суд компания",
    level=Level.STANDARD,
    open_to=(checks.account_open, checks.on_record),
    steps=(Period, Confirmation),
    checks=(checks.on_record, insured_then),
    decided_by=AUTOMATIC,
    term="certificate",
    on_approval=certify,
)
