"""Stories of representatives: a mother of three, a guardian refused, a teenager."""

import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from django.utils.timezone import localdate
from PIL import Image, ImageDraw, ImageFont

from oms.cases.models import Case
from oms.domain import papers
from oms.domain.accounts.models import Representation, Source, User
from oms.domain.directory.models import Insurer
from oms.domain.documents import actions as documents
from oms.domain.documents.models import Document
from oms.domain.journal.actions import SYSTEM
from oms.domain.notifications.synthetic import consider_sent
from oms.domain.register import actions as register
from oms.domain.register import invented
from oms.domain.register.data import DocumentData, NewPerson
from oms.domain.register.models import Insurance
from oms.domain.wards import actions as wards
from oms.domain.wards.naming import Act, Certificate, Ward
from oms.faces.demo.people import CAST_FROM, CITIZENS
from oms.law import dates

STAR = "77901"
Kind = Representation.Kind
_FONT = Path(papers.__file__).parent / "fonts" / "GolosText-Medium.ttf"
_SHEET = (2480, 3508)


def mother(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Acts for her son of five, who has a policy; a request for her newborn waits for the fund."""
    son = Ward(
        family_name="Соколов", given_name="Михаил", patronymic="Игоревич",
        birth_date=date(2021, 8, 9), sex=1, birth_place="г. Москва",
        snils=invented.snils(CAST_FROM + 9001),
    )  # fmt: skip
    paper = _certificate(son, number="900109", parent="mother")
    _insure(son, paper, at=at - timedelta(days=280))
    first = at - timedelta(days=60)
    right = _ask(user, Kind.PARENT, son, paper, at=first)
    wards.confirm(representation=right, by=staff["egorov"], at=first + timedelta(days=1))
    born = localdate(at) - timedelta(days=24)
    daughter = Ward(
        family_name="Соколова", given_name="Вера", patronymic="Игоревна", birth_date=born, sex=2,
        birth_place="г. Москва",
    )  # fmt: skip
    own = _certificate(daughter, number="900110", parent="mother")
    _ask(user, Kind.PARENT, daughter, own, at=at - timedelta(days=1, hours=3))
    return []


def guardian(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Was refused: the act bears no seal."""
    asked = at - timedelta(days=9)
    boy = Ward(
        family_name="Лапин", given_name="Егор", patronymic="Ильич", birth_date=date(2016, 2, 17),
        sex=1, birth_place="г. Москва",
    )  # fmt: skip
    issued = localdate(asked) - timedelta(days=40)
    act = Act(number="118-О", issued_on=issued, issued_by="Отдел опеки и попечительства")
    right = _ask(user, Kind.GUARDIAN, boy, act, at=asked)
    wards.refuse(
        representation=right,
        reason="На акте нет печати органа опеки. Приложите копию с печатью.",
        by=staff["egorov"],
        at=asked + timedelta(days=2),
    )
    return []


def teenager(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Has a cabinet of her own; her mother acts for her, and she may end it."""
    assert user.birth_date
    told = Ward(
        family_name=user.family_name, given_name=user.given_name, patronymic=user.patronymic,
        birth_date=user.birth_date, sex=user.sex or 2, birth_place=user.birth_place,
        snils=user.snils or "",
    )  # fmt: skip
    paper = _certificate(told, number="900113", parent="mother")
    _insure(told, paper, at=at - timedelta(days=285), user=user)
    phone = next(one.phone for one in CITIZENS if one.code == "sokolova")
    asked, parent = at - timedelta(days=30), User.objects.get(phone=phone)
    right = _ask(parent, Kind.PARENT, told, paper, at=asked)
    wards.confirm(representation=right, by=staff["egorov"], at=asked + timedelta(days=1))
    consider_sent(users=[parent])
    return []


def _certificate(child: Ward, *, number: str, parent: str) -> Certificate:
    return Certificate(
        kind=3,
        series="II-МЮ",
        number=number,
        issued_on=child.birth_date + timedelta(days=9),
        issued_by="Учебный отдел ЗАГС г. Москвы",
        parent=parent,
    )


def _ask(
    user: User, kind: Kind, ward: Ward, basis: Certificate | Act, *, at: datetime
) -> Representation:
    right = wards.ask(
        representative=user, kind=kind, ward=ward, basis=basis,
        scope=list(Representation.Scope), at=at,
    )  # fmt: skip
    is_act = isinstance(basis, Act)
    documents.receive(
        user=user,
        by=user,
        kind=Document.Kind.COURT_ACT if is_act else Document.Kind.BIRTH_CERTIFICATE,
        content=_picture(ward, basis),
        name="акт.jpg" if is_act else "свидетельство.jpg",
        at=at + timedelta(minutes=4),
        about=right.key,
        slot=wards.SLOT,
    )
    return wards.hand_in(representation=right, by=user, at=at + timedelta(minutes=5))


def _insure(child: Ward, paper: Certificate, *, at: datetime, user: User | None = None) -> None:
    told = NewPerson(
        region="77",
        family_name=child.family_name,
        given_name=child.given_name,
        patronymic=child.patronymic,
        birth_date=child.birth_date,
        sex=child.sex,
        snils=child.snils or None,
        birth_place=child.birth_place,
        document=DocumentData(
            kind=str(paper.kind), series=paper.series, number=paper.number,
            issued_on=paper.issued_on, issued_by=paper.issued_by,
        ),
        registration=f"{invented.TOWNS['77']}, ул. Учебная, д. 9, кв. 40",
    )  # fmt: skip
    basis = f"demo:{paper.number}"
    person = register.register_person(
        data=told, by=SYSTEM, at=at, source=Source.REGISTER, basis=basis, user=user
    )
    register.give_policy(
        person=person, insurer=Insurer.objects.get(pk=STAR), on=localdate(at), by=SYSTEM, at=at,
        ground=Insurance.Ground.FIRST_CHOICE, basis=basis,
    )  # fmt: skip


def _picture(child: Ward, basis: Certificate | Act) -> bytes:
    """A drawn sheet with the words of the paper: «ОБРАЗЕЦ», of nobody."""
    sheet = Image.new("RGB", _SHEET, "#eef4ea")
    pen = ImageDraw.Draw(sheet)
    for row in range(0, _SHEET[1], 46):
        pen.line((0, row, _SHEET[0], row + 300), fill="#dbe9d8", width=3)
        pen.line((0, row + 300, _SHEET[0], row), fill="#f3ddd6", width=3)
    pen.rectangle((110, 110, _SHEET[0] - 110, _SHEET[1] - 110), outline="#2f7d55", width=10)
    heads = {Act: "АКТ ОБ ОПЕКЕ", Certificate: "СВИДЕТЕЛЬСТВО О РОЖДЕНИИ"}
    number = basis.number if isinstance(basis, Act) else f"{basis.series} № {basis.number}"
    lines = (
        ("ОБРАЗЕЦ", "#b3261e"), (heads[type(basis)], "#0a4d8c"), (number, "#b3261e"), ("", ""),
        (child.family_name, ""), (f"{child.given_name} {child.patronymic}", ""),
        (f"Дата рождения: {dates.long(child.birth_date)}", ""), (child.birth_place, ""), ("", ""),
        (basis.issued_by, ""), (f"Дата выдачи: {dates.long(basis.issued_on)}", ""),
    )  # fmt: skip
    for row, (line, ink) in enumerate(lines):
        font = ImageFont.truetype(_FONT, 110 if row < 2 else 78)
        pen.text((240, 330 + row * 195), line, fill=ink or "#16211d", font=font)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=88, dpi=(300, 300))
    return out.getvalue()


STORIES = {"sokolova": mother, "drozdov": guardian, "daria": teenager}
CONFIRMED = frozenset({"sokolova", "daria"})
