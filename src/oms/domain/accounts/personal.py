"""What the accounts keep about a person, and how it goes."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db.models import Q

from oms.domain.accounts.actions import end_visits
from oms.domain.accounts.models import ControlQuestion, Representation, User
from oms.domain.accounts.personal_data import Keeper, Portion, rows

CONSENT = "По вашему согласию"
GONE = "Удалено"


def _profile(user: User) -> Portion:
    values = user.profile_values.order_by("field", "at")
    account = rows([user], "phone", "email", "level", "created_at", "last_login")
    return Portion({"account": account[0], "values": rows(values, *_VALUE)})


def _sign_ins(user: User) -> Portion:
    return Portion(
        {
            "history": rows(user.sign_ins.order_by("-at"), *_SIGN_IN),
            "sessions": rows(user.visits.all(), "agent", "started_at", "seen_at"),
            "factors": rows(_factors(user), "type", "created_at", "last_used_at"),
            "outside_accounts": rows(user.outside_accounts.all(), "provider", "linked_at"),
        }
    )


def _consents(user: User) -> Portion:
    given = user.consents.order_by("given_at")
    return Portion(rows(given, "kind", "version", "text_hash", "given_at", "withdrawn_at"))


def _requests(user: User) -> Portion:
    return Portion(rows(user.requests.order_by("asked_at"), *_REQUEST))


def _wards(user: User) -> Portion:
    found = Representation.objects.filter(Q(representative=user) | Q(ward=user))
    return Portion(rows(found.order_by("asked_at"), *_REPRESENTATION))


def _erase_wards(user: User, _at: datetime) -> None:
    Representation.objects.filter(Q(representative=user) | Q(ward=user)).delete()


def _factors(user: User) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user=user))


def _erase_profile(user: User, at: datetime) -> None:
    """Leave a row that other rows may point at, and nothing personal in it."""
    user.profile_values.all().delete()
    EmailAddress.objects.filter(user=user).delete()
    user.family_name = user.given_name = GONE
    user.patronymic = user.birth_place = user.blocked_reason = ""
    user.phone = user.email = user.snils = user.inn = user.birth_date = user.sex = None
    user.phone_confirmed_at = user.email_confirmed_at = None
    user.password = make_password(None)
    user.is_active, user.erased_at = False, at
    user.save()


def _erase_sign_ins(user: User, _at: datetime) -> None:
    end_visits(user=user)
    for found in (user.sign_ins, user.outside_accounts, user.permits):
        found.all().delete()
    Authenticator.objects.filter(user=user).delete()
    ControlQuestion.objects.filter(user=user).delete()


def _erase_requests(user: User, _at: datetime) -> None:
    user.requests.update(typed={}, text="", answer="")


_VALUE = ("field", "value", "source", "at", "current")
_SIGN_IN = ("at", "outcome", "method", "agent", "origin")
_REQUEST = ("number", "kind", "text", "state", "asked_at", "decided_at", "answer")
_REPRESENTATION = ("kind", "scope", "basis", "state", "state_at", "reason", "ends_on", "asked_at")
KEEPERS = (
    Keeper(
        code="wards",
        title="Дети, подопечные и представители",
        basis=CONSENT,
        order=65,
        count=lambda user: Representation.objects.filter(representative=user).count(),
        collect=_wards,
        erase=_erase_wards,
    ),
    Keeper(
        code="profile",
        title="Мои данные и их история",
        basis=CONSENT,
        order=90,  # last: what others erase is found through it
        count=lambda user: user.profile_values.count(),
        collect=_profile,
        erase=_erase_profile,
    ),
    Keeper(
        code="sign-ins",
        title="Входы, устройства, второй шаг",
        basis=CONSENT,
        order=80,
        count=lambda user: user.sign_ins.count(),
        collect=_sign_ins,
        erase=_erase_sign_ins,
    ),
    Keeper(
        code="requests",
        title="Обращения о кабинете",
        basis=CONSENT,
        order=70,
        count=lambda user: user.requests.count(),
        collect=_requests,
        erase=_erase_requests,
    ),
    Keeper(
        code="consents",
        title="Согласия",
        basis="152-ФЗ, ст. 9",
        order=75,
        count=lambda user: user.consents.count(),
        collect=_consents,
        kept_because="Версию и время согласия храним как доказательство, без ваших данных",
    ),
)
