"""Each method, from its beginning to each of its results."""

from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from tests import factories
from tests.factories import NOON

from oms.domain.accounts import actions as accounts
from oms.domain.accounts import codes
from oms.domain.accounts import queries as profiles
from oms.domain.accounts.models import Level, Role, Source, User
from oms.domain.directory.models import DayOverride
from oms.domain.documents.models import Document, StoredFile
from oms.domain.identity import actions, hours, queries, recordings, review, tasks, visits
from oms.domain.identity.method import Outcome, Part
from oms.domain.identity.methods import documents, in_person, sms, video
from oms.domain.identity.models import Confirmation, Recording
from oms.domain.identity.registers import Told
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery, Message
from oms.domain.register.data import DocumentData
from oms.gateways.errors import Temporary
from oms.gateways.registers import asking
from oms.gateways.registers.asking import MEMORY
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
State = Confirmation.State
AGREES = dict.fromkeys(("family_name", "given_name", "patronymic", "birth_date", "sex"), True)
PAPER = {
    "kind": 14, "series": "45 10", "number": "123456", "issued_on": "2010-04-20",
    "issued_by": "ОВД", "department_code": "770-001",
}  # fmt: skip
WEBM = b"\x1a\x45\xdf\xa3" + bytes(20_000)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _registers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asking, "PAUSE_S", 0)
    cache.clear()
    MEMORY.clear()
    MEMORY.answers.update(
        {
            "identity-documents": {"status": "valid", "fields": AGREES},
            "pension": {"fields": AGREES},
            "tax": None,
        }
    )
    yield
    MEMORY.clear()
    cache.clear()


@pytest.fixture
def user() -> User:
    return factories.user()


@pytest.fixture
def operator() -> User:
    return factories.operator(factories.fund())


def told(user: User, **changes) -> Told:
    values = {
        "family_name": user.family_name, "given_name": user.given_name,
        "patronymic": user.patronymic, "birth_date": user.birth_date, "kind": 14,
        "series": "45 10", "number": "123456", "snils": "11223344595", "sex": 2,
    }  # fmt: skip
    return Told(**{**values, **changes})


def checked(user: User, at: datetime = NOON, **changes) -> Confirmation:
    """Documents sent and asked about."""
    own = documents.begin(user=user, at=at)
    own = documents.submit(confirmation=own, told=told(user, **changes), paper=PAPER, at=at)
    documents.ask(confirmation=own, at=at)
    own.refresh_from_db()
    user.refresh_from_db()
    return own


def by_sms(user: User, at: datetime = NOON) -> Confirmation | None:
    sent = sms.send(user=user, origin="203.0.113.7", at=at)
    text = Delivery.objects.latest("pk").text
    _, done = sms.check(user=user, key=sent.key, typed=text[:6], at=at)
    user.refresh_from_db()
    return done


def waiting_video(user: User, at: datetime = NOON) -> Confirmation:
    own = video.begin(user=user, at=at)
    video.keep_video(confirmation=own, content=WEBM, said=own.details["digits"], at=at)
    return video.submit(confirmation=own, at=at)


def picture(own: Confirmation, slot: str, kind: str, **values) -> Document:
    n = StoredFile.objects.count()
    file = StoredFile.objects.create(
        sha256=f"{n:064}", size=20_000, media_type="image/jpeg", key_id="", stored_at=NOON
    )
    return Document.objects.create(
        user=own.user, uploaded_by=own.user, about=own.key, slot=slot, kind=kind, name="a.jpg",
        title="a.jpg", file=file, state_at=NOON, received_at=NOON, **values,
    )  # fmt: skip


# Documents


def test_right_documents_are_sealed_and_make_a_standard_account(user) -> None:
    MEMORY.answers["tax"] = {"inn": "500100732259"}
    own = checked(user)
    assert (own.state, user.level) == (State.CONFIRMED, Level.STANDARD)
    known = profiles.profile(user)
    for name in ("family_name", "birth_date", "snils", "document", "inn", "sex"):
        assert known[name].source is Source.REGISTER
    assert known["document"].value["number"] == "123456"
    assert {field.outcome for field in documents.kept(own).values()} == {Outcome.MATCH}
    entry = Entry.objects.get(act="register.ask")
    assert "Проверкина" not in str(entry.payload.data)


