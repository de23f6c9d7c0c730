"""The state's registers, as far as they answer questions: by field, never with what they hold.

POST /registers/{register} answers a question; POST /registers/people makes people known (a list
of mappings: names, birth_date, sex, passport, snils, inn, died_on, names, children …). About a
known person the answer is true. A stranger agrees with everything, unless the number ends so:

    passport …13 lost · …17 expired · …07 surname differs · …27 birth date differs · …99 nobody
    СНИЛС, the last two of its first nine digits: 07, 27, 99 as above
    birth certificate …07 the parent differs · …27 the child's birth date · …99 nobody
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

NAMES = ("family_name", "given_name", "patronymic")
PERSON = (*NAMES, "birth_date")
REGISTERS = ("identity-documents", "pension", "tax", "civil-status")
CHANNEL = "register"
ENDINGS = {"07": "family_name", "27": "birth_date"}
STATES = {"13": "lost", "17": "expired"}
NOBODY = "99"
Row = Mapping[str, Any]
Answer = tuple[int, dict[str, Any]]


class Registers:
    """Who is known, and what is said of them. Safe to use from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._people: list[Row] = []
        if file and file.exists():
            self._people.extend(json.loads(file.read_text()))

    def know(self, people: Iterable[Row]) -> None:
        """Make people known, in addition."""
        with self._lock:
            self._people.extend(people)

    def answer(self, register: str, question: Row) -> Answer:
        """Return the status and body of an answer."""
        asked = str(question.get("question", ""))
        how = _ANSWERS.get((register, asked))
        if how is None or not all(_is_text(question.get(name)) for name in PERSON):
            return 422, {"code": "question"}
        with self._lock:
            people = list(self._people)
        found = how(question, people)
        return (404, {"code": "nobody"}) if found is None else (200, found)


def _passport(question: Row, people: list[Row]) -> dict[str, Any] | None:
    number = _plain(question.get("series")) + _plain(question.get("number"))
    owner = _holder(people, "passport", number)
    if owner is not None:
        state = owner.get("passport_state", "valid")
        return {"status": state, "fields": _compare(question, owner)}
    ending = number[-2:]
    if ending == NOBODY or _known(people, question, "passport"):
        return None
    return {"status": STATES.get(ending, "valid"), "fields": _stranger(ending)}


def _snils(question: Row, people: list[Row]) -> dict[str, Any] | None:
    number = _plain(question.get("snils"))
    owner = _holder(people, "snils", number)
    sex = question.get("sex")
    if owner is not None:
        told = {"sex": sex == owner.get("sex")} if sex else {}
        return {"fields": {**_compare(question, owner), **told}}
    ending = number[7:9]
    if ending == NOBODY or _known(people, question, "snils"):
        return None
    return {"fields": {**_stranger(ending), **({"sex": True} if sex else {})}}


def _inn(question: Row, people: list[Row]) -> dict[str, Any] | None:
    for one in people:
        if all(_compare(question, one).values()):
            return {"inn": one["inn"]} if one.get("inn") else None
    seed = "|".join(str(question[name]) for name in PERSON)
    ten = f"99{int(hashlib.sha256(seed.encode()).hexdigest(), 16) % 10**8:08}"
    return {"inn": _with_checks(ten)}


def _birth(question: Row, people: list[Row]) -> dict[str, Any] | None:
    number = _plain(question.get("series")) + _plain(question.get("number"))
    child = _holder(people, "birth_certificate", number)
    told = {name: question.get(f"parent_{name}", "") for name in PERSON}
    if child is not None:
        parents = [_compare(told, parent) for parent in child.get("parents", [])]
        likest = max(parents, key=lambda same: sum(same.values()), default=dict.fromkeys(PERSON))
        of_parent = {f"parent_{name}": bool(same) for name, same in likest.items()}
        return {"fields": {**_compare(question, child), **of_parent}}
    ending = number[-2:]
    if ending == NOBODY or _known(people, question, "birth_certificate"):
        return None
    born = _stranger(ending if ending == "27" else "")
    of_parent = {f"parent_{name}": same for name, same in _stranger(ending).items()}
    return {"fields": {**born, **of_parent, "parent_birth_date": True}}


def _death(question: Row, people: list[Row]) -> dict[str, Any] | None:
    return _of_known(question, people, "died_on")


def _names(question: Row, people: list[Row]) -> dict[str, Any] | None:
    return _of_known(question, people, "names")


def _of_known(question: Row, people: list[Row], name: str) -> dict[str, Any] | None:
    for one in people:
        if all(_compare(question, one).values()) and one.get(name):
            return {name: one[name]}
    return None


def _holder(people: list[Row], kind: str, number: str) -> Row | None:
    return next((one for one in people if number and _plain(one.get(kind)) == number), None)


def _known(people: list[Row], question: Row, kind: str) -> bool:
    """Whether the register holds another number of this very person."""
    return any(one.get(kind) and all(_compare(question, one).values()) for one in people)


def _compare(told: Row, known: Row) -> dict[str, bool]:
    return {name: _fold(told.get(name)) == _fold(known.get(name)) for name in PERSON}


def _stranger(ending: str) -> dict[str, bool]:
    return {name: ENDINGS.get(ending) != name for name in PERSON}


def _fold(value: object) -> str:
    text = str(value or "").upper().replace("Ё", "Е").replace("Й", "И")
    return "".join(sign for sign in text if sign.isalnum())


def _plain(value: object) -> str:
    return "".join(sign for sign in str(value or "").upper() if sign.isalnum())


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _with_checks(ten: str) -> str:
    """Return ten digits as a valid ИНН of a person."""
    for weights in ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)):
        total = sum(w * int(d) for w, d in zip(weights, ten, strict=True))
        ten += str(total % 11 % 10)
    return ten


_ANSWERS: Mapping[tuple[str, str], Callable[[Row, list[Row]], dict[str, Any] | None]] = {
    ("identity-documents", "check"): _passport,
    ("pension", "check"): _snils,
    ("tax", "find"): _inn,
    ("civil-status", "birth"): _birth,
    ("civil-status", "death"): _death,
    ("civil-status", "names"): _names,
}
