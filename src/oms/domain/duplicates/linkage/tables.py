"""Any table linked with itself or another: columns by kind, weights learned unsupervised.

The same method as for the register, for files nobody has told us anything of: a column is a name,
a date, a number, a text or a code, and maximisation learns what its agreement is worth.
"""

import csv
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from oms.domain.duplicates.linkage import backends
from oms.domain.duplicates.linkage.engine import in_bytes
from oms.kit.denied import Denied
from oms.law.names import fold
from oms.law.typed import compact

KINDS = ("name", "date", "number", "text", "code")
PEOPLE, AUTOMATIC = 0.5, 0.999999
"""From the first on a pair is worth a look; from the second on nothing speaks against it."""
_SMALL = 60_000  # records up to which any single column may bring two together
_DISTINCT = 20
_RECALL = 0.7


class BadColumns(Denied):
    """The mapping of columns cannot be read, or the file has no such column."""


@dataclass(frozen=True)
class Table:
    """Rows of one or two files, folded; `columns` name their kind."""

    columns: Mapping[str, str]
    files: Sequence[Sequence[Mapping[str, Any]]]

    @property
    def size(self) -> int:
        """How many records there are in all."""
        return sum(len(rows) for rows in self.files)


@dataclass(frozen=True)
class Linked:
    """Two rows that may be one: their keys, how surely, what each column says in bits."""

    left: str
    right: str
    probability: float
    weights: Mapping[str, float] = field(default_factory=dict)


def kinds(text: str) -> dict[str, str]:
    """Read `surname=name,birth=date`: column → kind.

    >>> kinds("surname=name, dob=date")
    {'surname': 'name', 'dob': 'date'}
    """
    found = {}
    for part in text.split(","):
        column, _, kind = (piece.strip() for piece in part.partition("="))
        if not column or kind not in KINDS:
            raise BadColumns(f"«{part.strip()}»: пишите колонка=вид, виды: {', '.join(KINDS)}.")
        found[column] = kind
    return found


def read(files: Iterable[Path], *, columns: Mapping[str, str], key: str) -> Table:
    """Read CSV files with a row of headings; `key` names the column that tells rows apart."""
    return Table(columns, [list(_rows(file, columns, key)) for file in files])


def link(table: Table, *, backend: str = "") -> list[Linked]:
    """Find the pairs, surest first; on the backend in force unless named. Raises `NoEngine`."""
    with TemporaryDirectory(prefix="oms-link-") as name:
        folder = Path(name)
        with backends.opened(folder, backend) as opened:
            from splink import Linker

            sources = [opened.api.register(_arrow(table, rows)) for rows in table.files]
            told = _settings(table, opened.api.sql_dialect.jaro_winkler_function_name)
            linker = Linker(sources, told, log_level=logging.ERROR)
            _learn(linker, table)
            found = linker.inference.predict(threshold_match_probability=0.01, warning_mode="never")
            linked = [_linked(row, table) for row in found.as_record_list()]
    return sorted(linked, key=lambda one: (-one.probability, one.left, one.right))


def clusters(pairs: Iterable[Linked], *, threshold: float) -> set[tuple[str, str]]:
    """Return all pairs within what hangs together: if A is B and B is C, then A is C."""
    root: dict[str, str] = {}

    def find(one: str) -> str:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    for pair in pairs:
        if pair.probability >= threshold:
            root[find(pair.left)] = find(pair.right)
    groups: dict[str, list[str]] = {}
    for one in root:
        groups.setdefault(find(one), []).append(one)
    return {pair for group in groups.values() for pair in combinations(sorted(group), 2)}


def _rows(file: Path, columns: Mapping[str, str], key: str) -> Iterable[dict[str, Any]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text, skipinitialspace=True)
        missing = {key, *columns} - {name.strip() for name in reader.fieldnames or ()}
        if missing:
            raise BadColumns(f"В файле {file.name} нет колонок: {', '.join(sorted(missing))}.")
        for row in reader:
            told = {str(name).strip(): value for name, value in row.items()}
            folded = {name: _folded(told[name], kind) for name, kind in columns.items()}
            yield {"unique_id": (told[key] or "").strip(), **folded}


