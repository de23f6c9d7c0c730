"""Sign-in, second step, roles, recovery, sign-out."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from tests.faces.portal.account.conftest import NEW_PASSWORD, PASSWORD, sent
from tests.puzzles import solved
from tests.signing_in import sign_in

from oms.domain.accounts import blocking, factors
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role, User, Visit
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor, make_user
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db


def log_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/account/login/", {"login": login, "password": password, **more})


def fail(client: Client, login: str, times: int) -> list[Any]:
    """Type a wrong password again and again, solving the puzzles that come."""
    pages: list[Any] = []
    for _ in range(times):
        puzzle = solved(pages[-1].content.decode()) if pages else {}
        pages.append(log_in(client, login, "не тот 1", **puzzle))
    return pages


def app_code() -> str:
    return factors.code_at(secret=DEMO_SECRET, at=timezone.now())


@pytest.mark.parametrize("login", ["8 900 987-65-43", "Boris@Example.org", "112-233-445 95"])
def test_any_name_signs_in_and_the_browser_is_known_after(
    client: Client, boris: User, login: str
) -> None:
    assert log_in(client, login)["Location"] == "/account/security/offer/?next=%2F"
    assert client.session["_auth_user_id"] == str(boris.pk)
    assert client.cookies["device"]["httponly"]
    assert "новое устройство" in sent("email").text or "нового устройства" in sent("email").text
    client.post("/account/logout/")
    count = Delivery.objects.count()
    assert log_in(client, login)["Location"] == "/"
    assert Delivery.objects.count() == count


def test_next_goes_only_to_our_own_pages(boris: User) -> None:
    factors.take_offer(user=boris, at=timezone.now())
    for wanted, place in {
        "/account/profile/": "/account/profile/",
        "//evil.example": "/",
        "https://evil.example/": "/",
        "javascript:alert(1)": "/",
        "/\\evil.example": "/",
    }.items():
        assert log_in(Client(), "boris@example.org", next=wanted)["Location"] == place


def test_known_and_unknown_names_are_answered_alike(boris: User) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        pages = [
            [page.content.decode() for page in fail(Client(REMOTE_ADDR=place), name, 7)]
            for name, place in (
                ("boris@example.org", "203.0.113.1"), ("nobody@example.org", "203.0.113.2"),
            )
        ]  # fmt: skip
    known, unknown = ("".join(p).replace("boris", "N").replace("nobody", "N") for p in pages)
    assert _plain(known) == _plain(unknown)
    assert "Попробуйте через" in known
    assert "1\xa0минуту" in known


def _plain(page: str) -> str:
    import re

    page = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", page)
    page = re.sub(r"<p>[^<]+ Впишите ответ", "", page)
    return re.sub(r'(puzzle_key" value="|/account/puzzle/)[^"]+', r"\1", page)


def test_the_owner_gets_a_letter_when_tries_run_out(boris: User) -> None:
    fail(Client(), "boris@example.org", 6)
    run_all_now()
    letters = Delivery.objects.filter(channel="email")
    assert [letter.address for letter in letters] == ["boris@example.org"]
    assert "остановлен" in letters[0].title
    assert Entry.objects.filter(act="user.sign-in-stopped", person=boris.key).count() == 1


def test_a_blocked_account_hears_the_reason_only_with_its_password(boris: User) -> None:
    boss = make_user(
        role=Role.ADMINISTRATOR, phone="+79005550009", email="boss@example.org",
        password=PASSWORD, at=timezone.now(), family_name="Козлова", given_name="Нина",
    )  # fmt: skip
    text = "Подозрение на обман"
    blocking.block(user=boris, reason="other", text=text, by=boss, at=timezone.now())
    assert "обман" not in log_in(Client(), "boris@example.org", "не тот 1").content.decode()
    answer = log_in(Client(), "boris@example.org")
    assert answer.status_code == 403
    assert text in answer.content.decode()


def test_second_step_by_app_and_by_recovery_code(boris: User) -> None:
    add_factor(user=boris, secret=DEMO_SECRET, at=timezone.now())
    for code in (app_code(), factors.recovery_codes(user=boris)[0]):
        client = Client()
        assert log_in(client, "boris@example.org", next="/account/profile/")["Location"] == (
            "/account/login/second-step/"
        )
        assert "_auth_user_id" not in client.session
        assert (
            "Неверный код"
            in client.post("/account/login/second-step/", {"code": "000001"}).content.decode()
        )
        answer = client.post("/account/login/second-step/", {"code": code})
        assert answer["Location"] == "/account/profile/"
        assert client.session["_auth_user_id"] == str(boris.pk)


def test_second_step_without_a_first_leads_to_sign_in(client: Client) -> None:
    assert client.get("/account/login/second-step/")["Location"] == "/account/login/"


def test_staff_set_up_a_factor_before_the_desk_opens(operator: User, client: Client) -> None:
    @staff_required(Role.INSURER)
    def desk(request: HttpRequest) -> HttpResponse:
        return HttpResponse("desk")

    def visit() -> HttpResponse:
        request = RequestFactory().get("/desk/")
        request.session, request.user = client.session, operator
        return desk(request)

    log_in(client, "op@example.org")
    assert visit()["Location"] == "/account/security/factor/"
    page = client.get("/account/security/factor/").content.decode()
    assert "data:image/svg+xml;base64," in page
    secret = client.session["factor_secret"]
    assert " ".join(secret[i : i + 4] for i in range(0, 32, 4)) in page
    code = factors.code_at(secret=secret, at=timezone.now())
    answer = client.post("/account/security/factor/", {"code": code})
    assert answer["Location"] == "/account/security/codes/"
    assert (
        factors.recovery_codes(user=operator)[0] in client.get(answer["Location"]).content.decode()
    )
    assert visit().content == b"desk"


def test_roles_at_the_door(boris: User, operator: User, client: Client) -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.core.exceptions import PermissionDenied

    @staff_required(Role.FUND)
    def desk(request: HttpRequest) -> HttpResponse:
        return HttpResponse("desk")

    request = RequestFactory().get("/desk/cases/")
    request.session = client.session
    request.user = AnonymousUser()
    assert desk(request)["Location"] == "/account/login/?next=/desk/cases/"
    for user in (boris, operator):
        request.user = user
        with pytest.raises(PermissionDenied):
            desk(request)


def test_change_of_password_keeps_this_session_only(boris: User) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        log_in(client, "boris@example.org")
    data = {"current": "не тот 1", "password": NEW_PASSWORD}
    assert "не подходят" in here.post("/account/security/password/", data).content.decode()
    answer = here.post("/account/security/password/", data | {"current": PASSWORD})
    assert answer["Location"] == "/account/security/"
    assert here.get("/account/security/").status_code == 200
    assert there.get("/account/security/").status_code == 302
    assert Visit.objects.get().session_key == here.session.session_key


def test_sign_out_elsewhere(boris: User) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        log_in(client, "boris@example.org")
    assert "Открытые сеансы: 2" in here.get("/account/security/").content.decode()
    here.post("/account/security/elsewhere/")
    assert there.get("/account/security/").status_code == 302
    assert here.get("/account/security/").status_code == 200
    assert Session.objects.filter(session_key=there.session.session_key).count() == 0


def test_factor_pages_ask_again_after_a_quarter_of_an_hour(client: Client, boris: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, boris)
        assert client.get("/account/security/factor/").status_code == 200
        clock.shift(timedelta(minutes=16))
        place = client.get("/account/security/factor/")["Location"]
        assert place == "/account/login/confirm/?next=%2Faccount%2Fsecurity%2Ffactor%2F"
        answer = client.post(
            "/account/login/confirm/", {"password": PASSWORD, "next": "/account/security/factor/"}
        )
        assert answer["Location"] == "/account/security/factor/"
        assert client.get("/account/security/factor/").status_code == 200


def test_a_session_ends_twelve_hours_after_sign_in_however_busy(boris: User) -> None:
    client, begun = Client(), timezone.now()
    log_in(client, "boris@example.org")
    for minutes in range(25, 12 * 60, 25):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert client.get("/account/session/?stay=1").status_code == 200
    with time_machine.travel(begun + timedelta(hours=12, minutes=1), tick=False):
        assert client.get("/account/profile/").status_code == 302


def test_sign_out_needs_a_post(client: Client, boris: User) -> None:
    log_in(client, "boris@example.org")
    assert client.get("/account/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/account/logout/")["Location"] == "/account/login/"
    assert "_auth_user_id" not in client.session
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    "path", ["/account/", "/account/email/", "/account/password/reset/", "/account/2fa/"]
)
def test_pages_of_allauth_we_do_not_show(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
