"""Change of the insurer (замена страховой медицинской организации)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from oms.catalog import checks, fields
from oms.catalog.declaration import Application, Document, Outcome, PublicService, Step
from oms.catalog.proofs import REPRESENTATIVE
from oms.catalog.steps import Confirmation, offer_insurers
from oms.domain.accounts.models import Level, Role, Source
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Insurer
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.kit.denied import Denied
from oms.law import dates, insurer_choice
from oms.law.facts import GROUND_TITLES, Ground
from oms.law.refusal import Refusal


class Reason(Step):
    """Why: the ground of the change."""

    code = "reason"
    title = "Почему вы меняете организацию?"
    lead = "От причины зависят дата и список организаций."

    ground = fields.GroundField()
    moved_on = fields.DateField(
        label="Дата переезда", required=False, help_text="Только при переезде"
    )
    region = fields.RegionField(
        label="Новый регион", required=False, help_text="Если при переезде сменился регион"
    )
    residence = fields.AddressField(
        label="Новый адрес", required=False, help_text="Только при переезде"
    )

    def prepare(self) -> None:
        """Show each ground with its condition today."""
        self.fields["ground"].offer(grounds(self.application))  # type: ignore[attr-defined]
        self.fields["region"].offer(directory.regions)  # type: ignore[attr-defined]
        self.fields["moved_on"].latest = self.application.today  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A move has a day and an address; a change at wish has a window."""
        given: dict[str, Any] = super().clean() or {}
        ground = given.get("ground")
        if ground == Ground.MOVE:
            if "moved_on" not in self.errors and not given.get("moved_on"):
                self.add_error("moved_on", "Дата переезда: укажите в виде ДД.ММ.ГГГГ")
            if "residence" not in self.errors and not given.get("residence"):
                self.add_error("residence", "Новый адрес: укажите город, улицу, дом и квартиру")
        elif ground is not None:
            self.cleaned_data.update(moved_on=None, region="", residence="")
        window = _window(self.application)
        if ground == Ground.YEARLY and window and not window.open:
            self.add_error("ground", f"{window.text} Выберите другую причину, если она есть.")
        return self.cleaned_data


class NewInsurer(Step):
    """Which insurer next."""

    code = "insurer"
    title = "Новая страховая организация"
    lead = "Заявление рассмотрит та организация, которую вы выберете."

    insurer = fields.InsurerField()
    desired_on = fields.DateField(label="С какого дня", required=False)

    def prepare(self) -> None:
        """Offer the insurers of the region, without the present one, and the days one may ask."""
        facts = self.application.facts
        first, last = _days(self.application)
        self.fields["desired_on"].help_text = (
            f"С {dates.short(first)} по {dates.short(last)}. "
            "Если всё равно, не указывайте: сменим в день решения"
        )
        region = str(self.application.answers.get("region") or (facts.region if facts else ""))
        field: fields.InsurerField = self.fields["insurer"]  # type: ignore[assignment]
        present = facts.insurer if facts else ""
        offer_insurers(field, region=region, application=self.application, but=present)

    def clean(self) -> dict[str, Any]:
        """The day lies ahead and not too far."""
        given: dict[str, Any] = super().clean() or {}
        desired, (first, last) = given.get("desired_on"), _days(self.application)
        if desired is not None and not first <= desired <= last:
            span = f"с {dates.short(first)} по {dates.short(last)}"
            self.add_error("desired_on", f"С какого дня: укажите день {span}")
        return self.cleaned_data


def grounds(application: Application) -> dict[int, tuple[str, str]]:
    """Grounds to choose from, each with what stands for or against it today."""
    facts, window = application.facts, _window(application)
    ends = facts.insurer_contract_ends if facts else None
    hints = {
        Ground.YEARLY: window.text if window else "Можно раз в год, до 1 ноября.",
        Ground.MOVE: "Можно в любое время. Укажите день и новый адрес.",
        Ground.CONTRACT_ENDED: (
            f"Ваша организация работает до {dates.long(ends)}" if ends else "Мы проверим это сами."
        ),
    }
    return {int(g): (GROUND_TITLES[g], hint) for g, hint in hints.items()}


def may_change(application: Application) -> Sequence[Refusal]:
    """Ask the law about the ground, the window and the new insurer."""
    answers, facts = application.answers, application.facts
    insurer = checks.chosen_insurer(application)
    if facts is None or insurer is None or not answers.get("ground"):
        return ()
    ground, desired = Ground(answers["ground"]), answers.get("desired_on")
    found = insurer_choice.may_change(
        facts,
        new_insurer=insurer,
        ground=ground,
        on=application.on,
        moved_on=answers.get("moved_on"),
        address_changed=bool(answers.get("residence")),
        by_representative=application.representative is not None,
    )
    begins = insurer_choice.takes_effect(decided_on=application.today, desired_on=desired)
    found += insurer_choice.may_begin(desired, ground=ground, on=application.on)
    return tuple(dict.fromkeys((*found, *insurer_choice.accepts(insurer, on=begins))))


