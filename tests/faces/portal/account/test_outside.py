"""Outside sign-in by the pages, against the simulator as a process (ACC-14, IDN-5)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.faces.portal.account.conftest import PASSWORD, TYPED, code_in, sent
from tests.signing_in import sign_in
from tests.simulated import World, outside_world
from tests.vouching import Vouching

from oms.domain.accounts import factors, outside
from oms.domain.accounts.actions import set_profile_values
from oms.domain.accounts.models import (
    Consent,
    Level,
    OutsideAccount,
    ProfileValue,
    SignIn,
    Source,
    User,
)
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor
from oms.domain.identity.models import Confirmation
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


@pytest.fixture(scope="module")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with outside_world(tmp_path_factory.mktemp("openid")) as world:
        yield world


@pytest.fixture
def vouching(_world: World, settings: Any) -> Iterator[Vouching]:
    found = Vouching(_world.openid_url)
    found.forget()
    settings.OPENID_PROVIDERS = found.settings()
    settings.BASE_URL = "http://localhost:8000"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield found
    cache.clear()


def link_on(client: Client, page: str, words: str = "/to/") -> str:
    """The address of the first link with these words in it."""
    text = client.get(page).content.decode()
    links = [part.split('"')[0] for part in text.split('href="')[1:]]
    return next(one for one in links if words in one).replace("&amp;", "&")


def leaves(client: Client, page: str = LOGIN, words: str = "/esia/to/") -> str:
    """Press the button of a provider; return the provider's address."""
    answer = client.get(link_on(client, page, words))
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def comes(
    client: Client,
    vouching: Vouching,
    subject: str,
    page: str = LOGIN,
    words: str = "/esia/to/",
    **more: Any,
):
    """The whole walk; returns the first answer of ours."""
    back = vouching.walks(leaves(client, page, words), subject)
    assert back.startswith("http://localhost:8000/account/outside/")
    return client.get(back.removeprefix("http://localhost:8000"), **more)


def said(client: Client, answer: Any) -> str:
    """What the page one is led to says."""
    return client.get(answer["Location"], follow=True).content.decode()


def knows(vouching: Vouching, user: User, **changes: Any) -> dict[str, Any]:
    """The provider knows this very user."""
    return vouching.knows(
        **{
            "family_name": user.family_name.upper(),
            "given_name": user.given_name,
            "patronymic": user.patronymic,
            "birth_date": user.birth_date.isoformat() if user.birth_date else "",
            **changes,
        }
    )


@pytest.fixture
def boris(boris: User) -> User:
    boris.birth_date = timezone.localdate().replace(year=1988, month=3, day=1)
    boris.save()
    return boris


def is_in(client: Client) -> int:
    return int(client.session.get("_auth_user_id", 0))


# --- the first time ------------------------------------------------------------------------------
def test_a_person_never_here_before_gets_a_confirmed_cabinet(client, vouching) -> None:
    one = vouching.knows(given_name="АЛЁНА")
    answer = comes(client, vouching, one["subject"])
    assert answer["Location"] == "/account/outside/first/"
    page = client.get("/account/outside/first/").content.decode()
    assert "Внешняя Алёна Игоревна" in page
    answer = client.post(
        "/account/outside/first/new/", {"phone": one["phone"], "email": one["email"]}
    )
    assert answer.status_code == 200  # consents are asked for
    told = {"phone": one["phone"], "email": one["email"], "terms": "on", "personal_data": "on"}
    answer = client.post("/account/outside/first/new/", told)
    assert answer.status_code == 302
    user = User.objects.get(phone=one["phone"])
    assert is_in(client) == user.pk
    assert (user.level, user.family_name, user.snils) == (Level.CONFIRMED, "Внешняя", one["snils"])
    assert not user.has_usable_password()
    assert user.phone_confirmed_at
    assert Consent.objects.filter(user=user).count() == 2
    sources = dict(
        ProfileValue.objects.filter(user=user, current=True).values_list("field", "source")
    )
    assert sources["snils"] == sources["family_name"] == sources["document"] == Source.OUTSIDE
    assert sources["phone"] == Source.TYPED
    assert Delivery.objects.filter(title="Код подтверждения").count() == 0
    assert Confirmation.objects.get(user=user).method == "outside"
    assert SignIn.objects.filter(user=user).latest("pk").method == "esia"

    client.post("/account/logout/")
    again = Client()
    comes(again, vouching, one["subject"])
    assert is_in(again) == user.pk
    assert User.objects.filter(family_name="Внешняя").count() == 1
    assert OutsideAccount.objects.get().last_used_at


