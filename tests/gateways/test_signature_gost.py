"""The GOST signature beside a file: made, judged, off without a key."""

import subprocess
from pathlib import Path

import pytest

from oms.gateways import signature_gost
from oms.gateways.personal_signature import knows_gost
from oms.gateways.signature_parts import NoKey

pytestmark = pytest.mark.skipif(not knows_gost(), reason="OpenSSL has no GOST engine")
CONTENT = b"%PDF-1.7 \x00\xff\r\n the paper's bytes \r\n" * 50


@pytest.fixture(autouse=True)
def _fresh(settings):
    settings.GOST_KEY = settings.GOST_CERTIFICATE = None
    settings.DEMO = False
    signature_gost.forget()
    yield
    signature_gost.forget()


def pair(folder: Path, name: str = "own") -> tuple[Path, Path]:
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    signature_gost.make_pair(key, certificate, subject=f"/CN=Кабинет {name}")
    return key, certificate


@pytest.fixture
def signer(tmp_path: Path, settings) -> signature_gost.GostSigner:
    settings.GOST_KEY, settings.GOST_CERTIFICATE = pair(tmp_path)
    found = signature_gost.signer()
    assert found
    return found


def test_without_a_key_there_is_no_signer() -> None:
    assert signature_gost.signer() is None


def test_a_signature_is_over_these_very_bytes_and_by_gost(signer, tmp_path) -> None:
    made = signer.sign(CONTENT)
    assert made.signer == "Кабинет own"
    assert signer.check(CONTENT, made.content) == signature_gost.GostReport("Кабинет own", "")
    changed = signer.check(CONTENT.replace(b"paper", b"Paper", 1), made.content)
    assert (changed.ok, "другого файла" in changed.problem) == (False, True)
    (tmp_path / "made").write_bytes(made.content)
    told = subprocess.run(
        ["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", tmp_path / "made"],
        check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip
    assert "1.2.643.7.1.1.2.2" in told or "34.11-2012" in told  # the digest
    assert "signingCertificateV2" in told or "1.2.840.113549.1.9.16.2.47" in told  # CAdES-BES


def test_every_kind_of_bad_signature_is_told(signer, tmp_path) -> None:
    good = signer.sign(CONTENT).content
    stranger = signature_gost.OpenSSL(*pair(tmp_path, "stranger"))
    cases = {
        b"": "пуст", b"x" * 70_000: "большой", b"nonsense": "повреждён", good[:-40]: "повреждён",
        stranger.sign(CONTENT).content: "не мы",
    }  # fmt: skip
    for content, words in cases.items():
        report = signer.check(CONTENT, content)
        assert not report.ok
        assert words in report.problem, content[:20]
    middle = len(good) // 2
    for place in (middle, len(good) - 3):
        spoiled = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        assert not signer.check(CONTENT, spoiled).ok


def test_papers_of_an_earlier_key_are_still_recognised(signer, tmp_path, settings) -> None:
    old = signer.sign(CONTENT).content
    key, certificate = pair(tmp_path, "new")
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + (tmp_path / "own.pem").read_bytes())
    settings.GOST_KEY, settings.GOST_CERTIFICATE = key, both
    signature_gost.forget()
    now = signature_gost.signer()
    assert now.sign(CONTENT).signer == "Кабинет new"
    assert now.check(CONTENT, old).signer == "Кабинет own"


def test_a_key_that_does_not_open_is_said_to_the_administrator(tmp_path, settings) -> None:
    key, certificate = pair(tmp_path)
    settings.GOST_KEY, settings.GOST_CERTIFICATE = key, tmp_path / "nowhere"
    with pytest.raises(NoKey):
        signature_gost.signer()
    other, _ = pair(tmp_path, "other")
    with pytest.raises(NoKey):
        signature_gost.OpenSSL(other, certificate).sign(CONTENT)


def test_the_demo_makes_its_key_once(tmp_path, settings) -> None:
    settings.DEMO = True
    settings.SIGNER = settings.SIGNER | {"folder": tmp_path / "keys"}
    made = signature_gost.signer().sign(CONTENT)
    assert "демо" in made.signer
    key = tmp_path / "keys" / "gost" / "key.pem"
    assert key.stat().st_mode & 0o077 == 0
    signature_gost.forget()
    assert signature_gost.signer().check(CONTENT, made.content).ok
