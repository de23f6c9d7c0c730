"""Every address of the reading pages, for everybody: nobody sees another's data."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import factories

from oms.domain.accounts.models import Role
from oms.domain.register import actions as register
from oms.domain.register import looks
from oms.faces.portal import urls

pytestmark = pytest.mark.django_db
EVERYBODY = [
    "check_policy", "verify", "services", "insurers", "compare", "clinics", "help",
    "accessibility", "privacy", "status", "robots", "security_txt",
]  # fmt: skip
OWN = ["documents", "messages", "policy_code"]
SECRETS = ["Шереметьевск", "Борислав", "Всеволод"]


@pytest.fixture
def addresses(insured_boris, boris, paper_of, message_to) -> dict[str, str]:
    """Addresses of things that are Boris', one of each kind, and of what is everybody's."""
    paper, message = paper_of(insured_boris), message_to(boris, title="Для Борислава")
    clinic = factories.region()
    from oms.domain.directory.models import MedicalOrganization

    MedicalOrganization.objects.create(
        code="770001", region=clinic, full_name="Клиника", short_name="Клиника"
    )
    register.look(
        people=[insured_boris], by=factories.operator(), purpose="Сверка", at=factories.NOON
    )
    (look,) = looks.newest(looks.keys_of_account(boris))
    parts = {
        "complain": [look.number],
        "service": ["change-insurer"],
        "verify_code": [paper.check_code],
        "document": [paper.number],
        "document_pdf": [paper.number],
        "message": [message.pk],
        "insurer": ["77001"],
        "clinic": ["770001"],
        "insurer_reviews": ["77001"],
        "clinic_reviews": ["770001"],
    }
    own = {pattern.name for pattern in urls.urlpatterns if getattr(pattern, "name", None)}
    own.remove("message_resend")  # takes a form only: test_messages.py
    own -= {"diagnosis_step", "diagnosis_on"}  # forms only: test_missing.py
    own -= {"insurer_review", "clinic_review", "review_report"}  # test_organizations.py
    own.remove("document_sig")  # only where a signature was made: test_points.py
    return {name: reverse(f"portal:{name}", args=parts.get(name, [])) for name in own}


def told(answer: Any, secret: str) -> bool:
    return secret in answer.content.decode(errors="replace")


def test_a_visitor_opens_what_is_public_and_is_asked_to_sign_in_for_the_rest(
    addresses: dict[str, str], client: Client, insured_boris: Any
) -> None:
    assert len(addresses) >= 24
    closed = {
        "documents",
        "document",
        "document_pdf",
        "messages",
        "messages_export",
        "message",
        "policy_code",
        "readers",
        "complain",
        "diagnosis",
        "past",
    }
    moved = {"favicon": 301, "favicon_svg": 301}
    for name, address in addresses.items():
        answer = client.get(address)
        assert answer.status_code == (302 if name in closed else moved.get(name, 200)), name
        if name in closed:
            assert answer.headers["Location"].startswith(reverse("account_login"))
        for secret in [*SECRETS, insured_boris.enp, insured_boris.snils]:
            assert not told(answer, secret), (name, secret)


def test_another_citizen_finds_nothing_of_his(
    addresses: dict[str, str], anna: Any, entered: Any, insured_boris: Any
) -> None:
    client = entered(anna)
    his = {"document", "document_pdf", "message", "complain"}
    for name, address in addresses.items():
        answer = client.get(address)
        assert (answer.status_code == 404) is (name in his), name
        for secret in [*SECRETS, insured_boris.enp, insured_boris.snils]:
            assert not told(answer, secret), (name, secret)
        assert answer.headers["Cache-Control"] == "no-store", name


def test_the_owner_opens_everything(addresses: dict[str, str], boris: Any, entered: Any) -> None:
    client = entered(boris)
    for name, address in addresses.items():
        assert client.get(address).status_code in (200, 301), name


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INSURED])
def test_staff_are_shown_the_way_to_the_desk_and_nobodys_papers(
    role: Role, addresses: dict[str, str], entered: Any
) -> None:
    staff = factories.user(role=role, organization="insurer:77002", family_name="Петрова")
    client = entered(staff)
    assert client.get("/").headers["Location"] == "/desk/"
    assert told(client.get(addresses["services"]), 'href="/desk/"')
    for name in ("document", "document_pdf", "message"):
        assert client.get(addresses[name]).status_code == 404


def test_each_page_has_one_heading_a_title_and_a_skip_link(
    addresses: dict[str, str], boris: Any, entered: Any
) -> None:
    client, titles = entered(boris), set()
    pages = {n: a for n, a in addresses.items() if n not in ("document_pdf", "home")}
    for name, address in pages.items():
        answer = client.get(address)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        text = answer.content.decode()
        title = re.search(r"<title>(.*?)</title>", text, re.S)
        assert title, name
        assert title[1].strip().endswith(" — Кабинет ОМС"), name
        assert len(re.findall(r"<h1[ >]", text)) == 1, name
        assert 'class="skip"' in text
        titles.add(title[1])
    assert len(titles) >= 16


def test_only_safe_methods_unless_a_form_is_there(addresses: dict[str, str], boris: Any) -> None:
    client = Client()
    client.force_login(boris)
    forms = {"check_policy", "verify", "complain", "diagnosis"}
    for name, address in addresses.items():
        expected = (200, 302) if name in forms else (405,)
        assert client.post(address).status_code in expected, name


@pytest.mark.parametrize(
    "address",
    [
        "/services/no-such/", "/insurers/00000/", "/insurers/770011/", "/clinics/x/",
        "/documents/В-26-000-001-5/", "/documents/%00/", "/messages/999999999999999999999/",
        "/messages/0/", "/verify/%00/", "/verify/" + "я" * 300 + "/", "/clinics/%00/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(address: str, anna: Any, entered: Any) -> None:
    assert entered(anna).get(address).status_code == 404


HOSTILE = [
    "\0",
    "x" * 100_000,
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "\u202eабв",
    "🏥" * 50,
    "%",
    "-1",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_any_search_is_answered(value: str, insured_anna: Any, anna: Any, entered: Any) -> None:
    client = entered(anna)
    asked = {
        "services": ["q"],
        "help": ["q"],
        "insurers": ["region"],
        "compare": ["code", "region"],
        "clinics": ["q", "region", "speciality", "page"],
        "messages": ["before"],
        "documents": ["before"],
    }
    for name, fields in asked.items():
        for field in fields:
            answer = client.get(reverse(f"portal:{name}"), {field: value})
            assert answer.status_code == 200, (name, field)
            assert not told(answer, "<script>alert(1)")