@pytest.mark.parametrize(
    ("register", "answer", "wrong"),
    [
        ("identity-documents", {"status": "lost", "fields": AGREES}, {"document"}),
        ("identity-documents", {"status": "expired", "fields": AGREES}, {"document"}),
        ("identity-documents", None, {"document"}),
        ("identity-documents", {"status": "никакой"}, {"document"}),
        (
            "identity-documents",
            {"status": "valid", "fields": AGREES | {"family_name": False}},
            {"family_name"},
        ),
        (
            "identity-documents",
            {"status": "valid", "fields": {}},
            {"family_name", "given_name", "patronymic", "birth_date"},
        ),
        ("pension", None, {"snils"}),
        ("pension", {"fields": AGREES | {"birth_date": False}}, {"snils"}),
        ("pension", {"fields": AGREES | {"sex": False}}, {"snils"}),
        ("pension", {"fields": {}}, {"snils"}),
    ],
)
def test_a_mismatch_names_its_field_and_raises_no_level(user, register, answer, wrong) -> None:
    MEMORY.answers[register] = answer
    own = checked(user)
    found = {name for name, one in documents.kept(own).items() if one.outcome is not Outcome.MATCH}
    assert found == wrong
    assert (own.state, user.level) == (State.FIX, Level.SIMPLE)
    assert own.reason
    assert own.due_at == actions.answer_by(NOON)
    assert "snils" not in profiles.profile(user)


def test_a_patronymic_left_out_is_not_overlooked(user) -> None:
    MEMORY.answers["identity-documents"] = {
        "status": "valid", "fields": AGREES | {"patronymic": False},
    }  # fmt: skip
    own = checked(user, patronymic="")
    assert documents.kept(own)["patronymic"].outcome is Outcome.DIFFERS


def test_what_was_right_is_not_asked_again(user) -> None:
    MEMORY.answers["pension"] = None
    checked(user)
    MEMORY.asked.clear()
    MEMORY.answers["pension"] = {"fields": AGREES}
    cache.clear()
    own = checked(user, at=NOON + DAY, snils="20000000001")
    assert own.state == State.CONFIRMED
    assert [register for register, _ in MEMORY.asked] == ["pension", "tax"]


def test_sent_twice_it_is_asked_once(user) -> None:
    own = documents.begin(user=user, at=NOON)
    for number in ("123456", "999999"):
        documents.submit(confirmation=own, told=told(user, number=number), paper=PAPER, at=NOON)
    run_all_now()
    asked = [q["number"] for register, q in MEMORY.asked if register == "identity-documents"]
    assert asked == ["123456"]


def test_a_silent_register_is_asked_again_and_given_up_after_a_day(user) -> None:
    MEMORY.failures.extend(Temporary("нет") for _ in range(60))
    own = documents.begin(user=user, at=NOON)
    own = documents.submit(confirmation=own, told=told(user), paper=PAPER, at=NOON)
    pauses = []
    for minutes in (0, 1, 6, 21, 81):
        own.refresh_from_db()
        assert own.state == State.WAITING
        pauses.append(documents.ask(confirmation=own, at=NOON + timedelta(minutes=minutes)))
        cache.clear()
    assert [pause.total_seconds() / 60 for pause in pauses if pause] == [1, 5, 15, 60, 60]
    assert documents.kept(own)["document"].outcome is Outcome.DOWN
    assert documents.ask(confirmation=own, at=NOON + DAY) is None
    own.refresh_from_db()
    assert own.state == State.REFUSED
    assert "сутки" in own.reason


def test_a_down_register_closes_the_method_in_the_menu(user) -> None:
    cache.set("register:pension:open", 1)
    found = {one.method.code: one.availability for one in queries.menu(user=user, at=NOON).choices}
    assert not found["documents"].now
    with pytest.raises(actions.Closed):
        documents.begin(user=user, at=NOON)


def test_an_orphaned_question_is_queued_again(user) -> None:
    own = documents.begin(user=user, at=NOON)
    own = documents.submit(confirmation=own, told=told(user), paper=PAPER, at=NOON)
    run_all_now()
    own.refresh_from_db()
    Confirmation.objects.filter(pk=own.pk).update(state=State.WAITING, state_at=NOON)
    tasks.sweep(at=NOON + timedelta(minutes=5))
    assert run_all_now() == 0
    tasks.sweep(at=NOON + timedelta(minutes=11))
    assert run_all_now() >= 1


