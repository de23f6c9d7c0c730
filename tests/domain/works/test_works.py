"""Works and outages: what goes on, for whom, until when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from tests import factories as make

from oms.domain.accounts.queries import active_user
from oms.domain.journal.actions import SYSTEM, Actor
from oms.domain.journal.models import Entry
from oms.domain.works import actions, queries, tasks
from oms.domain.works.models import PlannedWork

pytestmark = pytest.mark.django_db
AT = make.NOON
HOUR = timedelta(hours=1)
BOSS = Actor("user:1", role="administrator")


def add(**values) -> PlannedWork:
    told = {
        "kind": "planned", "part": "register", "title": "Обновляем реестр", "text": "",
        "begins_at": AT - HOUR, "ends_at": AT + HOUR, "audience": "", "by": BOSS, "at": AT - HOUR,
    }  # fmt: skip
    return actions.add(**{**told, **values})


@pytest.mark.parametrize(
    ("moment", "where"),
    [
        (-2 * HOUR, "ahead"),
        (-HOUR, "now"),
        (timedelta(0), "now"),
        (HOUR, "past"),
        (9 * HOUR, "past"),
    ],
)
def test_the_end_is_not_part_of_it(moment: timedelta, where: str) -> None:
    work = add()
    found = queries.everything(at=AT + moment)
    assert {name: work in getattr(found, name) for name in ("now", "ahead", "past")} == {
        name: name == where for name in ("now", "ahead", "past")
    }


def test_an_outage_has_no_end_until_somebody_says_so() -> None:
    work = add(kind="outage", ends_at=None)
    assert queries.in_force(at=AT + 999 * HOUR) == [work]
    actions.end(work=work, by=BOSS, at=AT + HOUR)
    actions.end(work=work, by=BOSS, at=AT + 2 * HOUR)
    assert queries.in_force(at=AT + 2 * HOUR) == []
    work.refresh_from_db()
    assert work.ended_at == AT + HOUR
    assert Entry.objects.filter(act="work.end").count() == 1


def test_told_twice_it_is_one() -> None:
    assert add() == add()
    assert Entry.objects.filter(act="work.add").count() == 1


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(actions.WrongTimes):
        add(ends_at=AT - HOUR)
    for audience in ("insurer:7", "somebody", "region:777", "insurer:77001 "):
        with pytest.raises(actions.WrongAudience):
            add(audience=audience)
    with pytest.raises(IntegrityError):
        PlannedWork.objects.create(
            kind="planned", part="portal", title="х", begins_at=AT,
            ends_at=AT - HOUR, added_by="system", added_at=AT,
        )  # fmt: skip


def test_the_line_above_pages_is_for_everybody_and_an_outage_goes_first() -> None:
    assert queries.for_everybody(at=AT) is None
    add(audience="insurer:77001", kind="outage")
    assert queries.for_everybody(at=AT) is None
    add()
    outage = add(kind="outage", title="Сбой", begins_at=AT - HOUR / 2)
    assert queries.for_everybody(at=AT) == outage


def test_whether_there_are_works_comes_along_with_the_account(django_assert_num_queries) -> None:
    user = make.user()
    with django_assert_num_queries(1):
        assert not active_user(pk=user.pk).has_works
    work = add()
    with django_assert_num_queries(1):
        assert active_user(pk=user.pk).has_works
    assert tasks.end_what_is_over(at=AT) == 0
    assert tasks.end_what_is_over(at=AT + 2 * HOUR) == 1
    assert tasks.end_what_is_over(at=AT + 2 * HOUR) == 0
    assert not active_user(pk=user.pk).has_works
    entry = Entry.objects.get(act="work.end")
    assert (entry.subject, entry.actor) == (work.key, SYSTEM.key)
