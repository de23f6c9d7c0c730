"""Going over to a child's cabinet: pages follow, rights are looked up anew, nothing leaks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories as make
from tests.cases.test_representatives import mother, right, ward
from tests.faces.portal.wards.conftest import Family
from tests.reading import text
from tests.signing_in import sign_in

from oms.cases.models import Case
from oms.domain.accounts.models import Representation
from oms.domain.journal.models import Entry
from oms.domain.notifications.actions import tell
from oms.domain.notifications.models import Message

pytestmark = pytest.mark.django_db
State = Representation.State
BAR = "Кабинет: <strong>Климов Пётр</strong>, ребёнок"
ENDED = "Право действовать за этого человека закончилось"


def pages(family: Family) -> list[str]:
    """Everything that follows the cabinet, and what is of oneself."""
    number = family.case.number
    return [
        "/", "/policy/code/", "/services/", "/services/policy-extract/",
        "/services/change-insurer/", "/services/change-insurer/start/", "/documents/",
        "/messages/", "/cases/", f"/cases/{number}/", f"/cases/{number}/check/",
        "/readers/", "/account/wards/", f"/account/wards/{family.right.pk}/", "/account/profile/",
    ]  # fmt: skip


def test_the_pages_show_the_child_and_a_line_says_so(anna: Family) -> None:
    own = text(anna.client.get("/"))
    assert "Здравствуйте, Анна" in own
    assert "Полиса здесь пока нет" in own
    assert anna.opens().headers["Location"] == "/"
    page = text(anna.client.get("/"))
    assert BAR in page
    assert "Здравствуйте" not in page
    assert anna.child.insured_person.enp[-4:] in page
    for address in pages(anna)[:12]:
        answer = anna.client.get(address)
        assert answer.status_code == 200, address
        assert BAR in text(answer), address
    assert "Эта страница о вас самих" in text(anna.client.get("/account/profile/"))
    assert "Второй шаг" not in text(anna.client.get("/")), "the ward has no sign-in to guard"
    anna.client.post("/account/wards/own/")
    assert BAR not in text(anna.client.get("/"))
    assert anna.client.get(f"/cases/{anna.case.number}/").status_code == 404


def test_switching_is_written_down_and_only_by_post(anna: Family) -> None:
    assert anna.client.get(f"/account/wards/{anna.right.pk}/switch/").status_code == 405
    anna.opens()
    entry = Entry.objects.get(act="representation.open")
    assert (entry.actor, entry.person) == (anna.parent.key, anna.child.key)


def test_another_familys_ids_open_nothing(anna: Family, family: Callable[..., Family]) -> None:
    other = family("Шереметьев")
    pk, number = other.right.pk, other.case.number
    for method, address in (
        ("get", f"/account/wards/{pk}/"),
        ("get", f"/account/wards/{pk}/open/"),
        ("get", f"/account/wards/{pk}/revoke/"),
        ("post", f"/account/wards/{pk}/revoke/"),
        ("post", f"/account/wards/{pk}/scope/"),
        ("post", f"/account/wards/{pk}/hand-in/"),
        ("post", f"/account/wards/{pk}/switch/"),
        ("post", "/account/wards/99999999999999999999/switch/"),
    ):
        answer = getattr(anna.client, method)(address)
        assert answer.status_code == 404, address
        assert "Шереметьев" not in text(answer)
    for opened in (False, True):
        if opened:
            anna.opens()
        for address in (f"/cases/{number}/", f"/cases/{number}/check/", f"/cases/{number}/print/"):
            assert anna.client.get(address).status_code == 404
        assert anna.client.post(f"/cases/{number}/discard/").status_code == 404
    other.right.refresh_from_db()
    assert other.right.state == State.CONFIRMED
    session = anna.client.session
    session["cabinet"] = pk
    session.save()
    assert "Шереметьев" not in text(anna.client.get("/"))
    assert anna.client.get(f"/cases/{number}/").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.REVOKED},
        {"state": State.ENDED},
        {"ends_on": timezone.localdate() - timedelta(days=1)},
    ],
    ids=["revoked", "ended", "over since yesterday"],
)
def test_a_right_that_ends_in_the_middle_leads_home_and_acts_for_nobody(
    values: dict[str, Any], anna: Family
) -> None:
    anna.opens()
    Representation.objects.filter(pk=anna.right.pk).update(**values)
    before = Case.objects.count()
    answer = anna.client.post("/services/change-insurer/start/", {"for": str(anna.right.pk)})
    assert answer.status_code == 403
    assert ENDED in text(answer)
    assert Case.objects.count() == before
    assert BAR not in text(anna.client.get("/"))

    session = anna.client.session
    session["cabinet"] = anna.right.pk
    session.save()
    answer = anna.client.get("/")
    assert ENDED in text(answer)
    assert "Здравствуйте, Анна" in text(answer)
    assert ENDED not in text(anna.client.get("/")), "told once"


def test_a_blocked_ward_or_parent_is_no_cabinet(anna: Family) -> None:
    anna.opens()
    anna.child.is_active = False
    anna.child.save()
    assert ENDED in text(anna.client.get("/"))


def test_a_form_drawn_in_another_cabinet_begins_nothing(anna: Family) -> None:
    Case.objects.filter(pk=anna.case.pk).update(state="withdrawn")
    address = "/services/policy-extract/start/"
    anna.opens()
    assert f'name="for" value="{anna.right.pk}"' in text(anna.client.get(address))
    before = Case.objects.count()
    stale = anna.client.post(address, {"for": ""})
    assert stale.status_code == 409
    assert "другой кабинет" in text(stale)
    assert Case.objects.count() == before
    anna.client.post(address, {"for": str(anna.right.pk)})
    made = Case.objects.latest("pk")
    assert (made.applicant, made.representative) == (anna.child, anna.parent)


def test_who_may_only_look_is_offered_no_button_and_stopped_behind_it(
    family: Callable[..., Family],
) -> None:
    looks = family(scope=["view"])
    looks.opens()
    service = "/services/change-insurer/"
    assert "только смотреть этот кабинет" in text(looks.client.get(service))
    assert "Начать</button>" not in text(looks.client.get(f"{service}start/"))
    token = {"for": str(looks.right.pk)}
    assert looks.client.post(f"{service}start/", token).status_code == 403
    number = looks.case.number
    assert looks.client.get(f"/cases/{number}/").status_code == 200
    assert looks.client.post(f"/cases/{number}/discard/").status_code == 302
    looks.case.refresh_from_db()
    assert looks.case.state == "draft"
    saved = looks.client.post(f"/cases/{number}/check/", {"truth": "on", "revision": "0"})
    assert saved.status_code == 403


def test_a_message_of_the_child_leads_into_the_childs_cabinet(anna: Family) -> None:
    tell(
        user=anna.child, kind="case-taken", key="k", at=timezone.now(),
        link=f"/cases/{anna.case.number}/",
        context={"number": anna.case.number, "service": "Выписка", "due": "завтра"},
    )  # fmt: skip
    copy = Message.objects.get(user=anna.parent)
    page = text(anna.client.get(f"/messages/{copy.pk}/"))
    assert "Для кого сообщение: Пётр." in page
    offered = anna.client.get(copy.link)
    assert "Открыть кабинет: Климов Пётр" in text(offered)
    went = anna.client.post(
        f"/account/wards/{anna.right.pk}/switch/", {"next": f"/cases/{anna.case.number}/"}
    )
    assert went.headers["Location"] == f"/cases/{anna.case.number}/"
    assert anna.client.get(went.headers["Location"]).status_code == 200
    assert anna.client.get(copy.link).headers["Location"] == f"/cases/{anna.case.number}/"
    away = anna.client.post(
        f"/account/wards/{anna.right.pk}/switch/", {"next": "https://evil.example/"}
    )
    assert away.headers["Location"] == "/"


def test_staff_have_no_cabinets(db: None) -> None:
    operator = make.operator(make.fund())
    own = right(operator, ward())
    client = sign_in(Client(), operator)
    assert client.get("/account/wards/").status_code == 403
    assert client.get(f"/account/wards/{own.pk}/").status_code == 404
    assert client.get("/account/wards/add/parent/").status_code == 403
    assert client.post(f"/account/wards/{own.pk}/switch/").status_code == 404


def test_a_page_costs_one_query_more_for_who_has_wards_however_many(
    family: Callable[..., Family],
) -> None:
    nobody = mother(family_name="Одинокая")
    make.insured(nobody)
    few, many = family(), family("Дубов")
    for n in range(5):
        right(many.parent, ward(given_name=f"Ребёнок{'абвгд'[n]}", family_name="Дубов"))
    plain = sign_in(Client(), nobody)
    for address in ("/", "/services/", "/messages/", "/documents/", "/cases/"):
        cost = {
            "alone": _queries(plain, address),
            "one ward": _queries(few.client, address),
            "six wards": _queries(many.client, address),
        }
        assert cost["one ward"] == cost["six wards"], (address, cost)
        assert cost["one ward"] <= cost["alone"] + 1, (address, cost)
    few.opens()
    many.opens()
    for one, other in zip(pages(few), pages(many), strict=True):
        counts = (_queries(few.client, one), _queries(many.client, other))
        assert counts[0] == counts[1], (one, counts)
        rights = [q for q in _sql(few.client, one) if "accounts_representation" in q]
        looked = [q for q in rights if "has_wards" not in q]
        allowed = 4 if one.startswith("/account/wards/") else 1
        assert len(looked) <= allowed, (one, looked)


def _sql(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, address
    return [query["sql"] for query in asked.captured_queries]


def _queries(client: Client, address: str) -> int:
    client.get(address)  # a session is read the first time, messages are shown once
    return len(_sql(client, address))
