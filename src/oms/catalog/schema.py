"""The form of a service as JSON Schema (2020-12): field by field, in the normal form of values.

Choices that depend on the day or on other answers (regions, insurers, clinics) are told by their
type only; the checks of the service have the last word on them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from oms.catalog import fields
from oms.catalog.declaration import PublicService, Step

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_WHOLE = (
    fields.SexField,
    fields.EmploymentField,
    fields.DocumentKindField,
    fields.GroundField,
)
_PATTERNS: Mapping[type[forms.Field], str] = {
    fields.SnilsField: r"^[0-9]{11}$",
    fields.PhoneField: r"^\+7[0-9]{10}$",
    fields.DepartmentCodeField: r"^[0-9]{3}-[0-9]{3}$",
}


def of_service(service: PublicService) -> Schema:
    """The whole form: step code → its fields. A page asked only of some is not required."""
    return {
        "$schema": DRAFT,
        "$id": f"urn:oms:service:{service.code}:{service.version}",
        "title": service.title,
        "description": service.summary,
        "type": "object",
        "properties": {step.code: of_step(step) for step in service.steps},
        "required": [step.code for step in service.steps if not step.is_conditional()],
        "additionalProperties": False,
    }


def of_step(step: type[Step]) -> Schema:
    """One page of questions."""
    own = step.base_fields
    return {
        "title": step.title,
        "type": "object",
        "properties": {name: of_field(field) for name, field in own.items()},
        "required": [] if adapts(step) else [n for n, field in own.items() if field.required],
        "additionalProperties": False,
    }


def of_field(field: forms.Field) -> Schema:
    """One field: its type, its limits, its words.

    >>> of_field(fields.SnilsField())["pattern"]
    '^[0-9]{11}$'
    """
    found: Schema = {"title": fields.label_of(field)}
    if field.help_text:
        found["description"] = str(field.help_text)
    kind = next((make for known, make in _KINDS if isinstance(field, known)), _text)
    return found | kind(field)


def adapts(step: type[Step]) -> bool:
    """Whether the page may leave out fields of its own, so that none is surely required."""
    return step.prepare is not Step.prepare and step.is_conditional()


def _text(field: forms.Field) -> Schema:
    longest = getattr(field, "longest", None)
    pattern = next((p for known, p in _PATTERNS.items() if isinstance(field, known)), "")
    if pattern:
        return {"type": "string", "pattern": pattern if field.required else f"^$|{pattern}"}
    found: Schema = {"type": "string"}
    if longest:
        found["maxLength"] = longest
    return found | ({"minLength": 1} if field.required else {})


def _mail(field: forms.Field) -> Schema:
    return {"type": "string", "format": "email"} if field.required else _text(field)


def _day(field: forms.Field) -> Schema:
    return {"type": "string" if field.required else ["string", "null"], "format": "date"}


def _tick(field: forms.Field) -> Schema:
    return {"type": "boolean"} | ({"const": True} if field.required else {})


def _choice(field: forms.Field) -> Schema:
    assert isinstance(field, forms.ChoiceField)
    whole = isinstance(field, _WHOLE)
    kind = "integer" if whole else "string"
    known = [
        {"const": int(key) if whole else str(key), "title": str(label)}
        for key, label in fields.flat(field.choices)
        if str(key) or not field.required
    ]
    return {"type": kind} | ({"oneOf": known} if known else {})


_KINDS: tuple[tuple[type[forms.Field], Callable[[forms.Field], Schema]], ...] = (
    (forms.DateField, _day),
    (forms.BooleanField, _tick),
    (forms.ChoiceField, _choice),
    (fields.MailField, _mail),
)
