"""Invented people: families with names that agree and numbers that pass every check.

Nobody here exists. Surnames are common ones, towns and streets are made up, e-mail lies in
`.example`, phones in +7 900 000-XX-XX. СНИЛС begin with 9 (none were given so far), passports
with series of regions that do not exist. The same index gives the same person, always.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from faker.providers.person.ru_RU import Provider

from oms.domain.accounts.models import Sex
from oms.domain.register.data import DocumentData
from oms.law import snils as law_snils
from oms.law.dates import age, birthday

_MALE = {
    "Александр": "Александров", "Алексей": "Алексеев", "Андрей": "Андреев", "Артём": "Артёмов",
    "Борис": "Борисов", "Валерий": "Валерьев", "Виктор": "Викторов", "Владимир": "Владимиров",
    "Георгий": "Георгиев", "Григорий": "Григорьев", "Даниил": "Даниилов", "Денис": "Денисов",
    "Дмитрий": "Дмитриев", "Евгений": "Евгеньев", "Иван": "Иванов", "Игорь": "Игорев",
    "Кирилл": "Кириллов", "Константин": "Константинов", "Леонид": "Леонидов", "Максим": "Максимов",
    "Матвей": "Матвеев", "Михаил": "Михайлов", "Николай": "Николаев", "Олег": "Олегов",
    "Павел": "Павлов", "Пётр": "Петров", "Роман": "Романов", "Сергей": "Сергеев",
    "Степан": "Степанов", "Фёдор": "Фёдоров", "Юрий": "Юрьев", "Ярослав": "Ярославов",
}  # fmt: skip
"""Given name → stem of the patronymic: add «ич» or «на»."""
_FEMALE = (
    "Александра", "Алёна", "Алина", "Анастасия", "Анна", "Валентина", "Вера", "Виктория", "Галина",
    "Дарья", "Екатерина", "Елена", "Елизавета", "Зоя", "Ирина", "Ксения", "Лариса", "Любовь",
    "Людмила", "Маргарита", "Мария", "Марина", "Надежда", "Наталья", "Нина", "Оксана", "Ольга",
    "Полина", "Светлана", "София", "Тамара", "Татьяна", "Юлия", "Яна",
)  # fmt: skip
_FATHERS = tuple(_MALE)
_SURNAMES = tuple(
    name for name in Provider.last_names_male if name.endswith(("ов", "ев", "ёв", "ин", "ын"))
)
_REGIONS = ("77", "77", "77", "77", "77", "50", "50", "50", "66", "66")
TOWNS = {"77": "г. Москва", "50": "Московская область, г. Образцов",
         "66": "Свердловская область, г. Примерск"}  # fmt: skip
_STREETS = (
    "Учебная", "Примерная", "Образцовая", "Вымышленная", "Пробная", "Тетрадная", "Школьная",
    "Чистовая", "Набросочная", "Лабораторная", "Черновая", "Эскизная",
)  # fmt: skip
_SERIES = ("02", "06", "09", "13", "16", "21", "23", "31", "35", "39", "43", "48", "51", "59",
           "62", "70", "72", "74", "77", "95")  # fmt: skip
_MILLION = 1_000_000
OLDEST = date(1930, 1, 1)
_OLD_PASSPORTS_ENDED = date(2001, 3, 1)
FULL_AGE = 18


@dataclass(slots=True)
class Invented:
    """One invented person; `maiden` is the surname until `married_on`."""

    index: int
    region: str
    family_name: str
    given_name: str
    patronymic: str
    birth_date: date
    sex: int
    address: str
    maiden: str = ""
    married_on: date | None = None

    @property
    def snils(self) -> str:
        """Eleven digits nobody else has."""
        return snils(self.index)


def invent(*, start: int, count: int, on: date) -> Iterator[Invented]:
    """Yield `count` people numbered from `start`, family by family, alive and born before `on`."""
    random, index, last = Random(f"oms-{start}"), start, start + count  # noqa: S311
    namesake: Invented | None = None
    while index < last:
        for one in _family(random, index, on):
            if namesake and random.random() < 0.01 and one.sex == namesake.sex:
                one.family_name, one.given_name = namesake.family_name, namesake.given_name
                one.patronymic = namesake.patronymic
            yield one
            index += 1
            if index == last:
                return
            namesake = one


def _family(random: Random, index: int, on: date) -> Iterator[Invented]:
    """A couple with up to three children, or somebody alone."""
    region, stem = random.choice(_REGIONS), random.choice(_SURNAMES)
    street, house = random.choice(_STREETS), random.randint(1, 120)
    address = f"{TOWNS[region]}, ул. {street}, д. {house}, кв. {random.randint(1, 300)}"
    year = random.randint(OLDEST.year, on.year - 20)
    father = Invented(
        index, region, stem, random.choice(_FATHERS), _patronymic(random, Sex.MALE),
        _day(random, year, on), Sex.MALE, address,
    )  # fmt: skip
    if random.random() < 0.25:
        yield _alone(random, father)
        return
    mother = _wife(random, father, on)
    yield father
    yield mother
    born: date | None = None
    for place in range(random.choice((0, 0, 1, 1, 1, 2, 2, 3))):
        twin = born is not None and random.random() < 0.06
        born = born if twin else _day(random, mother.birth_date.year + random.randint(20, 38), on)
        if born is None or born > on - timedelta(days=40):
            return
        yield _child(random, father, index + 2 + place, born)


def _alone(random: Random, one: Invented) -> Invented:
    if random.random() < 0.5:
        one.sex, one.given_name = Sex.FEMALE, random.choice(_FEMALE)
        one.family_name, one.patronymic = one.family_name + "а", _patronymic(random, Sex.FEMALE)
    return one


def _wife(random: Random, husband: Invented, on: date) -> Invented:
    born = _day(random, min(husband.birth_date.year + random.randint(-4, 4), on.year - 20), on)
    maiden = random.choice(_SURNAMES) + "а"
    wife = Invented(
        husband.index + 1, husband.region, maiden, random.choice(_FEMALE),
        _patronymic(random, Sex.FEMALE), born, Sex.FEMALE, husband.address,
    )  # fmt: skip
    if random.random() < 0.7:
        wedding = _day(random, born.year + 20 + random.randint(0, 6), on)
        wife.family_name = husband.family_name + "а"
        if wedding < on:
            wife.maiden, wife.married_on = maiden, wedding
    return wife


def _child(random: Random, father: Invented, index: int, born: date) -> Invented:
    sex = random.choice((Sex.MALE, Sex.FEMALE))
    given = random.choice(_FATHERS if sex == Sex.MALE else _FEMALE)
    patronymic = _MALE.get(father.given_name, "Иванов") + ("ич" if sex == Sex.MALE else "на")
    surname = father.family_name + ("" if sex == Sex.MALE else "а")
    return Invented(
        index, father.region, surname, given, patronymic, born, sex, father.address
    )  # fmt: skip


def _patronymic(random: Random, sex: int) -> str:
    return _MALE[random.choice(_FATHERS)] + ("ич" if sex == Sex.MALE else "на")


def _day(random: Random, year: int, on: date) -> date:
    """A day of the year, not after `on`."""
    return min(date(year, 1, 1) + timedelta(days=random.randrange(365)), on)


def snils(index: int) -> str:
    """Return the eleven digits of an index below 99 millions; no two are alike."""
    nine = f"{900_000_000 + (index * 7_654_321 + 1_234_567) % 99_000_000}"
    return nine + law_snils.check_digits(nine)


def document(index: int, *, birth_date: date, on: date) -> DocumentData:
    """Return the paper a citizen of that age has: birth certificate till 14, then a passport."""
    million, number = divmod(index, _MILLION)
    digits = f"{number * 7_919 % _MILLION:06}"
    if age(birth_date, on=on) < 14:
        return DocumentData(
            kind="3", series=f"{'IVX'[million % 3]}-УЧ", number=digits, issued_by="Учебный ЗАГС",
            issued_on=min(birth_date + timedelta(days=9), on),
        )  # fmt: skip
    issued_on = passport_issued_on(birth_date=birth_date, on=on)
    return DocumentData(
        kind="14", series=f"{_SERIES[million % len(_SERIES)]} {issued_on:%y}", number=digits,
        issued_on=issued_on, issued_by="Учебный отдел внутренних дел", department_code="990-001",
    )  # fmt: skip


def passport_issued_on(*, birth_date: date, on: date) -> date:
    """Return a day on which a passport valid on `on` was given: after 14, 20 or 45."""
    reached = max(years for years in (14, 20, 45) if age(birth_date, on=on) >= years)
    given = max(birthday(birth_date, years=reached), _OLD_PASSPORTS_ENDED)
    return min(given + timedelta(days=20), on)
