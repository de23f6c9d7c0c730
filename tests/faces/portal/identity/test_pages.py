"""Pages of confirming identity, as a citizen meets them, without JavaScript."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories

from oms.domain.accounts.models import Level, User
from oms.domain.identity import actions, synthetic
from oms.domain.identity.methods import documents as method
from oms.domain.identity.methods import in_person
from oms.domain.identity.models import Confirmation, Recording
from oms.domain.journal.actions import SYSTEM
from oms.domain.notifications.models import Delivery
from oms.gateways.registers import asking
from oms.gateways.registers.asking import MEMORY
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
AGREES = dict.fromkeys(("family_name", "given_name", "patronymic", "birth_date", "sex"), True)
TYPED = {
    "family_name": "Климова", "given_name": "Анна", "patronymic": "Викторовна",
    "birth_date": "14.03.1985", "sex": "2", "series": "4510", "number": "123456",
    "issued_on": "20.04.2005", "issued_by": "ОВД", "department_code": "770001",
    "snils": "112-233-445 95",
}  # fmt: skip
WEBM = b"\x1a\x45\xdf\xa3" + bytes(20_000)
ROOT = "/account/identity/"
PAGES = ("", "documents/", "sms/", "video/", "visit/")


@pytest.fixture(autouse=True)
def _registers(monkeypatch):
    monkeypatch.setattr(asking, "PAUSE_S", 0)
    cache.clear()
    MEMORY.clear()
    MEMORY.answers |= {
        "identity-documents": {"status": "valid", "fields": AGREES},
        "pension": {"fields": AGREES},
        "tax": None,
    }
    yield
    MEMORY.clear()
    cache.clear()


@pytest.fixture
def browser(anna: User, entered) -> Client:
    return entered(anna)


def text(answer) -> str:
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_who_is_not_signed_in_is_led_to_sign_in(client: Client) -> None:
    for name in (*PAGES, "documents/progress/"):
        answer = client.get(ROOT + name)
        assert answer.status_code == 302
        assert answer.url.startswith("/account/login/")
    assert client.post(ROOT + "video/record/").status_code == 302


def test_staff_confirm_nothing_here(entered) -> None:
    browser = entered(factories.operator(factories.fund()))
    assert browser.get(ROOT).status_code == 403
    assert not Confirmation.objects.exists()


def test_documents_are_checked_and_lead_on_to_the_code(browser: Client, anna: User) -> None:
    assert browser.post(ROOT + "documents/", TYPED).url == ROOT + "documents/"
    assert "Спрашиваем" in text(browser.get(ROOT + "documents/"))
    part = browser.get(ROOT + "documents/progress/")
    assert b'hx-trigger="every 2s"' in part.content
    run_all_now()
    assert browser.get(ROOT + "documents/progress/").headers["HX-Refresh"] == "true"
    shown = text(browser.get(ROOT + "documents/"))
    assert "Остался один шаг" in shown
    assert shown.count("Совпало") == 6
    assert "Код из СМС" in text(browser.get(ROOT)).split("Все способы")[0]


def test_a_mismatch_names_its_field_and_keeps_what_was_right(browser: Client, anna: User) -> None:
    MEMORY.answers["pension"] = None
    browser.post(ROOT + "documents/", TYPED)
    run_all_now()
    shown = text(browser.get(ROOT + "documents/"))
    assert "Такого СНИЛС нет в реестре" in shown
    assert shown.count("Совпало с реестром") == 9
    closed = browser.get(ROOT + "documents/").context["form"].fields
    assert {name for name, field in closed.items() if not field.disabled} == {"sex", "snils"}
    assert "Уточните" in text(browser.get(ROOT))
    MEMORY.answers["pension"] = {"fields": AGREES}
    browser.post(ROOT + "documents/", {"snils": "200-000-000 20", "sex": "2", "number": "999999"})
    own = Confirmation.objects.get()
    assert own.details["asked"]["number"] == "123456"  # what agreed is not typed over
    everything = browser.get(ROOT + "documents/?all=1")
    assert everything.status_code == 200


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"series": "45"}, "Серия паспорта"),
        ({"number": "12"}, "Номер паспорта"),
        ({"snils": "112-233-445 96"}, "Контрольные цифры СНИЛС"),
        ({"issued_on": "01.01.1999"}, "Дата выдачи"),
        ({"birth_date": "31.02.1985"}, "Дата рождения"),
        ({"family_name": ""}, "Фамилия"),
    ],
)
def test_an_error_names_its_field_and_asks_nobody(browser: Client, changed, words) -> None:
    answer = browser.post(ROOT + "documents/", TYPED | changed)
    assert words in text(answer)
    assert not MEMORY.asked
    assert Confirmation.objects.get().state == Confirmation.State.BEGUN


def test_a_code_is_sent_taken_and_told(browser: Client, anna: User) -> None:
    assert browser.get(ROOT + "sms/").status_code == 200
    assert not Delivery.objects.exists()
    browser.post(ROOT + "sms/", {"send": "1"})
    code = Delivery.objects.get().text[:6]
    assert "Неверный код" in text(browser.post(ROOT + "sms/", {"code": "000000"}))
    assert browser.post(ROOT + "sms/", {"code": code}).url == ROOT
    anna.refresh_from_db()
    assert anna.level == Level.SIMPLE
    assert "Готово" in text(browser.get(ROOT))


def test_a_recording_is_kept_and_handed_in(browser: Client, anna: User) -> None:
    page = browser.get(ROOT + "video/")
    assert "media-src blob:" in page.headers["Content-Security-Policy"]
    digits = page.context["digits"]
    wrong = browser.post(
        ROOT + "video/record/", {"video": SimpleUploadedFile("v", WEBM), "digits": "00"}
    )
    assert (wrong.status_code, wrong.json()["text"][:6]) == (409, "Цифры ")
    for content, status in ((b"GIF89a" + bytes(20_000), 422), (WEBM, 200)):
        film = SimpleUploadedFile("v", content)
        answer = browser.post(ROOT + "video/record/", {"video": film, "digits": digits})
        assert answer.status_code == status
    assert browser.post(ROOT + "video/record/").status_code == 422
    assert browser.post(ROOT + "video/").url == ROOT + "video/"
    assert "Видео на проверке" in text(browser.get(ROOT + "video/"))
    late = browser.post(
        ROOT + "video/record/", {"video": SimpleUploadedFile("v", WEBM), "digits": digits}
    )
    assert late.status_code == 409
    assert Recording.objects.count() == 1


def test_nothing_recorded_is_not_handed_in(browser: Client) -> None:
    answer = browser.post(ROOT + "video/")
    assert "Запишите видео" in text(answer)
    assert Confirmation.objects.get().state == Confirmation.State.BEGUN


def test_a_code_of_a_visit_is_given_once_and_shown_again(browser: Client) -> None:
    factories.fund(address="г. Москва, ул. Проверочная, д. 1")
    assert "Проверочная" in text(browser.get(ROOT + "visit/"))
    assert not Confirmation.objects.exists()
    browser.post(ROOT + "visit/")
    browser.post(ROOT + "visit/")
    own = Confirmation.objects.get()
    assert in_person.code_of(own) in text(browser.get(ROOT + "visit/"))


def test_a_confirmed_person_is_told_so_and_led_back(browser: Client, anna: User) -> None:
    assert browser.get(f"{ROOT}?next=//evil.example/").status_code == 200
    browser.get(f"{ROOT}?next=/services/change-insurer/")
    synthetic.confirm(user=anna, at=timezone.now())
    shown = text(browser.get(ROOT))
    assert 'href="/services/change-insurer/"' in shown
    assert "evil" not in shown
    assert "Лично в офисе" in shown
    for name in PAGES[1:]:
        assert browser.get(ROOT + name).url == ROOT
    assert "Подтвердите личность" not in text(browser.get("/"))


def test_with_and_without_a_doubtful_record_the_page_says_the_same(entered) -> None:
    shown = []
    for family in ("Одинокова", "Похожева"):
        user = factories.user(family_name=family)
        if family == "Похожева":
            record = factories.person(factories.user(family_name=family))
            record.user = None
            record.save()
        own = actions.begin(user=user, method="video", at=timezone.now())
        actions.confirm(confirmation=own, fields=[], values={}, by=SYSTEM, at=timezone.now())
        own.refresh_from_db()
        shown.append((own.link, text(entered(user).get(ROOT)).split('id="done"')[1][:1500]))
    assert [link for link, _ in shown] == ["nobody", "doubtful"]
    assert shown[0][1] == shown[1][1]


def test_a_service_that_wants_more_leads_here_and_back(browser: Client) -> None:
    shown = text(browser.get("/services/policy-extract/"))
    assert "Ваша личность ещё не подтверждена" in shown
    assert f"{ROOT}?next=%2Fservices%2Fpolicy-extract%2F" in shown
    assert "Подтвердите личность" in text(browser.get("/"))
    assert "Не подтверждена" in text(browser.get("/account/profile/"))


def test_pages_cost_the_same_however_much_was_tried(browser: Client, anna: User) -> None:
    def costs() -> list[int]:
        found = []
        for name in PAGES:
            browser.get(ROOT + name)
            with CaptureQueriesContext(connection) as asked:
                browser.get(ROOT + name)
            found.append(len(asked))
        return found

    few = costs()
    at = timezone.now()
    for n in range(10):
        own = method.begin(user=anna, at=at + timedelta(minutes=n))
        actions.refuse(confirmation=own, reason="Нет.", by=SYSTEM, at=at + timedelta(minutes=n))
    assert costs() == few
    assert max(few) <= 12
