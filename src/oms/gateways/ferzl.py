"""ФЕРЗЛ, the federal register of the insured: a look-up of one person over SOAP 1.1.

`getPersonDataRequest` asks by policy, by identity document, or by СНИЛС and birth date, and answers
persons with policies, documents and attachments, page by page. A long operation answers a token,
which is polled. Errors come as items of code, message, tag and value; the value may be personal
and is never told on. Names of elements beyond these are uncertain (the schemas are given to
registered bodies): they stand in this file and in the simulator, and nowhere else.

Tries, the circuit breaker, the cache and the log are those of the state registers (`asking.ask`).
"""

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
from django.conf import settings
from lxml import etree

from oms.gateways.errors import Permanent, Temporary
from oms.gateways.registers import asking
from oms.gateways.registers.asking import Answer, Carrier, Unconfigured
from oms.gateways.registers.words import day
from oms.gateways.sms import trusted

CODE = "ferzl"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "http://ffoms.ru/types/1.1.0/mpiPersonInfoSchema"
TIMEOUT = httpx.Timeout(5)
LARGEST = 2 * 1024 * 1024
PAGE = 20
MOST_PAGES = 5
POLLS = 4
POLL_PAUSE_S = 0.5
_TITLE = "ФЕРЗЛ"
_LATER = frozenset({"TIMEOUT", "UNAVAILABLE", "OVERLOAD"})


class Refused(Permanent):
    """ФЕРЗЛ did not take the question; `fields` are the tags it names."""

    def __init__(self, text: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.fields = fields


@dataclass(frozen=True)
class PolicyItem:
    """A policy as ФЕРЗЛ holds it: `form` a letter, `insurer` SMOCOD."""

    enp: str
    form: str
    insurer: str
    begins_on: date | None
    ends_on: date | None
    in_force: bool


@dataclass(frozen=True)
class DocumentItem:
    """An identity document: `kind` a code of F011."""

    kind: str
    series: str
    number: str


@dataclass(frozen=True)
class Found:
    """A person as ФЕРЗЛ holds them; `oip` is its own key."""

    oip: str
    family_name: str
    given_name: str
    patronymic: str
    birth_date: date | None
    sex: int
    snils: str
    died_on: date | None
    policies: tuple[PolicyItem, ...]
    documents: tuple[DocumentItem, ...]
    clinics: tuple[str, ...]

    @property
    def policy(self) -> PolicyItem | None:
        """The policy in force."""
        return next((one for one in self.policies if one.in_force), None)


def by_policy(enp: str, *, fresh: bool = False) -> Found | None:
    """Look up by policy; None for nobody. Raises `RegisterDown`, `Permanent`."""
    return _found({"policy": enp}, fresh)


def by_snils(snils: str, birth_date: date, *, fresh: bool = False) -> Found | None:
    """Look up by СНИЛС (11 digits) and birth date. Raises as `by_policy`."""
    return _found({"snils": snils, "birth_date": birth_date.isoformat()}, fresh)


def by_document(kind: str, series: str, number: str, *, fresh: bool = False) -> Found | None:
    """Look up by identity document, a code of F011. Raises as `by_policy`."""
    return _found({"kind": kind, "series": series, "number": number}, fresh)


def is_configured() -> bool:
    """Tell whether ФЕРЗЛ is there to be asked without a person's click."""
    return bool(settings.FERZL_URL)


def carrier() -> Carrier:
    """SOAP when configured, the registers' memory in tests, else one that only waits."""
    if settings.FERZL_URL:
        return Soap(settings.FERZL_URL, settings.FERZL_TOKEN)
    return asking.MEMORY if settings.ENV.is_test else Unconfigured()


@dataclass(frozen=True)
class Soap:
    """The protocol described above."""

    url: str
    token: str = field(default="", repr=False)

    def carry(self, *, register: str, question: Mapping[str, Any], key: str) -> Answer | None:
        """Ask page by page; return the only person, None for nobody."""
        people: list[Any] = []
        for number in range(1, MOST_PAGES + 1):
            answer = self._settled(_question(question, key, number))
            people += answer.findall(_tag("person"))
            if number * PAGE >= int(answer.findtext(_tag("total")) or 0):
                break
        if len(people) > 1:
            raise Refused(f"{_TITLE} нашёл несколько человек")
        return _person(people[0]) if people else None

    def _settled(self, question: Any) -> Any:
        """The answer itself: where a token comes in its place, ask for it again."""
        answer = self._post(question)
        for _ in range(POLLS):
            token = answer.findtext(_tag("operationToken"))
            if not token:
                return answer
            time.sleep(POLL_PAUSE_S)
            poll = etree.Element(_tag("getOperationResultRequest"))
            etree.SubElement(poll, _tag("operationToken")).text = token
            answer = self._post(poll)
        if answer.findtext(_tag("operationToken")):
            raise Temporary(f"{_TITLE} готовит ответ слишком долго")
        return answer

    def _post(self, body: Any) -> Any:
        envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
        etree.SubElement(envelope, f"{{{ENVELOPE}}}Body").append(body)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        try:
            with (
                httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client,
                client.stream("POST", self.url, content=content, headers=headers) as answer,
            ):
                told = b"".join(_bounded(answer))
        except httpx.HTTPError as error:
            raise Temporary(f"{_TITLE} не отвечает ({type(error).__name__})") from error
        return _read(answer.status_code, told)


def _found(question: Mapping[str, Any], fresh: bool) -> Found | None:
    answer = asking.ask(register=CODE, question=question, through=carrier(), fresh=fresh)
    return _told(answer) if answer else None


def _told(answer: Answer) -> Found:
    return Found(
        **{name: str(answer.get(name, "")) for name in _TEXTS},
        birth_date=day(answer.get("birth_date")),
        died_on=day(answer.get("died_on")),
        sex=int(answer.get("sex") or 0),
        policies=tuple(
            PolicyItem(
                one["enp"], one["form"], one["insurer"], day(one["begins_on"]),
                day(one["ends_on"]), one["in_force"],
            )
            for one in answer.get("policies", [])
        ),
        documents=tuple(DocumentItem(**one) for one in answer.get("documents", [])),
        clinics=tuple(answer.get("clinics", [])),
    )  # fmt: skip


_TEXTS = ("oip", "family_name", "given_name", "patronymic", "snils")
_WAYS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "policy": ("policySearch", {"policy": "enp"}),
    "snils": ("snilsSearch", {"snils": "snils", "birth_date": "birthDate"}),
    "kind": ("documentSearch", {"kind": "docType", "series": "docSer", "number": "docNum"}),
}


