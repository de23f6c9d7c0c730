"""Pairs for the fund's queue of duplicates: sure ones, doubtful ones, one merged, one parted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from oms.domain.accounts.models import Sex, Source, User
from oms.domain.directory.models import Insurer
from oms.domain.duplicates import finding, judging
from oms.domain.duplicates.reading import records_of
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register import invented
from oms.domain.register.data import DocumentData, NewPerson
from oms.domain.register.models import Insurance, InsuredPerson

REGION, INSURER = "77", "77901"
ALIKE_FROM = 95_000_000
MERGED, DIFFERENT = "gromova", "different"


@dataclass(frozen=True)
class Double:
    """A second record: what was told otherwise, whether the passport was told later."""

    code: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    passport: bool = True


DOUBLES = (
    Double("slip", {"family_name": "slip"}),
    Double("no-patronymic", {"patronymic": ""}),
    Double("swapped", {"swap": True}, passport=False),
    Double("date", {"date": True}),
    Double("same"),
    Double(DIFFERENT, {"patronymic": ""}, passport=False),
)


@dataclass(frozen=True)
class Alike:
    """Two people of the register, or one: nobody can tell by the data alone. `later` is the second.

    Given names are `given patronymic`; the phone is one, as in a family.
    """

    code: str
    family: str
    names: str
    born: date
    sex: Sex
    later: Mapping[str, Any]


ALIKE = (
    Alike("twins", "Двойникова", "Алина Сергеевна", date(1996, 5, 17), Sex.FEMALE,
          {"names": "Арина Сергеевна"}),
    Alike("father-and-son", "Отцов", "Пётр Петрович", date(1966, 4, 12), Sex.MALE,
          {"born": date(1986, 4, 12)}),
    Alike("maiden-name", "Девичева", "Ольга Андреевна", date(1990, 9, 23), Sex.FEMALE,
          {"family": "Замужняя"}),
)  # fmt: skip


def plant(*, staff: Mapping[str, User], citizens: Mapping[str, User], at: datetime) -> None:
    """Enter each second record once and bring the pair before the fund."""
    people = InsuredPerson.objects.filter(
        region=REGION, state=InsuredPerson.State.ACTIVE, user=None, insurer__isnull=False,
        birth_date__day__lte=12, identity_documents__valid_until=None,
    )  # fmt: skip
    known = people.exclude(patronymic="").order_by("pk").distinct()[: len(DOUBLES)]
    for person, double in zip(known, DOUBLES, strict=False):
        with transaction.atomic():
            _pair(person, double, staff["egorov"], at)
    for number, alike in enumerate(ALIKE):
        with transaction.atomic():
            _alike(number, alike, at)
    owner = citizens.get(MERGED)
    own = InsuredPerson.objects.filter(user=owner).first() if owner else None
    if own is not None:
        with transaction.atomic():
            _pair(own, Double(MERGED, {"patronymic": ""}), staff["egorov"], at)


def _pair(person: InsuredPerson, double: Double, fund: User, at: datetime) -> None:
    basis = f"demo:double:{double.code}"
    if InsuredPerson.objects.filter(versions__basis=basis).exists():
        return
    then = at - timedelta(days=20)
    second = register.register_person(
        data=_told(person, double), by=SYSTEM, at=then, source=Source.REGISTER, basis=basis
    )
    paper = person.identity_documents.filter(valid_until=None).order_by("-kind").first()
    if double.passport and paper:
        document = DocumentData(kind=paper.kind, series=paper.series, number=paper.number)
        register.set_identity_document(
            person=second, document=document, on=then.date(), by=SYSTEM, at=then,
            source=Source.REGISTER, basis=basis,
        )  # fmt: skip
    found = finding.compare(person=second, at=at - timedelta(days=1))
    pair = next((one for one in found if person.pk in (one.left_id, one.right_id)), None)
    if pair and double.code == MERGED:
        judging.one_person(
            pair=pair, kept=person.pk, reason="Один паспорт, одно лицо на фото", by=fund, at=at
        )
    if pair and double.code == DIFFERENT:
        judging.different_people(pair=pair, note="Тёзки: разные места рождения", by=fund, at=at)


def _alike(number: int, alike: Alike, at: datetime) -> None:
    basis = f"demo:alike:{alike.code}"
    if InsuredPerson.objects.filter(versions__basis=basis).exists():
        return
    then, keys = at - timedelta(days=30), []
    insurer = Insurer.objects.get(pk=INSURER)
    for place, told in enumerate((alike, replace(alike, **alike.later))):
        given, _, patronymic = told.names.partition(" ")
        data = NewPerson(
            region=REGION, family_name=told.family, given_name=given, patronymic=patronymic,
            birth_date=told.born, sex=told.sex, phone=f"+790000{950 + number:05}",
            document=invented.document(
                ALIKE_FROM + 500 * number + 7 * place, birth_date=told.born, on=then.date()
            ),
        )  # fmt: skip
        person = register.register_person(
            data=data, by=SYSTEM, at=then, source=Source.REGISTER, basis=basis
        )
        register.give_policy(
            person=person, insurer=insurer, on=then.date(), by=SYSTEM, at=then,
            ground=Insurance.Ground.FIRST_CHOICE, basis=basis,
        )  # fmt: skip
        keys.append(person.pk)
    left, right = records_of(keys).values()
    likeness = finding.model().weigh(left, right)
    judging.put(
        left=left.pk, right=right.pk, region=REGION, likeness=likeness, found_by="bulk",
        at=at - timedelta(days=1),
    )  # fmt: skip


def _told(person: InsuredPerson, double: Double) -> NewPerson:
    """The person as told a second time: without numbers, with what befalls data told anew."""
    told = {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "patronymic": person.patronymic,
        "birth_date": person.birth_date,
    }
    changes = dict(double.changes)
    if changes.pop("swap", False):
        told |= {"family_name": person.given_name, "given_name": person.family_name}
    if changes.pop("date", False):
        born = person.birth_date
        told["birth_date"] = born.replace(day=born.month, month=born.day)
    if changes.get("family_name") == "slip":
        name = person.family_name
        changes["family_name"] = name[:2] + name[3] + name[2] + name[4:] if len(name) > 4 else name
    return NewPerson(
        region=REGION, sex=person.sex, birth_place=person.birth_place, **{**told, **changes}
    )
