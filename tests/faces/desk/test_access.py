"""Every desk address × every role: who gets in, who is turned away, and whose rows are seen."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver
from tests import factories as make
from tests.signing_in import sign_in

from oms.domain.accounts.models import STAFF_ROLES, Role
from oms.faces.desk.urls import urlpatterns

pytestmark = pytest.mark.django_db

OPERATORS = {Role.INSURER, Role.FUND}
HELPERS = {Role.SUPPORT, Role.ADMINISTRATOR}
DATA: dict[str, dict[str, Any]] = {
    "queue": {},
    "take_next": {},
    "bulk": {},
    "phrases": {},
    "phrase_remove": {"pk": 1},
    "filter_keep": {},
    "filter_forget": {"pk": 1},
    "assign": {},
    "copies": {},
    "copy": {"pk": 1},
    "copy_hand_over": {"pk": 1},
    "copy_return": {"pk": 1},
    "issuing": {},
    "issued": {"pk": 1},
    "issued_archive": {"pk": 1},
    "exchange": {},
    "exchange_write": {},
    "exchange_file": {"pk": 1},
    "exchange_protocol": {"pk": 1, "kind": "p"},
    "exchange_person": {"pk": 1},
    "exports": {},
    "export_file": {"pk": 1},
    "export_settle": {"pk": 1},
    "case": {"number": "26-000-000-0"},
    "approve": {"number": "26-000-000-0"},
    "ask": {"number": "26-000-000-0"},
    "reject": {"number": "26-000-000-0"},
    "confirm": {"number": "26-000-000-0"},
    "note": {"number": "26-000-000-0"},
    "left": {"number": "26-000-000-0"},
    "press": {"number": "26-000-000-0", "move": "take"},
    "scan": {"number": "26-000-000-0", "code": "x"},
    "scan_file": {"number": "26-000-000-0", "code": "x"},
    "scan_judge": {"number": "26-000-000-0", "code": "x"},
    "scan_page": {"number": "26-000-000-0", "code": "x", "page_number": 1},
    "people": {},
    "person": {"pk": 1},
    "person_history": {"pk": 1},
    "person_day": {"pk": 1},
    "person_quality": {"pk": 1},
    "quality": {},
    "quality_list": {},
    "quality_export": {},
    "quality_together": {"rule": "Q063"},
    "quality_accept": {"pk": 1},
    "quality_undo": {"pk": 1},
    "quality_batch": {"pk": 1},
    "quality_batch_undo": {"pk": 1},
    "report": {},
    "reference": {},
    "works": {},
    "works_end": {},
    "texts": {},
    "text": {"kind": "case-taken"},
    "text_restore": {"kind": "case-taken"},
    "home": {},
    "identity": {},
    "visit": {"pk": 1},
    "identity_link": {"pk": 1},
    "identity_sheet": {"pk": 1},
    "identity_video": {"pk": 1},
    "identity_picture": {"pk": 1, "slot": "face"},
    "requests": {},
    "request": {"number": "П-26-000-000-0"},
    "accounts": {},
    "account": {"pk": 1},
    "account_block": {"pk": 1},
    "account_unblock": {"pk": 1},
    "account_sign_out": {"pk": 1},
    "journal": {},
    "reviews": {},
    "review": {"pk": 1},
    "duplicates": {},
    "duplicates_history": {},
    "duplicates_sure": {},
    "duplicates_pair": {"pk": 1},
    "duplicates_merge": {"pk": 1},
    "duplicates_newcomer": {"number": "26-000-000-0"},
    "wards": {},
    "ward": {"pk": 1},
    "ward_confirm": {"pk": 1},
    "ward_paper": {"pk": 1, "code": "x", "number": 1},
    "ward_move": {"pk": 1, "move": "refuse"},
    "booking": {},
    "booking_found": {},
    "booking_print": {},
    "booking_export": {},
    "booking_new": {},
    "booking_for": {"pk": 1},
    "booking_wait": {"pk": 1},
    "booking_offer": {"pk": 1, "said": "yes"},
    "booking_visit": {"pk": 1},
    "booking_cancel": {"pk": 1},
    "booking_move": {"pk": 1},
    "booking_press": {"pk": 1, "move": "arrive"},
    "booking_late": {},
    "booking_late_decide": {"pk": 1},
    "booking_schedules": {},
    "booking_schedule": {"pk": 1},
    "booking_shift_new": {"pk": 1},
    "booking_shift": {"pk": 1, "shift": 1},
    "booking_propose": {"pk": 1},
    "booking_change": {},
    "booking_changed": {"pk": 1},
    "booking_waiting": {},
}
OPEN_TO = {
    **dict.fromkeys(("requests", "request", "accounts"), HELPERS),
    **dict.fromkeys(("account", "account_block", "account_unblock", "account_sign_out"), HELPERS),
    **{name: {Role.FUND} for name in DATA if name.startswith(("identity_", "ward"))},
    **{name: {*HELPERS, *OPERATORS} for name in ("reviews", "review")},
    **{
        name: {Role.FUND}
        for name in DATA
        if name.startswith("duplicates") and name != "duplicates_newcomer"
    },
    "duplicates_newcomer": OPERATORS,
    **{name: {Role.REGISTRAR} for name in DATA if name.startswith("booking")},
    "journal": {Role.ADMINISTRATOR, Role.SUPERVISOR},
    "home": set(STAFF_ROLES),
    **{
        name: {*OPERATORS, Role.SUPERVISOR}
        for name in ("report", "quality", "quality_list", "quality_export")
    },
    **{name: {Role.SUPERVISOR} for name in DATA if name.startswith(("export", "assign"))},
    **{
        name: {Role.ADMINISTRATOR}
        for name in ("reference", "works", "works_end", "texts", "text", "text_restore")
    },
}
POST_ONLY = {
    "quality_export",
    "quality_accept",
    "quality_undo",
    "quality_batch_undo",
    "exchange_person",
    "take_next",
    "phrase_remove",
    "filter_keep",
    "filter_forget",
    "assign",
    "export_settle",
    "copy_hand_over",
    "copy_return",
    "note",
    "left",
    "works_end",
    "press",
    "scan_judge",
    "ward_confirm",
    "text_restore",
    "booking_press",
    "booking_propose",
    "booking_offer",
}
STARTS = {
    Role.INSURER: "/desk/cases/",
    Role.FUND: "/desk/cases/",
    Role.SUPERVISOR: "/desk/report/",
    Role.ADMINISTRATOR: "/desk/reference/",
    Role.SUPPORT: "/desk/requests/",
    Role.REGISTRAR: "/desk/booking/",
}


def every(patterns: Iterable[Any], way: str = "/desk/") -> Iterator[tuple[str, str]]:
    """Name and path of each address, those of the desk's parts as well."""
    for one in patterns:
        path = way + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from every(one.url_patterns, path)
        else:
            yield str(one.name), path


