"""What is asked of every page, whoever looks at it."""

import hashlib
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.chromium import is_built_anew, violations
from tests.system.people import Somebody

PROMISED = {
    "test_appeals": {"desk:confirm", "portal:cancel_plan"},
    "test_booking": {
        "portal:compare_doctors",
        "portal:doctor_review",
        "portal:visit",
        "portal:visit_answer",
        "portal:visit_cancel",
        "portal:visit_confirm",
        "portal:visit_done",
        "portal:visit_late",
        "portal:visit_move",
        "portal:visit_move_day",
        "portal:visits_feed",
        "portal:waiting_entry",
        "portal:waiting_join",
        "portal:waiting_leave",
        "portal:waiting_wishes",
    },
    "test_identity": {"desk:visit", "portal:complain"},
    "test_outside": {
        "account_outside_first",
        "account_outside_link",
        "account_outside_new",
        "account_outside_unlink",
    },
    "test_registrar": {
        "desk:booking_cancel",
        "desk:booking_for",
        "desk:booking_wait",
        "desk:booking_late_decide",
        "desk:booking_changed",
    },
    "test_wards": {"account_ward_open", "desk:ward", "desk:ward_move"},
}
"""Pages that the journeys of another file than test_pages.py look at."""
DESKTOP, PHONE, NARROW = 1280, 390, 320
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? '' : [
    ...document.querySelectorAll('body *')].filter(
    one => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map(
    one => one.outerHTML.slice(0, 90)).join(' … ')"""
LOOK = """() => [document.title.trim(), document.querySelectorAll('h1').length,
    document.documentElement.lang, document.querySelector('h1')?.innerText.trim() || '']"""


def name_of(url: str) -> str:
    """The name of an address in urls.py; empty for files and what is not ours."""
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


class Judge:
    """Looks at pages, keeps their faults, their names and their HTML."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.faults = folder, []
        self.names: Counter[str] = Counter()
        self.titles: dict[str, str] = {}
        self.built: set[str] = set()
        self.sent_empty: set[str] = set()

    def judge(self, one: Somebody, *, where: str = "") -> None:
        """Look at the page one is at: wide, on a phone, narrow, in the dark.

        axe judges how a page is built, not what it says: a page is given to it when its frame or
        its main part is built as none before.
        """
        page = one.page
        where = where or one.path
        self.names[name_of(page.url)] += 1
        title, headlines, language, headline = page.evaluate(LOOK)
        if headlines != 1 or not headline or not title or language != "ru":
            self.faults.append(f"{where}: title «{title}», {headlines} h1 «{headline}», {language}")
        self.titles[where] = title
        self._keep(one, where)
        size = page.viewport_size
        assert size
        if is_built_anew(page, self.built):
            self._axe_at_all_widths(one, where)
        page.set_viewport_size({"width": NARROW, "height": 800})
        if out := page.evaluate(TOO_WIDE):
            self.faults.append(f"{where} scrolls sideways: {out}")
        page.set_viewport_size(size)

    def _axe_at_all_widths(self, one: Somebody, where: str) -> None:
        page = one.page
        for width, theme in ((DESKTOP, "light"), (PHONE, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            for fault in violations(page):
                self.faults.append(f"{where} at {width}, {theme}: {fault}")
        page.emulate_media(color_scheme="light")

    def _keep(self, one: Somebody, where: str) -> None:
        """Keep the page as it came, for the HTML checker."""
        assert one.document
        name = hashlib.sha1(where.encode()).hexdigest()[:10]
        (self.folder / f"{name}.html").write_bytes(one.document.body())
        (self.folder / f"{name}.txt").write_text(where)
