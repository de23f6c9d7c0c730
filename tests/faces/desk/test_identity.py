"""Confirming people at the desk: who may look, one decision, videos by range, records joined."""

import sqlite3
import threading

import pytest
from django.db import connection, connections
from django.utils import timezone
from tests import factories as make
from tests.signing_in import sign_in

from oms.domain.accounts.models import Level, Role, User
from oms.domain.identity import actions, review
from oms.domain.identity.methods import in_person, video
from oms.domain.identity.models import Confirmation
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.register import queries as register
from oms.kit.denied import Denied

WEBM = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 100
ROOT = "/desk/identity/"
SEEN = {"verb": "confirm", "seen": list(review.SEEN)}


@pytest.fixture
def anna(db: None) -> User:
    return make.user(family_name="Климова")


@pytest.fixture
def waiting(anna: User) -> Confirmation:
    at = timezone.now()
    own = video.begin(user=anna, at=at)
    video.keep_video(confirmation=own, content=WEBM, said=own.details["digits"], at=at)
    return video.submit(confirmation=own, at=at)


@pytest.fixture
def leonid(db: None) -> User:
    return make.operator(make.fund(), family_name="Егоров")


@pytest.fixture
def desk(client, leonid):
    return sign_in(client, leonid)


def text(answer) -> str:
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_a_video_is_taken_looked_at_and_decided(desk, waiting, anna, leonid) -> None:
    assert "Климова" in text(desk.get(ROOT))
    sheet = f"{ROOT}{waiting.pk}/"
    shown = desk.get(sheet)
    assert video.digits(waiting) in text(shown)
    assert "media-src 'self'" in shown.headers["Content-Security-Policy"]
    assert "Взять в работу" in text(shown)
    desk.post(sheet, {"verb": "take"})
    assert "отметьте" in text(desk.post(sheet, {"verb": "confirm", "seen": ["face"]})).lower()
    assert "выберите причину" in text(desk.post(sheet, {"verb": "refuse"})).lower()
    assert desk.post(sheet, SEEN).url == ROOT
    anna.refresh_from_db()
    assert anna.level == Level.CONFIRMED
    assert desk.get(sheet).status_code == 409
    looks = Entry.objects.filter(act="person.read", person=anna.key)
    assert looks.count() == 1  # a page reloaded is the same look


@pytest.mark.parametrize(("verb", "state"), [("refuse", "refused"), ("ask", "fix")])
def test_a_no_says_why(desk, waiting, verb, state) -> None:
    sheet = f"{ROOT}{waiting.pk}/"
    desk.post(sheet, {"verb": "take"})
    desk.post(sheet, {"verb": verb, "reason": "other", "words": "Паспорт закрыт пальцем."})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (state, "Паспорт закрыт пальцем.")


def test_a_video_comes_by_ranges_and_runs_nothing(desk, waiting) -> None:
    url = f"{ROOT}{waiting.pk}/video/"
    whole = desk.get(url)
    assert whole.content == WEBM
    assert whole.headers["Content-Type"] == "video/webm"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Cache-Control"] == "no-store"
    for asked, piece in (
        ("bytes=0-99", WEBM[:100]),
        ("bytes=100-", WEBM[100:]),
        ("bytes=-7", WEBM[-7:]),
        (f"bytes=5-{10**9}", WEBM[5:]),
    ):
        part = desk.get(url, HTTP_RANGE=asked)
        assert (part.status_code, part.content) == (206, piece)
        assert part.headers["Content-Range"].endswith(f"/{len(WEBM)}")
    assert desk.get(url, HTTP_RANGE=f"bytes={len(WEBM)}-").status_code == 416
    assert desk.get(url, HTTP_RANGE="bytes=9-3").status_code == 416
    assert desk.get(url, HTTP_RANGE="lines=1-2").content == WEBM
    assert desk.get(f"{ROOT}{waiting.pk}/passport.jpg").status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FUND}))
def test_others_see_no_video(client, waiting, role) -> None:
    stranger = make.user(role=role, organization="insurer:77001" if role == Role.INSURER else "")
    sign_in(client, stranger)
    for url in (f"{ROOT}{waiting.pk}/", f"{ROOT}{waiting.pk}/video/", f"{ROOT}links/1/"):
        assert client.get(url).status_code in {302, 403}
        assert client.post(url).status_code in {302, 403, 405}
    waiting.refresh_from_db()
    assert waiting.state == Confirmation.State.WAITING