def test_a_simple_account_there_is_only_the_persons_own_word(client, vouching) -> None:
    one = vouching.knows(trusted=False, phone_verified=False, email_verified=False)
    comes(client, vouching, one["subject"])
    page = client.get("/account/outside/first/new/").content.decode()
    assert 'name="family_name"' in page
    told = {
        "family_name": "Внешняя", "given_name": "Елена", "birth_date": "17.05.1990",
        "phone": one["phone"], "email": one["email"], "terms": "on", "personal_data": "on",
    }  # fmt: skip
    answer = client.post("/account/outside/first/new/", told)
    assert answer["Location"] == "/account/signup/phone/"
    client.post("/account/signup/phone/", {"code": code_in(sent("sms"))})
    client.post("/account/signup/email/", {"code": code_in(sent("email"))})
    user = User.objects.get(phone=one["phone"])
    assert is_in(client) == user.pk
    assert (user.level, user.given_name) == (Level.SIMPLE, "Елена")
    assert not ProfileValue.objects.filter(user=user, source=Source.OUTSIDE).exists()
    assert outside.linked(user=user)[0].subject == one["subject"]


def test_a_changed_contact_is_proven_by_a_code(client, vouching) -> None:
    one = vouching.knows()
    comes(client, vouching, one["subject"])
    told = {"phone": "+79161112233", "email": one["email"], "terms": "on", "personal_data": "on"}
    answer = client.post("/account/outside/first/new/", told)
    assert answer["Location"] == "/account/signup/phone/"
    assert sent("sms").address == "+79161112233"


def test_another_registration_in_the_same_browser_is_not_linked(client, vouching) -> None:
    comes(client, vouching, vouching.knows(trusted=False)["subject"])
    client.post("/account/signup/", TYPED)
    client.post("/account/signup/phone/", {"code": code_in(sent("sms"))})
    client.post("/account/signup/email/", {"code": code_in(sent("email"))})
    assert is_in(client)
    assert not OutsideAccount.objects.exists()


# --- an existing cabinet -------------------------------------------------------------------------
def test_nobody_learns_who_has_a_cabinet_and_nothing_is_linked_by_likeness(
    client, vouching, boris
) -> None:
    same = knows(vouching, boris, phone=boris.phone, email=boris.email, snils=boris.snils)
    other = vouching.knows()
    pages = []
    for one in (same, other):
        browser = Client()
        answer = comes(browser, vouching, one["subject"])
        page = browser.get(answer["Location"]).content.decode()
        assert is_in(browser) == 0
        pages.append(
            [line for line in page.splitlines() if "<dd>" not in line and "csrf" not in line]
        )
    assert pages[0] == pages[1]
    assert not OutsideAccount.objects.exists()


def test_the_owner_links_after_signing_in_with_the_password(client, vouching, boris) -> None:
    one = knows(vouching, boris)
    comes(client, vouching, one["subject"])
    assert client.get("/account/outside/first/link/").status_code == 302
    client.post(LOGIN, {"login": boris.phone, "password": PASSWORD})
    client.get("/account/security/offer/")
    assert not OutsideAccount.objects.exists()
    assert "Привязать вход" in client.get("/account/outside/first/link/").content.decode()
    client.post("/account/outside/first/link/")
    boris.refresh_from_db()
    assert boris.level == Level.CONFIRMED
    assert boris.snils == one["snils"]
    letter = Delivery.objects.get(title="Защита кабинета изменена")
    assert (letter.channel, "внешнюю запись: Госуслуги" in letter.text) == ("email", True)
    assert Entry.objects.filter(act="outside.link", subject=boris.key).exists()
    browser = Client()
    comes(browser, vouching, one["subject"])
    assert is_in(browser) == boris.pk


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"given_name": "Глеб"}, "имя"),
        ({"family_name": "Иной", "birth_date": "1990-01-01"}, "фамилия, дата рождения"),
        ({"patronymic": "Петрович"}, "отчество"),
    ],
)
def test_another_persons_confirmed_account_is_not_linked(
    client, vouching, boris, changes, named
) -> None:
    one = knows(vouching, boris, **changes)
    sign_in(client, boris)
    answer = comes(client, vouching, one["subject"], "/account/security/")
    assert f"не совпали: {named}." in said(client, answer)
    assert not OutsideAccount.objects.exists()


