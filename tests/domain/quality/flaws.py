"""A record without a fault, and one way to spoil it for each rule.

Records are spoilt past the acts, as loads and old programs spoil them: row and version alike.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from tests import factories as make

from oms.domain.directory.models import Insurer, ReferenceEntry
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register.actions.enp import LETTERS
from oms.domain.register.data import DocumentData
from oms.domain.register.models import IdentityDocument, InsuredPerson, Policy
from oms.faces.demo.flaws import set_own
from oms.law import enp

State = InsuredPerson.State
BORN = date(1990, 3, 14)
AT, ON = make.NOON, make.TODAY


def clean(**told: Any) -> InsuredPerson:
    """A citizen of 36 whose record breaks no rule."""
    body = make.insurer()
    if not body.licence_number:
        body.licence_number, body.licence_until = "ОС 1", date(2035, 1, 1)
        body.save()
    make.region("50")
    for code in ("RUS", "KGZ"):
        ReferenceEntry.objects.get_or_create(
            book="O001", code=code, begins_on=date(1900, 1, 1), defaults={"name": code}
        )
    values: dict[str, Any] = {
        "family_name": "Климова", "given_name": "Анна", "patronymic": "Викторовна",
        "birth_date": BORN, "sex": 2, "birth_place": "г. Москва", "phone": "+79001234567",
        "email": "anna@people.example", "registration": "г. Москва, ул. Учебная, д. 1",
        "document": DocumentData(
            kind="14", series="45 10", number=make.snils()[:6], issued_on=date(2010, 4, 1)
        ),
    }  # fmt: skip
    return make.insured(by=body, **{**values, **told})


def set_enp(person: InsuredPerson, number: str) -> None:
    """Another number on record and policy."""
    InsuredPerson.objects.filter(pk=person.pk).update(enp=number)
    person.policies.update(enp=number)


def number_for(person: InsuredPerson, *, region: str = "77", **told: Any) -> str:
    values = {"birth_date": person.birth_date, "sex": LETTERS[person.sex], **told}
    return enp.build(region=region, sequence=54321, **values)


def born(day: date) -> Callable[[InsuredPerson], None]:
    def spoil(person: InsuredPerson) -> None:
        set_own(person, birth_date=day)
        set_enp(person, number_for(person))

    return spoil


def own(**values: Any) -> Callable[[InsuredPerson], None]:
    return lambda person: set_own(person, **values)


def document(**values: Any) -> Callable[[InsuredPerson], None]:
    return lambda person: _documents(person, values)


def _documents(person: InsuredPerson, values: Mapping[str, Any]) -> None:
    IdentityDocument.objects.filter(person=person).update(**values)


def policy(**values: Any) -> Callable[[InsuredPerson], None]:
    return lambda person: _policies(person, values)


def _policies(person: InsuredPerson, values: Mapping[str, Any]) -> None:
    Policy.objects.filter(person=person).update(**values)


def insurer(**values: Any) -> Callable[[InsuredPerson], None]:
    return lambda _: _insurers(values)


def _insurers(values: Mapping[str, Any]) -> None:
    Insurer.objects.filter(pk="77001").update(**values)


def _without_snils(person: InsuredPerson) -> None:
    set_own(person, snils=None)


def _no_version(person: InsuredPerson) -> None:
    person.versions.update(valid_until=ON)


def _at_fourteen(person: InsuredPerson) -> None:
    born(date(2010, 3, 14))(person)
    document(kind="3", series="II-АК", number="123456", issued_on=date(2010, 4, 1))(person)
    policy(begins_on=date(2011, 1, 1))(person)


def _young_with_passport(person: InsuredPerson) -> None:
    born(date(2008, 3, 14))(person)
    document(issued_on=date(2021, 3, 14))(person)


def _old_passport(person: InsuredPerson) -> None:
    born(date(2006, 7, 6))(person)  # twenty on 6 July, ninety days are over on 4 October
    document(issued_on=date(2020, 8, 1))(person)


def _died_insured(person: InsuredPerson) -> None:
    set_own(person, state=State.DIED, died_on=date(2025, 1, 1))


def _died_too_early(person: InsuredPerson) -> None:
    _uninsured(person)
    person.refresh_from_db()
    set_own(person, state=State.DIED, died_on=BORN - timedelta(days=1))


def _uninsured(person: InsuredPerson) -> None:
    register.close_policy(person=person, on=ON, reason="Проверка", by=SYSTEM, at=AT)


def _stale(person: InsuredPerson) -> None:
    InsuredPerson.objects.filter(pk=person.pk).update(
        user=make.user(), synced_at=AT - timedelta(days=4)
    )


def _out_of_step(person: InsuredPerson) -> None:
    InsuredPerson.objects.filter(pk=person.pk).update(birth_place="г. Тверь")


def _other_insurance(person: InsuredPerson) -> None:
    other = make.insurer("77002")
    person.insurances.update(insurer=other)
    InsuredPerson.objects.filter(pk=person.pk).update(insurer=other)


def _overlap(person: InsuredPerson) -> None:
    now = person.insurances.get()
    now.pk, now.valid_from, now.valid_until = None, date(2019, 1, 1), date(2020, 2, 1)
    now.save(force_insert=True)


def _second_policy(person: InsuredPerson) -> None:
    other = make.insured()
    InsuredPerson.objects.filter(pk=other.pk).update(merged_into=person, state=State.MERGED)


def _moved(person: InsuredPerson) -> None:
    InsuredPerson.objects.filter(pk=person.pk).update(region="50")


def _half_merged(person: InsuredPerson) -> None:
    InsuredPerson.objects.filter(pk=person.pk).update(merged_into=clean())


FLAWS: Mapping[str, Callable[[InsuredPerson], None]] = {
    "Q001": own(birth_place=" "),
    "Q002": own(citizenship=""),
    "Q003": _without_snils,
    "Q004": document(valid_until=ON),
    "Q005": lambda person: person.addresses.update(valid_until=ON),
    "Q006": own(sex=0),
    "Q007": own(given_name=""),
    "Q008": _no_version,
    "Q010": born(ON + timedelta(days=1)),
    "Q011": born(date(1899, 12, 31)),
    "Q012": _died_too_early,
    "Q013": own(died_on=date(2025, 1, 1)),
    "Q014": document(kind="11", series="", number="1234567", issued_on=BORN - timedelta(days=1)),
    "Q015": document(issued_on=ON + timedelta(days=1)),
    "Q016": policy(begins_on=BORN - timedelta(days=1)),
    "Q020": own(snils="11223344596"),
    "Q021": lambda person: set_enp(person, "7756410835999916"),
    "Q022": lambda person: set_enp(person, number_for(person, birth_date=date(1990, 3, 15))),
    "Q023": lambda person: set_enp(person, number_for(person, sex="M")),
    "Q024": lambda person: set_enp(person, number_for(person, region="99")),
    "Q030": document(kind="99"),
    "Q031": document(series="4510"),
    "Q032": document(expires_on=ON - timedelta(days=1)),
    "Q033": _at_fourteen,
    "Q034": _old_passport,
    "Q035": _young_with_passport,
    "Q040": _died_insured,
    "Q041": _uninsured,
    "Q042": policy(state="suspended"),
    "Q043": _stale,
    "Q044": _out_of_step,
    "Q045": _other_insurance,
    "Q046": _overlap,
    "Q047": _second_policy,
    "Q048": insurer(excluded_on=ON, licence_until=ON - timedelta(days=9)),
    "Q049": insurer(licence_until=ON - timedelta(days=1)),
    "Q050": _moved,
    "Q051": policy(ends_on=ON - timedelta(days=1)),
    "Q060": own(family_name="Kлимова"),  # a Latin K
    "Q061": own(family_name="Климова2"),
    "Q062": own(family_name="Klimova"),
    "Q063": own(family_name="КЛИМОВА"),
    "Q064": own(patronymic="Викторович"),
    "Q065": own(phone="8 900 123-45-67"),
    "Q066": own(email="Anna @people.example"),
    "Q070": _half_merged,
    "Q071": own(citizenship="ZZZ"),
}
"""Rule → how to spoil a clean record so that it breaks this rule and no other."""
MENDED: Mapping[str, tuple[str, str]] = {
    "Q031": ("series", "45 10"),
    "Q043": ("", ""),
    "Q044": ("birth_place", "г. Москва"),
    "Q060": ("family_name", "Климова"),
    "Q063": ("family_name", "Климова"),
    "Q065": ("phone", "+79001234567"),
    "Q066": ("email", "anna@people.example"),
}
"""Rules with a repair: the field, and what it says afterwards."""