def test_a_number_proved_by_another_account_is_not_taken_and_nothing_is_told(user) -> None:
    owner = factories.user()
    accounts.set_profile_values(
        user=owner, values={"snils": "11223344595"}, source=Source.REGISTER,
        at=NOON, by=owner.actor,
    )  # fmt: skip
    owner.level = Level.CONFIRMED
    owner.save()
    own = checked(user)
    owner.refresh_from_db()
    assert (own.state, user.level, owner.snils) == (State.REFUSED, Level.SIMPLE, "11223344595")
    assert "кабинет" not in own.reason


# SMS


def test_a_code_and_documents_confirm(user) -> None:
    assert by_sms(user)
    assert user.level == Level.SIMPLE
    checked(user)
    assert user.level == Level.CONFIRMED
    assert queries.parts_of(user=user) == {Part.DATA, Part.PHONE}


def test_a_wrong_code_confirms_nothing_and_runs_out(user) -> None:
    sent = sms.send(user=user, origin="203.0.113.7", at=NOON)
    for left in (4, 3, 2, 1):
        found, done = sms.check(user=user, key=sent.key, typed="нет", at=NOON)
        assert (found.left, done) == (left, None)
    sms.check(user=user, key=sent.key, typed="нет", at=NOON)
    text = Delivery.objects.latest("pk").text
    found, done = sms.check(user=user, key=sent.key, typed=text[:6], at=NOON)
    assert (found.outcome, done) == (codes.Outcome.TOO_MANY, None)
    assert sms.send(user=user, origin="203.0.113.7", at=NOON).wait_until


def test_without_a_phone_there_is_no_code() -> None:
    user = factories.user(phone=None, email="a@example.ru")
    with pytest.raises(actions.Closed, match="телефона"):
        sms.send(user=user, origin="203.0.113.7", at=NOON)


# Video


def test_a_video_waits_for_one_operator_and_confirms(user, operator) -> None:
    own = waiting_video(user)
    assert video.submit(confirmation=own, at=NOON + DAY).due_at == own.due_at
    assert [one.pk for one in review.queue(by=operator)] == [own.pk]
    with pytest.raises(review.NotTaken):
        review.confirm(pk=own.pk, seen=review.SEEN, by=operator, at=NOON)
    review.take(pk=own.pk, by=operator, at=NOON)
    other = factories.operator(factories.fund())
    with pytest.raises(review.Held):
        review.take(pk=own.pk, by=other, at=NOON)
    with pytest.raises(review.NotCompared):
        review.confirm(pk=own.pk, seen=["face", "digits"], by=operator, at=NOON)
    done = review.confirm(pk=own.pk, seen=review.SEEN, by=operator, at=NOON)
    assert review.confirm(pk=own.pk, seen=review.SEEN, by=operator, at=NOON).pk == done.pk
    with pytest.raises(review.NotWaiting):
        review.confirm(pk=own.pk, seen=review.SEEN, by=other, at=NOON)
    user.refresh_from_db()
    assert (user.level, done.decided_by) == (Level.CONFIRMED, operator.key)
    assert profiles.profile(user)["family_name"].source is Source.OPERATOR


def test_what_was_shown_is_confirmed_not_what_was_typed_since(user, operator) -> None:
    own = waiting_video(user)
    accounts.set_profile_values(
        user=user, values={"family_name": "Другая"}, source=Source.TYPED, at=NOON, by=user.actor
    )
    review.take(pk=own.pk, by=operator, at=NOON)
    review.confirm(pk=own.pk, seen=review.SEEN, by=operator, at=NOON)
    user.refresh_from_db()
    assert user.family_name == "Проверкина"


def test_half_an_hour_of_silence_frees_a_video(user, operator) -> None:
    own = waiting_video(user)
    other = factories.operator(factories.fund())
    review.take(pk=own.pk, by=operator, at=NOON)
    review.take(pk=own.pk, by=other, at=NOON + review.HELD + timedelta(seconds=1))
    with pytest.raises(review.Held):
        review.refuse(pk=own.pk, reason="Нет.", by=operator, at=NOON)


