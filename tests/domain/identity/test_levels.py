"""No order of events gives a level that is not proven: every short story against a model."""

from contextlib import suppress
from itertools import product

import pytest
from tests import factories
from tests.factories import NOON

from oms.domain.accounts.models import Level, User
from oms.domain.identity import actions, queries
from oms.domain.identity.method import Field, Outcome
from oms.domain.journal.actions import SYSTEM
from oms.kit.denied import Denied

ORDER = [Level.SIMPLE, Level.STANDARD, Level.CONFIRMED]
WRONG = Field("snils", Outcome.DIFFERS)
EVENTS = ("data", "phone", "person", "data refused", "data asked", "new phone")


def happens(event: str, user: User) -> bool:
    """Let it happen; tell whether something was confirmed by it."""
    method, _, what = event.partition(" ")
    if event == "new phone":
        number = int((user.phone or "0")[-9:]) + 1
        User.objects.filter(pk=user.pk).update(phone=f"+79{number:09}")
        return False
    with suppress(Denied):
        own = actions.begin(user=user, method=method, at=NOON)
        told = {"confirmation": own, "by": SYSTEM, "at": NOON}
        if what == "refused":
            actions.refuse(reason="Нет.", **told)
        elif what == "asked":
            actions.fix(fields=[WRONG], reason="Нет.", **told)
        else:
            return actions.confirm(fields=[], values={}, **told).state == "confirmed"
    return False


def expected(proven: set[str]) -> Level:
    """The whole rule of levels."""
    if "person" in proven or {"data", "phone"} <= proven:
        return Level.CONFIRMED
    return Level.STANDARD if "data" in proven else Level.SIMPLE


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_methods")
@pytest.mark.parametrize("first", EVENTS)
def test_no_order_of_events_gives_an_unproven_level(first) -> None:
    for story in product([first], EVENTS, EVENTS):
        user = factories.user(phone=f"+79{User.objects.count() * 10 + 500_000_000:09}")
        proven: set[str] = set()
        reached = Level.SIMPLE
        for event in story:
            if happens(event, user):
                proven.add(event)
            if event == "new phone":
                proven.discard("phone")
            reached = max(reached, expected(proven), key=ORDER.index)
            user.refresh_from_db()
            assert user.level == reached, story
            assert {part.value for part in queries.parts_of(user=user)} == proven, story
