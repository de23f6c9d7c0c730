"""Where Splink compares: DuckDB in this process, or Spark (`OMS_LINKAGE=spark`).

Settings, blocks, levels and weights are the same; a backend only reads a Parquet file, answers SQL
and writes a Parquet file. Both are extras: `linkage`, and `linkage-spark` on top of it.
"""

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Protocol

from django.conf import settings

from oms.kit.denied import Denied

_NEEDED = {
    "duckdb": ("splink", "duckdb", "pyarrow"),
    "spark": ("splink", "duckdb", "pyarrow", "pyspark"),
}
_MEMORY = 2  # GB
_ON_ONE_MACHINE = {
    "spark.driver.memory": f"{_MEMORY}g",
    "spark.driver.host": "localhost",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


class NoEngine(Denied):
    """The extra is not installed."""

    text = "Ночной поиск двойников выключен: не установлены библиотеки из requirements-linkage.txt."


class NoSpark(NoEngine):
    """Spark was asked for and is not there."""

    text = (
        "Для поиска двойников на Spark нужны библиотека pyspark "
        "(pip install «openoms[linkage-spark]») и Java 17 или новее."
    )


class Backend(Protocol):
    """What the engine asks of DuckDB and of Spark."""

    api: Any
    """Splink's own way to the database."""

    def table(self, file: Path) -> Any:
        """Name the rows of a Parquet file `records`; return them for Splink."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer a query."""

    def write(self, sql: str, file: Path, *, order: Sequence[str]) -> None:
        """Write what a query answers into one Parquet file, in order."""


def chosen() -> str:
    """Return the name of the backend in force: `duckdb` or `spark`."""
    return str(settings.ENV.linkage)


def is_there(name: str = "") -> bool:
    """Tell whether bulk matching can run here."""
    return all(find_spec(one) for one in _NEEDED[name or chosen()])


def check(name: str = "") -> None:
    """Raise `NoEngine` or `NoSpark` where libraries are missing."""
    if not is_there("duckdb"):
        raise NoEngine
    if not is_there(name):
        raise NoSpark


def opened(folder: Path, name: str = "") -> AbstractContextManager[Backend]:
    """Open a backend; what does not fit into memory goes into the folder."""
    check(name)
    for one in ("splink", "sqlglot"):
        logging.getLogger(one).setLevel(logging.ERROR)
    return _OPENED[name or chosen()](folder)


class _DuckDB:
    def __init__(self, folder: Path) -> None:
        import duckdb
        from splink import DuckDBAPI

        self.connection = duckdb.connect()
        self.connection.execute(f"SET temp_directory = '{folder}'")
        self.connection.execute(f"SET memory_limit = '{_MEMORY}GB'")
        self.connection.execute("SET preserve_insertion_order = false")
        self.api = DuckDBAPI(connection=self.connection)

    def table(self, file: Path) -> Any:
        self.connection.execute(f"CREATE VIEW records AS FROM read_parquet('{file}')")
        return self.connection.table("records")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return found

    def write(self, sql: str, file: Path, *, order: Sequence[str]) -> None:
        ordered = f"{sql} ORDER BY {', '.join(order)}"
        self.connection.execute(f"COPY ({ordered}) TO '{file}' (FORMAT parquet)")


class _Spark:
    """On a cluster the folder has to be one that every machine of it sees."""

    def __init__(self, folder: Path) -> None:
        from pyspark.sql import SparkSession
        from splink import SparkAPI
        from splink.internals.spark.jar_location import similarity_jar_location

        self.folder, master = folder, settings.ENV.linkage_spark_master
        told = SparkSession.builder.appName("openoms-linkage").master(master)
        told = told.config("spark.jars", similarity_jar_location())
        if master.startswith("local"):
            for key, value in (_ON_ONE_MACHINE | {"spark.local.dir": str(folder)}).items():
                told = told.config(key, value)
        self.session = told.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        self.session.sparkContext.setCheckpointDir(str(folder / "checkpoints"))
        api: Any = SparkAPI
        self.api = api(spark_session=self.session)

    def table(self, file: Path) -> Any:
        rows = self.session.read.parquet(str(file))
        rows.createOrReplaceTempView("records")
        return rows

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.session.sql(sql).collect()]

    def write(self, sql: str, file: Path, *, order: Sequence[str]) -> None:
        parts = self.folder / "written"
        whole = self.session.sql(sql).coalesce(1).sortWithinPartitions(*order)
        whole.write.mode("overwrite").parquet(str(parts))
        (part,) = parts.glob("part-*.parquet")
        part.replace(file)


@contextmanager
def _duckdb(folder: Path) -> Iterator[Backend]:
    backend = _DuckDB(folder)
    try:
        yield backend
    finally:
        backend.connection.close()


@contextmanager
def _spark(folder: Path) -> Iterator[Backend]:
    own = Path(mkdtemp(prefix="spark-", dir=folder))
    try:
        backend = _Spark(own)
        try:
            yield backend
        finally:
            backend.session.stop()
    finally:
        shutil.rmtree(own, ignore_errors=True)


_OPENED: dict[str, Callable[[Path], AbstractContextManager[Backend]]] = {
    "duckdb": _duckdb,
    "spark": _spark,
}