def desired_on(application: Application) -> date | None:
    """The day the person asked for."""
    found: date | None = application.answers.get("desired_on")
    return found


def left_insurer(application: Application) -> Insurer | None:
    """The insurer that is being left: it reads the application and may object."""
    return application.person.insurer if application.person else None


def move_to_new_insurer(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Change the insurer in the register; on a move, the address too."""
    person, insurer, answers = (
        application.person,
        checks.insurer_of(application),
        application.answers,
    )
    if person is None:
        raise Denied("Заявителя больше нет в реестре. Отклоните заявление.")
    if answers.get("residence"):
        register.set_address(
            person=person,
            kind="residence",
            text=answers["residence"],
            region=answers.get("region") or None,
            on=answers.get("moved_on") or application.today,
            source=Source.OPERATOR,
            by=by,
            at=at,
            basis=application.case_key,
        )
    register.change_insurer(
        person=person,
        insurer=insurer,
        ground=answers["ground"],
        on=insurer_choice.takes_effect(
            decided_on=application.today, desired_on=answers.get("desired_on")
        ),
        by=by,
        at=at,
        basis=application.case_key,
    )
    return Outcome(
        text=f"Теперь ваша страховая организация: {insurer.short_name}.",
        person=person,
        papers=("policy-extract",),
        facts={"Страховая организация": insurer.short_name},
    )


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """Rows for the operator: the profile and the choice against the register."""
    person, user = application.person, application.user
    own = {n: str(getattr(user, n) or "") for n in ("family_name", "given_name", "patronymic")}
    labels = {"family_name": "Фамилия", "given_name": "Имя", "patronymic": "Отчество"}
    rows = [(labels[n], own[n], str(getattr(person, n, "") or "")) for n in labels]
    born = dates.short(user.birth_date) if user.birth_date else ""
    rows.append(("Дата рождения", born, dates.short(person.birth_date) if person else ""))
    new = checks.named_insurer(application)
    present = person.insurer if person else None
    rows.append(
        (
            "Страховая организация",
            new.short_name if new else "",
            present.short_name if present else "",
        )
    )
    if application.answers.get("desired_on"):
        rows.append(("С какого дня", dates.short(application.answers["desired_on"]), ""))
    return rows


def _days(application: Application) -> tuple[date, date]:
    ground = Ground(application.answers.get("ground") or Ground.YEARLY)
    return insurer_choice.desired_window(ground=ground, on=application.on)


def _window(application: Application) -> insurer_choice.ChoiceWindow | None:
    facts = application.facts
    return insurer_choice.window(facts, on=application.on) if facts else None


def has_moved(application: Application) -> bool:
    """Whether the ground is a move."""
    return application.answers.get("ground") == Ground.MOVE


SERVICE = PublicService(
    code="change-insurer",
    version="3",
    title="Замена страховой медицинской организации",
    summary="Раз в год до 1 ноября, при переезде или если организация закрывается.",
    basis=insurer_choice.BASIS,
    for_whom="Застрахованные. До 18 лет заявление подаёт родитель, опекун или попечитель",
    result="Новая страховая организация в реестре и новая выписка о полисе",
    category="Полис",
    icon="refresh-cw",
    keywords="сменить поменять смена другая страховая компания смо переезд переехать",
    level=Level.CONFIRMED,
    open_to=(
        checks.account_open,
        checks.contacts_confirmed,
        checks.grown_or_represented,
        checks.insured,
    ),
    steps=(Reason, NewInsurer, Confirmation),
    documents=(
        Document(
            "address",
            "Подтверждение нового места жительства",
            when=has_moved,
            hint="При переезде: свидетельство о регистрации, договор найма или выписка",
        ),
        REPRESENTATIVE,
    ),
    checks=(may_change,),
    decided_by=Role.INSURER,
    decider=checks.insurer_of,
    term="policy-issue",
    compare=compare,
    effective_on=desired_on,
    informs=left_insurer,
    unfinished=(
        "До дня смены за вас отвечает прежняя организация: полис действует, лечение не прервётся.",
        "Если до этого дня изменятся фамилия, документ или адрес, сообщите: иначе смена может "
        "не состояться.",
        "Если на вопрос по заявлению не ответить в срок, оно закроется. Следующая смена по желанию "
        "возможна только в новом году.",
    ),
    on_approval=move_to_new_insurer,
)
