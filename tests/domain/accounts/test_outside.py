"""Outside accounts: what is linked, what is believed, two at once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections
from tests import factories

from oms.domain.accounts import outside
from oms.domain.accounts.actions import set_profile_values
from oms.domain.accounts.claims import Person
from oms.domain.accounts.models import OutsideAccount, ProfileValue, Source, User
from oms.domain.journal.actions import SYSTEM
from oms.kit.denied import Denied

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def vouched(user: User, *, subject: str = "1", provider: str = "esia", **values: Any) -> Person:
    core = ("family_name", "given_name", "patronymic", "birth_date")
    told = {name: getattr(user, name) for name in core if getattr(user, name)}
    return Person(provider, subject, {**told, **values}, is_trusted=True, contacts=frozenset())


@pytest.fixture
def anna(db: None) -> User:
    return factories.user()


def sources(user: User) -> dict[str, str]:
    return dict(ProfileValue.objects.filter(user=user, current=True).values_list("field", "source"))


def test_what_a_register_said_stays_and_what_was_typed_goes(anna: User) -> None:
    set_profile_values(
        user=anna, values={"birth_place": "г. Тверь"}, source=Source.REGISTER, at=NOON, by=SYSTEM
    )
    set_profile_values(
        user=anna, values={"citizenship": "BLR"}, source=Source.TYPED, at=NOON, by=anna.actor
    )
    person = vouched(
        anna, birth_place="г. Москва", citizenship="RUS", phone="+79160000001", email="a@b.example"
    )
    outside.link(user=anna, person=person, at=NOON)
    anna.refresh_from_db()
    assert (anna.birth_place, anna.citizenship) == ("г. Тверь", "RUS")
    assert anna.phone != "+79160000001"
    assert sources(anna)["birth_place"] == Source.REGISTER
    assert sources(anna)["citizenship"] == Source.OUTSIDE
    with pytest.raises(Denied):
        set_profile_values(
            user=anna, values={"citizenship": "BLR"}, source=Source.TYPED, at=NOON, by=anna.actor
        )


def test_linking_twice_is_linking_once(anna: User) -> None:
    first = outside.link(user=anna, person=vouched(anna), at=NOON)
    again = outside.link(user=anna, person=vouched(anna), at=NOON + timedelta(days=1))
    assert (first.pk, first.linked_at) == (again.pk, NOON)
    with pytest.raises(outside.OtherLinked):
        outside.link(user=anna, person=vouched(anna, subject="2"), at=NOON)


def test_who_only_vouched_opens_nothing_and_stays_bound(anna: User) -> None:
    person = vouched(anna, provider="bank")
    outside.vouch(user=anna, person=person, at=NOON)
    assert outside.find(provider="bank", subject="1") is None
    outside.link(user=anna, person=person, at=NOON)
    assert outside.find(provider="bank", subject="1") is not None
    anna.set_password("пароль есть 1")
    anna.save()
    assert outside.unlink(user=anna, provider="bank", at=NOON)
    assert not outside.unlink(user=anna, provider="bank", at=NOON)
    twin = factories.user(family_name=anna.family_name)
    twin_as_anna = Person("bank", "1", person.values, is_trusted=False, contacts=frozenset())
    with pytest.raises(outside.Taken):
        outside.vouch(user=twin, person=twin_as_anna, at=NOON)


def test_a_new_cabinet_is_refused_only_to_the_owner_of_the_number(anna: User) -> None:
    number = "11223344595"
    person = vouched(anna, snils=number)
    outside.refuse_opening(person=person, on=NOON.date())
    set_profile_values(
        user=anna, values={"snils": number}, source=Source.TYPED, at=NOON, by=anna.actor
    )
    outside.refuse_opening(person=person, on=NOON.date())  # anybody may have typed it
    set_profile_values(
        user=anna, values={"snils": number}, source=Source.REGISTER, at=NOON, by=SYSTEM
    )
    with pytest.raises(outside.HasCabinet):
        outside.refuse_opening(person=person, on=NOON.date())
    unsure = Person("esia", "9", person.values, is_trusted=False, contacts=frozenset())
    outside.refuse_opening(person=unsure, on=NOON.date())
    child = vouched(anna, birth_date=date(2013, 11, 22))
    with pytest.raises(outside.TooYoung):
        outside.refuse_opening(person=child, on=NOON.date())


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite writes one at a time anyway")
def test_of_two_cabinets_at_once_one_gets_the_subject() -> None:
    users = [factories.user(family_name="Климова", birth_date=date(1990, 1, 1)) for _ in range(8)]
    start, ends = Barrier(len(users)), []

    def links(act: Callable[..., Any], user: User) -> None:
        start.wait()
        try:
            act(user=user, person=vouched(user), at=NOON)
            ends.append("linked")
        except Denied as no:
            ends.append(type(no).__name__)
        finally:
            connections.close_all()

    threads = [
        Thread(target=links, args=(outside.link if one % 2 else outside.vouch, user))
        for one, user in enumerate(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["Taken"] * 7 + ["linked"]
    assert OutsideAccount.objects.count() == 1
    assert connection.vendor == "postgresql"
