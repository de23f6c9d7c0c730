"""A query composed once answers as the ORM would, whatever values it is asked with."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.db.models import BigAutoField, DateTimeField

from oms.domain.accounts.models import User
from oms.domain.journal.models import Entry
from oms.kit.prepared import Prepared
from tests import factories as make

pytestmark = pytest.mark.django_db
PEOPLE = 3


@pytest.fixture
def people() -> list[User]:
    return [make.user(phone=f"+7900555010{number}") for number in range(PEOPLE)]


def test_rows_are_the_orms_own_for_each_value(
    people: list[User], django_assert_num_queries
) -> None:
    composed = []

    def compose(user, at):
        composed.append(user)
        rows = User.objects.filter(pk=user, created_at__lte=at)
        return rows.prefetch_related("visits").order_by("pk")[:1]

    asked: Prepared[User] = Prepared(compose, user=BigAutoField(), at=DateTimeField())
    for one in people:
        with django_assert_num_queries(2):  # the row and its prefetch
            found = asked.first(user=one.pk, at=one.created_at)
            assert found is not None
            assert list(found.visits.all()) == []
        assert found == one
        assert {name: getattr(found, name) for name in ("phone", "created_at", "birth_date")} == {
            name: getattr(one, name) for name in ("phone", "created_at", "birth_date")
        }
        before = one.created_at - timedelta(microseconds=1)
        assert asked(user=one.pk, at=before) == []
    assert len(composed) == 1


def test_a_slot_stands_inside_subqueries_annotations_and_values(people: list[User]) -> None:
    numbers: Prepared[int] = Prepared(
        lambda user: User.objects.exclude(pk=user).order_by("-pk").values_list("pk", flat=True),
        user=BigAutoField(),
    )
    keys = sorted((one.pk for one in people), reverse=True)
    others = set(User.objects.values_list("pk", flat=True)) - set(keys)
    for one in people:
        assert numbers(user=one.pk) == sorted({*keys, *others} - {one.pk}, reverse=True)


def test_each_thread_has_a_query_of_its_own() -> None:
    asked: Prepared[Entry] = Prepared(lambda pk: Entry.objects.filter(pk=pk), pk=BigAutoField())
    composed = []
    asked(pk=1)

    def elsewhere() -> None:
        composed.append(asked._composed())
        connection.close()

    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert composed[0][1].connection is not asked._composed()[1].connection


def test_a_forgotten_value_is_an_error() -> None:
    asked: Prepared[User] = Prepared(lambda pk: User.objects.filter(pk=pk), pk=BigAutoField())
    with pytest.raises(AssertionError, match="a value for each slot"):
        asked()