def test_the_operator_sees_what_the_registers_say(user, operator) -> None:
    accounts.set_profile_values(
        user=user, values={"document": PAPER, "snils": "11223344595"},
        source=Source.TYPED, at=NOON, by=user.actor,
    )  # fmt: skip
    MEMORY.answers["identity-documents"] = {"status": "lost", "fields": AGREES}
    own = waiting_video(user)
    run_all_now()
    sheet = review.look(pk=own.pk, by=operator, at=NOON)
    assert sheet.recording
    assert {one.name for one in sheet.fields if one.outcome is Outcome.DIFFERS} == {"document"}
    assert Entry.objects.filter(act="person.read", person=user.key).count() == 1


def test_asked_again_the_person_gets_other_digits_and_a_term(user, operator) -> None:
    own = waiting_video(user)
    review.take(pk=own.pk, by=operator, at=NOON)
    own = review.ask_again(pk=own.pk, reason="Лица не видно.", by=operator, at=NOON)
    assert (own.state, own.assignee, own.due_at) == (State.FIX, None, actions.answer_by(NOON))
    later = NOON + timedelta(hours=2)
    again = video.begin(user=user, at=later)
    with pytest.raises(video.OldDigits):
        video.keep_video(
            confirmation=again, content=WEBM, said=own.details["digits"] + "0", at=later
        )
    with pytest.raises(video.OldDigits):  # the video of before says other digits
        video.submit(confirmation=again, at=later)


def test_two_pictures_do_where_there_is_no_camera(user, operator) -> None:
    own = video.begin(user=user, at=NOON)
    picture(own, "face", Document.Kind.FACE)
    with pytest.raises(video.NothingToShow):
        video.submit(confirmation=own, at=NOON)
    infected = picture(own, "passport", Document.Kind.PASSPORT, scan=Document.Scan.INFECTED)
    with pytest.raises(video.NothingToShow):
        video.submit(confirmation=own, at=NOON)
    infected.scan = Document.Scan.CLEAN
    infected.save()
    own = video.submit(confirmation=own, at=NOON)
    review.take(pk=own.pk, by=operator, at=NOON)
    assert review.confirm(pk=own.pk, seen=["face", "document"], by=operator, at=NOON)


def test_only_the_funds_operators_decide_and_never_on_themselves(user) -> None:
    own = waiting_video(user)
    for role in set(Role) - {Role.FUND}:
        stranger = factories.user(role=role)
        with pytest.raises(review.NotWaiting):
            review.take(pk=own.pk, by=stranger, at=NOON)
    with pytest.raises(review.NotWaiting):
        review.take(pk=own.pk, by=user, at=NOON)
    clerk = factories.operator(factories.fund())
    Confirmation.objects.filter(pk=own.pk).update(user=clerk)
    with pytest.raises(review.NotWaiting):
        review.take(pk=own.pk, by=clerk, at=NOON)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"MZ" + bytes(20_000), recordings.NotAVideo),
        (WEBM[:100], recordings.NotAVideo),
        (b"<svg>" + bytes(20_000), recordings.NotAVideo),
        (WEBM + bytes(recordings.LARGEST), recordings.TooLarge),
    ],
)
def test_what_is_no_video_is_not_kept(user, content, error) -> None:
    own = video.begin(user=user, at=NOON)
    with pytest.raises(error):
        video.keep_video(confirmation=own, content=content, said=own.details["digits"], at=NOON)
    assert not Recording.objects.exists()


def test_a_video_lies_encrypted_is_replaced_and_goes_after_thirty_days(user) -> None:
    own = video.begin(user=user, at=NOON)
    mp4 = b"\0\0\0\x20ftypmp42" + b"tayna" * 4000
    said = own.details["digits"]
    first = video.keep_video(confirmation=own, content=WEBM, said=said, at=NOON)
    second = video.keep_video(confirmation=own, content=mp4, said=said, at=NOON)
    store = recordings._store()
    assert not store.exists(first.name)
    with store.open(second.name) as file:
        assert b"tayna" not in file.read()
    assert recordings.fetch(second) == mp4
    second.name, name = first.name + "x", second.name
    with pytest.raises(recordings.Gone):
        recordings.fetch(second)
    assert recordings.forget_old(at=NOON + 29 * DAY) == 0
    tasks.forget_videos(at=NOON + 30 * DAY)
    assert not store.exists(name)
    assert video.shown(own)[0] is None


