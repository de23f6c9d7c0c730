"""Parents, a child, and the fund that decides about them."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from tests import factories as make

from oms.domain.accounts.models import Representation, User
from oms.domain.documents.models import Document, StoredFile
from oms.domain.wards import actions
from oms.domain.wards.naming import Act, Certificate, Ward
from oms.gateways import mail, sms

BORN = date(2021, 3, 4)


def child(**told: Any) -> Ward:
    """What a parent types about a child of five."""
    values: dict[str, Any] = {
        "family_name": "Климов",
        "given_name": "Пётр",
        "patronymic": "Ильич",
        "birth_date": BORN,
        "sex": 1,
        "birth_place": "г. Москва",
    }
    return Ward(**{**values, **told})


def certificate(**told: Any) -> Certificate:
    """Its birth certificate."""
    values: dict[str, Any] = {
        "kind": 3,
        "series": "II-АК",
        "number": "654321",
        "issued_on": date(2021, 3, 20),
        "issued_by": "Отдел ЗАГС",
        "parent": "mother",
    }
    return Certificate(**{**values, **told})


def act(**told: Any) -> Act:
    """An act of the guardianship office."""
    values: dict[str, Any] = {
        "number": "12-О",
        "issued_on": date(2024, 5, 6),
        "issued_by": "Орган опеки",
    }
    return Act(**{**values, **told})


@pytest.fixture(autouse=True)
def _nothing_stays_in_the_mailbox() -> Iterator[None]:
    yield
    mail.MEMORY.clear()
    sms.MEMORY.clear()


@pytest.fixture
def anna(db: None) -> User:
    return make.user(family_name="Климова", email="anna@example.org", email_confirmed_at=make.NOON)


@pytest.fixture
def ilya(db: None) -> User:
    return make.user(family_name="Климов", given_name="Илья", patronymic="Петрович", sex=1)


@pytest.fixture
def fund(db: None) -> User:
    return make.operator(make.fund())


@pytest.fixture
def ask(db: None) -> Callable[..., Representation]:
    """A request with its paper handed in."""

    def asked(by: User, *, hand_in: bool = True, **told: Any) -> Representation:
        values: dict[str, Any] = {
            "kind": Representation.Kind.PARENT,
            "ward": child(),
            "basis": certificate(),
            "scope": list(Representation.Scope),
        }
        right = actions.ask(representative=by, at=make.NOON, **{**values, **told})
        if hand_in:
            paper(right)
            actions.hand_in(representation=right, by=by, at=make.NOON)
        right.refresh_from_db()
        return right

    return asked


@pytest.fixture
def confirm(fund: User) -> Callable[[Representation], Representation]:
    def confirmed(right: Representation) -> Representation:
        return actions.confirm(representation=right, by=fund, at=make.NOON)

    return confirmed


def paper(right: Representation, **told: Any) -> Document:
    """A file brought for the right, as the documents room keeps it."""
    sha256 = f"{StoredFile.objects.count():064}"
    file = StoredFile.objects.create(
        sha256=sha256, size=20_000, media_type="image/jpeg", key_id="1", stored_at=make.NOON
    )
    values: dict[str, Any] = {
        "user": right.representative,
        "uploaded_by": right.representative,
        "about": right.key,
        "slot": actions.SLOT,
        "kind": Document.Kind.BIRTH_CERTIFICATE,
        "name": "свидетельство.jpg",
        "title": "Свидетельство",
        "file": file,
        "scan": Document.Scan.CLEAN,
        "state_at": make.NOON,
        "received_at": make.NOON,
    }
    return Document.objects.create(**{**values, **told})
