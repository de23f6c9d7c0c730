"""Replacement of a lost or damaged policy: a new extract, the one before superseded (SRV-4)."""

from datetime import datetime

from django.forms import RadioSelect

from oms.catalog import checks, fields
from oms.catalog.declaration import AUTOMATIC, Application, Document, Outcome, PublicService, Step
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Level
from oms.domain.documents.models import Document as Upload
from oms.domain.journal.actions import Actor
from oms.kit.denied import Denied

LOST, STOLEN, DAMAGED, WORN = "lost", "stolen", "damaged", "worn"
REASONS = {
    LOST: ("Потерян", "Искать его не нужно: полис действует по записи в реестре"),
    STOLEN: ("Украден", "Старую выписку отметим как заменённую, ей никто не воспользуется"),
    DAMAGED: ("Повреждён", "Понадобится фото того, что осталось"),
    WORN: ("Износился или выцвел", "Номер не прочитать, но бланк цел"),
}


class WhatHappened(Step):
    """Why a new one is needed."""

    code = "reason"
    title = "Что случилось с полисом?"
    lead = "Новых бланков нет: полис это запись в реестре. Мы выдадим выписку, она его заменяет."

    reason = fields.ChoiceField(
        label="Причина",
        widget=RadioSelect,
        choices=[(code, fields.Hinted(*words)) for code, words in REASONS.items()],
    )


def is_damaged(application: Application) -> bool:
    """Whether there is something left to be photographed."""
    return application.answers.get("reason") == DAMAGED


def replace_it(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Nothing changes in the register; the new extract supersedes the one before."""
    if application.person is None:
        raise Denied("Заявителя больше нет в реестре.")
    return Outcome(
        text="Выдаём новую выписку о полисе. Прежняя выписка станет недействительной.",
        person=application.person,
        papers=("policy-extract",),
        facts={"Нужна бумага": "закажите услугу «Документ на бумаге», это бесплатно"},
    )


SERVICE = PublicService(
    code="policy-replacement",
    version="1",
    title="Замена потерянного или испорченного полиса",
    summary="Новая выписка вместо потерянного, украденного или испорченного полиса.",
    basis="Правила ОМС, приказ Минздрава № 108н, п. 28–30",
    for_whom="Все застрахованные",
    result="Новая выписка о полисе. Прежняя отмечена как заменённая",
    category="Полис",
    icon="rotate-cw",
    keywords="дубликат восстановить восстановление потерял утерян украли испортил порвал бланк",
    level=Level.STANDARD,
    open_to=(checks.account_open, checks.insured, checks.not_suspended),
    steps=(WhatHappened, Confirmation),
    documents=(
        Document(
            "damaged",
            "Фото испорченного полиса",
            when=is_damaged,
            kind=Upload.Kind.OTHER,
            hint="Снимите то, что осталось. Номер может и не читаться",
        ),
    ),
    checks=(checks.insured, checks.not_suspended),
    decided_by=AUTOMATIC,
    term="replacement-extract",
    on_approval=replace_it,
)
