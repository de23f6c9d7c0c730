"""Legal representatives (законные представители): for whom one acts, on what ground, how long.

Source: ГК РФ ст. 21 (full capacity from 18), ст. 26, 28 (parents act for minors), ст. 31–33
(guardianship for those under 14 and those without capacity, trusteeship from 14 on); СК РФ ст. 64
(parents need no act). Uncertain: full capacity before 18 by marriage or emancipation (ст. 21, 27)
is proven on paper and not asked here.
"""

from datetime import date, timedelta
from enum import StrEnum

from oms.law import dates
from oms.law.refusal import Refusal

BASIS = "ГК РФ, ст. 26, 28, 31–33; СК РФ, ст. 64"
FULL_AGE = 18
OWN_VOICE = 14
"""From this age a child has a passport, may open a cabinet and speak up themself."""


class Ground(StrEnum):
    """On what the right rests."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    TRUSTEE = "trustee"


def may_represent(
    ground: Ground,
    *,
    ward_born: date,
    representative_born: date | None,
    on: date,
    act_until: date | None = None,
) -> tuple[Refusal, ...]:
    """Return what stands against one person representing another on the day; empty: nothing.

    A parent acts for a minor without an act; for an adult it takes an act, and guardianship. A
    guardian's ward is under 14 or an adult, a trustee's is 14 or older. `act_until` is the last
    day of the act, None where it has no end.

    >>> [r.code for r in may_represent(Ground.PARENT, ward_born=date(2001, 3, 4),
    ...     representative_born=date(1970, 1, 1), on=date(2026, 11, 22))]
    ['ward-of-age']
    >>> may_represent(Ground.PARENT, ward_born=date(2021, 3, 4),
    ...     representative_born=date(1990, 1, 1), on=date(2026, 11, 22))
    ()
    """
    if ward_born > on:
        return (_refuse("ward-not-born", "birth_date"),)
    if representative_born and dates.age(representative_born, on=on) < FULL_AGE:
        return (_refuse("representative-minor", ""),)
    age = dates.age(ward_born, on=on)
    code = ""
    if ground is Ground.PARENT and age >= FULL_AGE:
        code = "ward-of-age"
    elif (
        ground is Ground.PARENT
        and representative_born is not None
        and representative_born >= ward_born
    ):
        code = "parent-younger"
    elif ground is Ground.GUARDIAN and OWN_VOICE <= age < FULL_AGE:
        code = "trustee-instead"
    elif ground is Ground.TRUSTEE and age < OWN_VOICE:
        code = "guardian-instead"
    elif act_until is not None and act_until < on:
        code = "act-ended"
    return (_refuse(code, "act_until" if code == "act-ended" else "birth_date"),) if code else ()


def last_day(*, ward_born: date, on: date, act_until: date | None = None) -> date | None:
    """Return the last day of the right: before the 18th birthday, or of the act if earlier.

    None for an adult's guardian whose act has no end.

    >>> last_day(ward_born=date(2021, 3, 4), on=date(2026, 11, 22))
    datetime.date(2039, 3, 3)
    >>> last_day(ward_born=date(2021, 3, 4), on=date(2026, 11, 22), act_until=date(2027, 1, 31))
    datetime.date(2027, 1, 31)
    >>> last_day(ward_born=date(1950, 3, 4), on=date(2026, 11, 22)) is None
    True
    """
    grown = dates.birthday(ward_born, years=FULL_AGE)
    ends = [grown - timedelta(days=1)] if on < grown else []
    return min([*ends, *([act_until] if act_until else [])], default=None)


def has_own_voice(*, ward_born: date, on: date) -> bool:
    """Tell whether the ward may end the representation themself.

    >>> has_own_voice(ward_born=date(2012, 11, 22), on=date(2026, 11, 22))
    True
    """
    return dates.age(ward_born, on=on) >= OWN_VOICE


_TEXTS = {
    "ward-not-born": ("Дата рождения ещё не наступила.", "Проверьте день, месяц и год."),
    "representative-minor": (
        "Представлять другого может человек с 18 лет.",
        "Попросите родителя или опекуна добавить ребёнка.",
    ),
    "ward-of-age": (
        "Человеку уже исполнилось 18 лет: родитель его больше не представляет.",
        "Если суд признал его недееспособным, добавьте его как опекун, по решению суда.",
    ),
    "parent-younger": (
        "Родитель не может быть моложе ребёнка.",
        "Проверьте дату рождения ребёнка и свою в разделе «Мои данные».",
    ),
    "trustee-instead": (
        "С 14 до 18 лет назначают попечителя, а не опекуна.",
        "Вернитесь и выберите «Я попечитель».",
    ),
    "guardian-instead": (
        "До 14 лет назначают опекуна, а не попечителя.",
        "Вернитесь и выберите «Я опекун».",
    ),
    "act-ended": ("Срок акта уже прошёл.", "Приложите новый акт опеки или решение суда."),
}


def _refuse(code: str, field: str) -> Refusal:
    text, remedy = _TEXTS[code]
    return Refusal(code, text, BASIS, field, remedy)
