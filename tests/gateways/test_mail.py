import socket
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from oms.gateways import mail
from oms.gateways.errors import BadAddress, GatewayError, Permanent, Temporary

SENDER = "Кабинет ОМС <robot@oms.example>"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LETTER: dict[str, Any] = {
    "to": "anna@example.ru",
    "subject": "Выписка готова",
    "text": "Скачайте выписку.\n\nКабинет ОМС\n",
    "html": "<!doctype html><html lang=ru><title>Выписка</title><p>Скачайте выписку.</p></html>",
    "key": "case:17/ready/email",
    "at": NOON,
}


def letter(**changes: Any) -> mail.Letter:
    return mail.Letter(**LETTER | changes)


def parsed(**changes: Any):
    raw = mail.compose(letter(**changes), sender=SENDER).as_bytes()
    return message_from_bytes(raw, policy=default)


def defects(message) -> list[object]:
    found = list(message.defects)
    for part in message.walk():
        found += part.defects
        found += [defect for header in part.values() for defect in header.defects]
    return found


def test_a_letter_is_well_formed_with_twin_parts() -> None:
    message = parsed()
    assert defects(message) == []
    assert message["From"].addresses[0].display_name == "Кабинет ОМС"
    assert message["From"].addresses[0].addr_spec == "robot@oms.example"
    assert [str(message[name]) for name in ("To", "Subject", "Auto-Submitted")] == [
        "anna@example.ru",
        "Выписка готова",
        "auto-generated",
    ]
    assert message["Content-Language"] == "ru"
    assert message["Date"].datetime == NOON
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().split() == LETTER["text"].split()
    assert "Скачайте" in message.get_body(("html",)).get_content()


def test_lines_are_short_and_ascii() -> None:
    raw = mail.compose(letter(subject="Слово " * 30), sender=SENDER).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78 + 2
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_one_key_is_one_message_id_and_does_not_show() -> None:
    first, again, other = (mail.message_id(key, sender=SENDER) for key in ("a", "a", "b"))
    assert first == again != other
    assert parsed(key="user:5/code")["Message-ID"].endswith("@oms.example>")
    assert "user:5" not in parsed(key="user:5/code")["Message-ID"]


@pytest.mark.parametrize("evil", ["\r\nBcc: spy@example.ru", "\nBcc: spy@example.ru", "\r\n\r\nHi"])
def test_a_subject_cannot_grow_headers(evil: str) -> None:
    message = parsed(subject="Выписка" + evil)
    assert message["Bcc"] is None
    assert message.keys().count("Subject") == 1
    assert message["Subject"].startswith("Выписка ")
    assert message.get_body(("plain",)).get_content().split() == LETTER["text"].split()


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.ru\r\nBcc: spy@example.ru",
        "anna@example.ru\n",
        "anna@example.ru, spy@example.ru",
        "anna@example.ru;spy@example.ru",
        "Анна <anna@example.ru>",
        '"a b"@example.ru',
        "anna@example.ru>\x00",
        "anna@@example.ru",
        "anna@" + "a" * 70 + ".ru",
        "anna",
        "",
        "a" * 250 + "@example.ru",
    ],
)
def test_an_address_is_one_address(address: str) -> None:
    with pytest.raises(BadAddress):
        parsed(to=address)


def test_a_russian_domain_is_written_in_ascii() -> None:
    assert parsed(to="anna@почта.рф")["To"] == "anna@xn--80a1acny.xn--p1ai"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail:2525", ("mail", 2525, "", "", "")),
        ("smtp://mail", ("mail", 25, "", "", "")),
        ("smtp://robot:p%40ss@mail?tls=1", ("mail", 587, "robot", "p@ss", "starttls")),
        ("smtp://mail:25?tls=0", ("mail", 25, "", "", "")),
        ("smtps://mail", ("mail", 465, "", "", "implicit")),
    ],
)
def test_the_address_of_the_server(url: str, expected: tuple[object, ...]) -> None:
    found = mail.from_url(url, sender=SENDER)
    assert (found.host, found.port, found.user, found.password, found.tls) == expected
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize("url", ["http://mail", "mail:25", "smtp://", ""])
def test_a_wrong_address_of_the_server_is_told(url: str) -> None:
    with pytest.raises(ValueError, match="OMS_SMTP_URL"):
        mail.from_url(url, sender=SENDER)


def test_a_letter_arrives_and_its_resend_is_known(world) -> None:
    server = mail.from_url(world.smtp_url, sender=SENDER)
    receipts = {server.send(letter()) for _ in range(3)}
    server.send(letter(key="another"))
    caught = world.caught()
    assert [(row["copies"], row["text"]) for row in caught] == [
        (1, LETTER["text"]),
        (3, LETTER["text"]),
    ]
    assert receipts == {caught[1]["key"]}
    assert caught[1]["subject"] == "Выписка готова"
    assert caught[1]["html"].startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("kind", "error", "kept"),
    [
        ("refuse", Temporary, 0),
        ("temporary", Temporary, 0),
        ("bad-address", BadAddress, 0),
        ("lost", Temporary, 1),
    ],
)
def test_each_failure_means_what_it_means(
    world, kind: str, error: type[GatewayError], kept: int
) -> None:
    server = mail.from_url(world.smtp_url, sender=SENDER)
    world.fail(kind, channel="email", recipient=LETTER["to"])
    with pytest.raises(error) as caught:
        server.send(letter())
    assert "anna" not in str(caught.value)
    assert len(world.caught()) == kept
    server.send(letter())
    assert [row["copies"] for row in world.caught()] == [kept + 1]


def test_others_are_not_touched_by_a_fault(world) -> None:
    world.fail("bad-address", recipient="boris@example.ru", times=-1)
    mail.from_url(world.smtp_url, sender=SENDER).send(letter())
    assert len(world.caught()) == 1


def test_a_slow_server_is_waited_for_so_long_and_no_longer(world, monkeypatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.3)
    server = mail.from_url(world.smtp_url, sender=SENDER)
    world.fail("delay", seconds=0.05)
    server.send(letter())
    world.fail("slow-answer", seconds=1)
    with pytest.raises(Temporary):
        server.send(letter(key="slow"))
    assert len(world.caught()) == 2


def test_nobody_listening_is_temporary() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = mail.from_url(f"smtp://127.0.0.1:{taken.getsockname()[1]}", sender=SENDER)
        with pytest.raises(Temporary):
            server.send(letter())


def test_a_password_is_not_shown_to_a_server_without_tls(world) -> None:
    url = world.smtp_url.replace("smtp://", "smtp://robot:secret@") + "?tls=1"
    with pytest.raises(Temporary) as caught:
        mail.from_url(url, sender=SENDER).send(letter())
    assert "SMTPNotSupportedError" in str(caught.value)
    assert world.caught() == []


def test_the_gateway_in_force(settings) -> None:
    settings.SMTP_URL = ""
    assert mail.gateway() is mail.MEMORY
    settings.SMTP_URL = "smtp://mail:25"
    assert isinstance(mail.gateway(), mail.Smtp)
    with pytest.raises(Temporary):
        mail.Unconfigured().send(letter())


def test_the_memory_gateway_is_as_strict_as_the_real_one() -> None:
    memory = mail.Memory()
    for _ in range(2):
        memory.send(letter())
    assert len(memory.sent) == 1
    with pytest.raises(BadAddress):
        memory.send(letter(to="anna"))
    memory.failures.append(Permanent("нет"))
    with pytest.raises(Permanent):
        memory.send(letter(key="b"))
