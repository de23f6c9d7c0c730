"""Who may be picked at the simulated providers: the cast, and some never here before."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from oms.domain.accounts.models import Role, Sex
from oms.domain.register.invented import snils
from oms.faces.demo.people import CAST_FROM, CITIZENS, Character

SUBJECTS_FROM = 1_000_000_000
"""Like ЕСИА's own numbers of people (oid): ten digits."""
_STRANGERS = (
    Character(
        91, "novikova", Role.INSURED, "Новикова", "Дарья", "Павловна",
        "Здесь ещё не была: откроется новый кабинет", "", Sex.FEMALE, date(1994, 8, 12),
    ),
    Character(
        92, "zhukov", Role.INSURED, "Жуков", "Илья", "Романович",
        "Здесь ещё не был, данные указал сам", "", Sex.MALE, date(2001, 2, 27),
    ),
)  # fmt: skip
_SIMPLE = "zhukov"


def subject(number: int) -> str:
    """Return the provider's number of a person of the cast."""
    return str(SUBJECTS_FROM + number)


def people() -> list[dict[str, Any]]:
    """Return everybody as the simulator keeps them."""
    return [_known(one) for one in (*CITIZENS, *_STRANGERS)]


def write(file: Path) -> None:
    """Write the file the simulators read at their start."""
    file.write_text(json.dumps(people(), ensure_ascii=False, indent=1))


def _known(one: Character) -> dict[str, Any]:
    assert one.birth_date
    is_trusted = one.code != _SIMPLE
    return {
        "subject": subject(one.number),
        "family_name": one.family_name,
        "given_name": one.given_name,
        "patronymic": one.patronymic,
        "birth_date": one.birth_date.isoformat(),
        "sex": int(one.sex),
        "snils": snils(CAST_FROM + one.number),
        "document_series": "4521",
        "document_number": f"{600_000 + one.number}",
        "phone": one.phone,
        "email": one.email,
        "phone_verified": is_trusted,
        "email_verified": is_trusted,
        "trusted": is_trusted,
        "story": one.title,
    }
