"""A whole way through the pages: from the button of a service to the decision at the desk."""

import re
from typing import Any

from django.test import Client
from django.utils import timezone
from tests import factories as make
from tests.signing_in import sign_in

from oms.cases.models import Case
from oms.cases.review import application, service_of
from oms.domain.accounts.models import User
from oms.domain.notifications.models import Delivery

Pages = dict[str, dict[str, Any]]


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer)
    return str(answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def filed(user: User, service: str, pages: Pages, *, about: str = "") -> Case:
    """Start, fill in what is asked, attach, sign by the code of the SMS."""
    client = sign_in(Client(), user)
    query = f"?about={about}" if about else ""
    assert "Начать" in text(client, f"/services/{service}/start/{query}")
    url = client.post(f"/services/{service}/start/", {"about": about})["Location"]
    case = Case.objects.latest("pk")
    for step in service_of(case).steps:
        known = application(case, on=timezone.localdate())
        if not step.signs and step.asked(known):
            assert url.endswith(f"/{step.code}/"), (url, step.code)
            assert step.title in text(client, url)
            sent = client.post(url, pages[step.code] | {"go": "on"})
            assert sent.status_code == 302, re.findall("data-error[^<]*<[^<]*", str(sent.content))
            url = sent["Location"]
            case.refresh_from_db()
    if url.endswith("/documents/"):
        make.bring_documents(case)
        url = client.post(url)["Location"]
    assert url.endswith("/check/"), url
    assert "Получить код и подписать" in text(client, url)
    url = client.post(url, {"truth": "on"})["Location"]
    code = re.search(r"\d{6}", Delivery.objects.filter(channel="sms").latest("pk").text)
    assert code
    assert client.post(url, {"code": code[0]})["Location"].endswith("/submitted/")
    case.refresh_from_db()
    assert case.number in text(client, f"/cases/{case.number}/submitted/")
    return case


def decided(case: Case, **form: Any) -> Case:
    """Take and approve at the desk of whoever has it."""
    body = case.insurer or case.fund
    assert body is not None
    desk = sign_in(Client(), make.operator(body))
    seen = f"/desk/cases/{case.number}/"
    assert case.number in text(desk, "/desk/cases/")
    assert desk.post(f"{seen}take/", {"revision": case.revision})["Location"] == seen
    case.refresh_from_db()
    assert "Одобрить" in text(desk, seen)
    assert desk.get(f"{seen}approve/").status_code == 200
    answer = desk.post(f"{seen}approve/", {"revision": case.revision, **form})
    assert answer.status_code == 302, text(desk, f"{seen}approve/")[-3000:]
    case.refresh_from_db()
    return case
