"""The browser tests look with, and what axe is asked."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, sync_playwright

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop of its own

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = "/usr/bin/chromium-headless-shell"
"""Without a browser's own windows: a page costs a fifth of the processor time."""
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

AXE = """async rules => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
    return [found.passes.length, found.violations.map(one => [one.id, one.nodes[0].html])]; }"""
SKELETON = """() => {
    const bones = one => { const parts = [...one.querySelectorAll(':scope > *')].map(bones);
        const own = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const marks = one.getAttributeNames().map(name => {
            const value = one.getAttribute(name);
            if (['style', 'value'].includes(name)) return '';
            const tells = ['class', 'role', 'type', 'scope', 'tabindex'].includes(name);
            return tells || !value ? `${name}=${value}` : name; }).sort();
        return `${one.tagName}[${marks}]${own ? '+' : ''}(${
            parts.filter((part, place) => part !== parts[place - 1]).join('')})`; };
    const main = document.querySelector('main'), around = document.body.cloneNode(true);
    around.querySelector('main')?.remove();
    return [bones(around), main ? bones(main) : '']; }"""


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium. One at a time in a process: Playwright runs an event loop of its own."""
    if not Path(CHROMIUM).exists():
        pytest.fail("Chromium is missing: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    """What axe finds wrong: the rule and the first element that breaks it."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    passed, found = page.evaluate(AXE, {"type": "tag", "values": RULES})
    assert passed > 15, "axe saw next to nothing"
    return [f"{rule}: {element[:160]}" for rule, element in found]


def is_built_anew(page: Page, built: set[str]) -> bool:
    """Whether the frame or the main part is made of other elements than all before; remembers it.

    axe judges how a page is built, not what it says.
    """
    parts = set(page.evaluate(SKELETON))
    anew = not parts <= built
    built |= parts
    return anew