def test_one_subject_opens_one_cabinet_and_one_cabinet_has_one_of_a_provider(
    client, vouching, boris, operator
) -> None:
    one = knows(vouching, boris, trusted=False)
    sign_in(client, boris)
    comes(client, vouching, one["subject"], "/account/security/")
    assert outside.linked(user=boris)
    other = sign_in(Client(), operator)
    answer = comes(other, vouching, one["subject"], "/account/security/")
    assert "связана с другим кабинетом" in said(other, answer)
    second = link_on(client, "/account/identity/outside/")
    vouched = knows(vouching, boris)
    back = vouching.walks(client.get(second)["Location"], vouched["subject"])
    answer = client.get(back.removeprefix("http://localhost:8000"))
    assert "уже привязана другая" in said(client, answer)


def test_the_provider_may_give_the_fresh_proof_that_changes_want(client, vouching, boris) -> None:
    one, other = linked(boris, vouching), knows(vouching, boris, trusted=False)
    sign_in(client, boris)
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=True):
        assert client.get(link_on(client, "/account/security/", "/unlink/")).status_code == 302
        page = "/account/login/confirm/?next=/account/outside/esia/unlink/"
        assert "prompt=login&max_age=0" in leaves(client, page)
    real, skew = timezone.now(), timedelta(minutes=20)
    with time_machine.travel(real + skew, tick=True):
        """The simulator lives in the present: seen from here its log-in is an old one."""
        answer = comes(client, vouching, one["subject"], page)
        assert "ответ не подошёл" in said(client, answer)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= skew.total_seconds()
    session.save()
    asked = client.get("/account/outside/esia/unlink/")["Location"]
    answer = comes(client, vouching, other["subject"], asked)
    assert "не та учётная запись" in said(client, answer)
    answer = comes(client, vouching, one["subject"], asked)
    assert answer["Location"] == "/account/outside/esia/unlink/"
    assert client.get(answer["Location"]).status_code == 200


def test_unlinking_leaves_a_way_in(client, vouching, boris) -> None:
    one = knows(vouching, boris, trusted=False)
    sign_in(client, boris)
    comes(client, vouching, one["subject"], "/account/security/")
    boris.set_unusable_password()
    boris.save()
    sign_in(client, boris)
    assert "Сначала задайте пароль" in client.get("/account/outside/esia/unlink/").content.decode()
    client.post("/account/outside/esia/unlink/")
    assert outside.linked(user=boris)
    boris.set_password(PASSWORD)
    boris.save()
    sign_in(client, boris)
    client.post("/account/outside/esia/unlink/")
    assert not outside.linked(user=boris)
    browser = Client()
    assert comes(browser, vouching, one["subject"])["Location"] == "/account/outside/first/"


# --- factors, blocking, sessions -----------------------------------------------------------------
def linked(user: User, vouching: Vouching, **changes: Any) -> dict[str, Any]:
    one = knows(vouching, user, trusted=False, **changes)
    OutsideAccount.objects.create(
        user=user, provider="esia", subject=one["subject"], linked_at=timezone.now()
    )
    return one


@pytest.mark.parametrize(
    ("who", "methods", "asked"),
    [
        ("boris", ["pwd"], True),
        ("boris", ["pwd", "mfa"], False),
        ("operator", ["pwd", "mfa"], True),
    ],
)
def test_our_second_factor_is_asked_for(client, vouching, request, who, methods, asked) -> None:
    user = request.getfixturevalue(who)
    add_factor(user=user, secret=DEMO_SECRET, at=timezone.now())
    one = linked(user, vouching, methods=methods)
    answer = comes(client, vouching, one["subject"])
    assert (is_in(client) == 0) is asked
    if asked:
        assert answer["Location"] == "/account/login/second-step/"
        code = factors.code_at(secret=DEMO_SECRET, at=timezone.now())
        client.post("/account/login/second-step/", {"code": code})
        assert is_in(client) == user.pk


