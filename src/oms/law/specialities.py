"""Specialities people are seen by, and which one a complaint in plain words leads to.

Source: the list of доступные для записи specialities of the regional registries (REFERENCE, 6);
therapists, paediatricians, dentists and gynaecologists see without a referral, other doctors by
the referral of one of them (приказ Минздрава № 406н, п. 16 ff.), as far as the clinic asks for it.
The hints are ours: they lead to a doctor, they are no diagnosis.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Speciality:
    """One kind of doctor: its title, the service as clinics list it, words that lead here."""

    code: str
    title: str
    service: str
    hints: tuple[str, ...] = ()
    first_contact: bool = False
    """Sees people without a referral."""


_ROWS = (
    Speciality(
        "therapy",
        "Терапевт",
        "Терапия",
        (
            "температура",
            "кашель",
            "слабость",
            "простуда",
            "давление",
            "больничный",
            "справка",
            "анализы",
            "диспансеризация",
        ),
        True,
    ),
    Speciality(
        "paediatrics",
        "Педиатр",
        "Педиатрия",
        (
            "ребёнок заболел",
            "прививка ребёнку",
            "справка в школу",
            "справка в сад",
            "осмотр новорождённого",
            "сыпь у ребёнка",
        ),
        True,
    ),
    Speciality(
        "surgery",
        "Хирург",
        "Хирургия",
        ("рана", "нарыв", "ожог", "грыжа", "вросший ноготь", "шишка под кожей"),
    ),
    Speciality(
        "child-surgery",
        "Детский хирург",
        "Детская хирургия",
        ("травма у ребёнка", "грыжа у ребёнка"),
    ),
    Speciality(
        "neurology",
        "Невролог",
        "Неврология",
        ("болит голова", "мигрень", "болит спина", "онемела рука", "головокружение", "бессонница"),
    ),
    Speciality(
        "cardiology",
        "Кардиолог",
        "Кардиология",
        ("болит сердце", "боль в груди", "перебои сердца", "высокое давление", "одышка"),
    ),
    Speciality(
        "ophthalmology",
        "Офтальмолог",
        "Офтальмология",
        ("болит глаз", "плохо вижу", "очки", "слезится глаз", "красный глаз"),
    ),
    Speciality(
        "otolaryngology",
        "Оториноларинголог (ЛОР)",
        "Оториноларингология",
        ("болит горло", "болит ухо", "насморк", "потеря голоса", "заложен нос", "плохо слышу"),
    ),
    Speciality(
        "endocrinology",
        "Эндокринолог",
        "Эндокринология",
        ("диабет", "сахар", "щитовидка", "лишний вес"),
    ),
    Speciality(
        "dentistry",
        "Стоматолог-терапевт",
        "Стоматология терапевтическая",
        ("болит зуб", "кариес", "пломба", "кровь из дёсен"),
        True,
    ),
    Speciality(
        "dental-surgery",
        "Стоматолог-хирург",
        "Стоматология хирургическая",
        ("удалить зуб", "флюс", "зуб мудрости"),
    ),
    Speciality(
        "child-dentistry",
        "Детский стоматолог",
        "Стоматология детская",
        ("болит зуб у ребёнка", "молочный зуб"),
        True,
    ),
)

SPECIALITIES: Mapping[str, Speciality] = MappingProxyType({one.code: one for one in _ROWS})
"""By code."""

BY_SERVICE: Mapping[str, Speciality] = MappingProxyType({one.service: one for one in _ROWS})
"""By the word clinics list («Терапия»)."""
