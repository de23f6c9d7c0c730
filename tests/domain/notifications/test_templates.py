import re

import pytest
from lxml import html

from oms.domain.notifications import letters
from oms.domain.notifications.templates import TEMPLATES, Template

ISSUE_2 = {
    "account-welcome",
    "login-new-device",
    "login-locked",
    "password-changed",
    "registration-attempt",
    "case-submitted",
    "case-taken",
    "case-question",
    "case-question-reminder",
    "case-answered",
    "case-approved",
    "case-ready",
    "case-rejected",
    "case-withdrawn",
    "case-expired",
}
LONGEST = {
    "number": "770000-123456-7",
    "service": "Замена страховой медицинской организации",
    "due": "22\u00a0декабря 2026\u00a0г.",
    "answer_by": "22\u00a0декабря 2026\u00a0г.",
    "device": "Chrome, Windows",
    "when": "22\u00a0декабря 2026\u00a0г., 18:04",
    "result": "выполнено",
    "answer": "Спасибо, что сообщили.",
    "what": "электронная почта",
    "until": "18:04",
    "on": "22\u00a0декабря 2026\u00a0г.",
    "day": "22\u00a0декабря 2026\u00a0г.",
    "document": "Вид на жительство, разрешение, свидетельство беженца",
    "name": "Константин",
    "by": "Константинопольская А.\u00a0В.",
    "scope": "смотреть полис и документы, подавать заявления, записывать к врачу",
    "text": "Срок акта закончился.",
    "method": "Код из СМС на номер из профиля",
    "reason": "Не совпало поле «Дата рождения».",
    "organization": "Детская поликлиника №\u00a0128",
    "paper": "Аккредитация",
    "left": "60\u00a0дней",
    "about": "Ответьте на вопрос по заявлению",
    "doctor": "Константинопольский Константин Константинович, оториноларинголог (ЛОР)",
    "place": "Детская поликлиника №\u00a0128, ул. Академика Константинова, д. 17, кабинет 312",
    "before": "22\u00a0декабря 2026\u00a0г. в\u00a018:04 (МСК+9)",
    "other": "22\u00a0декабря 2026\u00a0г. в\u00a018:04 (МСК+9)",
}
EACH = pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))


def test_every_event_has_its_text() -> None:
    assert set(TEMPLATES) >= ISSUE_2


@EACH
def test_titles_hold_nothing_of_the_event(template: Template) -> None:
    assert "{" not in template.title
    assert len(template.title) <= 60
    assert not template.title.endswith(".")


@EACH
def test_texts_fill_from_known_names(template: Template) -> None:
    assert template.needs <= set(LONGEST)
    filled = template.fill(LONGEST)
    assert "{" not in filled.body + filled.short
    assert template.link_title
    assert template.must_send == bool(template.short)


@EACH
def test_an_sms_fits_two_parts(template: Template) -> None:
    assert len(letters.sms_text(short=template.fill(LONGEST).short)) <= 134


@EACH
def test_texts_are_plain(template: Template) -> None:
    for sentence in re.split(r"[.!?:]\s", template.fill(LONGEST).body):
        assert len(sentence.split()) <= 24
    assert not re.search(r'осуществля|данный|"|№ ', template.body + template.short)


def test_what_people_typed_is_not_read_as_a_template() -> None:
    context = LONGEST | {"service": "{number.__class__} {0} %s <b>"}
    body = TEMPLATES["case-taken"].fill(context).body
    assert "{number.__class__} {0} %s <b>" in body


def test_a_context_that_lacks_a_name_is_told() -> None:
    with pytest.raises(KeyError, match="due"):
        TEMPLATES["case-submitted"].fill({"number": "1", "service": "x"})


def test_the_html_twin_says_the_same_words_and_runs_nothing(settings) -> None:
    settings.BASE_URL = "https://oms.example"
    text = letters.mail_text(
        body="Заявление <script>alert(1)</script> & Ко\n\nВторой абзац",
        link="/cases/17/",
        link_title="Открыть",
    )
    page = letters.mail_html(title="Ответ <b>", text=text)
    assert page.startswith("<!doctype html>")
    tree = html.document_fromstring(page)
    assert tree.get("lang") == "ru"
    assert tree.xpath("//script | //img | //link | //b") == []
    (link,) = tree.xpath("//a/@href")
    assert link == "https://oms.example/cases/17/"
    twin = "".join(tree.xpath("//main")[0].text_content().split())
    assert "".join(text.split()) in twin
    assert tree.findtext(".//title") == "Ответ <b>"
