"""What the state's registers say of a person, field by field (IDN-1).

Two registers are asked: of identity documents and of СНИЛС. Each answer that agrees in full is
remembered by its question, so a corrected СНИЛС does not ask about the passport again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from oms.domain.identity.method import TITLES, Field, Outcome, proof_of
from oms.gateways.errors import Permanent
from oms.gateways.registers import identity_documents, pension, tax
from oms.gateways.registers.asking import RegisterDown
from oms.gateways.registers.asking import available as answering
from oms.gateways.registers.identity_documents import Status
from oms.gateways.registers.words import Asked

NAMES = ("family_name", "given_name", "patronymic", "birth_date")
PASSPORT, SNILS = "document", "snils"
_MATCH = Outcome.MATCH
_DOWN = "Реестр сейчас не отвечает. Мы повторим сами."
_STATUS = {
    Status.LOST: "Паспорт числится утраченным. Укажите действующий.",
    Status.EXPIRED: "Срок паспорта закончился. Укажите новый.",
    Status.UNKNOWN: "Такого паспорта нет в реестре. Проверьте серию и номер.",
}


@dataclass(frozen=True)
class Told:
    """What a person says of themselves."""

    family_name: str
    given_name: str
    patronymic: str
    birth_date: date
    kind: int
    series: str
    number: str
    snils: str
    sex: int | None = None

    @property
    def person(self) -> Asked:
        """The person, as registers are asked."""
        return Asked(self.family_name, self.given_name, self.patronymic, self.birth_date)

    @property
    def passport_proof(self) -> str:
        """What stands for the question about the document."""
        names = (getattr(self, name) for name in NAMES)
        return proof_of(PASSPORT, self.kind, self.series, self.number, *names)

    @property
    def snils_proof(self) -> str:
        """What stands for the question about the СНИЛС."""
        return proof_of(SNILS, self.snils, self.sex, *(getattr(self, name) for name in NAMES))

    @property
    def plain(self) -> dict[str, Any]:
        """As a confirmation keeps it."""
        return {**vars(self), "birth_date": self.birth_date.isoformat()}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Told":
        """What a confirmation kept."""
        return cls(**{**kept, "birth_date": date.fromisoformat(kept["birth_date"])})


def both_answer() -> bool:
    """Tell whether neither register is known to be down. Asks nobody."""
    return answering(identity_documents.CODE, pension.CODE)


def check(told: Told, known: Mapping[str, Field]) -> Iterator[list[Field]]:
    """Ask one register after another; yield all results so far after each.

    `known` are remembered fields by proof. A register that does not answer gives `DOWN`.
    """
    fields = _passport(told, known)
    yield fields
    yield [*fields, *_snils(told, known)]


def find_inn(told: Told) -> str:
    """Return the person's ИНН, '' when there is none or the register does not answer."""
    try:
        return tax.find_inn(
            kind=told.kind, series=told.series, number=told.number, person=told.person
        )
    except (RegisterDown, Permanent):
        return ""


def _passport(told: Told, known: Mapping[str, Field]) -> list[Field]:
    proof = told.passport_proof
    if proof in known:
        return _all_right((PASSPORT, *_shown_names(told)), proof, known[proof].at)
    try:
        answer = identity_documents.check(
            kind=told.kind, series=told.series, number=told.number, person=told.person
        )
    except RegisterDown:
        return [Field(PASSPORT, Outcome.DOWN, _DOWN)]
    except Permanent:
        return [Field(PASSPORT, Outcome.UNKNOWN, _STATUS[Status.UNKNOWN])]
    if answer.status is Status.UNKNOWN:
        return [Field(PASSPORT, Outcome.UNKNOWN, _STATUS[Status.UNKNOWN])]
    if answer.status is Status.VALID and _all_agree(answer.fields):
        return _all_right((PASSPORT, *_shown_names(told)), proof)
    valid = answer.status is Status.VALID
    paper = Field(
        PASSPORT,
        Outcome.MATCH if valid else Outcome.DIFFERS,
        "" if valid else _STATUS[answer.status],
    )
    compared = [_compared(name, answer.fields) for name in NAMES]
    shown = _shown_names(told)
    return [paper, *(one for one in compared if one.name in shown or one.outcome is not _MATCH)]


def _snils(told: Told, known: Mapping[str, Field]) -> list[Field]:
    proof = told.snils_proof
    if proof in known:
        return _all_right((SNILS,), proof, known[proof].at)
    try:
        answer = pension.check(snils=told.snils, person=told.person, sex=told.sex)
    except RegisterDown:
        return [Field(SNILS, Outcome.DOWN, _DOWN)]
    except Permanent:
        return [Field(SNILS, Outcome.UNKNOWN, "Реестр не принял этот СНИЛС. Проверьте номер.")]
    if not answer.found:
        return [Field(SNILS, Outcome.UNKNOWN, "Такого СНИЛС нет в реестре. Проверьте номер.")]
    wrong = [name for name in (*NAMES, "sex") if not answer.fields.get(name, name == "sex")]
    if not wrong:
        return _all_right((SNILS,), proof)
    titles = ", ".join(f"«{TITLES[name]}»" for name in wrong)
    return [Field(SNILS, Outcome.DIFFERS, f"По этому СНИЛС другие данные: {titles}.")]


def _shown_names(told: Told) -> tuple[str, ...]:
    """Names to show as right: no patronymic where nobody has one."""
    return tuple(name for name in NAMES if name != "patronymic" or told.patronymic)


def _all_agree(fields: Mapping[str, bool]) -> bool:
    return all(fields.get(name, False) for name in NAMES)


def _all_right(names: tuple[str, ...], proof: str, at: str = "") -> list[Field]:
    return [Field(name, Outcome.MATCH, proof=proof, at=at) for name in names]


def _compared(name: str, fields: Mapping[str, bool]) -> Field:
    if fields.get(name):
        return Field(name, _MATCH)
    text = f"{TITLES[name]}: в паспорте иначе. Проверьте по документу."
    return Field(name, Outcome.DIFFERS, text)
