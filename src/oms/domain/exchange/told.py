"""What a record tells, read into plain values: an insurer's (OP), the fund's (STOP, REC, REP).

The record has passed format control; values that no schema can judge (check digits, masks of
documents, days to come) are judged here and raise `Wrong`, which names the field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from oms.domain.exchange.control import CODE
from oms.domain.register.data import DocumentData, name_key
from oms.domain.register.models import Policy
from oms.kit.denied import Denied
from oms.law import enp, identity_documents, phone, snils
from oms.law.typed import tidy
from oms.law.verdict import Invalid

FORMS = {"1": Policy.Form.OLD, "2": Policy.Form.TEMPORARY, "3": Policy.Form.PAPER}
"""VPOLIS by F008; the letters of ФЕРЗЛ are forms themselves."""
GIVEN_FORMS = {"1": Policy.Form.PAPER, "2": Policy.Form.PLASTIC, "3": Policy.Form.CARD}
"""FPOLIS: the form wished for; 0 is none, a record in the register."""


class Wrong(Denied):
    """A record cannot be accepted; `field` is what the comment names."""

    def __init__(self, field: str, text: str, *, error: int = CODE) -> None:
        super().__init__(f"{field}: {text}", code=field)
        self.field, self.error = field, error


@dataclass(frozen=True)
class Identity:
    """Names and birth date by which a person is recognised; `enp` an earlier number."""

    key: str
    birth_date: date
    enp: str = ""


@dataclass(frozen=True)
class Place:
    """An address: `region` is its ОКАТО, '' when it is not told."""

    text: str
    region: str
    postal_code: str
    since: date | None


@dataclass(frozen=True)
class Told:
    """One operation as an insurer tells it."""

    operation: str
    own: dict[str, Any]
    identity: Identity
    before: tuple[Identity, ...]
    document: DocumentData
    registration: Place
    residence: Place
    visited_on: date
    by_representative: bool
    ground: int
    enp: str
    ogrn: str
    region: str
    form: str
    blank_number: str
    begins_on: date
    ends_on: date | None
    stops_on: date | None
    died_on: date | None
    clinics: tuple[tuple[str, date], ...]


@dataclass(frozen=True)
class Stop:
    """The fund tells an insurer that somebody is insured there no more (STOP of an s-file)."""

    identity: Identity
    enp: str
    stops_on: date


@dataclass(frozen=True)
class Correction:
    """The fund tells an insurer what it corrected (REC of a k-file); `document` as far as told."""

    own: dict[str, Any]
    identity: Identity
    document: DocumentData | None
    registration: Place
    residence: Place
    enp: str
    ogrn: str
    region: str
    stops_on: date | None
    died_on: date | None


@dataclass(frozen=True)
class Reply:
    """The fund's answer to one record of ours (REP of a p-file)."""

    accepted: bool
    comment: str


Tells = Told | Stop | Correction | Reply


def read_record(record: Any) -> Tells:
    """Return what a record of any kind of file tells; raise `Wrong`."""
    return _READERS[record.tag](record)


def read(op: Any) -> Told:
    """Return what a record of an insurer's file tells; raise `Wrong`."""
    person, visit = op.find("PERSON"), op.find("VIZIT")
    insurance = op.find("INSURANCE")
    policy = insurance.find("POLIS")
    document = op.find("DOC")
    stop = _day(policy, "DSTOP")
    return Told(
        operation=_text(op, "TIP_OP"),
        own=_own(person, _text(document, "MR")),
        identity=_identity(person),
        before=tuple(_identity(one, "OLD_ENP") for one in op.findall("OLD_PERSON")),
        document=_document(document),
        registration=_place(op.find("ADDRES_G")),
        residence=_place(op.find("ADDRES_P")),
        visited_on=_sure_day(visit, "DVIZIT"),
        by_representative=_text(visit, "METHOD") == "2" or person.find("PR") is not None,
        ground=int(_text(visit, "RSMO") or 1),
        enp=_enp(_text(insurance, "ENP")),
        ogrn=_text(insurance, "OGRNSMO"),
        region=_text(insurance, "TER_ST"),
        form=_form(policy, visit),
        blank_number=_text(policy, "SPOLIS") + _text(policy, "NPOLIS"),
        begins_on=_sure_day(policy, "DBEG"),
        ends_on=_day(policy, "DEND"),
        stops_on=stop,
        died_on=_day(person, "DDEATH"),
        clinics=tuple(
            (_text(one, "MCOD"), _sure_day(one, "DATE_1")) for one in op.findall("ATTACHMENT")
        ),
    )


