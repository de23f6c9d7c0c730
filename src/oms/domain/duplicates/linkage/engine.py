"""The whole register compared with itself by Splink: candidates by blocks, names by frequency.

Splink finds; every pair it brings is weighed by `model` with what was learned of names, so that a
pair has one score wherever it was found. How often a level is met in one person's records is said
in `model`, not learned: in a register with few doubles maximisation takes fathers and sons for
them (ADR 22). Where Splink compares (DuckDB, Spark) is the business of `backends`.
"""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from oms.domain.duplicates.linkage import backends
from oms.domain.duplicates.linkage.model import DOUBTFUL, FIELDS, Likeness, Model
from oms.domain.duplicates.linkage.records import Record

COLUMNS = (*(field.code for field in FIELDS), "stem", "birth_swapped", "region", "former")
BLOCKS = (
    "l.birth = r.birth and l.given = r.given",
    "l.birth = r.birth and left(l.family, 3) = left(r.family, 3)",
    "l.birth = r.birth and l.family = r.given",
    "l.birth = r.birth and l.stem = r.stem",
    "l.birth = r.birth_swapped and left(l.family, 2) = left(r.family, 2)",
    "l.family = r.family and l.given = r.given and l.patronymic = r.patronymic",
    "l.snils = r.snils",
    "l.document = r.document",
    "l.phone = r.phone and l.given = r.given",
)
"""Pairs worth comparing: each rule enters by equality, so no pair of all with all is made."""
ENOUGH_TO_LEARN = 20_000
"""Fewer records teach a model less than what it starts with."""
_BATCH = 50_000
_BESIDE = ("region", "former")  # what a record holds beside its fields
_TWICE = 0.02  # the share of a register recorded twice, say
_MOST = 1e-5  # no prior above it: in a handful of records a pair is not likelier for that
_CYRILLIC = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
_BYTES = "abcdefghijklmnopqrstuvwxyz!#$%&*"
_TO_BYTES, _FROM_BYTES = str.maketrans(_CYRILLIC, _BYTES), str.maketrans(_BYTES, _CYRILLIC)
"""DuckDB counts slips in bytes: a letter has to be one, or one slip is two."""
_COMMON = 3000  # names whose frequency is kept
_CANDIDATE = 0.05  # Splink brings pairs down to this probability, the model decides


def settings(*, learned: Model | None = None) -> dict[str, Any]:
    """Return the settings of Splink, the same for DuckDB and Spark."""
    from splink import SettingsCreator

    return SettingsCreator(  # type: ignore[return-value]
        link_type="dedupe_only",
        unique_id_column_name="pk",
        probability_two_random_records_match=(learned or Model()).prior,
        comparisons=[_comparison(field.code) for field in FIELDS],
        blocking_rules_to_generate_predictions=[_in_region(rule) for rule in BLOCKS],
        additional_columns_to_retain=list(_BESIDE),
        retain_matching_columns=True,
    )


def write_records(records: Iterable[Record], file: Path) -> int:
    """Stream records into a Parquet file; return how many. A half-written file is never left."""
    import pyarrow
    import pyarrow.parquet

    half, count, source = file.with_suffix(".part"), 0, iter(records)
    schema = pyarrow.schema(
        [("pk", pyarrow.int64()), *((name, pyarrow.string()) for name in COLUMNS)]
    )
    with pyarrow.parquet.ParquetWriter(half, schema) as writer:
        while batch := list(islice(source, _BATCH)):
            count += len(batch)
            columns = {name: [in_bytes(getattr(one, name)) for one in batch] for name in COLUMNS}
            writer.write_table(
                pyarrow.table({"pk": [one.pk for one in batch], **columns}, schema=schema)
            )
    half.replace(file)
    return count


