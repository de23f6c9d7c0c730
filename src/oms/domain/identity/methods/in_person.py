"""In person (IDN-6): a code of eight signs to tell at an office, and a look at the document."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import User
from oms.domain.directory.models import InsurerOffice, TerritorialFund
from oms.domain.identity import actions, hours
from oms.domain.identity.method import Availability, Method, Part
from oms.domain.identity.models import Confirmation

SIGNS = "234679ACDEFHJKMNPRTUVWXY"
"""No sign looks like another when read aloud or from a crumpled sheet."""
LENGTH = 8
LIVES = timedelta(days=30)
MOST_OFFICES = 30


@dataclass(frozen=True)
class Office:
    """A place where documents are looked at."""

    title: str
    address: str
    hours: str
    phone: str


def available(_user: User, at: datetime) -> Availability:
    """Codes are given at any time; say when the doors are open."""
    if hours.is_open(at):
        return Availability(True, "Доступно сейчас, офисы открыты")
    return Availability(True, f"Код можно взять сейчас, офисы откроются {hours.opens_words(at)}")


METHOD = Method(
    code="in-person",
    title="Лично в офисе",
    summary="Возьмите код и покажите паспорт в офисе фонда или страховой организации.",
    takes="10 минут в офисе",
    icon="building-2",
    order=50,
    gives=frozenset({Part.PERSON}),
    page="identity_visit",
    available=available,
    needs="Паспорт и код посещения",
)


@transaction.atomic
def begin(*, user: User, at: datetime) -> Confirmation:
    """Begin with a code, or return the try whose code still works. Raises what `begin` does."""
    own = actions.begin(user=user, method=METHOD.code, at=at)
    own = Confirmation.objects.select_for_update().get(pk=own.pk)
    if own.code_hash and own.due_at and own.due_at > at:
        return own
    plain = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    own.code_hash, own.due_at = code_hash(plain), at + LIVES
    own.details |= {"code": _box().encrypt(plain.encode()).decode()}
    own.save(update_fields=["code_hash", "due_at", "details"])
    return own


def code_of(confirmation: Confirmation) -> str:
    """Return the code as people read it, «7HKM 4PXA»; empty when it cannot be read."""
    try:
        plain = _box().decrypt(confirmation.details.get("code", "").encode()).decode()
    except InvalidToken:
        return ""
    return f"{plain[:4]} {plain[4:]}"


def code_hash(typed: str) -> str:
    """Return what stands for a typed code: any case, spaces and dashes do not matter."""
    return fingerprint(f"visit:{''.join(sign for sign in typed.upper() if sign.isalnum())}")


def offices(*, region: str) -> list[Office]:
    """Return places of the fund and the insurers of a region. Two queries."""
    funds = TerritorialFund.objects.filter(region_id=region)
    rows = InsurerOffice.objects.filter(insurer__region_id=region, insurer__excluded_on=None)
    ordered = rows.select_related("insurer").order_by("insurer_id", "pk")[:MOST_OFFICES]
    return [
        *(Office(one.short_name, one.address, "Пн–Пт 9:00–18:00", one.phone) for one in funds),
        *(
            Office(f"{one.insurer.short_name}, {one.name}", one.address, one.hours, one.phone)
            for one in ordered
        ),
    ]


def _box() -> MultiFernet:
    digests = (hashlib.sha256(f"visit:{key}".encode()).digest() for key in settings.FIELD_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
