"""The design in a real browser: no axe violation, no sideways scroll, helps that work."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer
from tests.chromium import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ["", "home/", "step/", "desk/", "sign-in/"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ru-RU")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("width", "theme"), [(320, "light"), (640, "dark")])
def test_pages_are_accessible_and_fit(
    live_server: LiveServer, browser: Browser, width: int, theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES:
        answer = tab.goto(f"{live_server.url}/design/{path}")
        assert answer is not None
        assert answer.status == 200
        assert "unsafe" not in answer.headers["content-security-policy"]
        tab.wait_for_selector("html.js")
        assert violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.evaluate(SMALL_TARGETS) == []
    assert said == []
    context.close()


SMALL_TARGETS = """() => [...document.querySelectorAll(
    'main .btn, main .chip, main input, main select, summary, header a, nav a')]
  .filter(item => item.getClientRects().length && !item.closest('.visually-hidden, .dressed'))
  .map(item => [item.outerHTML.slice(0, 80), item.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""


@pytest.mark.parametrize("path", ["home/", "desk/"])
def test_every_stop_of_tab_is_visible(live_server: LiveServer, page: Page, path: str) -> None:
    page.goto(f"{live_server.url}/design/{path}")
    page.wait_for_selector("html.js")
    stops = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const it = document.activeElement;
              if (it === document.body) return null;
              const ringed = [it, it.closest('.choice')].some(
                  x => x && getComputedStyle(x).outlineStyle === 'solid');
              const box = it.getBoundingClientRect();
              const inside = box.top >= 0 && box.bottom <= innerHeight;
              return [it.textContent.trim() || it.name, ringed, inside]; }"""
        )
        if seen is None:
            break
        stops.append(seen)
    assert len(stops) > 12
    assert stops[0][0] == "Перейти к содержанию"
    assert [name for name, ringed, on_screen in stops if not (ringed and on_screen)] == []


def test_the_summary_takes_focus_and_leads_to_the_field(
    live_server: LiveServer, page: Page
) -> None:
    page.goto(f"{live_server.url}/design/step/")
    page.wait_for_selector("[data-error-summary]:focus")
    assert page.title().startswith("Ошибка: ")
    page.click("text=Дата переезда: укажите дату")
    assert page.evaluate("document.activeElement.name") == "moved_on"


def test_the_theme_is_kept(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/design/home/")
    page.click(".person summary")
    page.click("text=Тёмная тема")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.goto(f"{live_server.url}/design/step/")
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 22, 19)"


def test_keys_press_buttons_in_both_layouts_and_can_be_switched_off(
    live_server: LiveServer, page: Page
) -> None:
    page.goto(f"{live_server.url}/design/desk/")
    page.evaluate(
        """() => { window.pressed = []; document.querySelectorAll('[data-key]').forEach(
             b => b.addEventListener('click', () => pressed.push(b.dataset.key))) }"""
    )
    page.keyboard.press("a")
    page.evaluate(
        "dispatch = k => document.body.dispatchEvent("
        "new KeyboardEvent('keydown', {key: k, bubbles: true}))"
    )
    page.evaluate("dispatch('й')")
    assert page.evaluate("pressed") == ["a", "q"]
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    assert page.evaluate("pressed") == ["a", "q"]


def test_the_password_is_shown_and_judged(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/design/")
    for typed, words in {
        "кот": "Добавьте ещё: 5 знаков",
        "синий кот": "Нужны и буквы, и цифры или не меньше 15 знаков",
        "синий кот любит рыбу": "Надёжный пароль",
        "1a1a1a1a1a1a": "легко подобрать",
        "мой йцукен 78": "легко подобрать",
        "кот и рыба 7": "Надёжный пароль",
        "кот рыба 7": "Надёжнее от 12 знаков, добавьте ещё: 2 знака",
        "синий кот любит рыбу 7": "Надёжный пароль",
    }.items():
        page.fill("#id_password", typed)
        assert words in page.inner_text(".strength >> nth=0"), typed
    page.click("[data-reveal=id_password]")
    assert page.get_attribute("#id_password", "type") == "text"


def test_a_draft_saves_itself_and_says_so(live_server: LiveServer, page: Page) -> None:
    sent: list[str] = []
    page.route(
        "**/draft/",
        lambda route: (
            sent.append(route.request.post_data or ""),
            route.fulfill(json={"text": "Черновик сохранён в 18:04"}),
        ),
    )
    page.route(
        "**/design/step/",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace("<form method", '<form data-autosave-url="/draft/" method'),
        ),
    )
    page.goto(f"{live_server.url}/design/step/")
    page.fill("#id_phone", "+7 900 000-00-00")
    page.wait_for_selector("[data-saved-text]:text-is('Черновик сохранён в 18:04')")
    assert len(sent) == 1
    assert "+7 900 000-00-00" in sent[0]
    assert "csrfmiddlewaretoken" in sent[0]


def test_without_javascript_nothing_is_missing(live_server: LiveServer, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{live_server.url}/design/")
    tab.click(".person summary")
    assert tab.is_visible("text=Выйти")
    assert tab.locator(".js-only:visible").count() == 0
    assert tab.is_visible("#id_scan")
    context.close()
