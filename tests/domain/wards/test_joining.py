"""One child of two parents is one user bound to one record; nobody learns of another's asking."""

from collections.abc import Callable

import pytest
from tests import factories as make
from tests.domain.wards.conftest import BORN, certificate, child

from oms.domain.accounts.models import Representation, User
from oms.domain.documents.models import Document
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register.data import DocumentData
from oms.domain.register.models import InsuredPerson
from oms.domain.wards import actions

Ask = Callable[..., Representation]
Confirm = Callable[[Representation], Representation]


def record(**told: object) -> InsuredPerson:
    """The child's record in the register, of nobody's account."""
    paper = DocumentData(kind="3", series="II-АК", number="654321")
    values = {
        "family_name": "Климов", "given_name": "Пётр", "patronymic": "Ильич",
        "birth_date": BORN, "sex": 1, "document": paper,
    }  # fmt: skip
    return make.person(None, **{**values, **told})


def test_two_parents_get_one_child(ask: Ask, confirm: Confirm, anna: User, ilya: User) -> None:
    hers, his = (
        ask(anna),
        ask(ilya, basis=certificate(parent="father", number="654321")),
    )
    assert hers.ward != his.ward, "until confirmed each parent has a child of their own"
    confirm(hers)
    made = his.ward_id
    his = confirm(his)
    assert his.ward == hers.ward
    assert not User.objects.filter(pk=made).exists()
    assert {doc.user for doc in Document.objects.filter(about=his.key)} == {ilya}


def test_another_birth_date_or_certificate_is_another_child(
    ask: Ask, confirm: Confirm, anna: User, ilya: User
) -> None:
    hers = confirm(ask(anna))
    twin = confirm(ask(ilya, ward=child(given_name="Иван"), basis=certificate(number="654322")))
    assert twin.ward != hers.ward


def test_an_asked_right_never_joins(ask: Ask, confirm: Confirm, anna: User, ilya: User) -> None:
    hers, his = ask(anna), ask(ilya)
    his = confirm(his)
    hers.refresh_from_db()
    assert hers.ward != his.ward
    assert confirm(hers).ward == his.ward


def test_a_sure_match_binds_the_record_and_a_likely_one_does_not(
    ask: Ask, confirm: Confirm, anna: User, ilya: User
) -> None:
    person = record()
    right = confirm(ask(anna))
    person.refresh_from_db()
    assert person.user == right.ward
    other = record(
        given_name="Иван", document=DocumentData(kind="3", series="II-АК", number="999999")
    )
    confirm(ask(ilya, ward=child(given_name="Иван"), basis=certificate(number="999998")))
    other.refresh_from_db()
    assert other.user is None


def test_the_record_of_an_own_cabinet_means_that_cabinet(
    ask: Ask, confirm: Confirm, anna: User
) -> None:
    owner = make.user(family_name="Климов", given_name="Пётр", patronymic="Ильич")
    register.link_account(person=record(), user=owner, by=SYSTEM, at=make.NOON)
    assert confirm(ask(anna)).ward == owner


def test_two_cabinets_for_one_child_are_left_to_people(
    ask: Ask, confirm: Confirm, anna: User, ilya: User
) -> None:
    hers = confirm(ask(anna))
    owner = make.user(family_name="Климов", given_name="Пётр", patronymic="Ильич")
    register.link_account(person=record(), user=owner, by=SYSTEM, at=make.NOON)
    his = ask(ilya)
    with pytest.raises(actions.TwoCabinets):
        confirm(his)
    his.refresh_from_db()
    assert his.state == Representation.State.ASKED
    assert his.ward != hers.ward


def test_nobody_becomes_their_own_ward(ask: Ask, fund: User, db: None) -> None:
    namesake = make.user(family_name="Климов", given_name="Пётр", patronymic="Ильич")
    register.link_account(person=record(), user=namesake, by=SYSTEM, at=make.NOON)
    with pytest.raises(actions.Own):
        actions.confirm(representation=ask(namesake), by=fund, at=make.NOON)
