"""Searches: parameters read, rows found by a key that pages go on from, a Bundle made of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import QueryDict

from oms.faces.api.fhir import asked
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.kinds import KINDS, Kind
from oms.faces.api.fhir.outcome import Problem
from oms.faces.api.fhir.patients import patient_id
from oms.faces.api.fhir.systems import Resource

USUAL, MOST = 50, 200
MOST_VALUES = 60
"""In one search: SQLite takes no deeper condition, and nobody needs it."""
_CURSOR = "_cursor"
_INCLUDES = ("_include", "_include:iterate", "_include:recurse")
_SHAPE = ("_count", "_sort", "_summary", "_total", _CURSOR, *_INCLUDES)
_BY_NUMBER = frozenset({("Patient", "identifier"), ("Appointment", "patient.identifier")})
"""Parameters that hold a person's number: links name the person by our id instead."""
_SIGNER = signing.Signer(salt="fhir.cursor")
_LET_BE = frozenset({"_format", "_pretty", "_elements"})
"""May be told and change nothing here."""
Told = list[tuple[str, str]]


@dataclass
class Search:
    """A search as it was understood."""

    name: str
    kind: Kind
    caller: Caller
    told: Told
    conditions: list[Q] = field(default_factory=list)
    understood: Told = field(default_factory=list)
    shape: dict[str, str] = field(default_factory=dict)
    includes: list[tuple[str, str, str]] = field(default_factory=list)
    """Kind and parameter to follow, and as what it was told: `_include` is for matches only."""
    names: set[str] = field(default_factory=set)
    is_by_number: bool = False

    @property
    def count(self) -> int:
        """How many rows a page has; 0 asks for the number alone."""
        text = self.shape.get("_count", str(USUAL))
        if not text.isdecimal() or len(text) > 9:
            raise Problem(400, "_count: укажите целое число, например 50.", code="value")
        return min(int(text), MOST)

    @property
    def counts_only(self) -> bool:
        """Whether the number of rows is all that is asked for."""
        return self.shape.get("_summary") == "count" or self.count == 0

    @property
    def wants_total(self) -> bool:
        """Whether the number of rows is asked for: it is never counted unasked."""
        return self.counts_only or self.shape.get("_total") in {"accurate", "estimate"}

    @property
    def order(self) -> tuple[str, ...]:
        """The columns rows come by; the last makes the order whole."""
        wanted = self.shape.get("_sort")
        return self.kind.sorts[wanted] if wanted else self.kind.order


def understand(name: str, told: Iterable[QueryDict], caller: Caller) -> Search:
    """Read a search. What is not known is passed over, or refused when that is preferred."""
    pairs = [(key, value) for one in told for key, values in one.lists() for value in values]
    if any("\x00" in text for pair in pairs for text in pair):
        raise Problem(400, "В параметрах есть нулевой знак. Уберите его.", code="value")
    if sum(value.count(",") + 1 for _, value in pairs) > MOST_VALUES:
        text = f"В поиске больше {MOST_VALUES} значений. Разбейте его на несколько."
        raise Problem(400, text, code="too-costly")
    search = Search(name, KINDS[name], caller, [(k, v) for k, v in pairs if v.strip()])
    for key, value in search.told:
        if not _take(search, key, value) and caller.is_strict and key not in _LET_BE:
            known = ", ".join(sorted(search.kind.parameters))
            text = f"Параметр «{key[:60]}» для {name} не поддерживается. Есть: _id, {known}."
            raise Problem(400, text, code="not-supported")
    if search.kind.needs and search.names.isdisjoint(search.kind.needs):
        needs = " или ".join(search.kind.needs)
        raise Problem(400, f"{name}: укажите {needs}. Без этого не ищем.", code="required")
    sorts_need = search.kind.sorts_need if "_sort" in search.shape else ()
    if sorts_need and search.names.isdisjoint(sorts_need):
        raise Problem(400, f"_sort: укажите и {' или '.join(sorts_need)}.", code="required")
    return search


def _take(search: Search, key: str, value: str) -> bool:
    """Understand one parameter; tell whether it could be."""
    if key in _INCLUDES:
        return _take_include(search, key, value)
    if key in _SHAPE:
        return _take_shape(search, key, value)
    name, _, modifier = key.partition(":")
    if "." in modifier:  # actor:Practitioner.name
        name, modifier = f"{name}.{modifier.partition('.')[2]}", ""
    if name == "patient" and modifier == "identifier":
        name, modifier = "patient.identifier", ""
    if name == "_id":
        by_id = [search.kind.by_id(one) for one in value.split(",")]
        search.conditions.append(_any(by_id))
    elif parameter := search.kind.parameters.get(name):
        if (search.name, name) in _BY_NUMBER and "," in value:
            raise Problem(400, f"{name}: ищите одного человека за раз.", code="not-supported")
        search.conditions.append(asked.rows(name, parameter, modifier, value, search.caller))
    else:
        return False
    search.names.add(name)
    if (search.name, name) in _BY_NUMBER:
        search.is_by_number = True
    else:
        search.understood.append((key, value))
    return True


def _take_shape(search: Search, key: str, value: str) -> bool:
    if key == "_sort" and value not in search.kind.sorts:
        return False
    search.shape[key] = value
    if key != _CURSOR:
        search.understood.append((key, value))
    return True