def addresses(desk, person) -> dict[str, str]:
    """Every address of the desk, with a case and a person that exist."""
    found = {}
    for name, pattern in every(urlpatterns):
        path = pattern
        for old, new in (
            ("<str:number>", desk.case.number),
            ("<slug:move>", "take"),
            ("<slug:said>", "yes"),
            ("<str:code>", "no-such-document"),
            ("<int:page_number>", "1"),
            ("<int:pk>", str(person.pk)),
            ("<slug:slot>", "face"),
            ("<slug:kind>", "case-taken"),
            ("<slug:rule>", "Q063"),
            ("<int:number>", "1"),
            ("<int:shift>", "1"),
        ):
            path = path.replace(old, new)
        found[name] = path
    assert set(found) == set(DATA)
    return found


@pytest.mark.parametrize("role", [None, *Role])
def test_every_address_lets_in_whom_it_should(desk, staff, role) -> None:
    person = make.insured(make.user())
    client = Client()
    if role == Role.INSURED:
        client = sign_in(client, make.user())
    elif role:
        client = sign_in(client, staff(role))
    for name, path in addresses(desk, person).items():
        answer = client.post(path) if name in POST_ONLY else client.get(path)
        if role is None:
            assert (answer.status_code, answer["Location"][:16]) == (302, "/account/login/?")
        elif role not in OPEN_TO.get(name, OPERATORS):
            assert answer.status_code == 403, (role, name)
        else:
            _let_in(role, name, answer)
        assert answer["Cache-Control"] == "no-store" if role else True