def compare(*, records: Path, pairs: Path, count: int, backend: str = "") -> Model:
    """Find candidate pairs among the records of a file, write them to `pairs`; return the model.

    `pairs` appears whole or not at all, with both records of each pair side by side. `backend`
    is the one in force unless named. Raises `NoEngine`.
    """
    with backends.opened(pairs.parent, backend) as opened:
        from splink import Linker

        source = opened.api.register(opened.table(records))
        model = Model(_prior(opened))
        linker = Linker(source, settings(learned=model), log_level=logging.ERROR)
        if count >= ENOUGH_TO_LEARN:
            model = Model(model.prior, _frequencies(opened))
        found = linker.inference.predict(
            threshold_match_probability=_CANDIDATE, warning_mode="never"
        )
        half = pairs.with_suffix(".part")
        sides = ", ".join(f"{name}_{side}" for side in "lr" for name in (*_codes(), *_BESIDE))
        query = f"SELECT pk_l, pk_r, {sides} FROM {found.physical_name}"  # noqa: S608  # nosec B608
        opened.write(query, half, order=("pk_l", "pk_r"))
        half.replace(pairs)
    return model


def scored(pairs: Path, model: Model, *, skip: int = 0) -> Iterator[tuple[int, int, Likeness]]:
    """Yield the pairs of a file from the place on with their likeness, in their order."""
    import pyarrow.parquet

    place = 0
    for batch in pyarrow.parquet.ParquetFile(pairs).iter_batches(batch_size=_BATCH):
        for row in batch.to_pylist():
            place += 1
            if place > skip:
                one, other = (_record(row, side) for side in "lr")
                yield row["pk_l"], row["pk_r"], model.weigh(one, other)


def in_bytes(text: str) -> str | None:
    """Return folded text with a byte for each letter; nothing is NULL.

    >>> in_bytes("АННА"), in_bytes("3:IIАК123456"), in_bytes("")
    ('anna', '3:IIak123456', None)
    """
    return text.translate(_TO_BYTES) or None


def is_worth_a_look(likeness: Likeness) -> bool:
    """Tell whether people should see the pair."""
    return likeness.probability >= DOUBTFUL


def as_json(model: Model) -> dict[str, Any]:
    """Return what a model learned, as a run keeps it."""
    return {
        "prior": model.prior,
        "frequencies": {code: dict(values) for code, values in model.frequencies.items()},
    }


def from_json(kept: dict[str, Any]) -> Model:
    """Return the model a run kept; what nobody learned is what stands in `model`."""
    if not kept:
        return Model()
    return Model(kept["prior"], kept["frequencies"])


def _prior(opened: backends.Backend) -> float:
    """How many of the pairs that one region can make are of one person."""
    sizes = "SELECT count(*) FROM records GROUP BY region"
    regions = [int(size) for (size,) in opened.rows(sizes)]
    pairs = sum(size * (size - 1) / 2 for size in regions)
    return min(_TWICE * sum(regions) / max(pairs, 1), _MOST)


def _codes() -> tuple[str, ...]:
    return tuple(field.code for field in FIELDS)


def _in_region(rule: str) -> dict[str, str]:
    return {"blocking_rule": f"{rule} and l.region = r.region"}


def _comparison(code: str) -> dict[str, Any]:
    field = next(one for one in FIELDS if one.code == code)
    missing = f"{code}_l is null or {code}_r is null"
    null = {"sql_condition": missing, "label_for_charts": "нет", "is_null_level": True}
    return {
        "output_column_name": code,
        "comparison_levels": [null, *(_level(field, level) for level in field.levels)],
    }


def _level(field: Any, level: Any) -> dict[str, Any]:
    told = {
        "sql_condition": level.sql,
        "label_for_charts": level.code,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if field.frequencies and level.code == "same":
        told["tf_adjustment_column"] = field.code
    return told


def _frequencies(opened: backends.Backend) -> dict[str, dict[str, float]]:
    """How common the commonest names are."""
    found = {}
    for code in (field.code for field in FIELDS if field.frequencies):
        rows = opened.rows(
            f"SELECT {code}, count(*) / sum(count(*)) OVER () FROM records "  # noqa: S608  # nosec B608
            f"WHERE {code} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT {_COMMON}"
        )
        found[code] = {value.translate(_FROM_BYTES): share for value, share in rows}
    return found


def _record(row: dict[str, Any], side: str) -> Record:
    names = (*_codes(), *_BESIDE)
    told = {name: (row[f"{name}_{side}"] or "").translate(_FROM_BYTES) for name in names}
    return Record(pk=row[f"pk_{side}"], **told)
