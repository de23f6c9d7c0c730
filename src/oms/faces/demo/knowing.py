"""Stories of confirming who one is: a newcomer whom the register knows, a video that waits."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate

from oms.cases.models import Case
from oms.domain.accounts import actions as accounts
from oms.domain.accounts.models import Source, User
from oms.domain.directory.models import Insurer
from oms.domain.identity.methods import video
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register import invented
from oms.domain.register.data import DocumentData, NewPerson
from oms.domain.register.models import Insurance, InsuredPerson
from oms.faces.demo.people import CAST_FROM

VIDEO = Path(__file__).parent / "video.webm"
INSURER = "77901"


def known_to_register(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Insured for years, but the cabinet does not know it yet: confirming joins the two."""
    then = at - timedelta(days=200)
    _say(user, then)
    assert user.birth_date
    assert user.sex
    data = NewPerson(
        region="77",
        family_name=user.family_name,
        given_name=user.given_name,
        patronymic=user.patronymic,
        birth_date=user.birth_date,
        sex=user.sex,
        snils=user.snils,
        birth_place=user.birth_place,
        document=_passport(user, then),
        registration="г. Москва, ул. Учебная, д. 10, кв. 4",
    )
    basis = f"demo:{user.phone}"
    person = register.register_person(
        data=data, by=SYSTEM, at=then, source=Source.REGISTER, basis=basis
    )
    register.give_policy(
        person=person, insurer=Insurer.objects.get(pk=INSURER), on=date(2019, 4, 1), by=SYSTEM,
        at=then, ground=Insurance.Ground.FIRST_CHOICE, basis=basis,
    )  # fmt: skip
    InsuredPerson.objects.filter(pk=person.pk).update(synced_at=at)
    return []


def shows_video(user: User, staff: Mapping[str, User], at: datetime) -> list[Case]:
    """Sent a video (drawn, nobody is in it) that waits for the fund's operator."""
    began = at - timedelta(hours=3)
    _say(user, began)
    own = video.begin(user=user, at=began)
    digits = own.details["digits"]
    video.keep_video(confirmation=own, content=VIDEO.read_bytes(), said=digits, at=began)
    video.submit(confirmation=own, at=began)
    return []


def _say(user: User, at: datetime) -> None:
    """Type the passport into the profile."""
    paper = _passport(user, at)
    value: dict[str, Any] = {
        "kind": int(paper.kind),
        "series": paper.series,
        "number": paper.number,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else "",
        "issued_by": paper.issued_by,
        "department_code": paper.department_code,
    }
    accounts.set_profile_values(
        user=user, values={"document": value}, source=Source.TYPED, at=at, by=user.actor
    )


def _passport(user: User, at: datetime) -> DocumentData:
    assert user.birth_date
    number = CAST_FROM + int((user.phone or "0")[-4:])
    return invented.document(number, birth_date=user.birth_date, on=localdate(at))
