"""The register of СНИЛС (Социальный фонд): does the number belong to this person."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oms.gateways.registers.asking import ask
from oms.gateways.registers.words import Asked, agreed

CODE = "pension"
FIELDS = ("family_name", "given_name", "patronymic", "birth_date", "sex")


@dataclass(frozen=True)
class Answer:
    """Whether the number exists, and what agrees with it."""

    found: bool
    fields: Mapping[str, bool] = field(default_factory=dict)


def check(*, snils: str, person: Asked, sex: int | None = None) -> Answer:
    """Ask about one СНИЛС (11 digits); `sex` is V005. Raises `RegisterDown`, `Permanent`."""
    question: dict[str, str | int] = {"question": "check", "snils": snils, **person.plain}
    if sex:
        question["sex"] = sex
    answer = ask(register=CODE, question=question)
    return Answer(False) if answer is None else Answer(True, agreed(answer, *FIELDS))
