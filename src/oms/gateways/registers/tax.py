"""The register of taxpayers (ФНС): the ИНН of a person by name, birth date and passport."""

from oms.gateways.registers.asking import ask
from oms.gateways.registers.words import Asked

CODE = "tax"


def find_inn(*, kind: int, series: str, number: str, person: Asked) -> str:
    """Return the person's ИНН, '' when they have none. Raises `RegisterDown`, `Permanent`."""
    question = {
        "question": "find",
        "kind": kind,
        "series": series,
        "number": number,
        **person.plain,
    }
    answer = ask(register=CODE, question=question)
    return str(answer.get("inn", "")) if answer else ""