def test_staff_without_a_factor_see_no_desk(client, vouching, operator) -> None:
    one = linked(operator, vouching, methods=["pwd", "mfa"])
    comes(client, vouching, one["subject"])
    assert client.get("/desk/cases/")["Location"].startswith("/account/security/factor")


def test_a_blocked_account_stays_closed(client, vouching, boris) -> None:
    one = linked(boris, vouching)
    boris.is_active, boris.blocked_reason = False, "Подозрительные заявления"
    boris.save()
    answer = comes(client, vouching, one["subject"], follow=True)
    assert is_in(client) == 0
    assert "Подозрительные заявления" in answer.content.decode()


def test_the_session_gets_a_new_key_and_the_page_wanted(client, vouching, boris) -> None:
    one = linked(boris, vouching)
    factors.take_offer(user=boris, at=timezone.now())
    page = f"{LOGIN}?{urlencode({'next': '/messages/'})}"
    url = leaves(client, page)
    before = client.session.session_key
    answer = client.get(vouching.walks(url, one["subject"]).removeprefix("http://localhost:8000"))
    assert answer["Location"] == "/messages/"
    assert client.session.session_key != before


def test_a_foreign_next_page_is_not_followed(client, vouching, boris) -> None:
    one = linked(boris, vouching)
    factors.take_offer(user=boris, at=timezone.now())
    for evil in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        browser = Client()
        link = link_on(browser, LOGIN, "/esia/to/")
        url = browser.get(f"{link}&{urlencode({'next': evil})}")["Location"]
        back = vouching.walks(url, one["subject"]).removeprefix("http://localhost:8000")
        answer = browser.get(f"{back}&{urlencode({'next': evil})}")
        assert "evil" not in answer["Location"]
        assert "javascript" not in answer["Location"]


# --- hostile answers -----------------------------------------------------------------------------
def test_an_answer_counts_once_and_only_in_the_browser_it_began_in(client, vouching, boris) -> None:
    one = linked(boris, vouching)
    back = vouching.walks(leaves(client), one["subject"]).removeprefix("http://localhost:8000")
    stranger = Client()
    leaves(stranger)
    answer = stranger.get(back)
    assert "в другом браузере" in said(stranger, answer)
    assert is_in(stranger) == 0
    client.get(back)
    assert is_in(client) == boris.pk
    client.post("/account/logout/")
    client.get(back)
    assert is_in(client) == 0


def test_an_answer_after_ten_minutes_is_too_late(client, vouching, boris) -> None:
    one = linked(boris, vouching)
    back = vouching.walks(leaves(client), one["subject"]).removeprefix("http://localhost:8000")
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        answer = client.get(back)
    assert is_in(client) == 0
    assert answer["Location"] == LOGIN


def test_an_answer_of_one_provider_does_not_do_for_another(client, vouching, boris) -> None:
    one = linked(boris, vouching)
    back = vouching.walks(leaves(client), one["subject"]).removeprefix("http://localhost:8000")
    client.get(back.replace("/esia/", "/bank/"))
    assert is_in(client) == 0


def test_who_signed_out_meanwhile_links_nothing(client, vouching, boris, operator) -> None:
    """The answer of a walk begun by one user comes while another is signed in."""
    one = knows(vouching, boris, trusted=False)
    sign_in(client, boris)
    back = vouching.walks(leaves(client, "/account/security/"), one["subject"])
    session = dict(client.session.items())
    sign_in(client, operator)
    kept = client.session
    kept.update({"outside_walks": session["outside_walks"]})
    kept.save()
    client.get(back.removeprefix("http://localhost:8000"))
    assert not OutsideAccount.objects.exists()


