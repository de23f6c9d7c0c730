"""Accounts at outside providers that open a cabinet here (ACC-14): linked, used, unlinked.

A person is known by provider and subject alone. Equal phones, e-mails or СНИЛС link nothing by
themselves: who owns the account here must have signed in to it.
"""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from oms.domain.accounts import factors, limits, registration
from oms.domain.accounts.actions import set_profile_values
from oms.domain.accounts.claims import Person, differences
from oms.domain.accounts.identifiers import find_by_email, fingerprint
from oms.domain.accounts.models import OutsideAccount, ProfileValue, Registration, Source, User
from oms.domain.accounts.registration import MIN_AGE
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied
from oms.law import dates

STARTS = limits.Limit(
    "outside-start",
    timedelta(hours=1),
    lambda count: timedelta(hours=1) if count >= 60 else timedelta(0),
)
_WEAKER = (Source.TYPED, Source.OUTSIDE)
FIELD_WORDS = {
    "family_name": "фамилия", "given_name": "имя", "patronymic": "отчество",
    "birth_date": "дата рождения",
}  # fmt: skip


class Taken(Denied):
    """The outside account opens, or has confirmed, another cabinet."""

    text = "Эта учётная запись уже связана с другим кабинетом. Войдите через неё в тот кабинет."


class OtherLinked(Denied):
    """The cabinet has another account of the same provider."""

    text = "К кабинету уже привязана другая учётная запись. Сначала отвяжите её."


class AnotherPerson(Denied):
    """A provider that has seen documents names somebody else."""

    def __init__(self, fields: list[str]) -> None:
        told = ", ".join(FIELD_WORDS[name] for name in fields)
        super().__init__(
            f"Там указан другой человек, не совпали: {told}. "
            "Проверьте «Мои данные» или выберите другую запись."
        )
        self.fields = fields


class LastWayIn(Denied):
    """Without it nobody could sign in any more."""

    text = "Это единственный вход в кабинет. Сначала задайте пароль, потом отвяжите его."


class HasCabinet(Denied):
    """The person vouched for has a cabinet already, by their own СНИЛС."""

    text = "С вашим СНИЛС уже есть кабинет. Войдите в него или восстановите доступ."


class TooYoung(Denied):
    """A cabinet of one's own begins at fourteen."""

    text = f"Кабинет открывают с {MIN_AGE} лет. Ребёнка младше добавит родитель в своём кабинете."


def may_start(*, origin: str, at: datetime) -> bool:
    """Charge one walk to a provider from a network address; False when there were too many."""
    return limits.take(limit=STARTS, key=fingerprint(f"origin:{origin}"), at=at) is None


def find(*, provider: str, subject: str) -> OutsideAccount | None:
    """Return the account that opens a cabinet, with its user."""
    found = OutsideAccount.objects.filter(provider=provider, subject=subject, signs_in=True)
    return found.select_related("user").first()


def linked(*, user: User) -> list[OutsideAccount]:
    """Return the outside accounts that open the user's cabinet."""
    return list(user.outside_accounts.filter(signs_in=True).order_by("linked_at"))


@transaction.atomic
def link(*, user: User, person: Person, at: datetime) -> OutsideAccount:
    """Let an outside account open the user's cabinet; linked already, nothing changes.

    Raises `Taken`, `OtherLinked`, `AnotherPerson`.
    """
    if person.is_trusted and (fields := differences(user=user, person=person)):
        raise AnotherPerson(fields)
    row = _bind(user=user, person=person, at=at)
    if not row.signs_in:
        row.signs_in, row.linked_at = True, at
        row.save(update_fields=["signs_in", "linked_at"])
        _journal("outside.link", user, person.provider, at=at)
    learn(user=user, person=person, at=at)
    return row


@transaction.atomic
def vouch(*, user: User, person: Person, at: datetime) -> OutsideAccount:
    """Bind a subject that has confirmed who the user is: it can confirm nobody else.

    It opens nothing by that. Raises `Taken`, `OtherLinked`.
    """
    row = _bind(user=user, person=person, at=at)
    if row.vouched_at is None:
        row.vouched_at = at
        row.save(update_fields=["vouched_at"])
    return row


