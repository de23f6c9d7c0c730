"""What every kind of answer carries: pages, redirects, errors, files, pictures, JSON, statics."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from tests import factories as make
from tests.domain.documents.conftest import photo
from tests.signing_in import sign_in

from oms.domain.accounts.models import User
from oms.domain.documents import actions as documents
from oms.domain.documents.models import Document
from oms.faces.portal import help as help_face

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SECURE = (
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME",
    "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD", "SECURE_PROXY_SSL_HEADER",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _statics_are_found() -> Any:
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture
def anna(tmp_path: Path, settings: Any) -> User:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = {**settings.STORAGES, "documents": own}
    return make.user()


@pytest.fixture
def document(anna: User) -> Document:
    brought = documents.receive(
        user=anna, by=anna, kind="passport", content=photo(), name="паспорт.jpg", at=make.NOON
    )
    brought.scan = Document.Scan.CLEAN
    brought.save()
    return brought


def answers(client: Client, document: Document) -> dict[str, Any]:
    """One answer of each kind, as this browser gets it."""
    client.raise_request_exception = False
    upload = f"/documents/uploads/{document.code}/"
    return {
        "page": client.get("/help/"),
        "form refused": client.post("/check-policy/", {}),
        "redirect": client.get("/desk/"),
        "not found": client.get("/no-such/"),
        "file": client.get(f"{upload}file/"),
        "preview": client.get(f"{upload}pages/1/"),
        "json": client.get("/readyz"),
        "machine": client.get("/metrics"),
        "text": client.get("/robots.txt"),
        "static": _read(client.get("/static/portal/uploads.js")),
        "session": client.get("/account/session/"),
    }


def _read(answer: Any) -> Any:
    """Read a file to its end, so that it is closed."""
    assert b"".join(answer.streaming_content)
    answer.close()
    return answer


@pytest.mark.parametrize("signed_in", [True, False])
def test_every_kind_of_answer_carries_its_headers(
    anna: User, document: Document, signed_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(Client(), anna) if signed_in else Client()
    seen = answers(client, document)
    assert seen["file"].status_code == seen["preview"].status_code == (200 if signed_in else 302)
    assert seen["static"].status_code == 200
    monkeypatch.setattr(help_face, "page", _fails)
    seen["error"] = client.get("/help/")
    assert seen["error"].status_code == 500
    for kind, answer in seen.items():
        for name, value in EVERYWHERE.items():
            assert answer.headers.get(name) == value, (kind, name)
        assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, kind
        assert "payment=()" in answer.headers["Permissions-Policy"], kind
        assert answer.headers.get("Server") is None, kind
        if kind != "static":
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, kind
            assert "unsafe" not in policy, kind
            assert ("sandbox" in policy) == (signed_in and kind in {"file", "preview"}), kind
            if signed_in:
                assert answer.headers["Cache-Control"] == "no-store", kind


def _fails(*_args: Any, **_more: Any) -> None:
    raise RuntimeError


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The house's settings as they are when its address begins with https."""
    told = {"OMS_BASE_URL": "https://oms.example", "OMS_PROFILE": "test", "PYTHONPATH": "src"}
    code = (
        "import json; from oms.config import settings as s; "
        f"print(json.dumps({{n: getattr(s, n) for n in {SECURE!r}}}))"
    )
    done = subprocess.run(  # our own code
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, **told, "OMS_VAR": str(tmp_path_factory.mktemp("https"))},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"SECURE_PROXY_SSL_HEADER": tuple(found["SECURE_PROXY_SSL_HEADER"])}


@pytest.fixture
def browser(https: dict[str, Any], settings: Any) -> Callable[[], Client]:
    for name, value in https.items():
        setattr(settings, name, value)
    return Client


def test_under_https_nothing_goes_without_it(
    browser: Callable[[], Client], document: Document
) -> None:
    plain = browser().get("/help/")
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/help/")
    for kind, answer in answers(Client(HTTP_X_FORWARDED_PROTO="https"), document).items():
        hsts = answer.headers["Strict-Transport-Security"]
        assert "max-age=31536000" in hsts, kind
        assert "includeSubDomains" in hsts, kind


def test_cookies_under_https_are_bound_to_the_host(
    browser: Callable[[], Client], anna: User
) -> None:
    anna.set_password("теплый чайник 42")
    anna.save()
    client = Client(HTTP_X_FORWARDED_PROTO="https")
    client.get("/account/login/")
    sent = {"login": anna.phone, "password": "теплый чайник 42"}
    assert client.post("/account/login/", sent).status_code == 302
    assert {"__Host-session", "__Host-csrf"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["secure"], name
        assert cookie["samesite"] in {"Lax", "Strict"}, name
        assert cookie["httponly"], name
        assert not cookie["domain"], name
        assert cookie["path"] == "/" or not name.startswith("__Host-"), name
