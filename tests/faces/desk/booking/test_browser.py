"""The day in a real browser: by keys on a wide screen, without script on a phone."""

import pytest
from tests.chromium import violations
from tests.faces.desk.test_browser import enter

from oms.domain.booking.models import Appointment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_keys_walk_the_day_and_mark_who_came(clinic, live_server, browser) -> None:
    early = clinic.booked(clinic.slots[4])
    late = clinic.booked(clinic.slots[6], clinic.anna)
    tab = enter(browser, live_server, clinic.zoya, viewport={"width": 1440, "height": 900})
    tab.goto(f"{live_server.url}/desk/")
    tab.wait_for_selector("html.js")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.dataset.case") == str(late.pk)
    tab.keyboard.press("c")
    tab.wait_for_selector("text=приход отмечен")
    assert Appointment.objects.get(pk=late.pk).state == "arrived"
    assert Appointment.objects.get(pk=early.pk).state == "booked"
    assert tab.evaluate("location.hash") == f"#v{late.pk}"
    assert violations(tab) == []
    tab.keyboard.press("?")
    assert tab.is_visible("text=Отметить приход того, кто выбран")
    tab.keyboard.press("Escape")
    tab.keyboard.press("/")
    tab.keyboard.type("климова")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(f"text={late.number}")


def test_on_a_phone_without_script_one_doctor_is_shown_at_a_time(
    clinic, live_server, browser
) -> None:
    visit = clinic.booked(clinic.slots[6], clinic.anna)
    phone = {"width": 390, "height": 844}
    tab = enter(browser, live_server, clinic.zoya, viewport=phone, java_script_enabled=False)
    tab.goto(f"{live_server.url}/desk/booking/")
    tab.click("nav[aria-label='Врачи'] >> text=Гончаров")
    assert not tab.is_visible("text=Климова А. В.")
    tab.click("nav[aria-label='Врачи'] >> text=Лебедева")
    tab.click("button:has-text('Пришла')")
    assert tab.is_visible("text=приход отмечен")
    assert Appointment.objects.get(pk=visit.pk).state == "arrived"
    assert tab.is_visible("#d1, h2:has-text('Лебедева')")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
