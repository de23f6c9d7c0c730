"""Records checked as they change and by night: nothing lost, nothing doubled, gone when mended."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests.domain.quality.flaws import AT, FLAWS, clean

from oms.domain.journal.actions import SYSTEM
from oms.domain.quality import following, queries, tasks
from oms.domain.quality.checking import Changed
from oms.domain.quality.models import Finding, Mark, Snapshot, Sweep
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)


class Killed(Exception):  # noqa: N818 - nothing of ours catches it
    """The worker dies here."""


def change(person, **values) -> None:
    register.update_person(
        person=person, changes=values, on=make.TODAY, by=SYSTEM, at=LATER, source="operator"
    )


def open_now() -> list[tuple[str, int]]:
    rows = Finding.objects.filter(gone_at=None).order_by("rule", "person")
    return list(rows.values_list("rule", "person"))


def test_a_change_is_checked_within_the_minute_and_a_mended_one_goes() -> None:
    person, other = clean(), clean()
    assert following.follow(at=AT) == Changed()  # from here on
    assert following.follow(at=AT) is None
    change(person, phone="12")
    assert tasks.check_what_changed(at=LATER) == 1
    assert open_now() == [("Q065", person.pk)]
    assert following.follow(at=LATER) is None
    change(person, phone="+79001234567")
    change(other, email="nobody")
    assert tasks.check_what_changed(at=LATER + timedelta(minutes=1)) == 2
    assert open_now() == [("Q066", other.pk)]
    gone = Finding.objects.get(rule="Q065")
    assert (gone.found_at, gone.gone_at) == (LATER, LATER + timedelta(minutes=1))


def test_a_look_is_no_change_and_costs_no_check() -> None:
    person = clean()
    following.follow(at=AT)
    register.look(people=[person], by=make.operator(), purpose="Звонок", at=AT)
    with CaptureQueriesContext(connection) as seen:
        assert following.follow(at=AT) == Changed()
    assert not [one for one in seen if "register_" in one["sql"]]


def test_a_follow_that_fails_reads_the_same_changes_again(monkeypatch) -> None:
    person = clean()
    following.follow(at=AT)
    change(person, phone="12")
    marks = list(Mark.objects.values())

    def die(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(following.checking, "check", die)
        with pytest.raises(Killed):
            following.follow(at=LATER)
    assert list(Mark.objects.values()) == marks
    assert following.follow(at=LATER) == Changed(opened=1)


def test_a_merge_closes_the_fault_of_the_other_record() -> None:
    person, other = clean(), clean()
    InsuredPerson.objects.filter(pk=other.pk).update(state="merged", merged_into=person)
    following.follow(at=AT)
    change(person, birth_place="г. Тула")
    following.follow(at=LATER)
    assert open_now() == [("Q040", other.pk), ("Q047", person.pk)]


def test_the_sweep_walks_on_from_where_it_was(monkeypatch) -> None:
    people = [clean() for _ in range(5)]
    for person in people[::2]:
        FLAWS["Q063"](person)
    monkeypatch.setattr(following, "BATCH", 2)
    first = following.sweep(at=AT, batches=1)
    assert first.is_running
    assert len(open_now()) == 1
    monkeypatch.setattr(following.checking, "check", _dies_after(following.checking.check))
    with pytest.raises(Killed):
        following.sweep(at=AT, batches=9)
    monkeypatch.undo()
    assert len(open_now()) == 2
    following.sweep(at=AT + timedelta(hours=1), batches=9)
    row = Sweep.objects.get()
    assert (row.is_running, row.checked) == (False, 5)
    assert open_now() == [("Q063", person.pk) for person in people[::2]]
    assert following.sweep(at=AT + timedelta(hours=2), batches=9) is None
    assert following.sweep(at=AT + timedelta(days=1), batches=9) is not None
    assert open_now() == [("Q063", person.pk) for person in people[::2]]
    assert Finding.objects.count() == 3


def test_a_night_that_finds_nothing_new_locks_nobody_and_says_how_far_it_is(monkeypatch) -> None:
    for _ in range(4):
        FLAWS["Q063"](clean())
    following.sweep(at=AT, batches=9)
    monkeypatch.setattr(following, "BATCH", 2)
    with CaptureQueriesContext(connection) as seen:
        following.sweep(at=AT + timedelta(days=1), batches=1)
    told = [one["sql"] for one in seen]
    assert not [one for one in told if "register_" in one and "FOR UPDATE" in one]
    assert not [one for one in told if one.startswith(("UPDATE", "INSERT")) and "finding" in one]
    assert (following.latest().sweep.checked, following.latest().share) == (2, 0.5)
    following.sweep(at=AT + timedelta(days=1), batches=9)
    assert following.latest().share == 1


def _dies_after(check):
    done = []

    def one(*args, **kwargs):
        if done:
            raise Killed
        done.append(1)
        return check(*args, **kwargs)

    return one


def test_a_finding_follows_the_person_to_another_insurer() -> None:
    person = clean()
    FLAWS["Q063"](person)
    following.sweep(at=AT, batches=9)
    new = make.insurer("77002", licence_number="ОС 2")
    register.change_insurer(person=person, insurer=new, ground=2, on=make.TODAY, by=SYSTEM, at=AT)
    following.sweep(at=AT + timedelta(days=1), batches=9)
    finding = Finding.objects.get()
    assert (finding.insurer_id, finding.gone_at) == ("77002", None)


def test_the_board_shows_shares_ages_and_the_week_before() -> None:
    people = [clean() for _ in range(4)]
    FLAWS["Q063"](people[0])
    FLAWS["Q065"](people[0])
    FLAWS["Q065"](people[1])
    stranger = make.insured(by=make.insurer("50001"), region="50")
    following.sweep(at=AT, batches=9)
    change(people[1], phone="+79001234567")
    following.sweep(at=AT + timedelta(days=7), batches=9)
    following.sweep(at=AT + timedelta(days=7), batches=9)  # nothing more that day
    irina = make.operator()
    board = queries.board(irina, on=make.TODAY + timedelta(days=9))
    assert board.on == make.TODAY + timedelta(days=7)
    assert (board.records, board.clean) == (4, 3)
    assert [row[1:] for row in board.trend] == [(4, 2), (4, 3)]
    told = {one.rule.id: (one.total, one.before, one.fresh, one.month) for one in board.rules}
    assert told == {"Q063": (1, 1, 0, 1), "Q065": (1, 2, 0, 1)}
    assert queries.board(make.operator(make.fund("50")), on=board.on).records == 1
    assert queries.board(make.user(), on=board.on).records == 0
    assert stranger.region_id == "50"
    assert Snapshot.objects.filter(rule="", on=board.on).count() == 2


def test_the_work_list_is_filtered_paged_and_ones_own(monkeypatch) -> None:
    people = [clean() for _ in range(3)]
    for person in people:
        FLAWS["Q063"](person)
        FLAWS["Q065"](person)
    following.sweep(at=AT, batches=9)
    irina, at = make.operator(), AT + timedelta(days=8)
    monkeypatch.setattr(queries, "PAGE", 2)
    seen, after = [], 0
    while True:
        with CaptureQueriesContext(connection) as cost:
            page = queries.work_list(irina, queries.Asked(rule="Q065"), at=at, after=after)
        assert len(cost) == 1
        seen += [row.person_id for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == [person.pk for person in people]
    for asked, number in (
        (queries.Asked(severity=3), 0),
        (queries.Asked(severity=1), 2),
        (queries.Asked(age="week"), 0),
        (queries.Asked(age="month", mendable=True), 2),
        (queries.Asked(insurer="77002"), 0),
    ):
        assert len(queries.work_list(irina, asked, at=at).rows) == number, asked
    stranger = make.operator(make.insurer("77002"))
    assert queries.work_list(stranger, queries.Asked(), at=at).rows == []
