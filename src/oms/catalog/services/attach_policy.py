"""A policy one has already, shown in the cabinet (полис уже есть: добавить в кабинет)."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from oms.catalog import checks, fields
from oms.catalog.declaration import Application, Document, Outcome, PublicService, Step
from oms.catalog.proofs import REPRESENTATIVE
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Level, Role, User
from oms.domain.directory import queries as directory
from oms.domain.directory.models import TerritorialFund
from oms.domain.documents.models import Document as Upload
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register import matching
from oms.domain.register import queries as register_queries
from oms.domain.register.data import name_key
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied
from oms.law import dates
from oms.law.refusal import Refusal, refuse

NUMBER, PHOTO = "number", "photo"
WAYS = {
    NUMBER: fields.Hinted("По номеру", "Сразу, если имя и дата рождения те же, что в реестре"),
    PHOTO: fields.Hinted("По фото полиса", "Номера нет или он не подошёл. Посмотрит сотрудник"),
}


class NotFoundSurely(Denied):
    """The operator approves, and no record is surely this person's."""

    text = (
        "Запись не определена: нужны та же дата рождения и то же имя или СНИЛС. "
        "Запросите у заявителя номер полиса или отклоните заявление."
    )


class OwnPolicy(Step):
    """By what to find it."""

    code = "policy"
    title = "Как найти ваш полис?"
    lead = "Ищем по реестру вместе с вашим именем и датой рождения."

    way = fields.ChoiceCards(label="Способ", cards=WAYS)
    number = fields.PolicyNumberField(required=False)

    def clean(self) -> dict[str, object]:
        """The first way needs a number, and the right one."""
        given: dict[str, object] = super().clean() or {}
        if given.get("way") == NUMBER and "number" not in self.errors:
            if not given.get("number"):
                self.add_error("number", "Номер полиса: укажите номер с полиса или выписки")
            else:
                self.refuse(fits(self.application.with_answers(given)))
        return given


def holder(application: Application) -> InsuredPerson | None:
    """Whose number it is, if born on the person's day. One query, none without a number."""
    number, born = application.answers.get("number"), application.user.birth_date
    if not number or born is None:
        return None
    return register_queries.holder(number=str(number), birth_date=born)


def is_same_name(person: InsuredPerson, user: User) -> bool:
    """Whether record and account bear one name; ё and capitals do not count."""
    key = name_key(
        family_name=user.family_name, given_name=user.given_name, patronymic=user.patronymic
    )
    return bool(person.name_key == key)


def fits(application: Application) -> Sequence[Refusal]:
    """By number: ask that name and birth date are the record's. No word of what the record says."""
    if application.answers.get("way") != NUMBER or not application.answers.get("number"):
        return ()
    found = holder(application)
    if found is None or not is_same_name(found, application.user):
        return (refuse("number-not-matched", field="number"),)
    return _free(found, application)


def _free(person: InsuredPerson, application: Application) -> Sequence[Refusal]:
    if person.user_id in (None, application.user.pk):
        return ()
    return (refuse("policy-elsewhere", field="number"),)


def none_attached(application: Application) -> Sequence[Refusal]:
    """Refuse who has their record in the cabinet."""
    return (refuse("policy-attached"),) if application.person else ()


def by_photo(application: Application) -> bool:
    """Whether somebody has to look at the policy."""
    return application.answers.get("way") == PHOTO


def needs_nobody(application: Application) -> bool:
    """Whether the number decides."""
    return application.answers.get("way") == NUMBER


def own_fund(_application: Application) -> TerritorialFund | None:
    """The fund that owns this register."""
    return directory.fund(region=settings.REGION)


def meant(application: Application) -> InsuredPerson | None:
    """The one record that is surely the person's; None when there is none, or several.

    By number: born on the day, and the same name or СНИЛС. Without a number: the same СНИЛС, name
    and birth date.
    """
    user = application.user
    found = holder(application)
    if found:
        has_number = bool(user.snils) and found.snils == user.snils
        return found if has_number or is_same_name(found, user) else None
    if application.answers.get("number") or not user.snils or user.birth_date is None:
        return None
    rows = matching.find(snils=user.snils, birth_date=user.birth_date, limit=2)
    sure = [row.person for row in rows if row.person.snils == user.snils]
    own = [p for p in sure if p.birth_date == user.birth_date and is_same_name(p, user)]
    return own[0] if len(own) == 1 else None


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """Rows for the operator: the account against the record that is meant."""
    user, person = application.user, meant(application)
    labels = {"family_name": "Фамилия", "given_name": "Имя", "patronymic": "Отчество"}
    rows = [
        (label, str(getattr(user, name) or ""), str(getattr(person, name, "") or ""))
        for name, label in labels.items()
    ]
    born = dates.short(user.birth_date) if user.birth_date else ""
    rows.append(("Дата рождения", born, dates.short(person.birth_date) if person else ""))
    number = str(application.answers.get("number") or "")
    rows.append(("Номер полиса", number, (person.enp or "") if person else ""))
    return rows


def attach(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Bind the record to the account."""
    person = application.person or meant(application)
    if person is None:
        raise NotFoundSurely
    register.link_account(person=person, user=application.user, by=by, at=at)
    name = person.insurer.short_name if person.insurer else ""
    text = f"Полис в кабинете. Страховая организация: {name}." if name else "Полис в кабинете."
    return Outcome(text=text, person=person)


SERVICE = PublicService(
    code="attach-policy",
    version="1",
    title="Добавить полис в кабинет",
    summary="Полис уже есть, а здесь его не видно? Найдём по номеру или по фото.",
    basis="326-ФЗ, ст. 45, 51; Правила ОМС, приказ Минздрава № 108н",
    for_whom="Все, у кого есть полис: новый, старый или временное свидетельство",
    result="Полис виден в кабинете",
    category="Полис",
    icon="shield-check",
    keywords="привязать прикрепить показать нет в кабинете номер енп старый временное фото скан",
    level=Level.STANDARD,
    open_to=(checks.account_open, checks.contacts_confirmed, none_attached),
    steps=(OwnPolicy, Confirmation),
    guarded=("policy", "number"),
    documents=(
        Document(
            "policy",
            "Фото полиса или выписки",
            when=by_photo,
            kind=Upload.Kind.POLICY,
            hint="Номер и имя должны читаться",
        ),
        REPRESENTATIVE,
    ),
    checks=(none_attached, fits),
    decided_by=Role.FUND,
    decider=own_fund,
    plain=needs_nobody,
    term="policy-attachment",
    compare=compare,
    on_approval=attach,
)
