"""«Что болит»: words people say, in any form, and the doctor they lead to."""

import pytest

from oms.law.complaints import lead_to
from oms.law.specialities import SPECIALITIES


@pytest.mark.parametrize(
    ("said", "doctors"),
    [
        ("болит ухо", "otolaryngology"),
        ("Болят уши!", "otolaryngology"),
        ("заложило нос", "otolaryngology"),
        ("ЛОР", "otolaryngology"),
        ("температура и кашель", "therapy"),
        ("кашляю третий день", "therapy"),
        ("нужна справка", "therapy"),
        ("терапевту", "therapy"),
        ("болит живот", "therapy"),  # nobody is known for it: the therapist sees first
        ("плохо вижу", "ophthalmology"),
        ("глаз покраснел", "ophthalmology"),
        ("окулист", "ophthalmology"),
        ("высокое давление", "cardiology"),
        ("боли в сердце", "cardiology"),
        ("сахарный диабет", "endocrinology"),
        ("мигрени", "neurology"),
        ("головные боли", "neurology"),
        ("ноет поясница", "neurology"),
        ("зубная боль", "dentistry"),
        ("удалить зуб мудрости", "dental-surgery"),
        ("вросший ноготь на ноге", "surgery"),
        ("справка в детский сад", "paediatrics"),
        ("у ребёнка температура", "paediatrics"),
        ("у сына болит живот", "paediatrics"),
        ("у дочери болит зуб", "child-dentistry"),
        ("грыжа у ребёнка", "child-surgery"),
        ("у малыша болит горло", "otolaryngology"),
        ("соколова", ""),
        ("поликлиника 901", ""),
        ("болит", "therapy"),
        ("", ""),
        ("x" * 10_000, ""),
    ],
)
def test_words_lead_to_a_doctor(said: str, doctors: str) -> None:
    found = [one.code for one in lead_to(said)]
    assert found[: len(doctors.split()) or None] == doctors.split(), found


def test_a_child_is_led_to_a_childrens_doctor_whatever_is_said() -> None:
    assert [one.code for one in lead_to("температура", is_child=True)] == ["paediatrics"]
    assert [one.code for one in lead_to("болит зуб", is_child=True)] == ["child-dentistry"]


@pytest.mark.parametrize("one", SPECIALITIES.values(), ids=lambda one: one.code)
def test_every_hint_and_title_leads_home(one) -> None:
    for words in (*one.hints, one.title, one.service):
        assert one in lead_to(words, is_child=one.code.startswith("child")), words
