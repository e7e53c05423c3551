"""The distributed engine: Apache Spark, with the same statements through SQLGlot.

It starts a local session, or takes the one that is active (a cluster's, a notebook's) without changing it.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from byname.engines import portable
from byname.engines.base import APPLIED_ROWS, NO_METADATA, ROW_GROUP_ROWS, Table
from byname.engines.dialect import spark_argument, to_spark
from byname.engines.parquet import write_parquet
from byname.engines.spill import SpillFolder
from byname.engines.types import canonical_schema, sql_type
from byname.errors import EngineError

try:
    from pyspark import StorageLevel
    from pyspark.errors import PySparkException
    from pyspark.logger import PySparkLogger
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql import functions as fn
except ImportError as missing:
    raise EngineError(
        where="engine spark",
        found=f"no module {missing.name}",
        expected="the package pyspark",
        do="Install it: pip install 'byname[spark]'",
    ) from missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from byname.engines.base import Scalar
    from byname.engines.statement import Statement

__all__ = ["SparkEngine"]

# What must hold in the session for its rows to be DuckDB's rows.
_SAME_ROWS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.ansi.enabled": "true",  # what does not fit or does not parse is an error, as in DuckDB
    "spark.sql.caseSensitive": "false",
    "spark.sql.variable.substitute": "false",  # "${x}" in a text is a text
    "spark.sql.execution.arrow.useLargeVarTypes": "false",
    # A union of checkpointed tables with constant columns fails over their constraints ("key not found").
    "spark.sql.constraintPropagation.enabled": "false",
}
_QUALIFIED = re.compile(r"_w(_\d+)?")
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_ARROW_OF = {
    "boolean": pa.bool_(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), pa.int64()),
}
# PySpark writes every failed query to stderr, a page of JSON each, before it raises the error that we tell.
_QUERY_LOGS = [PySparkLogger.getLogger(f"{kind}QueryContextLogger") for kind in ("SQL", "DataFrame")]
_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
logger.repl.name = org.apache.spark.api.python.PythonGatewayServer
logger.repl.level = error
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = spark: %m%n%ex{1}
"""