def _question(question: Mapping[str, Any], key: str, number: int) -> Any:
    body = etree.Element(_tag("getPersonDataRequest"), nsmap={"f": NAMESPACE})
    etree.SubElement(body, _tag("externalRequestId")).text = str(uuid.UUID(key[:32]))
    search, names = next(_WAYS[name] for name in _WAYS if name in question)
    asked = etree.SubElement(body, _tag(search))
    for name, tag in names.items():
        etree.SubElement(asked, _tag(tag)).text = str(question[name])
    etree.SubElement(body, _tag("pageNumber")).text = str(number)
    etree.SubElement(body, _tag("pageSize")).text = str(PAGE)
    return body


def _bounded(answer: httpx.Response) -> Iterator[bytes]:
    size = 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > LARGEST:
            raise Temporary(f"{_TITLE} ответил непонятно")
        yield piece


def _read(status: int, content: bytes) -> Any:
    """Return what stands in the body; raise for faults and errors."""
    if status in {401, 403, 408, 425, 429, 502, 503, 504}:
        raise Temporary(f"{_TITLE} просит повторить позже ({status})")
    found = _parsed(content).find(f"{{{ENVELOPE}}}Body")
    inner = found[0] if found is not None and len(found) else None
    if inner is None:
        raise Temporary(f"{_TITLE} ответил непонятно")
    if inner.tag == f"{{{ENVELOPE}}}Fault":
        whose = (inner.findtext("faultcode") or "").rpartition(":")[2]
        if whose == "Client":
            raise Refused(f"{_TITLE} не принял вопрос")
        raise Temporary(f"{_TITLE} просит повторить позже (Fault)")
    _raise_errors(inner)
    return inner


def _raise_errors(answer: Any) -> None:
    items = list(answer.iterfind(f"{_tag('errors')}/{_tag('errorItem')}"))
    if not items:
        return
    codes = {item.findtext(_tag("code")) or "" for item in items}
    if codes <= _LATER:
        raise Temporary(f"{_TITLE} просит повторить позже")
    tags = tuple(sorted({item.findtext(_tag("tag")) or "" for item in items} - {""}))
    raise Refused(f"{_TITLE} не принял вопрос: {', '.join(tags) or 'без названия поля'}", tags)


def _parsed(content: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        if b"<!DOCTYPE" in content[:4096]:
            raise Temporary(f"{_TITLE} ответил непонятно")
        return etree.fromstring(content, parser)
    except etree.LxmlError:
        raise Temporary(f"{_TITLE} ответил непонятно") from None


def _person(one: Any) -> Answer:
    return {
        "oip": _text(one, "oip"),
        "family_name": _text(one, "surname"),
        "given_name": _text(one, "firstName"),
        "patronymic": _text(one, "patronymic"),
        "birth_date": _text(one, "birthDate"),
        "died_on": _text(one, "deathDate"),
        "sex": _text(one, "gender"),
        "snils": _text(one, "snils"),
        "policies": [_policy(item) for item in one.iterfind(_tag("policyItem"))],
        "documents": [
            {
                "kind": _text(item, "docType"),
                "series": _text(item, "docSer"),
                "number": _text(item, "docNum"),
            }
            for item in one.iterfind(_tag("documentItem"))
        ],
        "clinics": [_text(item, "moCode") for item in one.iterfind(_tag("attachmentItem"))],
    }


def _policy(item: Any) -> dict[str, Any]:
    return {
        "enp": _text(item, "enp"),
        "form": _text(item, "policyType"),
        "insurer": _text(item, "smoCode"),
        "begins_on": _text(item, "dateBegin"),
        "ends_on": _text(item, "dateEnd"),
        "in_force": _text(item, "status") == "ACTIVE",
    }


def _text(element: Any, name: str) -> str:
    return (element.findtext(_tag(name)) or "").strip()


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
