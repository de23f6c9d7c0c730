"""The support's desk: requests answered, accounts found by an exact contact, each look told."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests import factories as make
from tests.faces.desk.conftest import NOW
from tests.faces.desk.worlds import text_of
from tests.signing_in import sign_in

from oms.diagnosis import actions as diagnosis
from oms.domain.accounts import blocking, regain, requests
from oms.domain.accounts.models import STAFF_ROLES, AccountRequest, Role, User, Visit
from oms.domain.journal.models import Entry
from oms.domain.notifications.actions import send_now, tell
from oms.domain.notifications.models import Delivery, Message
from oms.law.calendar import Calendar

pytestmark = pytest.mark.django_db
HELPERS = {Role.SUPPORT, Role.ADMINISTRATOR}
SEARCH = {"text": "anna@example.org", "purpose": "call", "comment": ""}
REFUSED = {"refuse": "1", "why": "unproven"}


@pytest.fixture
def anna(db: None) -> User:
    return make.user(
        email="anna@example.org", email_confirmed_at=NOW, snils="11223344595",
        family_name="Климова", birth_date=date(1985, 3, 14),
    )  # fmt: skip


@pytest.fixture
def support(anna: User, staff: Any) -> Client:
    return sign_in(Client(), staff(Role.SUPPORT))


def lost(**typed: Any) -> AccountRequest:
    data = {
        "family_name": "Климова", "given_name": "Анна", "patronymic": "",
        "birth_date": date(1985, 3, 14), "snils": "11223344595", "policy": "", "reach": "днём",
        "phone": "+79005554433", "email": "new@example.org",
    }  # fmt: skip
    return regain.ask(typed=regain.Typed(**{**data, **typed}), at=NOW, calendar=Calendar())


def blocked(user: User, staff: Any) -> AccountRequest:
    by = staff(Role.ADMINISTRATOR)
    blocking.block(user=user, reason="forged", text="Паспорт другой.", by=by, at=NOW)
    return requests.ask(
        kind=AccountRequest.Kind.CONTEST, user=user, typed={"reason": "Паспорт другой."},
        text="Это мой", about=user.key, at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_which_role_opens_which_page(anna: User, staff: Any, role: Role) -> None:
    client, one, two = sign_in(Client(), staff(role)), lost(), blocked(make.user(), staff)
    pages = [f"/desk/requests/{one.number}/", f"/desk/requests/{two.number}/", "/desk/requests/"]
    for path in (*pages, "/desk/accounts/"):
        for answer in (client.get(path), client.post(path, SEARCH)):
            if role not in HELPERS:
                assert answer.status_code in (403, 405), path
                assert "Климова" not in text_of(answer)
            else:
                assert answer.status_code in (200, 302, 405, 422), path
    one.refresh_from_db()
    assert one.state == AccountRequest.State.OPEN


def test_the_queue_is_by_term_with_a_count_and_says_when_it_is_empty(
    support: Client, anna: User, staff: Any
) -> None:
    assert "Все обращения решены" in text_of(support.get("/desk/requests/"))
    first, second = blocked(anna, staff), lost()
    page = text_of(support.get("/desk/requests/"))
    assert page.index(second.number) < page.index(first.number)
    assert 'Ждут ответа <span class="n">2</span>' in page
    assert page.count("data-case=") == 2


def test_the_queue_costs_the_same_with_more_rows(
    support: Client, django_assert_num_queries: Any
) -> None:
    lost()
    with django_assert_num_queries(3):
        support.get("/desk/requests/")
    for _ in range(9):
        lost()
    with django_assert_num_queries(3):
        support.get("/desk/requests/")


def test_access_is_given_back_after_a_look_at_a_document(support: Client, anna: User) -> None:
    request = lost()
    path = f"/desk/requests/{request.number}/"
    page = text_of(support.get(path))
    assert "СНИЛС совпал. Имя и дата рождения совпали" in page
    assert "anna@example.org" not in page
    assert "+7 900 •••-••-" in page
    answer = support.post(path, {"grant": "1", "account": anna.pk, "how": "document"})
    assert answer.status_code == 422
    assert "Отметьте" in text_of(answer) or "отметьте" in text_of(answer)
    given = {"grant": "1", "account": anna.pk, "how": "document", "note": "Паспорт", "sure": "on"}
    assert support.post(path, given).status_code == 302
    request.refresh_from_db()
    assert (request.state, request.user) == (AccountRequest.State.DONE, anna)
    told = set(Delivery.objects.values_list("address", flat=True))
    assert told == {"new@example.org", "+79005554433", "anna@example.org", anna.phone}
    entry = Entry.objects.get(act="user.access-grant")
    assert entry.payload.data["how"] == "document"
    assert support.post(path, given).status_code in (409, 422)
    assert Entry.objects.filter(act="user.access-grant").count() == 1


def test_an_account_not_offered_is_not_granted(support: Client, anna: User, staff: Any) -> None:
    stranger, boss = make.user(birth_date=date(1990, 1, 1)), staff(Role.ADMINISTRATOR)
    path = f"/desk/requests/{lost().number}/"
    for user in (stranger, boss):
        given = {"grant": "1", "account": user.pk, "how": "call", "note": "а", "sure": "on"}
        assert support.post(path, given).status_code == 422
    assert not Entry.objects.filter(act="user.access-grant").exists()


def test_a_refusal_tells_nothing_of_an_account(support: Client, anna: User) -> None:
    texts = []
    for typed in ({}, {"family_name": "Никитина", "snils": "", "birth_date": date(1950, 1, 1)}):
        request = lost(**typed)
        support.post(f"/desk/requests/{request.number}/", REFUSED)
        letter = Delivery.objects.filter(address="new@example.org").latest("pk")
        texts.append(letter.text.replace(request.number, ""))
    assert texts[0] == texts[1]
    assert "Мы не смогли убедиться" in texts[0]


def test_a_contest_is_decided_and_told(support: Client, anna: User, staff: Any) -> None:
    request = blocked(anna, staff)
    path = f"/desk/requests/{request.number}/"
    assert "Паспорт другой." in text_of(support.get(path))
    assert support.post(path, {"done": "yes"}).status_code == 422
    support.post(path, {"done": "yes", "answer": "Ошиблись, простите"})
    anna.refresh_from_db()
    assert anna.is_active
    kinds = set(Message.objects.filter(user=anna).values_list("kind", flat=True))
    assert kinds == {"account-unblocked", "request-decided"}
    again = support.post(path, {"done": "no", "answer": "Нет"})
    assert again.status_code == 409


def test_who_blocked_sees_no_form(anna: User, staff: Any) -> None:
    request = blocked(anna, staff)
    boss = User.objects.get(role=Role.ADMINISTRATOR)
    client = sign_in(Client(), boss)
    path = f"/desk/requests/{request.number}/"
    assert "заблокировали вы" in text_of(client.get(path))
    assert client.post(path, {"done": "yes", "answer": "Да"}).status_code == 403


def test_an_account_opens_only_for_who_found_it_by_its_whole_contact(
    support: Client, anna: User, staff: Any
) -> None:
    path = f"/desk/accounts/{anna.pk}/"
    assert support.get(path).status_code == 404
    for text in ("anna@", "Климова Анна", "112-233-445 95", "anna@example.com"):
        answer = support.post("/desk/accounts/", {**SEARCH, "text": text})
        assert "Такого кабинета нет" in text_of(answer), text
    answer = support.post("/desk/accounts/", SEARCH)
    assert answer["Location"] == path
    page = text_of(support.get(path))
    assert "Климова" in page
    assert "anna@example.org" not in page
    assert sign_in(Client(), staff(Role.SUPPORT)).get(path).status_code == 404
    searches = Entry.objects.filter(act="account.search")
    assert [one.payload.data["found"] for one in searches.order_by("at", "pk")] == [
        False, False, False, False, True,
    ]  # fmt: skip
    seen = text_of(sign_in(Client(), anna).get("/readers/"))
    assert "Специалист поддержки" in seen
    assert "Человек обратился" in seen


def test_a_purpose_lasts_half_an_hour(support: Client, anna: User) -> None:
    support.post("/desk/accounts/", SEARCH)
    path = f"/desk/accounts/{anna.pk}/"
    for minutes in (10, 20, 29):  # the session itself stays in use
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            assert support.get(path).status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert support.get(path).status_code == 404


def test_an_account_is_blocked_and_opened_with_a_word_to_its_owner(
    support: Client, anna: User
) -> None:
    support.post("/desk/accounts/", SEARCH)
    path = f"/desk/accounts/{anna.pk}/"
    citizen = sign_in(Client(), anna)
    assert citizen.get("/account/profile/").status_code == 200
    assert support.post(f"{path}block/", {"reason": "other"}).status_code == 422
    support.post(f"{path}block/", {"reason": "attack", "text": "Перебор паролей."})
    anna.refresh_from_db()
    assert (anna.is_active, anna.blocked_at) == (False, NOW)
    assert citizen.get("/account/profile/").status_code == 302
    message = Message.objects.get(kind="account-blocked")
    assert "Из кабинета пытались нарушить работу портала. Перебор паролей." in message.body
    told = set(message.deliveries.values_list("address", flat=True))
    assert told == {"anna@example.org", anna.phone}
    entry = Entry.objects.get(act="user.block")
    assert entry.payload.data == {"reason": "attack", "text": "Перебор паролей."}
    again = support.post(f"{path}block/", {"reason": "attack", "text": "Ещё раз."})
    assert again.status_code == 409
    assert "Перебор паролей." in text_of(support.get(path))
    support.post(f"{path}unblock/", {"text": "Разобрались."})
    anna.refresh_from_db()
    assert (anna.is_active, anna.blocked_reason, anna.blocked_at) == (True, "", None)
    assert "Разобрались." in Message.objects.get(kind="account-unblocked").body


def test_all_sessions_end_at_the_owners_word(support: Client, anna: User) -> None:
    path = f"/desk/accounts/{anna.pk}/sign-out/"
    phone, laptop = sign_in(Client(), anna), sign_in(Client(), anna)
    for there in (phone, laptop):
        key = there.session.session_key or ""
        Visit.objects.create(user=anna, session_key=key, started_at=NOW)
    assert support.get(path).status_code == 404, "nobody looked for the account"
    support.post("/desk/accounts/", SEARCH)
    assert support.get(path).status_code == 200
    assert phone.get("/account/profile/").status_code == 200, "a look ends nothing"
    support.post(path)
    for there in (phone, laptop):
        assert there.get("/account/profile/").status_code == 302
    entry = Entry.objects.get(act="user.sign-out-all")
    assert (entry.person, entry.payload.data) == (anna.key, {"sessions": 2})
    told = Message.objects.get(kind="sessions-ended").deliveries
    assert set(told.values_list("address", flat=True)) == {"anna@example.org", anna.phone}
    support.post(path)
    assert Entry.objects.filter(act="user.sign-out-all").count() == 1
    assert "Завершены все сеансы" in text_of(support.get(f"/desk/accounts/{anna.pk}/"))


def test_support_neither_finds_nor_blocks_staff(support: Client, staff: Any) -> None:
    boss = staff(Role.ADMINISTRATOR)
    answer = support.post("/desk/accounts/", {**SEARCH, "text": boss.phone})
    assert "Такого кабинета нет" in text_of(answer)


def test_nobody_looks_accounts_up_by_the_hundred(support: Client, anna: User) -> None:
    for _ in range(60):
        support.post("/desk/accounts/", {**SEARCH, "text": "no@example.org"})
    answer = support.post("/desk/accounts/", SEARCH)
    assert answer.status_code == 422
    assert "много поисков" in text_of(answer)


def test_the_last_check_of_where_the_policy_is_shows_titles_alone(
    support: Client, anna: User
) -> None:
    support.post("/desk/accounts/", SEARCH)
    path = f"/desk/accounts/{anna.pk}/"
    assert "ещё не запускал" in text_of(support.get(path))
    run = diagnosis.begin(user=anna, by=anna, at=NOW)
    run = diagnosis.finish(run=run, by=anna, at=NOW)
    assert run.main == "identity"
    page = text_of(support.get(path))
    assert "Подтверждена ли личность" in page
    assert run.findings[0]["text"] not in page


def test_the_support_sees_what_was_sent_but_no_code(support: Client, anna: User) -> None:
    anna.email_confirmed_at = NOW
    anna.save()
    told = {"number": "17-4", "service": "Тайная услуга", "due": "завтра"}
    tell(user=anna, kind="case-taken", context=told, key="k", at=NOW)
    code = {"channel": "email", "address": anna.email, "title": "Код входа", "text": "123456"}
    send_now(**code, key="c", at=NOW, user=anna)
    Delivery.objects.filter(key="c").update(state="failed", error="Сервер не знает адреса (550)")
    page = text_of(support.post("/desk/accounts/", SEARCH, follow=True))
    for words in ("Заявление взято в работу", "Код или ссылка", "Сервер не знает адреса (550)"):
        assert words in page
    for words in ("123456", "Тайная услуга"):
        assert words not in page