class SparkEngine:
    """Spark SQL over the same tables; each table is kept in memory, and on disk where that does not suffice."""

    kind = "spark"

    def __init__(self, *, spill: Path, memory: str, threads: int | None) -> None:
        self._frames: dict[str, tuple[Table, DataFrame]] = {}
        self._made = 0
        active = SparkSession.getActiveSession()
        self._started: SparkSession | None = None
        if active is None:
            active = self._started = _start(spill, memory, threads)
        # A session of our own over the same cluster: its settings and names touch nobody else's.
        self._session = active.newSession()
        for key, value in _SAME_ROWS.items():
            self._session.conf.set(key, value)

    def files(self, paths: Sequence[str], schema: pa.Schema) -> Table:
        """Parquet files as a table; see ``Engine.files``."""
        wanted = canonical_schema(schema, where="files")
        if not paths:
            return self.arrow(wanted.empty_table())
        where = f"files {paths[0]}{', …' if len(paths) > 1 else ''}"
        with _telling(where, "Parquet files that can be read"):
            frames = [self._alike(same, wanted) for same in _by_schema(paths)]
            whole = frames[0]
            for frame in frames[1:]:
                whole = whole.unionAll(frame)
            return self._keep(whole, wanted, where)

    def arrow(self, data: pa.Table) -> Table:
        """Rows of the driver as a table; see ``Engine.arrow``."""
        wanted = canonical_schema(data.schema, where="arrow")
        # One chunk a column: of columns with unlike and empty chunks Spark loses rows without a word.
        return self._keep(self._session.createDataFrame(data.cast(wanted).combine_chunks()), wanted, "arrow")

    def run(self, statement: Statement, /, **given: Table | Scalar) -> Table:
        """Run a statement's translation and keep its rows; see ``Engine.run``."""
        frames = {name: self._own(value) for name, value in given.items() if isinstance(value, Table)}
        scalars = {name: value for name, value in given.items() if not isinstance(value, Table)}
        where = f'statement "{statement.name}"'
        portable.check(statement, {name: value.schema for name, value in given.items() if isinstance(value, Table)})
        sql = to_spark(statement.sql, tuple((name, type(value)) for name, value in scalars.items()))
        arguments = {name: spark_argument(value) for name, value in scalars.items()}
        with _telling(where, "SQL that Spark runs over " + (", ".join(frames) or "no tables")):
            try:
                for name, frame in frames.items():
                    frame.createOrReplaceTempView(name)
                result = self._session.sql(sql, args=arguments)
            finally:
                for name in frames:
                    self._session.catalog.dropTempView(name)
            # Under a star, SQLGlot leaves behind the column into which it puts the window of a `qualify`.
            result = result.drop(*(name for name in result.columns if _QUALIFIED.fullmatch(name)))
            raw = pa.schema([(name, _arrow_type(kind, where)) for name, kind in result.dtypes])
            wanted = canonical_schema(raw, where=where)
            result = _as_wanted(result, wanted)
            if not statement.lazy:
                # Not persist(): a plan that holds all the plans before it takes Spark minutes to look at. Eager, so
                # that an error names this statement.
                result = result.localCheckpoint(eager=True, storageLevel=StorageLevel.MEMORY_AND_DISK)
            return self._keep(result, wanted, where)

    def apply(self, function: Callable[[pa.RecordBatch], pa.RecordBatch], table: Table, schema: pa.Schema) -> Table:
        """What a function makes of the rows, on the workers; see ``Engine.apply``."""
        wanted = canonical_schema(schema, where="apply")
        spoken = ", ".join(
            f"{_quoted(name)} {_spark_type(kind)}" for name, kind in zip(wanted.names, wanted.types, strict=True)
        )

        def over(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                for begin in range(0, batch.num_rows, APPLIED_ROWS):
                    yield function(batch.slice(begin, APPLIED_ROWS)).cast(wanted)

        with _telling(table.origin, "rows that can be calculated"):
            frame = self._own(table).mapInArrow(over, spoken)
            frame = frame.localCheckpoint(eager=True, storageLevel=StorageLevel.MEMORY_AND_DISK)
        return self._keep(frame, wanted, "apply")

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        with _telling(table.origin, "rows that can be calculated"):
            return int(self._own(table).count())

    def fetch(self, table: Table, *, order_by: Sequence[str] = ()) -> pa.Table:
        """The rows, to the driver; see ``Engine.fetch``."""
        table.check(order_by)
        frame = self._own(table)
        if order_by:
            frame = frame.orderBy(*[_sort_key(column, table.schema.field(column).type) for column in order_by])
        with _telling(table.origin, "rows that can be calculated"):
            return frame.toArrow().cast(table.schema)

    def write(
        self,
        table: Table,
        path: Path,
        *,
        order_by: Sequence[str],
        metadata: Mapping[str, str] = NO_METADATA,
        row_group_rows: int = ROW_GROUP_ROWS,
    ) -> int:
        """Write one sorted Parquet file; the rows pass through the driver's memory. See ``Engine.write``."""
        ties = [column for column in table.columns if column not in order_by]
        rows = self.fetch(table, order_by=[*order_by, *ties])
        return write_parquet(rows.to_batches(), table.schema, path, metadata=metadata, row_group_rows=row_group_rows)

    def drop(self, table: Table) -> None:
        """Free a table's memory; see ``Engine.drop``."""
        self._own(table).unpersist()
        del self._frames[table.name]

    def close(self) -> None:
        """Free every table; stop the session if this engine started it."""
        with _telling("engine spark", "a session that closes"):
            if self._started is not None:
                self._started.stop()
            else:
                for _, frame in self._frames.values():
                    frame.unpersist()
        self._started = None
        self._frames.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keep(self, frame: DataFrame, schema: pa.Schema, origin: str) -> Table:
        self._made += 1
        table = Table(f"byname_{self._made}", schema, origin)
        self._frames[table.name] = (table, frame)
        return table

    def _own(self, table: Table) -> DataFrame:
        """The frame of a table, if it is this engine's and alive."""
        kept, frame = self._frames.get(table.name, (None, None))
        if kept is not table or frame is None:
            raise EngineError(
                where=f"table {table.name}",
                found="a table of another engine, or one that was dropped",
                expected="a table that this engine made",
            )
        return frame

    def _alike(self, paths: Sequence[str], wanted: pa.Schema) -> DataFrame:
        """Files of one physical schema, as the columns that are wanted."""
        # A path means itself, and what stands between its slashes is no column.
        reader = self._session.read.option("__globPaths__", "false").option("recursiveFileLookup", "true")
        return _as_wanted(reader.parquet(*paths), wanted)


def _by_schema(paths: Sequence[str]) -> Iterator[list[str]]:
    """Files grouped by their schema: Spark takes one for all files that it reads together."""
    groups: dict[pa.Schema, list[str]] = {}
    for path in paths:
        groups.setdefault(pq.read_schema(path).remove_metadata(), []).append(path)
    yield from groups.values()


def _as_wanted(frame: DataFrame, wanted: pa.Schema) -> DataFrame:
    found = {name.lower() for name in frame.columns}
    return frame.select(
        *[
            (fn.col(_quoted(name)) if name.lower() in found else fn.lit(None)).cast(_spark_type(kind)).alias(name)
            for name, kind in zip(wanted.names, wanted.types, strict=True)
        ]
    )


def _sort_key(name: str, kind: pa.DataType) -> Column:
    """The column in DuckDB's order: nulls last, also inside of lists, where Spark has them first."""
    if pa.types.is_list(kind):
        in_order = fn.transform(fn.col(_quoted(name)), lambda item: fn.struct(item.isNull(), item))
        return in_order.asc_nulls_last()
    return fn.col(_quoted(name)).asc_nulls_last()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _spark_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"array<{_spark_type(kind.value_type)}>"
    return {"VARCHAR": "string", "TIMESTAMP": "timestamp_ntz"}.get(sql_type(kind), sql_type(kind))


def _arrow_type(described: str, where: str) -> pa.DataType:
    """The Arrow type of a column that Spark described."""
    if described.startswith("array<"):
        return pa.list_(_arrow_type(described.removeprefix("array<").removesuffix(">"), where))
    if exact := _DECIMAL.fullmatch(described):
        return pa.decimal128(int(exact[1]), int(exact[2]))
    if described in _ARROW_OF:
        return _ARROW_OF[described]
    untyped = described == "void"
    raise EngineError(
        where=where,
        found="a column that is only null, so of no type" if untyped else f"a column of type {described}",
        expected="columns of the types in docs/sql.md",
        do="Cast it: cast(null as varchar)." if untyped else "Cast it, or leave it out.",
    )


_FOLDERS: list[SpillFolder] = []


def _start(spill: Path, memory: str, threads: int | None) -> SparkSession:
    """Start a local session that keeps everything it writes in its folder, and says only errors."""
    _need_java()
    if not _FOLDERS:
        # One for the process: Java starts once, lives as long as we do, and keeps the folder that it first had.
        _FOLDERS.append(SpillFolder(spill, "spark"))
        atexit.register(_FOLDERS[0].close)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers' Python is ours, not the first on the path
    folder = _FOLDERS[0].path
    logging = folder / "log4j2.properties"
    logging.write_text(_LOGGING)
    cores = threads or os.cpu_count() or 1
    settings: dict[str, Any] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": _heap(memory),
        "spark.driver.maxResultSize": "0",  # what is fetched or written is meant to be
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Duser.timezone=UTC -Dlog4j2.configurationFile={logging.as_uri()}",
        "spark.local.dir": str(folder / "blocks"),
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": str(cores),
        **_SAME_ROWS,
    }
    builder = SparkSession.builder.appName("byname").master(f"local[{threads or '*'}]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    with _telling("engine spark", "a session that starts", "Spark needs Java 17 or newer: " + _java_line()):
        return builder.getOrCreate()


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=os.path.join(home, "bin") if home else None) is None:  # noqa: PTH118
        raise EngineError(
            where="engine spark",
            found=f"no Java in JAVA_HOME={home}" if home else "no Java",
            expected="Java 17 or newer",
            do=_java_line(),
        )


def _java_line() -> str:
    command = "brew install openjdk@17" if sys.platform == "darwin" else "apt-get install openjdk-17-jre-headless"
    return f"Install it: {command}"


def _heap(memory: str) -> str:
    """A limit such as "2GB" or "512 MiB" as Java's option takes it ("2g")."""
    return re.sub(r"\s*([kmgt])i?b?$", r"\1", memory.strip().lower())


@contextmanager
def _telling(where: str, expected: str, do: str = "") -> Iterator[None]:
    """Turn Spark's errors into ours, with its own words."""
    before = [log.disabled for log in _QUERY_LOGS]
    for log in _QUERY_LOGS:
        log.disabled = True
    try:
        yield
    except Exception as error:
        spark_s = isinstance(error, PySparkException) or type(error).__module__.startswith("py4j.")
        if not spark_s and not isinstance(error, FileNotFoundError | pa.ArrowException):
            raise
        says = next(line for line in str(error).splitlines() if line.strip())
        raise EngineError(where=where, found=says, expected=expected, do=do) from error
    finally:
        for log, disabled in zip(_QUERY_LOGS, before, strict=True):
            log.disabled = disabled
