"""What the register keeps about a person: by law, whether they have an account or not."""

from datetime import datetime

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import Keeper, Portion, rows
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import looks
from oms.domain.register.actions import unlink_account
from oms.domain.register.models import InsuredPerson
from oms.domain.register.queries import history, person_of

_PERSON = (
    "enp", "snils", "family_name", "given_name", "patronymic", "birth_date", "birth_place",
    "sex", "citizenship", "employment", "phone", "email", "state", "created_at", "updated_at",
)  # fmt: skip
_DOCUMENT = ("kind", "series", "number", "issued_on", "issued_by", "valid_from", "valid_until")
_ADDRESS = ("kind", "postal_code", "text", "valid_from", "valid_until")
_POLICY = (
    *("enp", "form", "blank_number", "insurer_id", "begins_on", "ends_on", "state"),
    *("confirmation", "confirmed_at"),
)
_ATTACHMENT = ("clinic_id", "ground", "valid_from", "valid_until")
_SUSPENSION = ("state", "valid_from", "valid_until")


def _collect(user: User) -> Portion:
    person = person_of(user)
    if person is None:
        return Portion(None)
    return Portion(
        {
            "person": rows([person], *_PERSON)[0],
            "documents": rows(person.identity_documents.order_by("valid_from"), *_DOCUMENT),
            "addresses": rows(person.addresses.order_by("valid_from"), *_ADDRESS),
            "policies": rows(person.policies.order_by("begins_on"), *_POLICY),
            "attachments": rows(person.attachments.order_by("valid_from"), *_ATTACHMENT),
            "suspensions": rows(person.suspensions.order_by("valid_from"), *_SUSPENSION),
            "history": [vars(line) for line in history(person)],
        }
    )


def _looks(user: User) -> Portion:
    return Portion([vars(look) for look in looks.newest(looks.keys_of_account(user))])


def _let_go(user: User, at: datetime) -> None:
    person = person_of(user)
    if person is not None:
        unlink_account(person=person, by=SYSTEM, at=at)


KEEPERS = (
    Keeper(
        code="register",
        title="Запись в реестре застрахованных",
        basis="326-ФЗ, ст. 44",
        order=10,
        count=lambda user: InsuredPerson.objects.filter(user=user).count(),
        collect=_collect,
        erase=_let_go,
        kept_because="Запись о страховании хранится по закону. Полис действует и без кабинета",
    ),
    Keeper(
        code="looks",
        title="Кто смотрел ваши данные",
        basis="152-ФЗ, ст. 14",
        order=60,
        count=lambda user: looks.count(looks.keys_of_account(user)),
        collect=_looks,
        kept_because="Журнал просмотров нельзя менять, чтобы ему можно было верить",
    ),
)
