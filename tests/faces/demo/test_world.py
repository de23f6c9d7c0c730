"""The demo world: whole, right, plainly invented, and made only once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoDbBlocker
from tests.faces.demo.times import check_times
from tests.factories import user

from oms.cases.models import Case
from oms.cases.states import State
from oms.diagnosis import actions
from oms.diagnosis.catalogue import CAUSES
from oms.diagnosis.findings import told
from oms.domain.accounts import factors, sign_in
from oms.domain.accounts.models import User
from oms.domain.accounts.synthetic import DEMO_SECRET
from oms.domain.booking import finding
from oms.domain.booking.models import (
    Appointment,
    DayChange,
    LateRequest,
    Offer,
    Slot,
    WaitingEntry,
)
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.domain.duplicates.models import Pair
from oms.domain.notifications.models import Delivery, Message
from oms.domain.papers.models import Delivery as PrintedCopy
from oms.domain.papers.models import Paper
from oms.domain.register import queries
from oms.domain.register.models import InsuredPerson, PersonVersion, Policy
from oms.domain.register.synthetic import SILENT
from oms.faces.demo import crowd, lost, tasks, world
from oms.faces.demo.people import CAST, CITIZENS, LOST, PASSWORD, STAFF
from oms.kit.freshness import ROW, STALE_AFTER
from oms.law import enp, insurer_choice, snils

PERSONS = 60
PHONES = {one.code: one.phone for one in CAST}
everybody = pytest.mark.parametrize("one", CAST, ids=lambda one: one.code)


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        world.create(persons=PERSONS, progress=False)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def made(_made: None, db: None) -> None:
    """The world, made once for the module."""


@pytest.mark.usefixtures("made")
def test_a_second_time_asks_one_question() -> None:
    with CaptureQueriesContext(connection) as asked:
        world.create(persons=PERSONS, progress=False)
    assert len(asked) == 1


@pytest.mark.usefixtures("made")
def test_a_bigger_world_only_adds() -> None:
    people = set(InsuredPerson.objects.values_list("pk", "updated_at", "enp"))
    cases = set(Case.objects.values_list("pk", "revision"))
    world.create(persons=crowd.FEWEST * 8 + 16, progress=False)
    assert people < set(InsuredPerson.objects.values_list("pk", "updated_at", "enp"))
    now = set(Case.objects.values_list("pk", "revision"))
    assert cases < now
    assert len(now - cases) == 2


@pytest.mark.usefixtures("made")
def test_numbers_of_everybody_are_valid_and_unique() -> None:
    people = list(InsuredPerson.objects.all())
    numbers = [one.enp for one in people if one.enp]
    assert len(set(numbers)) == len(numbers) > PERSONS * 0.8
    assert all(enp.normalize(number) == number for number in numbers)
    cards = [one.snils for one in people if one.snils]
    assert len(set(cards)) == len(cards)
    cards += User.objects.exclude(snils=None).values_list("snils", flat=True)
    assert all(snils.normalize(number) == number for number in cards)


@pytest.mark.usefixtures("made")
def test_every_state_of_policies_and_cases_is_there() -> None:
    assert set(Policy.objects.values_list("state", flat=True)) == set(Policy.State)
    assert set(Case.objects.values_list("state", flat=True)) == set(State)
    assert set(Paper.objects.values_list("state", flat=True)) >= {"issued", "superseded"}


@pytest.mark.usefixtures("made")
def test_nothing_looks_real() -> None:
    users = [one for one in User.objects.all() if one.can_sign_in]
    assert all((one.email or "").endswith(".example") for one in users)
    assert all((one.phone or "").startswith("+790000") for one in users)
    assert all(not one.snils or one.snils.startswith("9") for one in users)
    people = InsuredPerson.objects.all()
    assert all(one.email.lower().endswith(".example") for one in people if one.email)
    phones = ["".join(filter(str.isdigit, one.phone)) for one in people if one.phone]
    assert all(phone.startswith(("790000", "890000")) for phone in phones)  # some are badly written
    sent = Delivery.objects.values_list("address", flat=True)
    assert all(to.endswith(".example") or to.startswith("+790000") for to in sent)


@pytest.mark.usefixtures("made")
def test_the_past_is_told_but_not_sent_again() -> None:
    assert Message.objects.count() > 40
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.SENT}
    queued = set(DBTaskResult.objects.values_list("task_path", flat=True))
    assert queued == {
        "oms.cases.tasks.decide",
        "oms.cases.tasks.finish",
        "oms.domain.documents.tasks.look",
        "oms.domain.exchange.tasks.process_file",
        "oms.domain.identity.tasks.ask_for_operator",
        "oms.domain.wards.tasks.ask_civil_status",
    }


@pytest.mark.usefixtures("made")
def test_what_happened_happened_in_order_and_not_in_the_future() -> None:
    check_times(now=timezone.now())


@pytest.mark.usefixtures("made")
def test_stories_are_as_told() -> None:
    on = timezone.localdate()
    accounts = {one.code: User.objects.get(phone=one.phone) for one in CITIZENS}

    def facts(code: str):
        person = queries.person_of(accounts[code])
        assert person is not None
        return queries.facts(person, on=on)

    assert not insurer_choice.window(facts("klimova"), on=on).open
    assert insurer_choice.changes_at_wish(facts("klimova"), year=on.year) == 1
    assert Paper.objects.visible_to(accounts["klimova"]).count() == 2
    assert facts("tihonov").insurer_contract_ends
    assert insurer_choice.window(facts("tihonov"), on=on).open
    assert facts("vlasov").policy_state == "suspended"
    assert queries.person_of(accounts["orlov"]) is None
    states = {code: [c.state for c in Case.objects.visible_to(u)] for code, u in accounts.items()}
    assert states["belova"] == ["clarification"]
    assert states["zaharov"] == ["rejected"]
    assert states["gromova"] == ["ready", "ready"]
    assert PrintedCopy.objects.visible_to(accounts["gromova"]).get().state == "waiting"
    assert states["romanova"] == ["draft"]
    assert states["orlov"] == []


@pytest.mark.usefixtures("made")
def test_the_fund_has_appeals_complaints_and_pairs_to_judge() -> None:
    fund = User.objects.get(phone=next(one.phone for one in STAFF if one.code == "egorov"))
    cases = Case.objects.visible_to(fund).filter(
        service__in=["appeal", "deadline-complaint"], state__in=["awaiting", "in_work"]
    )
    assert set(cases.values_list("service", flat=True)) == {"appeal", "deadline-complaint"}
    assert cases.filter(assignee=fund).exists()
    assert cases.exclude(proposal={}).get().service == "appeal", "one waits for the second hand"
    waiting = Pair.objects.filter(state="waiting")
    doubtful = {pair.left.family_name for pair in waiting.filter(sure=False)}
    assert {"Двойникова", "Отцов"} <= doubtful
    assert {"Девичева", "Замужняя"} & doubtful
    assert waiting.filter(sure=True).count() >= 2


@pytest.mark.usefixtures("made")
def test_the_clinic_is_busy_and_every_story_of_booking_is_there() -> None:
    at, phone = timezone.now(), next(one.phone for one in STAFF if one.code == "mironova")
    desk = User.objects.get(phone=phone)
    visits = Appointment.objects.visible_to(desk)
    states = set(visits.values_list("state", flat=True))
    assert states >= {"booked", "cancelled", "fulfilled", "noshow"}
    taken = Slot.objects.filter(taken_until=FOR_GOOD).count()
    assert taken == Appointment.objects.filter(state__in=Appointment.IN_PLACE).count() > 200
    assert LateRequest.objects.filter(clinic="779901", state="open").exists()
    assert WaitingEntry.objects.filter(clinic="779901").count() >= 3
    assert Offer.objects.exists()
    assert set(DayChange.objects.values_list("kind", flat=True)) == {"closed", "hours"}
    ahead = {code: _ahead(code, at) for code in ("klimova", "sokolova", "daria")}
    assert all(ahead.values()), ahead
    for region in ("50", "66", "77"):
        assert finding.positions(at=at, region=region, only_free=True), region


def _ahead(code: str, at: datetime) -> int:
    """Visits ahead that the citizen has or booked for a child."""
    user = User.objects.get(phone=next(one.phone for one in CITIZENS if one.code == code))
    return Appointment.objects.filter(booked_by=user, state="booked", starts_at__gt=at).count()


@pytest.mark.usefixtures("made")
@everybody
def test_every_log_in_signs_in_by_hand(one) -> None:
    at = timezone.now()
    answer = sign_in.check_password(
        identifier=one.phone, password=PASSWORD, origin="127.0.0.1", device=None, at=at
    )
    assert answer.user == User.objects.get(phone=one.phone)
    assert answer.user.role == one.role
    code = factors.code_at(secret=DEMO_SECRET, at=at)
    assert bool(factors.check(user=answer.user, code=code, at=at)) == one.is_staff


@pytest.mark.usefixtures("made")
def test_log_ins_name_everybody_in_one_column() -> None:
    lines = world.log_ins()
    assert len({line.index("+7") for line in lines if "+7" in line}) == 1
    assert sum("+7" in line for line in lines) == len(CAST) - len(LOST)
    assert any(PASSWORD in line for line in lines)


@pytest.mark.usefixtures("made")
@everybody
def test_one_press_signs_in_with_the_second_factor(client: Client, one) -> None:
    address = reverse("demo:enter", args=[one.code])
    answer, user = client.post(address), User.objects.get(phone=one.phone)
    if not user.is_active:  # the blocked one is shown why, and how to contest it
        assert answer.status_code == 403
        assert user.blocked_reason in answer.content.decode()
        return
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    methods = [entry["method"] for entry in client.session["account_authentication_methods"]]
    assert ("mfa" in methods) == one.is_staff


@pytest.mark.usefixtures("made")
def test_the_page_names_everybody_and_the_code(client: Client) -> None:
    text = client.get(reverse("demo:who-is-who")).content.decode()
    for one in CAST:
        assert reverse("demo:enter", args=[one.code]) in text
    at = timezone.now()
    codes = (factors.code_at(secret=DEMO_SECRET, at=at - timedelta(seconds=s)) for s in (0, 2))
    assert any(code in text for code in codes)


@pytest.mark.usefixtures("made")
def test_one_changes_places_with_another(client: Client) -> None:
    first, second = STAFF[0], CITIZENS[0]
    client.post(reverse("demo:enter", args=[first.code]))
    before = client.session.session_key
    client.post(reverse("demo:enter", args=[second.code]))
    assert client.session.session_key != before
    assert client.session["_auth_user_id"] == str(User.objects.get(phone=second.phone).pk)
    methods = [entry["method"] for entry in client.session["account_authentication_methods"]]
    assert methods == ["password"]


@pytest.mark.usefixtures("made")
def test_nobody_else_can_be_entered_as(client: Client) -> None:
    stranger = user(phone="+79990000001")
    for code in ("nobody", f"{stranger.pk}", "admin"):
        assert client.post(reverse("demo:enter", args=[code])).status_code == 404
    assert client.get(reverse("demo:enter", args=[CAST[0].code])).status_code == 405
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("made")
def test_outside_of_the_demo_there_is_no_way_in(client: Client, settings) -> None:
    settings.DEMO = False
    settings.ENV = type("Environment", (), {"is_test": False})()
    assert client.post(reverse("demo:enter", args=[CAST[0].code])).status_code == 404
    assert client.get(reverse("demo:who-is-who")).status_code == 404


@pytest.mark.usefixtures("made")
def test_the_register_keeps_answering(settings) -> None:
    later = timezone.now() + timedelta(days=9)
    silent = PersonVersion.objects.filter(basis=SILENT).values("person")
    with_accounts = InsuredPerson.objects.exclude(user=None).exclude(pk__in=silent)
    assert with_accounts.count() > 3
    tasks.answer_for_the_register(at=later)
    assert not with_accounts.filter(synced_at=later).exists()
    settings.DEMO = True
    tasks.answer_for_the_register(at=later)
    assert not with_accounts.exclude(synced_at=later).exists()
    quiet = InsuredPerson.objects.get(pk__in=silent)
    assert later - quiet.synced_at > STALE_AFTER[ROW], "somebody shows what stale data are"


# «Полис пропал»: each cause has a demo person who shows it, as the main one


def test_every_cause_has_somebody() -> None:
    assert set(lost.CAUSES.values()) == set(CAUSES) - {"stuck"}
    assert {one.code for one in LOST} == set(lost.STORIES) <= set(lost.CAUSES)


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(("code", "cause"), lost.CAUSES.items())
def test_the_right_cause_is_named_first(code: str, cause: str) -> None:
    user, at = User.objects.get(phone=PHONES[code]), timezone.now()
    run = actions.begin(user=user, by=user, at=at)
    run = actions.finish(run=run, by=user, at=at)
    found = {one.code: one for one in told(run.findings)}
    assert run.main == cause, sorted(found)
    assert bool(found[cause].mended) == (cause in {"unlinked", "merged", "out-of-step", "stale"})
    assert "stale" not in found or cause == "stale"
    assert found[cause].text
    assert found[cause].mended or found[cause].ways or found[cause].by_when
