"""Documents of the demo's applicants: drawn sheets for the crowd, specimens for one story."""

import io
from datetime import datetime, timedelta
from pathlib import Path

from django.utils.timezone import localdate
from PIL import Image, ImageDraw, ImageFont

from oms.cases.models import Case
from oms.cases.queries import application, service_of
from oms.domain import papers
from oms.domain.accounts.models import User
from oms.domain.documents import actions as documents
from oms.domain.documents import specimens
from oms.domain.documents.models import Document
from oms.domain.documents.specimens_scanning import shoot
from oms.law import dates

Kind = Document.Kind
SEED = 7
"""The specimen whose person is the demo's Цыганков: what is read off it fits what he typed."""
_SIZE = (1480, 2100)  # A6 at 300 dpi, as a passport lies open
_FONT = Path(papers.__file__).parent / "fonts" / "GolosText-Medium.ttf"
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_SAID = {Kind.PASSPORT: "ПАСПОРТ", Kind.OTHER: "СВИДЕТЕЛЬСТВО О РЕГИСТРАЦИИ ПО МЕСТУ ЖИТЕЛЬСТВА"}


def attach(case: Case, *, at: datetime) -> Case:
    """Bring what the draft cannot be submitted without."""
    known = application(case, on=localdate(at))
    for asked in service_of(case).asked_documents(known):
        if not asked.optional:
            kind = asked.kind_for(known)
            bring(
                case.applicant, kind, sheet(case.applicant, kind), at=at, case=case, slot=asked.code
            )
    return case


def bring(
    user: User, kind: Kind, content: bytes, *, at: datetime, case: Case | None = None,
    slot: str = "", name: str = "",
) -> Document:  # fmt: skip
    """Bring one file."""
    return documents.receive(
        user=user, by=user, kind=kind, content=content, name=name or f"{kind}.jpg", at=at,
        about=case.key if case else "", slot=slot, label=case.number if case else "",
    )  # fmt: skip


def sheet(user: User, kind: Kind) -> bytes:
    """A drawn sheet with the user's name: «ОБРАЗЕЦ», of nobody."""
    assert user.birth_date
    paper = Image.new("RGB", _SIZE, "#f3e7e2")
    pen = ImageDraw.Draw(paper)
    pen.rectangle((60, 60, _SIZE[0] - 60, _SIZE[1] - 60), outline="#a04a4a", width=8)
    lines = (
        "ОБРАЗЕЦ", _SAID.get(kind, str(kind.label).upper()), "",
        user.family_name, f"{user.given_name} {user.patronymic}",
        dates.short(user.birth_date), user.birth_place,
    )  # fmt: skip
    for row, line in enumerate(lines):
        size = 92 if row == 0 else 46 if row == 1 else 64
        font = ImageFont.truetype(str(_FONT), size)
        pen.text((150, 240 + row * 150), line, fill="#23201e", font=font)
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=88, dpi=(300, 300))
    return out.getvalue()


def passport() -> tuple[bytes, dict[str, str]]:
    """A good scan of the specimen's passport, and what stands on it."""
    drawn = specimens.draw(kind="passport", seed=SEED)
    return shoot(drawn.picture, way="scan", seed=SEED).content, drawn.fields


def blurred() -> bytes:
    """A photo taken with a trembling hand."""
    drawn = specimens.draw(kind="passport", seed=SEED)
    return shoot(drawn.picture, way="photo", seed=SEED, fault="blurred").content


def infected(user: User) -> bytes:
    """A sheet with the antivirus makers' harmless test text in its comment."""
    clean = sheet(user, Kind.OTHER)
    length = (len(_EICAR) + 2).to_bytes(2, "big")
    return clean[:2] + b"\xff\xfe" + length + _EICAR + clean[2:]


def own_papers(user: User, staff: User, *, at: datetime) -> None:
    """A person's own documents: a blurred one, one with a virus, one that was not taken."""
    bring(user, Kind.PASSPORT, blurred(), at=at, name="паспорт с телефона.jpg")
    bring(user, Kind.OTHER, infected(user), at=at + timedelta(minutes=4), name="скан из почты.jpg")
    old = bring(
        user, Kind.OTHER, sheet(user, Kind.OTHER), at=at + timedelta(minutes=9), name="справка.jpg"
    )
    documents.refuse(
        document=old,
        reason="На снимке другой документ. Приложите договор найма или свидетельство о регистрации",
        by=staff.actor,
        at=at + timedelta(hours=4),
    )