@pytest.mark.parametrize(
    ("lie", "where", "words"),
    [
        ("wrong-nonce", "token", "ответ не подошёл"),
        ("wrong-signature", "token", "ответ не подошёл"),
        ("no-signature", "token", "ответ не подошёл"),
        ("mix-up", "authorize", "ответ не подошёл"),
        ("temporary", "token", "сейчас не отвечает"),
    ],
)
def test_what_goes_wrong_is_said_where_other_ways_are(
    client, vouching, boris, lie, where, words
) -> None:
    one = linked(boris, vouching)
    vouching.fails(lie, where=where)
    page = said(client, comes(client, vouching, one["subject"]))
    assert words in page
    assert "Войдите в кабинет" in page
    assert is_in(client) == 0


def test_a_cancelled_walk_ends_where_it_began(client, vouching) -> None:
    page = said(client, comes(client, vouching, ""))
    assert "Вы отменили вход" in page
    assert 'name="password"' in page


def test_a_silent_provider_is_not_offered_for_a_while(client, vouching) -> None:
    vouching.fails("refuse", where="openid-configuration")
    page = client.get(link_on(client, LOGIN, "/esia/to/"), follow=True).content.decode()
    assert "сейчас не отвечает" in page
    assert "/esia/to/" not in client.get(LOGIN).content.decode()
    cache.clear()
    assert "/esia/to/" in client.get(LOGIN).content.decode()


def test_a_foreign_page_cannot_send_somebody_off(client, vouching, boris) -> None:
    """Without our own link there is a question first, and it moves nobody by itself."""
    sign_in(client, boris)
    for purpose in ("link", "identity"):
        for query in ("", "?ticket=guessed"):
            answer = client.get(f"/account/outside/esia/to/{purpose}/{query}")
            assert answer.status_code == 200
            assert "Перейти в" in answer.content.decode()
    stranger = sign_in(Client(), boris)
    theirs = link_on(stranger, "/account/security/")
    assert client.get(theirs).status_code == 200
    assert client.get("/account/outside/esia/to/sign-in/")["Location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/account/outside/none/to/sign-in/",
        "/account/outside/bank/to/sign-in/",
        "/account/outside/esia/to/bank/",
        "/account/outside/esia/to/anything/",
        "/account/outside/none/back/",
    ],
)
def test_what_is_not_offered_is_not_there(client, vouching, boris, path) -> None:
    if "sign-in" not in path:
        sign_in(client, boris)
    assert client.get(path).status_code == 404


def test_without_providers_nothing_shows(client, settings, boris) -> None:
    settings.OPENID_PROVIDERS = ""
    assert "outside" not in client.get(LOGIN).content.decode()
    sign_in(client, boris)
    assert "другие порталы" not in client.get("/account/security/").content.decode()


def test_walks_are_counted_by_place(client, vouching) -> None:
    link = link_on(client, LOGIN, "/esia/to/")
    answers = [client.get(link)["Location"] for _ in range(62)]
    assert "authorize" in answers[0]
    assert answers[-1].startswith(LOGIN)


# --- identity ------------------------------------------------------------------------------------
def by_bank(client: Client, vouching: Vouching, subject: str):
    return comes(client, vouching, subject, "/account/identity/bank/", "/bank/to/")


def test_a_bank_confirms_who_one_is(client, vouching, boris) -> None:
    """Case, ё and hyphens are no difference."""
    boris.family_name, boris.given_name = "Королёв-Ветров", "Борис"
    boris.save()
    one = knows(vouching, boris, family_name="КОРОЛЕВ ВЕТРОВ")
    sign_in(client, boris)
    assert by_bank(client, vouching, one["subject"])["Location"] == "/account/identity/"
    boris.refresh_from_db()
    assert boris.level == Level.CONFIRMED
    assert boris.family_name == "Королёв-Ветров"
    known = dict(
        ProfileValue.objects.filter(user=boris, current=True).values_list("field", "source")
    )
    assert known["family_name"] == Source.OUTSIDE
    assert not outside.linked(user=boris)
    stranger = Client()
    assert "/account/outside/bank/" not in stranger.get(LOGIN).content.decode()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"birth_date": "1988-03-02"}, "дата рождения"),
        ({"family_name": "Иной", "patronymic": "Ильич"}, "фамилия, отчество"),
    ],
)
def test_a_bank_that_names_another_says_which_field_and_one_may_try_again(
    client, vouching, boris, changes, named
) -> None:
    one = knows(vouching, boris, **changes)
    sign_in(client, boris)
    page = said(client, by_bank(client, vouching, one["subject"]))
    assert f"Не совпали с профилем: {named}." in page
    assert "Выбрать другой способ" in page
    boris.refresh_from_db()
    assert boris.level == Level.SIMPLE
    knows(vouching, boris, subject=one["subject"])
    by_bank(client, vouching, one["subject"])
    boris.refresh_from_db()
    assert boris.level == Level.CONFIRMED
    assert Confirmation.objects.filter(user=boris, method="bank").count() == 1


