from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from tests.push_browser import PushBrowser

from oms.gateways import push
from oms.gateways.errors import Temporary


@pytest.fixture(autouse=True)
def _own_service(world, settings, tmp_path, monkeypatch) -> Iterator[None]:
    settings.PUSH_SERVICES = urlsplit(world.url).netloc
    monkeypatch.setattr(push, "_folder", lambda: tmp_path / "keys")
    yield
    push._private_key.cache_clear()


@pytest.fixture
def browser(world) -> push.Browser:
    told = world.call("POST", "/push/subscriptions", server=push.public_key())
    return push.Browser(told["endpoint"], **told["keys"])


def notice(to: push.Browser, key: str = "case:1/push1") -> dict[str, Any]:
    return {
        "to": to, "title": "Заявление принято", "path": "/messages/7/", "key": key,
        "at": timezone.now(),
    }  # fmt: skip


def test_a_notice_is_opened_by_its_browser_alone(world, browser) -> None:
    for _ in range(2):
        push.gateway().send(**notice(browser))
    (caught,) = world.caught()
    assert (caught["channel"], caught["copies"]) == ("push", 2)
    assert caught["subject"] == "Заявление принято"
    assert caught["text"].endswith("/messages/7/")
    assert len(caught["key"]) == 32  # a repeated notice replaces itself
    other = PushBrowser(browser.endpoint)
    keys = other.told["keys"]
    with pytest.raises(push.Permanent, match="400"):
        push.gateway().send(**notice(push.Browser(browser.endpoint, **keys)))


def test_only_the_key_of_the_subscription_may_send(browser, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(push, "_folder", lambda: tmp_path / "another")
    with pytest.raises(Temporary, match="403"):
        push.gateway().send(**notice(browser))


@pytest.mark.parametrize("off", [timedelta(days=-2), timedelta(days=2)])
def test_a_token_out_of_time_is_refused(browser, off: timedelta) -> None:
    wrong = notice(browser) | {"at": timezone.now() + off}
    with pytest.raises(Temporary, match="403"):
        push.gateway().send(**wrong)


@pytest.mark.parametrize(
    ("kind", "error", "kept"),
    [("refuse", Temporary, 0), ("temporary", Temporary, 0), ("gone", push.Gone, 0),
     ("lost", Temporary, 1)],
)  # fmt: skip
def test_each_failure_means_what_it_means(world, browser, kind, error, kept) -> None:
    world.fail(kind, channel="push")
    with pytest.raises(error) as caught:
        push.gateway().send(**notice(browser))
    assert browser.endpoint not in str(caught.value)
    assert len(world.caught()) == kept
    push.gateway().send(**notice(browser))
    assert [row["copies"] for row in world.caught()] == [kept + 1]


def test_a_browser_whose_owner_said_no_is_gone(world, browser) -> None:
    world.call("DELETE", urlsplit(browser.endpoint).path)
    with pytest.raises(push.Gone, match="410"):
        push.gateway().send(**notice(browser))


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://evil-fcm.googleapis.com.example/x", False),
        ("https://notify.windows.com.example/x", False),
        ("https://xnotify.windows.com/x", False),
        ("https://user@web.push.apple.com/x", False),
        ("http://127.0.0.1:9/x", False),
        ("https://[::1/x", False),
        ("https://fcm.googleapis.com/" + "x" * 600, False),
        ("", False),
    ],
)
def test_only_push_services_are_called(endpoint: str, known: bool) -> None:
    assert push.is_service(endpoint) is known


def test_the_key_is_made_once_and_kept(tmp_path) -> None:
    first = push.public_key()
    push._private_key.cache_clear()
    assert push.public_key() == first
    path = tmp_path / "keys" / "push.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert isinstance(push._private_key(tmp_path / "keys"), ec.EllipticCurvePrivateKey)