def test_an_operator_is_never_shown_their_own_video(client, waiting, leonid) -> None:
    Confirmation.objects.filter(pk=waiting.pk).update(user=leonid)
    sign_in(client, leonid)
    assert client.get(f"{ROOT}{waiting.pk}/").status_code == 409
    assert client.get(f"{ROOT}{waiting.pk}/video/").status_code == 409


def test_an_insurers_clerk_confirms_a_visitor_by_code(client, anna) -> None:
    code = in_person.code_of(in_person.begin(user=anna, at=timezone.now()))
    clerk, other = make.operator(), make.operator()
    sign_in(client, clerk)
    assert "Такого кода нет" in text(client.post(ROOT, {"code": "AAAA AAAA"}))
    url = client.post(ROOT, {"code": code.lower()}).url
    assert "Климова" in text(client.get(url))
    typed = {
        "kind": "14", "series": "4510", "number": "123456", "issued_on": "20.04.2005",
        "issued_by": "ОВД", "seen": ["photo", "names"],
    }  # fmt: skip
    assert "Отметьте всё" in text(client.post(url, typed))
    sign_in(client, other)
    assert client.get(url).status_code == 409  # the code was told to somebody else
    sign_in(client, clerk)
    client.post(url, {**typed, "seen": ["photo", "names", "birth_date"]})
    anna.refresh_from_db()
    assert anna.level == Level.CONFIRMED


def test_a_doubtful_record_is_joined_by_the_fund(desk, anna) -> None:
    record = make.person(make.user(), family_name="Климова")
    record.user = None
    record.save()
    own = actions.begin(user=anna, method="video", at=timezone.now())
    actions.confirm(confirmation=own, fields=[], values={}, by=SYSTEM, at=timezone.now())
    url = f"{ROOT}links/{own.pk}/"
    assert url in text(desk.get(ROOT))
    assert "выберите запись" in text(desk.post(url)).lower()
    assert desk.post(url, {"person": str(record.pk + 1)}).status_code == 200
    assert register.person_of(anna) is None
    desk.post(url, {"person": str(record.pk)})
    assert register.person_of(anna) == record
    assert desk.get(url).status_code == 404


def test_the_queue_costs_the_same_with_ten_times_the_people(desk, django_assert_max_num_queries):
    def fill(count: int) -> None:
        for _ in range(count):
            own = video.begin(user=make.user(), at=timezone.now())
            video.keep_video(
                confirmation=own, content=WEBM, said=own.details["digits"], at=timezone.now()
            )
            video.submit(confirmation=own, at=timezone.now())

    fill(1)
    desk.get(ROOT)
    with django_assert_max_num_queries(8):
        desk.get(ROOT)
    fill(9)
    with django_assert_max_num_queries(8):
        desk.get(ROOT)


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_leave_one_decision(tmp_path, monkeypatch) -> None:
    at = timezone.now()
    own = video.begin(user=make.user(), at=at)
    video.keep_video(confirmation=own, content=WEBM, said=own.details["digits"], at=at)
    own = video.submit(confirmation=own, at=at)
    operators = [make.operator(make.fund()) for _ in range(4)]
    if connection.vendor == "sqlite":  # in memory there is no second writer
        file = tmp_path / "drill.sqlite3"
        with sqlite3.connect(file) as copy:
            connection.connection.backup(copy)
        copy.close()
        monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    start, won = threading.Barrier(len(operators)), []

    def decide(operator: User) -> None:
        start.wait()
        try:
            review.take(pk=own.pk, by=operator, at=at)
            review.confirm(pk=own.pk, seen=review.SEEN, by=operator, at=at)
            won.append(operator.key)
        except Denied:
            pass
        finally:
            connections.close_all()

    def look() -> None:
        own.refresh_from_db()
        own.details["acts"] = Entry.objects.filter(act="identity.confirm").count()
        connections.close_all()

    together([lambda one=one: decide(one) for one in operators])
    together([look])
    assert won == [own.decided_by]
    assert own.details["acts"] == 1


def together(works) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