def test_one_bank_client_confirms_one_cabinet(client, vouching, boris, operator) -> None:
    one = knows(vouching, boris)
    sign_in(client, boris)
    by_bank(client, vouching, one["subject"])
    twin = User.objects.create(
        phone="+79160000009", email="twin@example.org", created_at=timezone.now(),
        family_name=boris.family_name, given_name=boris.given_name, birth_date=boris.birth_date,
    )  # fmt: skip
    browser = sign_in(Client(), twin)
    page = said(browser, by_bank(browser, vouching, one["subject"]))
    assert "связана с другим кабинетом" in page
    twin.refresh_from_db()
    assert twin.level == Level.SIMPLE


def test_a_confirmed_account_raises_the_level_without_being_linked(client, vouching, boris) -> None:
    simple = knows(vouching, boris, trusted=False)
    sign_in(client, boris)
    answer = comes(client, vouching, simple["subject"], "/account/identity/outside/")
    assert "ещё не подтверждена" in said(client, answer)
    one = knows(vouching, boris)
    comes(client, vouching, one["subject"], "/account/identity/outside/")
    boris.refresh_from_db()
    assert boris.level == Level.CONFIRMED
    assert not outside.linked(user=boris)


def test_a_proven_snils_is_not_taken_by_another_cabinet(client, vouching, boris) -> None:
    set_profile_values(
        user=boris,
        values={"snils": boris.snils},
        source=Source.REGISTER,
        at=timezone.now(),
        by=SYSTEM,
    )
    one = vouching.knows(snils=boris.snils)
    comes(client, vouching, one["subject"])
    told = {"phone": one["phone"], "email": one["email"], "terms": "on", "personal_data": "on"}
    answer = client.post("/account/outside/first/new/", told)
    assert "уже есть кабинет" in answer.content.decode()
    assert is_in(client) == 0
    boris.refresh_from_db()
    assert boris.snils == "11223344595"


@pytest.mark.parametrize("age", [13, 14])
def test_children_under_fourteen_open_none(client, vouching, age) -> None:
    born = timezone.localdate() - timedelta(days=round(age * 365.25) + 20)
    one = vouching.knows(birth_date=born.isoformat())
    comes(client, vouching, one["subject"])
    told = {"phone": one["phone"], "email": one["email"], "terms": "on", "personal_data": "on"}
    answer = client.post("/account/outside/first/new/", told)
    assert (answer.status_code == 302) is (age == 14)
    assert (is_in(client) > 0) is (age == 14)


def test_pages_cost_a_fixed_number_of_queries(
    client, vouching, boris, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(4):
        client.get(LOGIN)
    sign_in(client, boris)
    with django_assert_max_num_queries(10):
        client.get("/account/identity/bank/")


def test_who_has_no_password_can_set_one(client, vouching, boris) -> None:
    boris.set_unusable_password()
    boris.save()
    one = linked(boris, vouching)
    comes(client, vouching, one["subject"])
    assert "Пароля нет" in client.get("/account/security/").content.decode()
    page = link_on(client, "/account/security/", "/account/recovery/")
    client.post(page, {"login": boris.email})
    client.post("/account/recovery/way/", {"channel": "email"})
    client.post("/account/recovery/code/", {"code": code_in(sent("email"))})
    client.post("/account/recovery/password/", {"password": PASSWORD})
    boris.refresh_from_db()
    assert boris.check_password(PASSWORD)
    assert outside.linked(user=boris)
