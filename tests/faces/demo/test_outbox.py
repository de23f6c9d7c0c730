from datetime import UTC, datetime

import pytest
from django.test import Client
from lxml import html
from tests.simulated import World

from oms.gateways import mail, sms

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA, BORIS = "+79001234567", "+79007654321"
PAGE = "/demo/outbox/"
TITLES = "//ul[@class='list']//a[@class='title']"
pytestmark = pytest.mark.django_db


def send_sms(to: str, text: str) -> None:
    sms.gateway().send(to=to, text=text, key=f"{to}{text}")


def send_mail(to: str, subject: str, text: str) -> None:
    letter = mail.Letter(to, subject, text=text, html="<p>Б", key=subject, at=NOON)
    mail.gateway().send(letter)


def tree(response) -> html.HtmlElement:
    assert response.status_code == 200
    return html.document_fromstring(response.content.decode())


def titles(response) -> list[str]:
    return [found.text for found in tree(response).xpath(TITLES)]


def test_the_newest_stand_first_and_open(client: Client, world: World) -> None:
    send_sms(ANNA, "Кабинет ОМС: код 123456. Никому его не говорите.")
    send_mail("anna@example.ru", "Результат готов", "Откройте: https://oms.example/cases/1/")
    page = client.get(PAGE)
    assert [title[:15] for title in titles(page)] == ["Результат готов", "Кабинет ОМС: ко"]
    assert "+7\u00a0900\u00a0123-45-67" in page.content.decode()
    letter, text = (found.get("href") for found in tree(page).xpath(TITLES))
    opened = tree(client.get(letter))
    assert "https://oms.example/cases/1/" in opened.xpath("//main//a/@href")
    assert opened.xpath("//iframe") == []
    code = tree(client.get(text)).xpath("//*[@data-copy]")
    assert [found.get("data-copy") for found in code] == ["123456"]


@pytest.mark.parametrize("typed", ["+79001234567", "8 900 123-45-67", " 8(900)1234567 "])
def test_one_persons_messages_are_found_without_an_address_in_the_url(
    client: Client, world: World, typed: str
) -> None:
    send_sms(ANNA, "Анне")
    send_sms(BORIS, "Борису")
    found = client.post(PAGE, {"to": typed}, follow=True)
    assert titles(found) == ["Анне"]
    ((address, _),) = found.redirect_chain
    assert "900" not in address
    assert tree(found).get_element_by_id("to").get("value") == "+7\u00a0900\u00a0123-45-67"


def test_long_lists_are_paged(client: Client, world: World) -> None:
    for number in range(30):
        send_sms(ANNA, f"№ {number}")
    first = client.get(PAGE)
    assert len(titles(first)) == 25
    (following,) = tree(first).xpath("//a[@rel='next']")
    rest = client.get(PAGE + following.get("href").removeprefix(PAGE))
    assert titles(rest) == [f"№ {number}" for number in (4, 3, 2, 1, 0)]
    assert tree(rest).xpath("//a[@rel='prev']")
    assert not tree(rest).xpath("//a[@rel='next']")


def test_empty_pages_say_what_will_come(client: Client, world: World) -> None:
    assert "Пока ничего не отправлено" in client.get(PAGE).content.decode()
    unknown = client.post(PAGE, {"to": "nobody@example.ru"})
    assert "Этому получателю ничего не приходило" in unknown.content.decode()
    assert tree(unknown).get_element_by_id("to").get("value") == "nobody@example.ru"
    assert client.post(PAGE, {"to": " "}).status_code == 302


def test_what_a_message_holds_is_shown_not_run(client: Client, world: World) -> None:
    send_mail("anna@example.ru", "<script>1</script>", "<img src=x onerror=1>")
    page = client.get(PAGE).content.decode()
    assert "<script>1" not in page
    (link,) = tree(client.get(PAGE)).xpath(TITLES)
    assert "<img" not in client.get(link.get("href")).content.decode()


@pytest.mark.parametrize(
    "address",
    ["?like=0x", "?before=-1", "?like=999999", "?like=" + "9" * 40, "999999/", "9" * 40 + "/"],
)
def test_addresses_of_nothing_are_not_found(client: Client, world: World, address: str) -> None:
    assert client.get(PAGE + address).status_code == 404


def test_a_silent_letter_box_is_told(client: Client, settings) -> None:
    settings.OUTBOX_URL = "http://127.0.0.1:9"
    for response in (
        client.get(PAGE),
        client.get(PAGE + "1/"),
        client.post(PAGE, {"to": ANNA}),
    ):
        assert "Ящик сообщений сейчас не отвечает" in response.content.decode()
