"""A run: its stages, its limits, what it costs, whom it may bind; and setting out from it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django_tasks_db.models import DBTaskResult
from tests import factories as make
from tests.diagnosis import plants

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.cases.states import State
from oms.catalog.catalogue import SERVICES
from oms.diagnosis import actions, causes, queries
from oms.diagnosis.catalogue import CAUSES
from oms.diagnosis.declaration import STAGES, Stage
from oms.diagnosis.models import Run
from oms.diagnosis.situation import read
from oms.domain.accounts.models import Level, Role
from oms.domain.accounts.personal_data import keepers
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson

pytestmark = pytest.mark.django_db
AT = plants.AT


def whole(world: plants.World, at=AT) -> Run:
    run = actions.begin(user=world.user, by=world.user, at=at)
    return actions.finish(run=run, by=world.user, at=at)


def test_a_file_is_a_cause_and_each_says_its_own_words() -> None:
    files = {path.stem for path in Path(causes.__file__).parent.glob("[a-z]*.py")}
    assert len(CAUSES) == len(files) >= 12
    assert len({cause.order for cause in CAUSES.values()}) == len(CAUSES)
    assert len({cause.title for cause in CAUSES.values()}) == len(CAUSES)
    assert {cause.stage for cause in CAUSES.values()} == set(Stage)


@pytest.mark.parametrize("cause", CAUSES.values(), ids=lambda cause: cause.code)
def test_every_way_on_leads_to_a_service_on_offer(cause) -> None:
    assert set(cause.leads_to) <= set(SERVICES)


def test_all_is_well() -> None:
    run = whole(plants.linked())
    assert (run.findings, run.main) == ([], "")
    assert queries.verdict(run).is_clear
    assert {stage.mark for stage in queries.stages(run)} == {"clear"}


def test_stage_by_stage_comes_to_the_same_as_all_at_once() -> None:
    world = plants.certain()
    plants.suspended(plants.World(world.user, world.binds))
    run = actions.begin(user=world.user, by=world.user, at=AT)
    marks = []
    for _ in STAGES:
        marks.append([stage.mark for stage in queries.stages(run)].index("now"))
        run = actions.advance(run=run, by=world.user, at=AT)
    assert marks == list(range(len(STAGES)))
    assert run.finished_at == AT
    again = actions.advance(run=run, by=world.user, at=AT + timedelta(hours=1))
    assert again.finished_at == AT, "a run that is over stays as it was"
    told = queries.verdict(run)
    assert told.main.code == run.main == "suspended", "what is left hides the policy now"
    assert [one.code for one in told.others] == ["unlinked"]
    entry = Entry.objects.get(act="diagnosis.run")
    assert entry.person == world.user.key
    assert entry.payload.data == {"found": ["unlinked", "suspended"], "mended": ["unlinked"]}


def test_a_run_a_minute_and_one_left_half_way_is_gone_on_with() -> None:
    world = plants.linked()
    run = actions.begin(user=world.user, by=world.user, at=AT)
    assert actions.begin(user=world.user, by=world.user, at=AT + timedelta(minutes=5)) == run
    later = AT + actions.ABANDONED + timedelta(seconds=1)
    other = actions.begin(user=world.user, by=world.user, at=later)
    assert other != run
    actions.finish(run=other, by=world.user, at=later)
    with pytest.raises(actions.TooSoon):
        actions.begin(user=world.user, by=world.user, at=later + timedelta(seconds=59))
    assert actions.begin(user=world.user, by=world.user, at=later + actions.PAUSE)


@pytest.mark.parametrize(
    ("make_world", "most"), [(plants.nobody, 17), (plants.linked, 19), (plants.unconfirmed, 8)]
)
def test_a_reading_costs_a_fixed_number_of_queries(
    make_world: Callable[[], plants.World], most: int, django_assert_max_num_queries
) -> None:
    world = make_world()

    def more(times: int) -> None:
        for _ in range(times):
            plants.ward(world)
            plants.case(world.user, "policy-extract", State.REJECTED)
            plants.work_of_others(world)
            whole(plants.linked())

    more(10)  # among ten some numbers are a slip away: it takes queries to look at them
    with django_assert_max_num_queries(most) as few:
        read(user=world.user, at=AT)
    more(10)
    with django_assert_max_num_queries(most) as many:
        read(user=world.user, at=AT)
    assert len(few.captured_queries) == len(many.captured_queries)


def test_a_record_that_changed_after_the_look_is_not_bound() -> None:
    world = plants.certain()
    situation = read(user=world.user, at=AT)
    InsuredPerson.objects.filter(pk=world.binds.pk).update(birth_date=make.TODAY)
    mended = CAUSES["unlinked"].mend(situation, by=world.user.actor, at=AT)
    assert mended is None
    assert not InsuredPerson.objects.filter(user=world.user).exists()


def test_a_mending_told_twice_does_nothing_more() -> None:
    world = plants.linked()
    plants.out_of_step(world)
    plants.stuck(world)
    situation = read(user=world.user, at=AT)
    for code in ("out-of-step", "stuck"):
        assert CAUSES[code].mend(situation, by=world.user.actor, at=AT)
    entries = Entry.objects.count()
    queued = DBTaskResult.objects.count()
    for code in ("out-of-step", "stuck"):
        CAUSES[code].mend(situation, by=world.user.actor, at=AT)
    assert (Entry.objects.count(), DBTaskResult.objects.count()) == (entries, queued)


def test_words_tell_nothing_of_others() -> None:
    """Not the surname, number or birth date of the record that is alike."""
    for world in (plants.other_surname(), plants.held_by_another(), plants.no_numbers()):
        other = InsuredPerson.objects.exclude(user=world.user).order_by("-pk").first()
        text = str(whole(world).findings)
        assert "doubtful" in text
        for secret in (other.family_name, other.snils, str(other.birth_date)):
            assert not secret or secret in (world.user.family_name,) or secret not in text


def test_setting_out_begins_the_application_with_what_is_known() -> None:
    world = plants.nobody()
    make.insurer()
    whole(world)
    case = actions.set_out(user=world.user, by=world.user, cause="no-record", at=AT)
    assert (case.service, case.state) == ("issue-policy", State.DRAFT)
    assert case.typed["person"]["family_name"] == "Никтова"
    assert case.typed["person"]["birth_date"] == "05.05.1901"
    cases.save_draft(
        case=case, step="person", typed={**case.typed["person"], "birth_place": "г. Тверь"},
        by=world.user, at=AT,
    )  # fmt: skip
    again = actions.set_out(user=world.user, by=world.user, cause="no-record", at=AT)
    assert again.pk == case.pk
    assert again.typed["person"]["birth_place"] == "г. Тверь", "nothing typed is lost"


def test_the_reason_of_an_update_is_filled_in() -> None:
    world = plants.linked()
    plants.old_document(world)
    case = actions.set_out(user=world.user, by=world.user, cause="old-document", at=AT)
    assert case.service == "data-update"
    assert case.typed["reason"]["reason"] == "document"


def test_what_is_not_so_any_more_leads_nowhere() -> None:
    world = plants.linked()
    for cause in ("no-record", "unheard-of", "works"):
        with pytest.raises(actions.NoLonger):
            actions.set_out(user=world.user, by=world.user, cause=cause, at=AT)
    assert not Case.objects.exists()


def test_runs_are_seen_by_their_owner_and_by_who_helps() -> None:
    world, other = plants.linked(), make.user()
    whole(world)
    support = make.user(role=Role.SUPPORT)
    fund = make.operator(make.fund())
    seen = {one.pk: Run.objects.visible_to(one).count() for one in (world.user, support)}
    assert set(seen.values()) == {1}
    assert not any(Run.objects.visible_to(one).exists() for one in (other, fund))


def test_runs_are_told_and_erased_with_the_rest_of_ones_data() -> None:
    world = plants.nobody()
    whole(world)
    keeper = next(one for one in keepers() if one.code == "diagnosis")
    assert keeper.count(world.user) == 1
    assert "Записи о вас" in str(keeper.collect(world.user).data)
    keeper.erase(world.user, AT)
    assert keeper.count(world.user) == 0


def test_nobody_unknown_learns_whether_there_is_a_record() -> None:
    """The same words with a record of that name, number and birth date and without."""
    with_record = plants.unconfirmed()
    without = make.user(level=Level.SIMPLE, family_name="Никтова")
    texts = [
        [(row["code"], row["text"], row["todo"]) for row in whole(world).findings]
        for world in (with_record, plants.World(without))
    ]
    assert texts[0] == texts[1]
