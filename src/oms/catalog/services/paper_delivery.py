"""A printed copy of an issued paper, handed over where it suits the person (SRV-10)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.forms import RadioSelect

from oms.catalog import checks, fields
from oms.catalog.declaration import Application, Outcome, PublicService, Step
from oms.catalog.proofs import REPRESENTATIVE
from oms.catalog.steps import Confirmation
from oms.domain.accounts import queries as accounts
from oms.domain.accounts.models import Level, Role
from oms.domain.directory import queries as directory
from oms.domain.directory.models import DeliveryPoint, Insurer
from oms.domain.journal.actions import Actor
from oms.domain.papers import deliveries
from oms.domain.papers import queries as papers
from oms.domain.papers.deliveries import TO_A_POINT, TO_AN_ADDRESS, TO_BRING
from oms.domain.papers.models import Delivery, Paper
from oms.kit.denied import Denied
from oms.law import dates
from oms.law.refusal import Refusal, refuse
from oms.law.typed import NBSP

WAYS = {
    Delivery.Way.OFFICE: "Заберёте сами у своей страховой организации",
    Delivery.Way.MFC: "Заберёте сами в центре «Мои документы»",
    Delivery.Way.AGENT: "Заберёте сами рядом с домом, у представителя организации",
    Delivery.Way.POST: "Заказным письмом на ваш адрес",
    Delivery.Way.COURIER: "Привезут домой или на работу, время согласуют по телефону",
}

NOWHERE = "В вашем регионе таких пунктов пока нет. Вернитесь и выберите другой способ"


class PaperGone(Denied):
    """The paper asked for is not in force any more."""

    text = "Этот документ уже заменён или отозван. Отклоните заявление: человек закажет новый."


class WhatToPrint(Step):
    """Which paper, and how it gets there."""

    code = "paper"
    title = "Что распечатать и как передать?"
    lead = "Документ действует и в электронном виде. Печать и доставка бесплатные."

    paper = fields.ChoiceField(label="Документ", widget=RadioSelect)
    way = fields.ChoiceField(
        label="Как передать",
        widget=RadioSelect,
        choices=[(way.value, fields.Hinted(str(way.label), hint)) for way, hint in WAYS.items()],
    )

    def prepare(self) -> None:
        """Offer what is in force; the newest is meant most often."""

        @cache
        def rows() -> list[tuple[str, str]]:
            person = self.application.person
            found = papers.in_force(person) if person else []
            return [(p.number, fields.Hinted(str(p.get_kind_display()), _about(p))) for p in found]

        self.fields["paper"].choices = rows  # type: ignore[attr-defined]
        self.fields["paper"].initial = lambda: next((number for number, _ in rows()), None)


class Place(Step):
    """Where to fetch it, or where to send it."""

    code = "place"
    title = "Где передать документ?"

    point = fields.PointField(required=False)
    delivery_address = fields.AddressField(
        label="Адрес доставки", required=False, help_text="Индекс, город, улица, дом, квартира"
    )

    def prepare(self) -> None:
        """Ask the one thing the chosen way needs."""
        to_a_point = self.application.answers.get("way") in TO_A_POINT
        del self.fields["delivery_address" if to_a_point else "point"]
        for field in self.fields.values():
            field.required = True
        if to_a_point:
            self.fields["point"].offer(points(self.application))  # type: ignore[attr-defined]

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer where the person lives."""
        if application.answers.get("way") not in TO_AN_ADDRESS:
            return {}
        known = accounts.profile(application.user)
        for name in ("residence_address", "registration_address"):
            line = known.get(name)
            if line and line.value:
                return {"delivery_address": line.value["text"]}
        return {}

    def told(self) -> Sequence[tuple[str, str]]:
        """What to bring; that there is no such place here."""
        way = str(self.application.answers.get("way") or "")
        if way not in TO_BRING:
            return ()
        found: fields.PointField | None = self.fields.get("point")  # type: ignore[assignment]
        if found and not found.cards:
            return (("Таких пунктов нет", NOWHERE),)
        return (("Возьмите с собой" if found else "Приготовьте", TO_BRING[Delivery.Way(way)]),)


