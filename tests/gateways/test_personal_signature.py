"""Signatures of people: RSA, elliptic curve and GOST, whole, broken, revoked, of strangers."""

import base64
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from tests.gateways.authority import ANNA, Authority

from oms.gateways import personal_signature_demo as demo
from oms.gateways.personal_signature import Checked, OpenSSL, Problem, knows_gost

TEXT = "Подтверждаю личность в кабинете ОМС, код 482-913".encode()
KINDS = {"rsa": "RSA", "ec": "ECDSA", "gost256": "ГОСТ", "gost512": "ГОСТ"}


def now() -> datetime:
    """Soon: certificates of the tests are young, and a slow machine comes to them late."""
    return datetime.now(UTC) + timedelta(minutes=10)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory) -> dict[str, Authority]:
    assert knows_gost(), "the GOST engine is missing: apt-get install libengine-gost-openssl"
    made = {kind: Authority(tmp_path_factory.mktemp(kind) / "ca", kind) for kind in KINDS}
    for one in made.values():
        one.person()
    return made


def check(authority: Authority, signature: bytes, content: bytes = TEXT, at=None) -> Checked:
    judge = OpenSSL(authority.root, authority.lists)
    return judge.check(signature=signature, content=content, at=at or now())


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_signature_tells_who_signed(authorities, kind) -> None:
    found = check(authorities[kind], authorities[kind].sign(TEXT))
    assert found.problem is None
    who = found.signatory
    assert (who.family_name, who.given_names) == ("Проверкина", "Анна Викторовна")
    assert (who.snils, who.inn, who.organization) == ("11223344595", "500100732259", "")
    assert who.algorithm.startswith(KINDS[kind])
    assert who.issuer == f"УЦ {kind}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("other text", Problem.OTHER_TEXT),
        ("stranger", Problem.UNTRUSTED),
        ("later", Problem.EXPIRED),
        ("earlier", Problem.NOT_YET),
        ("revoked", Problem.REVOKED),
        ("old list", Problem.UNKNOWN_REVOCATION),
        ("no list", Problem.UNKNOWN_REVOCATION),
        ("not for signing", Problem.UNTRUSTED),
    ],
)
def test_each_fault_has_its_name(tmp_path, kind, name, problem) -> None:
    own = Authority(tmp_path / "ca", kind)
    own.person(extensions="server" if name == "not for signing" else "person")
    content, at, trusted = TEXT, now(), own
    signature = own.sign(TEXT)
    if name == "other text":
        content = TEXT + b"!"
    elif name == "stranger":
        trusted = Authority(tmp_path / "another", kind)
    elif name == "later":
        at = now() + timedelta(days=400)
    elif name == "earlier":
        at = now() - timedelta(days=2)
    elif name == "revoked":
        own.revoke()
    elif name == "old list":
        own.publish("-crldays", "1")
        at = now() + timedelta(days=3)
    elif name == "no list":
        (own.lists / "root.crl").unlink()
    assert check(trusted, signature, content, at) == Checked(problem)


def test_every_form_a_tool_may_write_is_read(authorities) -> None:
    own = authorities["rsa"]
    der = own.sign(TEXT)
    armoured = own.sign(TEXT, form="PEM")
    cades = own.sign(TEXT, "-cades")
    enclosed = own.sign(TEXT, "-nodetach")
    bare = base64.encodebytes(der)
    for form in (der, armoured, cades, enclosed, bare, b" " + bare):
        assert check(own, form).problem is None
    assert check(own, enclosed, TEXT + b"!").problem is Problem.OTHER_TEXT


@pytest.mark.parametrize(
    "junk", [b"", b"0", b"0\x80" * 40_000, b"\x30\x84\xff\xff\xff\xff", b"%PDF"]
)
def test_junk_is_no_signature(authorities, junk) -> None:
    assert check(authorities["ec"], junk) == Checked(Problem.NOT_CMS)


def test_no_byte_of_a_signature_can_change_and_still_prove(authorities) -> None:
    own = authorities["ec"]
    signature = own.sign(TEXT, "-nocerts", "-certfile", "anna.pem", "-nosmimecap")
    who = check(own, signature).signatory
    assert who
    for place in range(0, len(signature), 7):
        changed = bytearray(signature)
        changed[place] ^= 0x01
        found = check(own, bytes(changed)).signatory
        assert found in (None, who)  # a byte no signature covers may change; nobody else appears


def test_two_signers_are_one_too_many(authorities) -> None:
    own = authorities["rsa"]
    own.person("boris", subject=ANNA)
    both = own.sign(TEXT, "-signer", "boris.pem", "-inkey", "boris.key")
    assert check(own, both) == Checked(Problem.SEVERAL)


def test_weak_keys_and_digests_prove_nothing(authorities) -> None:
    own = authorities["rsa"]
    own.person("weak", kind="weak-rsa")
    assert check(own, own.sign(TEXT, by="weak")).problem in {Problem.WEAK, Problem.UNTRUSTED}
    assert check(own, own.sign(TEXT, "-md", "sha1")) == Checked(Problem.WEAK)


def test_a_list_is_fetched_from_where_a_trusted_certificate_says(tmp_path) -> None:
    with Lists() as lists:
        own = Authority(tmp_path / "ca", "ec", lists_at=lists.address)
        own.person(extensions="person_with_list")
        signature = own.sign(TEXT)
        published = own.lists / "root.crl"
        lists.content = published.read_bytes()
        published.unlink()
        assert check(own, signature).problem is None
        assert lists.asked == 1
        assert check(own, signature).problem is None
        assert lists.asked == 1  # kept for an hour
        stranger = Authority(tmp_path / "stranger", "ec")
        check(stranger, signature)
        assert lists.asked == 1  # a stranger's certificate sends us nowhere
        own.revoke()
        lists.content = published.read_bytes()
        published.unlink()
        assert check(own, signature, at=now() + timedelta(hours=2)) == Checked(Problem.REVOKED)


def test_a_silent_address_leaves_revocation_unknown(tmp_path) -> None:
    own = Authority(tmp_path / "ca", "ec")
    own.person(extensions="person_with_list")
    (own.lists / "root.crl").unlink()
    assert check(own, own.sign(TEXT)) == Checked(Problem.UNKNOWN_REVOCATION)


def test_the_demos_own_keys_are_good(tmp_path: Path) -> None:
    made = demo.load_or_create(tmp_path, password="secret")
    again = demo.load_or_create(tmp_path, password="secret")
    assert made.root == again.root
    bag = demo.issue(
        made,
        family_name="Проверкина",
        given_names="Анна Викторовна",
        snils="11223344595",
        inn="",
        password="open",
    )
    key, certificate, _ = load_key_and_certificates(bag, b"open")
    assert key
    assert certificate
    (tmp_path / "me.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "me.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    helper = object.__new__(Authority)
    helper.folder, helper.kind = tmp_path, "ec"
    found = OpenSSL(made.root_file, made.lists).check(
        signature=helper.sign(TEXT, by="me"), content=TEXT, at=now()
    )
    assert found.signatory
    assert found.signatory.snils == "11223344595"


class Lists:
    """A web server with one list of revoked certificates."""

    def __init__(self) -> None:
        self.content, self.asked = b"", 0
        lists = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                lists.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(lists.content)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/root.crl"

    def __enter__(self) -> "Lists":
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