@transaction.atomic
def unlink(*, user: User, provider: str, at: datetime) -> bool:
    """Stop an outside account from opening the cabinet; False when it did not.

    A subject that confirmed who the user is stays bound. Raises `LastWayIn`.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    row = user.outside_accounts.filter(provider=provider, signs_in=True).first()
    if row is None:
        return False
    if not has_other_way_in(user=user, but=provider):
        raise LastWayIn
    if row.vouched_at:
        row.signs_in = False
        row.save(update_fields=["signs_in"])
    else:
        row.delete()
    _journal("outside.unlink", user, provider, at=at)
    return True


def has_other_way_in(*, user: User, but: str) -> bool:
    """Tell whether the user can sign in without this provider: password, passkey, another."""
    return (
        user.has_usable_password()
        or factors.Kind.PASSKEY in factors.ways(user=user)
        or user.outside_accounts.filter(signs_in=True).exclude(provider=but).exists()
    )


@transaction.atomic
def note_use(*, account: OutsideAccount, at: datetime) -> None:
    """Keep when an outside account last opened the cabinet."""
    account.last_used_at = at
    account.save(update_fields=["last_used_at"])


@transaction.atomic
def learn(*, user: User, person: Person, at: datetime) -> list[str]:
    """Take over what a provider that has seen documents tells; return the changed fields.

    Only where nobody surer has spoken: registers, documents and operators stay. Contacts are
    changed by a code alone.
    """
    if not person.is_trusted:
        return []
    checked = set(
        ProfileValue.objects.filter(user=user, current=True)
        .exclude(source__in=_WEAKER)
        .values_list("field", flat=True)
    )
    values = {
        name: value
        for name, value in person.values.items()
        if name not in checked and name not in {"phone", "email"}
    }
    if _is_checked_elsewhere("snils", values.get("snils"), but=user):
        del values["snils"]  # one person has one account; which it is, the fund decides
    return set_profile_values(
        user=user,
        values=values,
        source=Source.OUTSIDE,
        at=at,
        by=Actor(f"outside:{person.provider}"),
    )


def refuse_opening(*, person: Person, on: date) -> None:
    """Raise `TooYoung` or `HasCabinet` where no new cabinet is to be opened.

    Only a provider that has seen the documents makes us say that there is one: it is the
    owner of the number who asks.
    """
    if not person.is_trusted:
        return
    born = person.values.get("birth_date")
    if born and dates.age(born, on=on) < MIN_AGE:
        raise TooYoung
    number = person.values.get("snils")
    if _is_checked_elsewhere("snils", number):
        raise HasCabinet


def is_proven(*, person: Person, field: str, value: str) -> bool:
    """Tell whether a contact needs no code: the provider vouches for it and it is nobody's."""
    if field not in person.contacts or person.values[field] != value:
        return False
    if field == "email":
        return find_by_email(value) is None
    return not User.objects.filter(phone=value).exists()


@transaction.atomic
def open_account(
    *, registered: Registration, person: Person, on: date, at: datetime
) -> OutsideAccount:
    """Open a cabinet whose contacts the provider vouches for, and link it.

    Raises `AlreadyRegistered`, `Taken`, `TooYoung`, `HasCabinet`.
    """
    refuse_opening(person=person, on=on)
    user = registration.complete(registration=registered, at=at)
    account = link(user=user, person=person, at=at)
    account.user = user
    return account


def _bind(*, user: User, person: Person, at: datetime) -> OutsideAccount:
    """The row of a provider's subject, made now if there is none; each belongs to one user."""
    User.objects.select_for_update().get(pk=user.pk)
    mine = user.outside_accounts.filter(provider=person.provider).first()
    if mine is not None and mine.subject != person.subject:
        raise OtherLinked
    try:
        with transaction.atomic():
            row, _ = OutsideAccount.objects.get_or_create(
                provider=person.provider,
                subject=person.subject,
                defaults={"user": user, "linked_at": at, "signs_in": False},
            )
    except IntegrityError:
        raise OtherLinked from None
    if row.user_id != user.pk:
        raise Taken
    return row


def _is_checked_elsewhere(field: str, value: str | None, *, but: User | None = None) -> bool:
    """Tell whether somebody else has this value, and not by typing it."""
    if not value:
        return False
    rows = ProfileValue.objects.filter(current=True, field=field, value=value, user__is_active=True)
    return rows.exclude(source=Source.TYPED).exclude(user=but).exists()


def _journal(act: str, user: User, provider: str, *, at: datetime) -> None:
    details = {"provider": provider}
    record(act=act, subject=user.key, by=user.actor, at=at, person=user.key, details=details)