def _stop(found: Any) -> Stop:
    number = _enp(_text(found, "ENP"))
    return Stop(_identity(found.find("PERSON")), number, _sure_day(found, "DSTOP"))


def _correction(found: Any) -> Correction:
    person, document = found.find("PERSON"), found.find("DOC")
    insurance = found.find("INSURANCE")
    birth_place = _text(document, "MR") if document is not None else ""
    return Correction(
        own=_own(person, birth_place),
        identity=_identity(person),
        document=_document(document) if document is not None else None,
        registration=_place(found.find("ADDRES_G")),
        residence=_place(found.find("ADDRES_P")),
        enp=_enp(_text(insurance, "ENP")),
        ogrn=_text(insurance, "OGRNSMO"),
        region=_text(insurance, "TER_ST"),
        stops_on=_day(insurance.find("POLIS"), "DSTOP"),
        died_on=_day(person, "DDEATH"),
    )


def _reply(found: Any) -> Reply:
    return Reply(_text(found, "CODE_ERP") == "AA", _text(found, "COMMENT"))


_READERS: Mapping[str, Callable[[Any], Tells]] = {
    "OP": read,
    "STOP": _stop,
    "REC": _correction,
    "REP": _reply,
}


def _own(person: Any, birth_place: str) -> dict[str, Any]:
    """Fields of the register's `OWN_FIELDS`; those not told are left out, so nothing is lost."""
    told: dict[str, Any] = {
        "family_name": _text(person, "FAM"),
        "given_name": _text(person, "IM"),
        "patronymic": _text(person, "OT"),
        "birth_date": _sure_day(person, "DR"),
        "birth_date_exactness": int(_text(person, "TRUE_DR")),
        "sex": int(_text(person, "W")),
        "citizenship": _text(person, "C_OKSM"),
    }
    more = {
        "snils": _snils(_text(person, "SS")),
        "phone": _phone(_text(person, "PHONE")),
        "email": _text(person, "EMAIL"),
        "birth_place": birth_place,
    }
    return told | {name: value for name, value in more.items() if value}


def _identity(person: Any, number: str = "") -> Identity:
    key = name_key(
        family_name=_text(person, "FAM"),
        given_name=_text(person, "IM"),
        patronymic=_text(person, "OT"),
    )
    return Identity(key, _sure_day(person, "DR"), _text(person, number) if number else "")


def _document(found: Any) -> DocumentData:
    kind = _text(found, "DOCTYPE")
    series, number = _text(found, "DOCSER"), _text(found, "DOCNUM")
    try:
        identity_documents.normalize(int(kind), series=series, number=number)
    except (Invalid, KeyError):
        raise Wrong("DOCNUM", "серия и номер не подходят к виду документа") from None
    return DocumentData(
        kind=kind,
        series=series,
        number=number,
        issued_on=_day(found, "DOCDATE"),
        issued_by=_text(found, "NAME_VP"),
        expires_on=_day(found, "DOCEXP"),
    )


def _place(found: Any) -> Place:
    lines = [_text(found, name) for name in ("RNNAME", "NPNAME", "UL")]
    parts = (("д. ", "DOM"), ("корп. ", "KORP"), ("кв. ", "KV"))
    lines += [title + _text(found, name) for title, name in parts if _text(found, name)]
    homeless = _text(found, "BOMG") == "1"
    text = "" if homeless else ", ".join(line for line in lines if line)
    return Place(text[:500], _text(found, "SUBJ"), _text(found, "INDX"), _day(found, "DREG"))


def _form(policy: Any, visit: Any) -> str:
    told = _text(policy, "VPOLIS")
    if told != "3":
        return str(FORMS.get(told, told))
    return str(GIVEN_FORMS.get(_text(visit, "FPOLIS"), Policy.Form.DIGITAL))


def _enp(text: str) -> str:
    try:
        if text:
            enp.parse(text)
    except Invalid:
        raise Wrong("ENP", "номер полиса неправильный, проверьте цифры") from None
    return text


def _snils(text: str) -> str:
    try:
        return snils.normalize(text) if text else ""
    except Invalid:
        raise Wrong("SS", "СНИЛС неправильный, проверьте цифры") from None


def _phone(text: str) -> str:
    try:
        return phone.normalize_any(text) if text else ""
    except Invalid:
        raise Wrong("PHONE", "телефон неправильный") from None


def _text(element: Any, name: str) -> str:
    return tidy(element.findtext(name) or "")


def _day(element: Any, name: str) -> date | None:
    text = _text(element, name)
    return date.fromisoformat(text) if text else None


def _sure_day(element: Any, name: str) -> date:
    return date.fromisoformat(_text(element, name))
