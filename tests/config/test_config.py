"""What the administrator says reaches the parts it is meant for."""

from pathlib import Path

import pytest
from django.test import RequestFactory

from oms.config import start
from oms.config.databases import database
from oms.faces.portal.account.browser import origin


def test_what_stands_after_the_question_mark_reaches_the_database() -> None:
    url = "postgresql://oms:p%40ss@db.example:5433/oms?sslmode=verify-full&sslrootcert=/ca.pem"
    found = database(url, default_file=Path("x"), pool=True)
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["sslrootcert"] == "/ca.pem"
    assert found["OPTIONS"]["pool"]["max_size"] == 8
    assert (found["HOST"], found["PORT"], found["PASSWORD"]) == ("db.example", "5433", "p@ss")
    socket = database("postgresql:///oms?host=/run/pg", default_file=Path("x"), pool=False)
    assert (socket["HOST"], socket["OPTIONS"]) == ("/run/pg", {})


@pytest.mark.parametrize(
    ("proxies", "told", "counted"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "", "127.0.0.1"),
    ],
)
def test_a_visitor_is_counted_by_what_our_own_proxies_say(settings, proxies, told, counted) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": told} if told else {}
    assert origin(RequestFactory().get("/", headers=headers)) == counted


def test_start_believes_the_environment_and_asks_as_a_proxy_would(monkeypatch) -> None:
    monkeypatch.setenv("OMS_BASE_URL", "https://oms.example")
    options = start._options([])
    assert options.base_url == "https://oms.example"
    asked = start._readiness(options)
    assert asked.get_header("Host") == "oms.example"
    assert asked.get_header("X-forwarded-proto") == "https"
    assert start._options(["--base-url", "http://a.example"]).base_url == "http://a.example"
