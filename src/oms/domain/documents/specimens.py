"""Invented documents to try checks and recognition on: drawn, never photographed.

The same seed draws the same person and papers. Each carries «ОБРАЗЕЦ»; nobody in them lives.
`specimens_scanning` makes scans and photos of them, good ones and spoiled ones.
"""

import json
import random
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy
import numpy.typing
import typst
import zxingcpp

from oms.law import dates, enp, mrz, policy_barcode, snils

Picture = numpy.typing.NDArray[numpy.uint8]

PPI = 400
KINDS = ("passport", "snils", "policy", "birth-certificate", "other")
_FORMS = {"birth-certificate": "birth"}
_FOLDER = Path(__file__).parent / "templates"
_INKS = ("#1b1b22", "#22202a", "#2a2a30")

_MEN = (
    ("Климов", "Анатолий", "Викторович"), ("Щербаков", "Пётр", "Юрьевич"),
    ("Королёв", "Семён", "Эдуардович"), ("Подъячев", "Фёдор", "Ильич"),
    ("Жуков", "Олег", "Хасанович"), ("Мышкин", "Лев", "Николаевич"),
    ("Цыганков", "Глеб", "Аркадьевич"), ("Белов-Юдин", "Игорь", "Сергеевич"),
    ("Чехонин", "Даниил", "Егорович"), ("Шульгин", "Эрик", "Яковлевич"),
)  # fmt: skip
_WOMEN = (
    ("Климова", "Анна", "Викторовна"), ("Щукина", "Юлия", "Андреевна"),
    ("Королёва", "Софья", "Петровна"), ("Объедкова", "Яна", "Фёдоровна"),
    ("Жарова", "Ольга", "Хасановна"), ("Рыбакова", "Элеонора", "Львовна"),
    ("Цветкова", "Дарья", "Игоревна"), ("Лебедева-Май", "Нина", "Глебовна"),
    ("Чайкина", "Мария", "Алексеевна"), ("Шишкина", "Вера", "Григорьевна"),
)  # fmt: skip
_PLACES = (
    ("гор. Москва",), ("гор. Пермь",), ("гор. Казань", "Республика Татарстан"),
    ("пос. Лесной", "Тверская область"), ("с. Высокое", "Орловская область"),
)  # fmt: skip
_ISSUERS = (
    ("Отделением УФМС России", "по гор. Москве"), ("ГУ МВД России", "по Пермскому краю"),
    ("Отделом внутренних дел", "гор. Твери"),
)  # fmt: skip
_SENTENCES = (
    "Настоящая справка выдана в том, что сведения о заявителе проверены и записаны в журнал.",
    "Документ составлен для учебных целей и не имеет юридической силы.",
    "Заявитель просит рассмотреть вопрос в установленный срок и сообщить решение письмом.",
    "К справке приложены копии двух документов, каждая на одном листе.",
    "Сведения верны на день выдачи и хранятся у того, кто их составил.",
)


@dataclass(frozen=True)
class Person:
    """Who the papers are about."""

    family_name: str
    given_name: str
    patronymic: str
    sex: str
    birth_date: date
    birth_place: tuple[str, ...]
    region: str


@dataclass(frozen=True)
class Specimen:
    """A drawn document: its picture (BGR at `PPI`) and what a perfect reader reads off it."""

    kind: str
    picture: Picture
    fields: dict[str, str]


def draw(*, kind: str, seed: int, code: str = "pdf417", with_mrz: bool = True) -> Specimen:
    """Draw the document of `kind` for the person of `seed`.

    `code`: pdf417 or qr on a policy, empty for none. `with_mrz`: passports before 2011 have none.
    """
    chance = random.Random(f"{kind}:{seed}")  # noqa: S311  the same picture each time
    person = _person(chance, is_child=kind == "birth-certificate")
    words, fields = _WORDS[kind](chance, person)
    svg, width = _code(person, fields["enp"], code) if kind == "policy" and code else ("", 0.0)
    if not with_mrz:
        words["mrz"] = []
    picture = _render(
        form=_FORMS.get(kind, kind), words=words, ink=chance.choice(_INKS), code=svg, width=width
    )
    return Specimen(kind, picture, fields)


def blank_page() -> Picture:
    """An empty sheet of A4."""
    return _render(form="blank", words={}, ink=_INKS[0], code="", width=0)


def _person(chance: random.Random, *, is_child: bool) -> Person:
    sex = chance.choice("MF")
    family_name, given_name, patronymic = chance.choice(_MEN if sex == "M" else _WOMEN)
    born = date(2014, 1, 1) if is_child else date(1948, 1, 1)
    born += timedelta(days=chance.randrange(4000 if is_child else 18_000))
    region = chance.choice(("77", "59", "16", "69", "57"))
    place = chance.choice(_PLACES)
    return Person(family_name, given_name, patronymic, sex, born, place, region)


def _common(person: Person) -> tuple[dict[str, Any], dict[str, str]]:
    words: dict[str, Any] = asdict(person) | {
        "birth_date": dates.short(person.birth_date),
        "birth_date_long": _in_words(person.birth_date),
        "sex": "МУЖ." if person.sex == "M" else "ЖЕН.",
        "sex_long": "мужской" if person.sex == "M" else "женский",
    }
    fields = {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "patronymic": person.patronymic,
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex,
    }
    return words, fields


