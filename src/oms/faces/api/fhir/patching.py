"""Changes told as a patch: JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7396)."""

import copy
from collections.abc import Sequence
from typing import Any

from oms.faces.api.fhir.outcome import Problem
from oms.faces.api.fhir.systems import Resource

MOST = 50
_NO_OP = "Патч: есть только операции add, replace, remove и test."


def patched(resource: Resource, patch: Any) -> Resource:
    """Return the resource as it would be: a list is a JSON Patch, an object a merge patch.

    Raises `Problem`.
    """
    if isinstance(patch, dict):
        merged: Resource = _merged(resource, patch)
        return merged
    if not isinstance(patch, list) or not patch or len(patch) > MOST:
        raise Problem(400, f"Патч: пришлите от 1 до {MOST} операций.")
    whole = {"": copy.deepcopy(resource)}
    for step in patch:
        _apply(whole, step)
    made: Resource = whole[""]
    return made


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    made = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = _merged(made.get(name), value)
    return made


def _apply(whole: Resource, step: Any) -> None:
    if not isinstance(step, dict) or not isinstance(step.get("path"), str):
        raise Problem(400, "Патч: у каждой операции должны быть op и path.")
    op, path = step.get("op"), step["path"]
    if not path.startswith("/"):
        raise Problem(400, f"Патч: path «{path[:60]}» должен начинаться с «/».")
    if op not in {"add", "replace", "remove", "test"}:
        raise Problem(400, _NO_OP, code="not-supported")
    if op != "remove" and "value" not in step:
        raise Problem(400, f"Патч: у операции {op} нет value.")
    parts = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    holder = _at(whole[""], parts[:-1], path)
    if op == "test":
        if _at(holder, parts[-1:], path) != step["value"]:
            raise Problem(412, f"Патч: в «{path[:60]}» другое значение. Прочтите запись ещё раз.")
    elif isinstance(holder, list):
        _change_list(holder, op, parts[-1], step.get("value"), path)
    elif isinstance(holder, dict):
        _change_object(holder, op, parts[-1], step.get("value"), path)
    else:
        raise _nothing_at(path)


def _change_list(holder: list[Any], op: str, part: str, value: Any, path: str) -> None:
    if op == "add":
        place = len(holder) if part == "-" else _index(part, len(holder) + 1, path)
        holder.insert(place, value)
        return
    place = _index(part, len(holder), path)
    if op == "replace":
        holder[place] = value
    else:
        del holder[place]


def _change_object(holder: Resource, op: str, part: str, value: Any, path: str) -> None:
    if op != "add" and part not in holder:
        raise _nothing_at(path)
    if op == "remove":
        del holder[part]
    else:
        holder[part] = value


def _at(value: Any, parts: Sequence[str], path: str) -> Any:
    for part in parts:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list):
            value = value[_index(part, len(value), path)]
        else:
            raise _nothing_at(path)
    return value


def _index(part: str, below: int, path: str) -> int:
    if not part.isdecimal() or len(part) > 9 or int(part) >= below:
        raise _nothing_at(path)
    return int(part)


def _nothing_at(path: str) -> Problem:
    return Problem(422, f"Патч: в записи нет «{path[:60]}».", code="value")
