"""The register of identity documents (паспорта, МВД): is it valid, and whose is it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from oms.gateways.registers.asking import ask
from oms.gateways.registers.words import Asked, agreed

CODE = "identity-documents"
FIELDS = ("family_name", "given_name", "patronymic", "birth_date")


class Status(StrEnum):
    """What the register says of the document."""

    VALID = "valid"
    LOST = "lost"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """The document's status, and which of the names and the birth date agree with it."""

    status: Status
    fields: Mapping[str, bool] = field(default_factory=dict)


def check(*, kind: int, series: str, number: str, person: Asked) -> Answer:
    """Ask about one document (`kind` of F011). Raises `RegisterDown`, `Permanent`.

    The register tells only what agrees: it never says what is written there instead.
    """
    question = {
        "question": "check",
        "kind": kind,
        "series": series,
        "number": number,
        **person.plain,
    }
    answer = ask(register=CODE, question=question)
    if answer is None:
        return Answer(Status.UNKNOWN)
    known = {status.value for status in Status}
    status = Status(answer["status"]) if answer.get("status") in known else Status.UNKNOWN
    return Answer(status, agreed(answer, *FIELDS))
