"""ФЕРЗЛ as far as it answers a look-up of a person: SOAP 1.1, `getPersonDataRequest`.

POST /ferzl answers an envelope; POST /ferzl/people makes people known (a list of mappings: oip,
names, birth_date, sex, snils, policies, documents, clinics). A person marked `slow` is answered
with a token first and needs two polls.
"""

import json
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

PATH = "/ferzl"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "http://ffoms.ru/types/1.1.0/mpiPersonInfoSchema"
POLLS = 2
Row = Mapping[str, Any]
_PLAIN = {
    "oip": "oip", "family_name": "surname", "given_name": "firstName", "patronymic": "patronymic",
    "birth_date": "birthDate", "died_on": "deathDate", "sex": "gender", "snils": "snils",
}  # fmt: skip
_ITEMS = {
    "policies": ("policyItem", {"enp": "enp", "form": "policyType", "insurer": "smoCode",
                                "begins_on": "dateBegin", "ends_on": "dateEnd", "state": "status"}),
    "documents": ("documentItem", {"kind": "docType", "series": "docSer", "number": "docNum"}),
    "clinics": ("attachmentItem", {"code": "moCode"}),
}  # fmt: skip


class Ferzl:
    """Who is known, and which long operations run. Safe to use from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._people: list[Row] = []
        self._running: dict[str, tuple[int, bytes]] = {}
        if file and file.exists():
            self._people.extend(json.loads(file.read_text()))

    def know(self, people: Iterable[Row]) -> None:
        """Make people known, in addition."""
        with self._lock:
            self._people.extend(people)

    def answer(self, content: bytes) -> tuple[int, bytes]:
        """Return the status and the envelope of an answer."""
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            body = etree.fromstring(content, parser).find(f"{{{ENVELOPE}}}Body")
            question = body[0] if body is not None else None
        except etree.LxmlError:
            question = None
        if question is None:
            return 500, _fault("Client", "not an envelope")
        if question.tag == _tag("getOperationResultRequest"):
            return self._polled(question.findtext(_tag("operationToken")) or "")
        if question.tag != _tag("getPersonDataRequest"):
            return 500, _fault("Client", "unknown request")
        return self._looked_up(question)

    def _looked_up(self, question: Any) -> tuple[int, bytes]:
        wrong = _wrong(question)
        if wrong is not None:
            return 200, wrong
        with self._lock:
            found = [one for one in self._people if _is_meant(one, question)]
        page = int(question.findtext(_tag("pageNumber")) or 1)
        size = int(question.findtext(_tag("pageSize")) or 20)
        answer = _answer(found, page, size)
        if any(one.get("slow") for one in found):
            return 200, self._promised(answer)
        return 200, answer

    def _promised(self, answer: bytes) -> bytes:
        token = secrets.token_hex(8)
        with self._lock:
            self._running[token] = (POLLS, answer)
        return _token(token)

    def _polled(self, token: str) -> tuple[int, bytes]:
        with self._lock:
            left, answer = self._running.pop(token, (0, b""))
            if left > 1:
                self._running[token] = (left - 1, answer)
                return 200, _token(token)
        return (200, answer) if answer else (500, _fault("Client", "unknown token"))


def _wrong(question: Any) -> bytes | None:
    snils = question.findtext(f"{_tag('snilsSearch')}/{_tag('snils')}")
    if snils is not None and not (len(snils) == 11 and snils.isdecimal()):
        return _errors("INVALID_VALUE", "СНИЛС: 11 цифр", "snils", snils)
    if not any(question.find(_tag(name)) is not None for name in _WAYS):
        return _errors("NO_CRITERIA", "Не указано, кого искать", "search", "")
    return None


_WAYS: Mapping[str, Mapping[str, Callable[[Row], list[Any]]]] = {
    "policySearch": {"enp": lambda one: [item.get("enp") for item in one.get("policies", [])]},
    "snilsSearch": {
        "snils": lambda one: [one.get("snils")],
        "birthDate": lambda one: [one.get("birth_date")],
    },
    "documentSearch": {
        "docSer": lambda one: [_bare(item.get("series")) for item in one.get("documents", [])],
        "docNum": lambda one: [_bare(item.get("number")) for item in one.get("documents", [])],
    },
}


def _is_meant(one: Row, question: Any) -> bool:
    for name, keys in _WAYS.items():
        asked = question.find(_tag(name))
        if asked is not None:
            return all(
                _bare(asked.findtext(_tag(tag))) in [_bare(value) for value in values(one)]
                for tag, values in keys.items()
            )
    return False


def _bare(value: object) -> str:
    return "".join(sign for sign in str(value or "").upper() if sign.isalnum())


def _answer(found: list[Row], page: int, size: int) -> bytes:
    answer = etree.Element(_tag("getPersonDataResponse"), nsmap={"f": NAMESPACE})
    etree.SubElement(answer, _tag("total")).text = str(len(found))
    for one in found[(page - 1) * size : page * size]:
        person = etree.SubElement(answer, _tag("person"))
        _put(person, one, _PLAIN)
        for name, (tag, fields) in _ITEMS.items():
            for item in one.get(name, []):
                _put(etree.SubElement(person, _tag(tag)), item, fields)
    return _envelope(answer)


def _put(element: Any, row: Row, fields: Mapping[str, str]) -> None:
    for name, tag in fields.items():
        if row.get(name) not in {None, ""}:
            etree.SubElement(element, _tag(tag)).text = str(row[name])


def _token(token: str) -> bytes:
    answer = etree.Element(_tag("getPersonDataResponse"), nsmap={"f": NAMESPACE})
    etree.SubElement(answer, _tag("operationToken")).text = token
    return _envelope(answer)


def _errors(code: str, message: str, tag: str, value: str) -> bytes:
    answer = etree.Element(_tag("getPersonDataResponse"), nsmap={"f": NAMESPACE})
    item = etree.SubElement(etree.SubElement(answer, _tag("errors")), _tag("errorItem"))
    for name, text in (("code", code), ("message", message), ("tag", tag), ("value", value)):
        etree.SubElement(item, _tag(name)).text = text
    return _envelope(answer)


def _fault(whose: str, text: str) -> bytes:
    fault = etree.Element(f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = f"soap:{whose}"
    etree.SubElement(fault, "faultstring").text = text
    return _envelope(fault)


def _envelope(inner: Any) -> bytes:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    etree.SubElement(envelope, f"{{{ENVELOPE}}}Body").append(inner)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