def points(application: Application) -> Sequence[DeliveryPoint]:
    """Places of the wished kind in the person's region."""
    facts, way = application.facts, str(application.answers.get("way") or "")
    if facts is None or way not in TO_A_POINT:
        return ()
    region = facts.residence_region or facts.region
    return directory.delivery_points(
        region=region, on=application.today, kind=way, insurer=facts.insurer
    )


def has_paper(application: Application) -> Sequence[Refusal]:
    """Ask for a paper in force: there must be something to print."""
    if application.person and papers.in_force(application.person):
        return ()
    return (refuse("nothing-to-print", basis=SERVICE.basis),)


def own_insurer(application: Application) -> Insurer | None:
    """Who prints it: the insurer of today."""
    return application.person.insurer if application.person else None


def hand_to_delivery(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """The operator has printed the copy: it waits at its point or is on its way."""
    person, insurer, answers = application.person, own_insurer(application), application.answers
    if person is None or insurer is None:
        raise Denied("Заявителя больше нет в реестре. Отклоните заявление.")
    paper = next((p for p in papers.in_force(person) if p.number == answers["paper"]), None)
    if paper is None:
        raise PaperGone
    made = deliveries.prepare(
        paper=paper,
        insurer=insurer,
        way=answers["way"],
        point=directory.delivery_point(code=str(answers.get("point") or "")),
        address=str(answers.get("delivery_address") or ""),
        basis=application.case_key,
        by=by,
        at=at,
        on=application.today,
    )
    waits = made.state == Delivery.State.WAITING
    facts = {"Где забрать" if waits else "Куда": deliveries.place_words(made)}
    if made.point:
        facts["Часы работы"] = made.point.hours
    facts["Возьмите с собой" if waits else "Приготовьте"] = TO_BRING[Delivery.Way(made.way)]
    text = "Документ распечатан и ждёт вас." if waits else "Документ распечатан и отправлен вам."
    return Outcome(text=text, person=person, facts=facts)


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """Rows for the operator: what to print and where it goes."""
    answers = application.answers
    way = str(answers.get("way") or "")
    point = directory.delivery_point(code=str(answers.get("point") or ""))
    address = str(answers.get("delivery_address") or "")
    place = f"{point.name}, {point.address}" if point else address
    return (
        ("Документ", f"№{NBSP}{answers.get('paper') or ''}", ""),
        ("Как передать", str(Delivery.Way(way).label) if way else "", ""),
        ("Куда", place, ""),
    )


def _about(paper: Paper) -> str:
    day = dates.long(papers.issued_on(paper))
    return f"{papers.period_words(paper)}№{NBSP}{paper.number}, выдана {day}"


SERVICE = PublicService(
    code="paper-delivery",
    version="1",
    title="Документ на бумаге",
    summary="Распечатаем вашу выписку или справку и передадим: в офисе, МФЦ, почтой, курьером.",
    basis="Правила ОМС, приказ Минздрава № 108н, п. 28–30",
    for_whom="Застрахованные, у которых есть действующая выписка или справка",
    result="Бумажный экземпляр документа в ваших руках",
    category="Справки и выписки",
    icon="printer",
    keywords="распечатать напечатать бумажный бланк почта курьер мфц доставка забрать офис агент",
    level=Level.CONFIRMED,
    open_to=(checks.account_open, checks.contacts_confirmed, checks.insured, has_paper),
    steps=(WhatToPrint, Place, Confirmation),
    documents=(REPRESENTATIVE,),
    checks=(checks.insured,),
    decided_by=Role.INSURER,
    decider=own_insurer,
    term="paper-copy",
    compare=compare,
    on_approval=hand_to_delivery,
)
