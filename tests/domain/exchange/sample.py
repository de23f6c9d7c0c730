"""Files of insurers as tests need them: records with sensible values, each part replaceable."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from tests import factories as make

from oms.domain.exchange import actions, writing
from oms.domain.exchange.models import ExchangeFile
from oms.domain.exchange.writing import Letter, Parts
from oms.domain.journal.actions import SYSTEM
from oms.domain.register.models import InsuredPerson

OGRN = "1027700000001"
VISIT = date(2026, 10, 1)
NAME = "i77001_01_26100101"


def insurer(code: str = "77001", **values: Any):
    return make.insurer(code, ogrn=OGRN, **values)


def op(number: object, operation: str = "П010", **changes: Any) -> Parts:
    """One record; `changes` replace values by tag, None leaves the tag out."""
    n = next(make._numbers)
    tags: dict[str, Any] = {
        "FAM": "Новикова", "IM": "Ольга", "OT": "Петровна", "W": 2, "DR": date(1990, 5, 17),
        "SS": make.snils(), "PHONE": "+79001234567", "EMAIL": "", "DDEATH": None,
        "DOCTYPE": 14, "DOCSER": "45 11", "DOCNUM": f"{n:06}", "MR": "г. Москва",
        "G": "г. Москва, ул. Тестовая, д. 5", "P": "", "DVIZIT": VISIT, "METHOD": 1, "RSMO": 1,
        "FPOLIS": 0, "TER_ST": "45000", "ENP": "", "OGRNSMO": OGRN, "VPOLIS": 3, "NPOLIS": "",
        "DBEG": VISIT, "DEND": None, "DSTOP": None, "OLD": None, "MCOD": None,
    }  # fmt: skip
    unknown = set(changes) - set(tags) - {"extra"}
    assert not unknown
    t = tags | changes
    person = [(tag, t[tag]) for tag in ("FAM", "IM", "OT", "W", "DR")]
    person += [("TRUE_DR", 1), ("C_OKSM", "RUS")]
    person += [(tag, t[tag]) for tag in ("SS", "PHONE", "EMAIL", "DDEATH")]
    document = [(tag, t[tag]) for tag in ("DOCTYPE", "DOCSER", "DOCNUM")]
    document += [("DOCDATE", date(2012, 3, 4)), ("NAME_VP", "ОВД Тестовый"), ("MR", t["MR"])]
    policy = [(tag, t[tag]) for tag in ("VPOLIS", "NPOLIS", "DBEG", "DEND", "DSTOP")]
    visit = [("DVIZIT", t["DVIZIT"]), ("METHOD", t["METHOD"]), ("PETITION", 1)]
    visit += [("RSMO", t["RSMO"]), ("FPOLIS", t["FPOLIS"])]
    insurance = [(tag, t[tag]) for tag in ("TER_ST", "ENP", "OGRNSMO")]
    insurance += [("ERP", 0), ("POLIS", policy)]
    record: Parts = [
        ("N_REC", number), ("TIP_OP", operation), ("PERSON", person), ("OLD_PERSON", t["OLD"]),
        ("DOC", document), ("ADDRES_G", [("BOMG", 0), ("SUBJ", "45000"), ("NPNAME", t["G"])]),
        ("ADDRES_P", [("BOMG", 0), ("NPNAME", t["P"])]), ("VIZIT", visit),
        ("INSURANCE", insurance),
    ]  # fmt: skip
    if t["MCOD"]:
        record.append(("ATTACHMENT", [("MCOD", t["MCOD"]), ("DATE_1", VISIT)]))
    return [*record, *t.get("extra", [])]


def about(person: InsuredPerson, number: object, operation: str, **changes: Any) -> Parts:
    """A record about somebody the register holds."""
    document = person.identity_documents.filter(valid_until=None).get()
    told: Mapping[str, Any] = {
        "FAM": person.family_name, "IM": person.given_name, "OT": person.patronymic,
        "W": person.sex, "DR": person.birth_date, "SS": person.snils, "ENP": person.enp or "",
        "DOCTYPE": document.kind, "DOCSER": document.series, "DOCNUM": document.number,
        "PHONE": "", "MR": "", "G": "",
    }  # fmt: skip
    return op(number, operation, **{**told, **changes})


def content(records: Iterable[Parts], *, name: str = NAME, count: int | None = None) -> bytes:
    found = list(records)
    letter = Letter(name, name[1:6], "01", len(found) if count is None else count)
    return b"".join(writing.write(letter, found))


def received(data: bytes, *, name: str = NAME) -> ExchangeFile:
    return actions.receive(
        name=f"{name}.xml", pieces=[data], origin="desk", by=SYSTEM, at=make.NOON
    )


def processed(records: Iterable[Parts], *, name: str = NAME) -> ExchangeFile:
    file = received(content(records, name=name), name=name)
    assert actions.process(file=file, at=make.NOON + timedelta(minutes=1))
    return file


def answers(file: ExchangeFile) -> list[tuple[str, str, str]]:
    rows = file.answers.order_by("place")
    return list(rows.values_list("number", "code", "comment"))