def _let_in(role: Role, name: str, answer: Any) -> None:
    """A page, a redirect, or 404 where the fund has no such case; never a dead end."""
    allowed = {200, 302}
    if role == Role.FUND and name in {"case", "approve", "ask", "reject", "press"}:
        allowed = {404}  # the insurer of this case is no fund
    if role == Role.FUND and name in {"confirm", "note", "left"}:
        allowed = {404}  # the same
    if name in {"export_file", "export_settle", "copy", "copy_hand_over", "copy_return"}:
        allowed = {404}  # nobody has wished for one
    if DATA[name].get("pk") and name.startswith("booking") and name != "booking_for":
        allowed = {404}  # nobody has booked, no doctor works here
    if name == "booking_for":
        allowed = {409}  # nobody was looked for
    if name in {"issued", "issued_archive"}:
        allowed = {404}  # nobody has made a list
    if name in {"quality_accept", "quality_undo", "quality_batch", "quality_batch_undo"}:
        allowed = {404}  # nothing was found and nothing repaired
    if name in {"duplicates_pair", "duplicates_merge"}:
        allowed = {404}  # nobody is there twice
    if name == "duplicates_newcomer" and role == Role.FUND:
        allowed = {404}  # the insurer of this case is no fund
    if name == "quality_export":
        allowed = {422}  # a purpose was not told
    if name in {"phrase_remove", "filter_forget"}:
        allowed = {404}  # nothing is kept
    if name in {"exchange_file", "exchange_protocol"}:
        allowed = {404}  # no file has come
    if name.startswith("scan"):
        allowed = {404}  # the case has no such document
    if name == "review":
        allowed = {404}  # nobody has left one
    if name == "request" or name.startswith("account_") or name == "account":
        allowed = {404}  # there is no such request, and nobody looked for the account
    if name.startswith(("identity_", "ward_")) or name in {"visit", "ward"}:
        allowed = {404, 409}  # there is no such video, visit or right
    if name in {"approve", "ask", "reject"} and role == Role.INSURER:
        allowed = {200, 409}  # by then another request of this test may have taken the case
    assert answer.status_code in allowed, (role, name)
    if name == "home":
        assert answer.get("Location") == STARTS.get(role)
    if answer.status_code == 200:
        text = answer.content.decode()
        assert ("Справочники" in text) == (role == Role.ADMINISTRATOR)
        assert (">Люди" in text) == (role in OPERATORS)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_without_the_second_factor_nothing_opens(desk, staff, role) -> None:
    client = sign_in(Client(), staff(role), factor=False)
    person = make.insured(make.user())
    for name, path in addresses(desk, person).items():
        answer = client.post(path) if name in POST_ONLY else client.get(path)
        assert answer.status_code in {302, 403}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/account/"), name


def test_another_insurer_neither_sees_nor_moves_the_case(desk) -> None:
    client, number = desk.client(desk.stranger), desk.case.number
    for name in ("", "approve/", "ask/", "reject/"):
        assert client.get(f"/desk/cases/{number}/{name}").status_code == 404
        assert client.post(f"/desk/cases/{number}/{name or 'take/'}").status_code == 404
    client.post("/desk/cases/take-next/")
    client.post("/desk/cases/", {"text": number})
    assert number not in client.get("/desk/cases/?found=1").content.decode().replace(
        f"«{number}»", ""
    ).replace(f'value="{number}"', "")
    assert client.get(f"/desk/cases/?case={number}").status_code == 404
    desk.case.refresh_from_db()
    assert desk.case.assignee is None


def test_another_insurers_person_is_nobody(desk) -> None:
    person = make.insured(make.user(), by=make.insurer("77002"))
    client = desk.client(desk.irina)
    for path in (f"/desk/people/{person.pk}/", f"/desk/people/{person.pk}/history/"):
        assert client.get(path).status_code == 404
        assert client.get(f"{path}?case={desk.case.number}").status_code == 404
        assert client.post(path, {"purpose": "call"}).status_code == 404
    client.post("/desk/people/", {"text": person.snils, "purpose": "call"})
    assert "Никого не нашли" in client.get("/desk/people/?found=1").content.decode()


@pytest.mark.parametrize("number", ["%00", "x" * 300, "26-000-001-1%00", "<script>", "9" * 40])
def test_made_up_numbers_are_not_found(desk, number) -> None:
    client = desk.client(desk.irina)
    for name in ("", "approve/", "ask/", "reject/"):
        assert client.get(f"/desk/cases/{number}/{name}").status_code == 404
    assert client.get(f"/desk/people/{'9' * 30}/").status_code == 404


def test_moves_are_made_by_post_only(desk) -> None:
    client = desk.client(desk.irina)
    assert client.get(f"/desk/cases/{desk.case.number}/take/").status_code == 405
    assert client.get("/desk/cases/take-next/").status_code == 405
    assert client.post(f"/desk/cases/{desk.case.number}/finish/").status_code == 404
