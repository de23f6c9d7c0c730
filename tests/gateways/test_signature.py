"""Who signs, with what key, and what hostile files do to the check."""

import random
import re
import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from oms.gateways import signature, signature_check, signature_demo

AT = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)


def one_page():
    """The smallest PDF there is."""
    pdf, places = b"%PDF-1.7\n", []
    for number, value in enumerate(
        (
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        ),
        1,
    ):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, value)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(pdf)
    return pdf + b"xref\n0 4\n0000000000 65535 f \n" + rows + trailer


PAGE = one_page()


@pytest.fixture(autouse=True)
def _fresh(settings, tmp_path):
    settings.SIGNER = settings.SIGNER | {"folder": tmp_path / "keys"}
    signature.forget()
    yield
    signature.forget()


def certificate(key, name="Тестовая организация", *, by=None, days=100):
    """A certificate of the key, signed by itself or by another (certificate, key)."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False
    ) | {"encipher_only": False, "decipher_only": False, "key_cert_sign": by is None}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .sign(by[1] if by else key, hashes.SHA256())
    )


def use_file(settings, tmp_path, key, **changes):
    path = tmp_path / "key.p12"
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certificate(root_key, "Тестовый УЦ", days=4000)
    own = certificate(key, by=(root, root_key))
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"key", key, own, [root], BestAvailableEncryption(b"secret")
        )
    )
    settings.SIGNER = settings.SIGNER | {"pkcs12": path, "pkcs12_password": "secret"} | changes
    signature.forget()
    return own


def signed(at=AT):
    return signature.signer().sign_pdf(PAGE, reason="Проба", at=at)


def test_the_demo_authority_says_what_it_is_and_keeps_its_key_private(tmp_path):
    assert "(демо)" in signature.signer().subject
    assert "Учебный УЦ OpenOMS (демо)" in (
        x509.load_pem_x509_certificate(signature.demo_root().encode()).subject.rfc4514_string()
    )
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in file.read_bytes()
    assert file.read_bytes().count(b"PRIVATE KEY") == 2  # one key: the root's is not kept


def test_a_signature_is_whole_trusted_and_dated():
    report = signature.validate_pdf(signed(), at=AT)
    assert (report.ok, report.problem) == (True, "")
    assert report.signed_at == AT
    assert report.signer == signature_demo.SIGNER_NAME


def test_keys_made_by_eight_starters_at_once_are_one_key(tmp_path):
    start, made = threading.Barrier(8), []

    def begin():
        start.wait()
        made.append(signature_demo.load_or_create(tmp_path / "k", password="p"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len({one.certificate.serial_number for one in made}) == 1
    assert [path.name for path in (tmp_path / "k").iterdir()] == ["demo-authority.pem"]


def test_another_installations_demo_signature_is_not_trusted(settings, tmp_path):
    foreign = signed()
    settings.SIGNER = settings.SIGNER | {"folder": tmp_path / "other"}
    signature.forget()
    report = signature.validate_pdf(foreign, at=AT)
    assert (report.intact, report.covers_whole_file, report.trusted) == (True, True, False)
    assert "не нами" in report.problem


@pytest.mark.parametrize(
    "make",
    [
        lambda: rsa.generate_private_key(65537, 2048),
        lambda: ec.generate_private_key(ec.SECP256R1()),
    ],
)
def test_a_key_of_ones_own_in_a_file_signs(settings, tmp_path, make):
    own = use_file(settings, tmp_path, make())
    assert signature.has_real_key()
    assert signature.signer().subject == "Тестовая организация"
    assert signature.signer().certificate.split() == own.public_bytes(Encoding.PEM).decode().split()
    file = signed()
    assert signature.validate_pdf(file, at=AT).ok
    assert not signature.validate_pdf(file, at=AT + timedelta(days=101)).trusted  # it has expired
    assert not (tmp_path / "keys").exists()  # no demo key beside a real one


@pytest.mark.parametrize(
    "make",
    [
        lambda: rsa.generate_private_key(65537, 2048),
        lambda: ec.generate_private_key(ec.SECP256R1()),
    ],
    ids=["rsa", "ec"],
)
def test_the_second_signature_of_a_key_is_cast_and_as_good_as_the_first(settings, tmp_path, make):
    use_file(settings, tmp_path, make())
    signer, pages = signature.signer(), [PAGE, PAGE.replace(b"842", b"595"), PAGE]
    files = [signer.sign_pdf(page, reason="x", at=AT) for page in pages]
    for file in files:
        report = signature.validate_pdf(file, at=AT)
        assert report.ok, report.problem
        assert not signature.validate_pdf(file.replace(b"/Count 1", b"/Count 2"), at=AT).ok
    der = [_cms(file) for file in files]
    assert [one["content"]["certificates"].dump() for one in der] == [
        der[0]["content"]["certificates"].dump()
    ] * 3
    digests = [_digest(one) for one in der]
    assert (digests[0] != digests[1], len(digests[1])) == (True, 32)


def _cms(file):
    begin, size = map(int, re.search(rb"/ByteRange\s*\[\s*0 (\d+) (\d+)", file).groups())
    return cms.ContentInfo.load(bytes.fromhex(file[begin + 1 : size - 1].decode()))


def _digest(one):
    attributes = one["content"]["signer_infos"][0]["signed_attrs"]
    return next(a["values"][0].native for a in attributes if a["type"].native == "message_digest")


def test_roots_may_be_told_in_a_file(settings, tmp_path):
    stranger = certificate(ec.generate_private_key(ec.SECP256R1()), "Чужой")
    roots = tmp_path / "roots.pem"
    roots.write_bytes(stranger.public_bytes(Encoding.PEM))
    use_file(settings, tmp_path, ec.generate_private_key(ec.SECP256R1()), trust_roots=roots)
    assert not signature.validate_pdf(signed(), at=AT).trusted


def test_a_wrong_password_or_file_is_said_to_the_administrator(settings, tmp_path):
    use_file(settings, tmp_path, ec.generate_private_key(ec.SECP256R1()), pkcs12_password="no")
    with pytest.raises(signature.NoKey, match="does not open"):
        signature.signer()
    settings.SIGNER = settings.SIGNER | {"pkcs12": tmp_path / "absent.p12"}
    with pytest.raises(signature.NoKey, match="absent"):
        signature.signer()


def test_a_token_without_its_library_names_the_extra(settings, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyhanko.sign.pkcs11", None)
    use_file(settings, tmp_path, ec.generate_private_key(ec.SECP256R1()), pkcs11_module="/x.so")
    with pytest.raises(signature.NoKey, match="pkcs11"):
        signature.signer()  # the token goes first, the file is not a fallback


def test_production_never_signs_with_the_demo_key(settings):
    settings.ENV = settings.ENV.model_copy(update={"profile": "production"})
    with pytest.raises(signature.NoKey):
        signature.signer()


def test_the_demo_file_of_another_password_does_not_open(settings):
    signature.signer()
    settings.SIGNER = settings.SIGNER | {"demo_ca_password": "another"}
    signature.forget()
    with pytest.raises(signature.NoKey, match="does not open"):
        signature.signer()


def test_hostile_files_get_a_report_never_an_error():
    whole = signed()
    start = whole.index(b"/Contents <") + 11
    deep = b"30808002" * 400
    files = [
        b"",
        b"%PDF-",
        PAGE,
        whole[:-1],
        whole + b"x",
        whole[:start] + b"z" * 4 + whole[start + 4 :],
        whole[:start] + deep + whole[start + len(deep) :],
        whole.replace(b"/ByteRange [0", b"/ByteRange [1"),
        whole + b"/ByteRange [0 9 9 999999999]",
        whole + b"/ByteRange [0 1 99999999 1]",
        b"%PDF-" + b"/ByteRange [0 5 6 7]" * 1000,
        b"%PDF-/ByteRange [0 5 40 3]" + b"\xff" * 99,
    ]
    dice = random.Random(1)
    files += [
        whole[:start] + dice.randbytes(900).hex().encode() + whole[start + 1800 :]
        for _ in range(50)
    ]
    for data in files:
        report = signature.validate_pdf(data, at=AT)
        assert not report.ok
        assert report.problem.endswith(".")


def test_a_strangers_endless_signature_is_not_even_read(monkeypatch):
    """A megabyte of empty values would take minutes to walk through."""
    monkeypatch.setattr(signature_check, "_refuse_gaps", lambda _der: pytest.fail("was read"))
    whole = signed()
    head, tail = whole[: whole.index(b"/Contents <") + 10], whole[-40:]
    gap = b"<" + b"0500" * 40_000 + b">"
    place = b"/ByteRange [0 %d %d %d]"
    size = len(head) + 40
    data = (head + place % (size, size + len(gap), 40)).ljust(size) + gap + tail
    report = signature.validate_pdf(data, at=AT)
    assert report.problem == "Подпись в файле слишком длинная: такую поставили не мы."


@pytest.mark.drill
def test_no_byte_of_the_signature_itself_can_change_unnoticed():
    """The gap is not covered by the signature, so every byte of it is tried, a bit of each."""
    whole = signed()
    start = whole.index(b"/Contents <") + 11
    end = whole.index(b">", start)
    last = start + len(whole[start:end].rstrip(b"0")) + 8
    assert last - start > 1500
    loose = [
        place - start
        for place in range(start - 1, last)
        if signature.validate_pdf(
            whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :], at=AT
        ).ok
    ]
    assert loose == []