def _take_include(search: Search, key: str, value: str) -> bool:
    source, _, rest = value.partition(":")
    parameter = rest.partition(":")[0]
    iterates = key != "_include"
    if source not in KINDS or parameter not in KINDS[source].along:
        return False
    if source != search.name and not iterates:
        return False
    search.includes.append((source, parameter, key))
    search.understood.append((key, value))
    return True


def bundle(search: Search) -> tuple[Resource, list[Any]]:
    """Answer a search: the Bundle and the rows it tells of. One query; two with a total."""
    rows = (search.includes and search.kind.whole) or search.kind.rows
    wanted = rows(search.caller).filter(asked.all_of(search.conditions))
    made: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if search.wants_total:
        made["total"] = wanted.count()
    if search.counts_only:
        return made | {"link": _links(search, [], None)}, []
    page, after = _page(search, wanted)
    made["link"] = _links(search, page, after)
    matches = [_entry(search.name, row, "match", search.caller) for row in page]
    along = [_entry(name, row, "include", search.caller) for name, row in _along(search, page)]
    if entries := [*matches, *_once(along, matches)]:
        made["entry"] = entries
    return made, page


def _page(search: Search, wanted: QuerySet[Any]) -> tuple[list[Any], str | None]:
    """Return one page of rows and, if there are more, the cursor that goes on."""
    order = search.order
    if cursor := search.shape.get(_CURSOR):
        wanted = wanted.filter(_beyond(order, _read(wanted, order, cursor)))
    found = list(wanted.order_by(*order)[: search.count + 1])
    page = found[: search.count]
    return page, _cursor(order, page[-1]) if len(found) > len(page) else None


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """Return what comes after a row; the first column is also told alone, for its index."""
    found = Q()
    for place, column in enumerate(order):
        way = "lt" if column.startswith("-") else "gt"
        same = {order[i].lstrip("-"): values[i] for i in range(place)}
        found |= Q(**same, **{f"{column.lstrip('-')}__{way}": values[place]})
    first = order[0]
    way = "lte" if first.startswith("-") else "gte"
    return Q(**{f"{first.lstrip('-')}__{way}": values[0]}) & found


def _cursor(order: tuple[str, ...], row: Any) -> str:
    values = [getattr(row, column.lstrip("-")) for column in order]
    plain = [one.isoformat() if isinstance(one, datetime) else one for one in values]
    return _SIGNER.sign_object([list(order), plain])


def _read(wanted: QuerySet[Any], order: tuple[str, ...], cursor: str) -> list[Any]:
    """Return the values of a cursor of ours, of the columns' own types. Raises `Problem`."""
    try:
        made_for, plain = _SIGNER.unsign_object(cursor)
    except signing.BadSignature:
        made_for, plain = [], []
    if tuple(made_for) != order:
        text = "Ссылка на следующую страницу испорчена. Начните поиск сначала."
        raise Problem(400, text, code="value")
    return [
        datetime.fromisoformat(one) if column.endswith("starts_at") else one
        for column, one in zip(order, plain, strict=True)
    ]


def _links(search: Search, page: list[Any], after: str | None) -> list[Resource]:
    told = search.understood + (_people(search, page) if search.is_by_number else [])
    links = [_link(search, "self", told, search.shape.get(_CURSOR))]
    return [*links, _link(search, "next", told, after)] if after else links


def _people(search: Search, page: list[Any]) -> Told:
    """Return the parameter that names a page's people by our ids."""
    if search.name == "Patient":
        return [("_id", ",".join(patient_id(person.pk) for person in page))]
    people = sorted({visit.person_id for visit in page})
    return [("patient", ",".join(f"Patient/{patient_id(pk)}" for pk in people))]


def _link(search: Search, relation: str, told: Told, cursor: str | None) -> Resource:
    query = urlencode([*told, *([(_CURSOR, cursor)] if cursor else [])])
    address = f"{search.caller.base}/{search.name}"
    return {"relation": relation, "url": f"{address}?{query}" if query else address}


def _entry(name: str, row: Any, mode: str, caller: Caller) -> Resource:
    resource = KINDS[name].tell(row, caller)
    return {
        "fullUrl": f"{caller.base}/{name}/{resource['id']}",
        "resource": resource,
        "search": {"mode": mode},
    }


def _along(search: Search, page: list[Any]) -> list[tuple[str, Any]]:
    """Return what was asked to come along: from matches, and from what came along before."""
    found: list[tuple[str, Any]] = []
    waiting = [(search.name, row, True) for row in page]
    for name, row, is_match in waiting:  # grows while it is read; kinds form no ring
        for source, parameter, key in search.includes:
            if source != name or not (is_match or key != "_include"):
                continue
            came = [one for one in KINDS[source].along[parameter](row) if _may_see(one[0], search)]
            found += came
            waiting += [(kind, one, False) for kind, one in came]
    return found


def _may_see(name: str, search: Search) -> bool:
    return KINDS[name].is_public or search.caller.known.may("read", name)


def _once(entries: list[Resource], before: list[Resource]) -> Iterable[Resource]:
    seen = {entry["fullUrl"] for entry in before}
    for entry in entries:
        if entry["fullUrl"] not in seen:
            seen.add(entry["fullUrl"])
            yield entry


def _any(conditions: list[Q]) -> Q:
    found = conditions[0]
    for one in conditions[1:]:
        found |= one
    return found