# In person


def test_a_code_shown_at_an_office_confirms(user, operator) -> None:
    own = in_person.begin(user=user, at=NOON)
    code = in_person.code_of(own)
    assert in_person.code_of(in_person.begin(user=user, at=NOON + DAY)) == code
    assert code.replace(" ", "") not in str(own.details)
    found = visits.find(code=f" {code.lower()} ", by=operator, at=NOON)
    other = factories.operator(factories.fund())
    with pytest.raises(visits.NoSuchCode):  # the code was told to somebody else
        visits.look(pk=found.pk, by=other, at=NOON)
    sheet = visits.look(pk=found.pk, by=operator, at=NOON).confirmation
    shown = DocumentData(kind="14", series="4510", number="123456")
    with pytest.raises(visits.NotSeen):
        visits.confirm(
            confirmation=sheet, seen=["photo"], document=shown, paper=PAPER, snils_seen=False,
            by=operator, at=NOON,
        )  # fmt: skip
    visits.confirm(
        confirmation=sheet, seen=visits.SEEN, document=shown, paper=PAPER, snils_seen=True,
        by=operator, at=NOON,
    )  # fmt: skip
    user.refresh_from_db()
    assert user.level == Level.CONFIRMED
    assert profiles.profile(user)["document"].source is Source.OPERATOR
    with pytest.raises(visits.NoSuchCode):
        visits.find(code=code, by=operator, at=NOON)
    assert Message.objects.filter(user=user, kind="identity-confirmed").count() == 1


def test_another_document_than_the_profiles_stops_the_operator(user, operator) -> None:
    accounts.set_profile_values(
        user=user, values={"document": PAPER}, source=Source.TYPED, at=NOON, by=user.actor
    )
    code = in_person.code_of(in_person.begin(user=user, at=NOON))
    own = visits.find(code=code, by=operator, at=NOON)
    other = DocumentData(kind="14", series="45 10", number="654321")
    with pytest.raises(visits.OtherDocument):
        visits.confirm(
            confirmation=own, seen=visits.SEEN, document=other, paper=PAPER, snils_seen=False,
            by=operator, at=NOON,
        )  # fmt: skip


def test_codes_are_not_to_be_guessed(user, operator) -> None:
    code = in_person.code_of(in_person.begin(user=user, at=NOON))
    for n in range(10):
        with pytest.raises(visits.NoSuchCode):
            visits.find(code=f"AAAA {n:04}", by=operator, at=NOON)
    with pytest.raises(visits.TooManyCodes):
        visits.find(code=code, by=operator, at=NOON)


def test_a_code_lives_thirty_days(user, operator) -> None:
    own = in_person.begin(user=user, at=NOON)
    code = in_person.code_of(own)
    with pytest.raises(visits.NoSuchCode):
        visits.find(code=code, by=operator, at=NOON + in_person.LIVES)
    tasks.watch_terms(at=NOON + in_person.LIVES)
    own.refresh_from_db()
    assert own.state == State.EXPIRED


@pytest.mark.parametrize("role", sorted(set(Role) - visits.ROLES))
def test_other_roles_open_no_visit(user, role) -> None:
    code = in_person.code_of(in_person.begin(user=user, at=NOON))
    with pytest.raises(visits.NotYourWork):
        visits.find(code=code, by=factories.user(role=role), at=NOON)


# Hours


@pytest.mark.parametrize(
    ("local", "is_open", "words"),
    [
        ("2026-10-05T08:59", False, "в 9:00"),
        ("2026-10-05T09:00", True, "завтра в 9:00"),
        ("2026-10-05T18:00", False, "завтра в 9:00"),
        ("2026-10-03T12:00", False, "5 октября в 9:00"),  # a Saturday
        ("2026-12-31T12:00", False, "11 января в 9:00"),
    ],
)
def test_when_people_are_at_work(local, is_open, words) -> None:
    at = datetime.fromisoformat(f"{local}+03:00")
    assert hours.is_open(at) is is_open
    assert hours.opens_words(at).replace("\u00a0", " ") == words


def test_an_answer_comes_by_the_end_of_the_next_working_day() -> None:
    DayOverride.objects.create(day=date(2026, 10, 6), is_working=False)
    assert hours.answer_by(NOON).isoformat() == "2026-10-07T18:00:00+03:00"
