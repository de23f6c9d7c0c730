"""Format control (форматно-логический контроль): a record against its schema, told in Russian.

The schemas in `schemas/` are our own. OSHIB is a code of F012: 901 wrong order of tags, 902 an
obligatory field is missing, 903 wrong type, 904 wrong code, 905 a key told twice.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from oms.domain.exchange.naming import FileName

SCHEMAS = Path(__file__).parent / "schemas"
ORDER, MISSING, TYPE, CODE, DOUBLE = 901, 902, 903, 904, 905
MOST = 5
"""Faults told of one record."""
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*?) \)")
_COMMENTS = {
    ORDER: "{field}: поле стоит не на месте или лишнее",
    MISSING: "{field}: поле не заполнено",
    TYPE: "{field}: значение другого типа или длины",
    CODE: "{field}: такого кода нет",
    DOUBLE: "{field}: этот номер уже был в файле",
}
_ENUMERATED = frozenset(
    {"TIP_OP", "W", "TRUE_DR", "C_OKSM", "DOCTYPE", "BOMG", "METHOD", "PETITION", "RSMO", "RPOLIS"}
    | {"FPOLIS", "ERP", "VPOLIS", "CODE_ERP", "OSHIB"}
)


@dataclass(frozen=True)
class Fault:
    """One fault: its code of F012, the field (IM_POL), the element it is in (BAS_EL), in words."""

    error: int
    field: str
    within: str
    comment: str

    @property
    def plain(self) -> dict[str, Any]:
        """As a row keeps it."""
        return asdict(self)


def faults(element: Any, *, kind: str) -> list[Fault]:
    """Return what is wrong with a record of a file of the kind, at most five faults."""
    schema = _schema(kind)
    if schema.validate(element):
        return []
    found: dict[tuple[str, str], Fault] = {}
    for error in _log(schema):
        fault = _fault(error)
        found.setdefault((fault.within, fault.field), fault)
    return list(found.values())[:MOST]


def double(field: str, within: str) -> Fault:
    """Return the fault of a key told twice in one file."""
    return Fault(DOUBLE, field, within, _COMMENTS[DOUBLE].format(field=field))


def heading_faults(root: Any, name: FileName) -> Iterator[Fault]:
    """Yield what is wrong with the root's attributes: their form, then against the file's name."""
    bare = etree.Element(root.tag, dict(root.attrib))
    schema = _schema(name.kind)
    if not schema.validate(bare):
        for error in _log(schema):
            words = re.findall(r"attribute '(\w+)'", error.message)
            field = words[0] if words else str(root.tag)
            missing = error.type_name == "SCHEMAV_CVC_COMPLEX_TYPE_4"
            yield _of(MISSING if missing else TYPE, field, str(root.tag))
        return
    told = {"FILENAME": name.stem, "SMOCOD": name.insurer, "PRZCOD": name.point}
    for field, wanted in told.items():
        if root.get(field) != wanted:
            comment = f"{field}: не совпадает с именем файла"
            yield Fault(CODE, field, str(root.tag), comment)


def _fault(error: Any) -> Fault:
    path = [part.partition("[")[0] for part in (error.path or "").split("/") if part]
    field, within = (path or [""])[-1][:40], (path[-2] if len(path) > 1 else "")[:40]
    if error.type_name == "SCHEMAV_ELEMENT_CONTENT":
        expected = _EXPECTED.search(error.message)
        wanted = expected[1].split(",")[-1].strip() if expected else ""
        if "Missing child" in error.message:
            return _of(MISSING, wanted or field, field)
        if wanted and expected and "," not in expected[1]:
            return Fault(ORDER, wanted[:40], within, f"{wanted}: поля нет на его месте")
        return _of(ORDER, field, within)
    if error.type_name == "SCHEMAV_CVC_MINLENGTH_VALID" or "value ''" in error.message:
        return _of(MISSING, field, within)
    return _of(CODE if field in _ENUMERATED else TYPE, field, within)


def _of(error: int, field: str, within: str) -> Fault:
    return Fault(error, field, within, _COMMENTS[error].format(field=field))


def _log(schema: Any) -> list[Any]:
    return list(schema.error_log)


@cache
def _schema(kind: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{kind}.xsd"))