def _folded(value: str | None, kind: str) -> str | None:
    text = (value or "").strip()
    if kind in ("date", "number", "code"):
        return in_bytes(compact(text).replace(".", "").replace("/", "").upper())
    if kind == "name":
        return in_bytes(fold(text))
    return in_bytes(" ".join(fold(word) or word for word in text.split()))


def _arrow(table: Table, rows: Sequence[Mapping[str, Any]]) -> Any:
    import pyarrow

    names = ("unique_id", *table.columns)
    columns = {name: [row[name] for row in rows] for name in names}
    return pyarrow.table(columns, schema=pyarrow.schema([(n, pyarrow.string()) for n in names]))


def _settings(table: Table, jaro_winkler: str) -> dict[str, Any]:
    from splink import SettingsCreator

    names = [column for column, kind in table.columns.items() if kind == "name"]
    return SettingsCreator(  # type: ignore[return-value]
        link_type="dedupe_only" if len(table.files) == 1 else "link_only",
        comparisons=[
            _comparison(one, kind, names, jaro_winkler) for one, kind in table.columns.items()
        ],
        blocking_rules_to_generate_predictions=_blocks(table),
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=False,
        max_iterations=50,
    )


def _blocks(table: Table) -> list[Any]:
    """Any column brings two together in a small table; in a large one, any two of them."""
    telling = [
        column
        for column in table.columns
        if len({row[column] for rows in table.files for row in rows}) >= _DISTINCT
    ]
    if table.size <= _SMALL:
        return [f"l.{one} = r.{one}" for one in telling]
    return [f"l.{one} = r.{one} and l.{two} = r.{two}" for one, two in combinations(telling, 2)]


def _learn(linker: Any, table: Table) -> None:
    """U by random pairs; the share of pairs that match and m by maximisation, never by a truth."""
    train = linker.training
    strong = [one for one, kind in table.columns.items() if kind in ("date", "number", "name")]
    rules = [f"l.{one} = r.{one} and l.{two} = r.{two}" for one, two in combinations(strong, 2)]
    train.estimate_probability_two_random_records_match(rules[:6], recall=_RECALL)
    train.estimate_u_using_random_sampling(max_pairs=3e5, seed=1)
    kept = {"fix_probability_two_random_records_match": True}
    for column in strong[:3]:
        train.estimate_parameters_using_expectation_maximisation(f"l.{column} = r.{column}", **kept)


def _comparison(column: str, kind: str, names: Sequence[str], jaro_winkler: str) -> dict[str, Any]:
    levels = [
        {
            "sql_condition": f"{column}_l is null or {column}_r is null",
            "label_for_charts": "missing",
            "is_null_level": True,
        },
        {
            "sql_condition": f"{column}_l = {column}_r",
            "label_for_charts": "same",
            "tf_adjustment_column": column,
        },
    ]
    near = list(_near(column, kind, names, jaro_winkler))
    levels += [{"sql_condition": sql, "label_for_charts": sql} for sql in near]
    levels.append({"sql_condition": "ELSE", "label_for_charts": "other"})
    return {"output_column_name": column, "comparison_levels": levels}


def _near(column: str, kind: str, names: Sequence[str], jaro_winkler: str) -> Iterable[str]:
    a, b = f"{column}_l", f"{column}_r"
    if kind == "name":
        for other in (name for name in names if name != column):
            yield f"{a} = {other}_r and {other}_l = {b}"
        yield f"damerau_levenshtein({a}, {b}) <= 1"
        yield f"{jaro_winkler}({a}, {b}) >= 0.85"
    elif kind in ("date", "number"):
        yield f"damerau_levenshtein({a}, {b}) <= 1"
        if kind == "date":
            yield f"damerau_levenshtein({a}, {b}) <= 2"
    elif kind == "text":
        yield f"damerau_levenshtein({a}, {b}) <= 1"
        yield f"{jaro_winkler}({a}, {b}) >= 0.85"


def _linked(row: Mapping[str, Any], table: Table) -> Linked:
    weights = {name: round(float(row.get(f"mw_{name}") or 0), 2) for name in table.columns}
    left, right = sorted((row["unique_id_l"], row["unique_id_r"]))
    return Linked(left, right, float(row["match_probability"]), weights)