def _passport(chance: random.Random, person: Person) -> tuple[dict[str, Any], dict[str, str]]:
    words, fields = _common(person)
    # Issued at 20 or 45: then nobody's passport is overdue or before its time.
    issued = date(chance.randint(2011, 2025), chance.randint(1, 12), chance.randint(1, 28))
    if issued.year - person.birth_date.year < 15:
        issued = issued.replace(year=person.birth_date.year + 20)
    record = mrz.Passport(
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
        series=f"{chance.randint(10, 99)} {issued:%y}",
        number=f"{chance.randrange(10**6):06}",
        birth_date=person.birth_date,
        sex=person.sex,
        issued_on=issued,
        department_code=f"{chance.randint(100, 999)}-{chance.randint(1, 199):03}",
    )
    issuer = chance.choice(_ISSUERS)
    words |= {
        "series": record.series,
        "number": record.number,
        "issued_on": dates.short(issued),
        "department_code": record.department_code,
        "issuer": issuer,
        "mrz": list(mrz.build(record)),
    }
    fields |= {
        "series": record.series,
        "number": record.number,
        "issued_on": issued.isoformat(),
        "department_code": record.department_code,
    }
    return words, fields


def _snils(chance: random.Random, person: Person) -> tuple[dict[str, Any], dict[str, str]]:
    words, fields = _common(person)
    nine = f"{chance.randint(2_000_000, 199_999_999):09}"
    number = nine + snils.check_digits(nine)
    registered = date(1999, 1, 1) + timedelta(days=chance.randrange(7000))
    words |= {
        "snils": snils.display(number),
        "registered_on_long": _in_words(registered),
    }
    return words, fields | {"snils": number}


def _policy(chance: random.Random, person: Person) -> tuple[dict[str, Any], dict[str, str]]:
    words, fields = _common(person)
    number = enp.build(
        region=person.region,
        birth_date=person.birth_date,
        sex=person.sex,
        sequence=chance.randrange(100_000),
    )
    return words | {"enp": enp.group(number)}, fields | {"enp": number}


def _birth(chance: random.Random, person: Person) -> tuple[dict[str, Any], dict[str, str]]:
    words, fields = _common(person)
    issued = person.birth_date + timedelta(days=chance.randint(5, 60))
    series = f"{chance.choice(('I', 'II', 'III', 'IV', 'V'))}-{chance.choice(('АК', 'МЮ', 'ВГ'))}"
    number = f"{chance.randrange(10**6):06}"
    family = person.family_name
    stem = family.removesuffix("а") if person.sex == "F" else family
    words |= {
        "certificate_series": series,
        "certificate_number": number,
        "record": f"{chance.randint(10, 4999)}",
        "father": f"{stem} Иван Петрович",
        "mother": f"{stem}а Елена Павловна",
        "issuer": chance.choice(_ISSUERS),
        "issued_on_long": _in_words(issued),
    }
    fields |= {"series": series, "number": number, "issued_on": issued.isoformat()}
    return words, fields


def _other(chance: random.Random, person: Person) -> tuple[dict[str, Any], dict[str, str]]:
    words, _fields = _common(person)
    paragraphs = [" ".join(chance.choices(_SENTENCES, k=4)) for _ in range(chance.randint(4, 7))]
    return words | {"paragraphs": paragraphs, "mother": "Е. П. Иванова"}, {}


_WORDS = {
    "passport": _passport,
    "snils": _snils,
    "policy": _policy,
    "birth-certificate": _birth,
    "other": _other,
}


def _in_words(day: date) -> str:
    return f"{day.day} {dates.MONTHS[day.month - 1]} {day.year} года"


def _code(person: Person, number: str, code: str) -> tuple[str, float]:
    """The barcode as SVG and its width in millimetres."""
    if code == "qr":
        made = zxingcpp.create_barcode(number, zxingcpp.BarcodeFormat.QRCode)
        return str(zxingcpp.write_barcode_to_svg(made, scale=4)), 26.0
    record = policy_barcode.build(
        policy_barcode.Record(
            enp=number,
            family_name=person.family_name,
            given_name=person.given_name,
            patronymic=person.patronymic,
            sex=person.sex,
            birth_date=person.birth_date,
        )
    )
    made = zxingcpp.create_barcode(record, zxingcpp.BarcodeFormat.PDF417)
    return str(zxingcpp.write_barcode_to_svg(made, scale=2)), 72.0


@lru_cache(maxsize=8)
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        str(_FOLDER / "specimens.typ"), root=str(_FOLDER), ignore_system_fonts=True
    )


def _render(*, form: str, words: dict[str, Any], ink: str, code: str, width: float) -> Picture:
    data = {"form": form, "words": words, "ink": ink, "code": code, "code_width": width}
    png = _compiler().compile(
        format="png",
        ppi=PPI,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
    )
    if not isinstance(png, bytes):
        raise TypeError("typst returned no picture")
    drawn = cv2.imdecode(numpy.frombuffer(png, numpy.uint8), cv2.IMREAD_COLOR)
    return numpy.asarray(drawn, dtype=numpy.uint8)
