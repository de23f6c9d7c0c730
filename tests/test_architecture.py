"""What imports cannot show. Each rule is a function over source or models, so that each can
also be shown a small house that breaks it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

SOURCE = Path(__file__).resolve().parents[1] / "src"

FLOORS = [
    "oms.domain.journal",
    "oms.domain.works",
    "oms.domain.accounts",
    "oms.domain.directory",
    "oms.domain.notifications",
    "oms.domain.documents",
    "oms.domain.register",
    "oms.domain.papers",
    "oms.domain.identity",
    "oms.domain.duplicates",
    "oms.domain.quality",
    "oms.domain.exchange",
    "oms.domain.booking",
    "oms.domain.privacy",
    "oms.cases",
    "oms.diagnosis",
    "oms.faces",
]


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((SOURCE / "oms" / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(SOURCE)), ast.parse(path.read_text())


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain; calls within the chain show as `()`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return node.id if isinstance(node, ast.Name) else "?"


def floor(label: str) -> int:
    for height, prefix in enumerate(FLOORS):
        if label == prefix or label.startswith(prefix + "."):
            return height
    return -1  # a library


def upward_keys(relations: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(own, other) for own, other in relations if floor(other) > floor(own)]


def case_state_writers(tree: ast.Module) -> list[int]:
    """Lines that assign a case's state, by attribute or by a bulk update."""
    lines = []
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if not isinstance(target, ast.Attribute) or target.attr != "state":
                continue
            if dotted(target.value).split(".")[-1] in {"case", "locked"}:
                lines.append(node.lineno)
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".update"):
            names = {keyword.arg for keyword in node.keywords}
            if "state" in names and dotted(node.func).startswith("Case."):
                lines.append(node.lineno)
    return lines


def unguarded_rows(tree: ast.Module) -> list[int]:
    """Lines where a face reaches rows without asking who looks."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in {"objects", "_default_manager"}
        and node.attr not in {"visible_to", "public"}
    ]


CLOCKS = {
    "timezone.now",
    "timezone.localdate",
    "timezone.localtime",
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "time.time",
}


def clock_readers(tree: ast.Module) -> list[int]:
    """Lines that read the clock; converting a given time is no reading."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ".".join(dotted(node.func).split(".")[-2:]) in CLOCKS
        and not (node.args or node.keywords)
    ]


def positional_actions(tree: ast.Module) -> list[str]:
    """Public functions of a room's actions that may be called without naming what is what."""
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and len(node.args.args) + len(node.args.posonlyargs) > 2
    ]


def test_foreign_keys_point_down() -> None:
    relations = [
        (model.__module__, field.related_model.__module__)
        for model in apps.get_models()
        if model.__module__.startswith("oms.")
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
    ]
    assert len(relations) > 20
    assert upward_keys(relations) == []


def test_only_cases_actions_assign_a_cases_state() -> None:
    found = {
        path: lines
        for path, tree in sources("diagnosis", "cases", "catalog", "faces", "domain")
        if (lines := case_state_writers(tree)) and not path.startswith("oms/cases/actions")
    }
    assert found == {}


def test_faces_reach_rows_only_through_visible_to_or_public() -> None:
    found = {
        path: lines
        for path, tree in sources("faces/portal", "faces/desk", "faces/api")
        if (lines := unguarded_rows(tree))
    }
    assert found == {}


def test_the_clock_is_read_only_in_faces_tasks_and_commands() -> None:
    # access.py guards the views of every face: whose cabinet is open depends on the day
    allowed = ("tasks.py", "worker.py", "synthetic.py", "simulators.py", "access.py")
    found = {
        path: lines
        for path, tree in sources(
            "law", "domain", "catalog", "cases", "diagnosis", "gateways", "kit"
        )
        if (lines := clock_readers(tree))
        and not path.endswith(allowed)
        and "management" not in path
        and "/tasks/" not in path
    }
    assert found == {}


def test_actions_name_their_arguments() -> None:
    found = {
        path: names
        for path, tree in sources("domain", "cases", "diagnosis")
        if path.endswith("actions.py") and (names := positional_actions(tree))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        (case_state_writers, "case.state = 'ready'"),
        (case_state_writers, "Case.objects.filter(pk=1).update(state='ready')"),
        (unguarded_rows, "Case.objects.get(pk=1)"),
        (unguarded_rows, "models.Paper.objects.filter(number=n)"),
        (clock_readers, "def f():\n    return timezone.now()"),
        (clock_readers, "today = datetime.date.today()"),
        (positional_actions, "def act(case, user, at): ..."),
    ],
)
def test_each_rule_sees_its_fault(rule, broken) -> None:
    assert rule(ast.parse(broken))


def test_the_rule_of_keys_sees_its_fault() -> None:
    assert upward_keys([("oms.domain.journal.models", "oms.cases.models")])
