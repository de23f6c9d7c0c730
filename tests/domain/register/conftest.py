from datetime import UTC, date, datetime

import pytest

from oms.domain.accounts.models import Role, Source, User
from oms.domain.directory.models import Insurer, Region
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ON = date(2026, 3, 10)


@pytest.fixture
def at():
    return AT


@pytest.fixture
def on():
    return ON


@pytest.fixture
def region(db):
    Region.objects.create(code="50", okato="46000", name="Московская область")
    return Region.objects.create(code="77", okato="45000", name="Москва")


@pytest.fixture
def insurer(region):
    return Insurer.objects.create(
        code="77001", region=region, full_name="ООО «Первая»", short_name="Первая"
    )


@pytest.fixture
def other_insurer(region):
    return Insurer.objects.create(
        code="50002", region_id="50", full_name="ООО «Вторая»", short_name="Вторая"
    )


@pytest.fixture
def new_person():
    """Makes the data of a person; anything may be told otherwise."""

    def make(**told):
        data = {
            "region": "77",
            "family_name": "Соколова",
            "given_name": "Алёна",
            "patronymic": "Сергеевна",
            "birth_date": date(1985, 3, 4),
            "sex": 2,
        }
        return actions.NewPerson(**(data | told))

    return make


@pytest.fixture
def enter(region, new_person):
    """Enters a person into the register."""

    def register(*, basis="", user=None, **told):
        return actions.register_person(
            data=new_person(**told),
            by=SYSTEM,
            at=AT,
            source=Source.OPERATOR,
            basis=basis,
            user=user,
        )

    return register


@pytest.fixture
def insure(insurer):
    """Gives a policy."""

    def give(person, **told):
        given = {"insurer": insurer, "ground": 1, "on": ON, "by": SYSTEM, "at": AT}
        return actions.give_policy(person=person, **(given | told))

    return give


@pytest.fixture
def member(db):
    """Makes a user of a role."""

    def make(role=Role.INSURED, organization="", **told):
        number = User.objects.count()
        return User.objects.create(
            phone=f"+7900000{number:04}",
            family_name="Климова",
            given_name="Анна",
            role=role,
            organization=organization,
            created_at=AT,
            **told,
        )

    return make
