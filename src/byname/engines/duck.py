# ruff: noqa: S608 - to put SQL together is this module's work: names are quoted, values are bound
"""The embedded engine: DuckDB in this process, over Parquet and Arrow; its own file format is never used."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from byname.engines.base import APPLIED_ROWS, NO_METADATA, ROW_GROUP_ROWS, Table
from byname.engines.parquet import write_parquet
from byname.engines.spill import SpillFolder
from byname.engines.types import canonical_schema, sql_type
from byname.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from byname.engines.base import Scalar
    from byname.engines.statement import Statement

__all__ = ["DuckEngine"]

_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_ARROW_OF = {
    "BOOLEAN": pa.bool_(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    # A sum of whole numbers is a HUGEINT, and both engines keep whole numbers in 64 bits.
    **dict.fromkeys(("HUGEINT", "UHUGEINT", "BIGINT", "UBIGINT", "INTEGER", "UINTEGER"), pa.int64()),
    **dict.fromkeys(("SMALLINT", "USMALLINT", "TINYINT", "UTINYINT"), pa.int64()),
    **dict.fromkeys(("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS"), pa.timestamp("us")),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
}


class DuckEngine:
    """DuckDB with a limit on memory, beyond which it spills to its own folder."""

    kind = "duckdb"

    def __init__(self, *, spill: Path, memory: str, threads: int | None) -> None:
        self._tables: dict[str, Table] = {}
        self._views: set[str] = set()
        self._made = 0
        self._spill = SpillFolder(spill, self.kind)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": str(self._spill.path),
            # Rows have no order here, and keeping one costs memory.
            "preserve_insertion_order": False,
            # A name in SQL is a table that was given, never a Python variable that happens to be in reach.
            "python_enable_replacements": False,
            # Nothing is fetched over the network behind a statement's back.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            settings["threads"] = threads
        try:
            self._connection = duckdb.connect(":memory:", config=settings)
            self._connection.execute("set TimeZone = 'UTC'")
        except duckdb.Error as error:
            self._spill.close()
            raise EngineError(
                where="engine duckdb",
                found=str(error).splitlines()[0],
                expected='a memory limit such as "2GB" and a whole number of threads',
            ) from error

    def files(self, paths: Sequence[str], schema: pa.Schema) -> Table:
        """Parquet files as a view; see ``Engine.files``."""
        wanted = canonical_schema(schema, where="files")
        if not paths:
            return self.arrow(wanted.empty_table())
        where = f"files {paths[0]}{', …' if len(paths) > 1 else ''}"
        listed = ", ".join(_text(_literally(path)) for path in paths)
        scan = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
        with _telling(where, "Parquet files that can be read"):
            found = {row[0].lower() for row in self._connection.execute(f"describe from {scan}").fetchall()}
            picks = ", ".join(
                _cast(_quoted(name) if name.lower() in found else "null", kind, name)
                for name, kind in zip(wanted.names, wanted.types, strict=True)
            )
            return self._keep("view", f"select {picks} from {scan}", Table(self._next(), wanted, where))

    def arrow(self, data: pa.Table) -> Table:
        """Rows of the driver as a temporary table; see ``Engine.arrow``."""
        wanted = canonical_schema(data.schema, where="arrow")
        self._connection.register("byname_arriving", data.cast(wanted))
        try:
            return self._keep("table", "select * from byname_arriving", Table(self._next(), wanted, "arrow"))
        finally:
            self._connection.unregister("byname_arriving")

    def run(self, statement: Statement, /, **given: Table | Scalar) -> Table:
        """Run a statement into a temporary table, or a view if it is lazy; see ``Engine.run``."""
        tables = {name: value for name, value in given.items() if isinstance(value, Table)}
        scalars = {name: _bound(value) for name, value in given.items() if not isinstance(value, Table)}
        for table in tables.values():
            self._own(table)
        # The given names are common table expressions around the statement, so that nothing is left behind
        # in the connection; the statement starts a line of its own, so that an error's line can be its own.
        names = ", ".join(
            f"{_quoted(name)} as not materialized (from {_quoted(table.name)})" for name, table in tables.items()
        )
        prefix = f"with {names} " if names else ""
        where = f'statement "{statement.name}"'
        with _telling(where, "SQL that DuckDB runs over " + (", ".join(tables) or "no tables")):
            described = self._connection.execute(
                f"describe {prefix}select * from (\n{statement.sql}\n)", scalars
            ).fetchall()
            raw = pa.schema([(name, _arrow_type(kind, where)) for name, kind, *_ in described])
            wanted = canonical_schema(raw, where=where)
            picks = ", ".join(
                _quoted(name) if was == sql_type(kind) else _cast(_quoted(name), kind, name)
                for (_, was, *_), name, kind in zip(described, wanted.names, wanted.types, strict=True)
            )
            table = Table(self._next(), wanted, where)
            start = f"{prefix}select {picks} from (\n"
            if statement.lazy:
                return self._keep("view", f"{start}{_without_parameters(statement.sql, given)}\n)", table)
            return self._keep("table", f"{start}{statement.sql}\n)", table, scalars)

    def apply(self, function: Callable[[pa.RecordBatch], pa.RecordBatch], table: Table, schema: pa.Schema) -> Table:
        """What a function makes of the rows, through a file of the spill folder; see ``Engine.apply``."""
        wanted = canonical_schema(schema, where="apply")
        path = self._spill.path / f"{self._next()}.parquet"
        with (
            self._rows(table, f"from {self._own(table)}", APPLIED_ROWS) as rows,
            pq.ParquetWriter(path, wanted, compression="zstd") as made,
        ):
            for batch in rows:
                made.write_batch(function(batch).cast(wanted))
        return self.files([str(path)], wanted)

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        with self._rows(table, f"select count(*) as n from {self._own(table)}") as rows:
            return int(rows.read_all()["n"][0].as_py())

    def fetch(self, table: Table, *, order_by: Sequence[str] = ()) -> pa.Table:
        """The rows, to the driver; see ``Engine.fetch``."""
        with self._rows(table, self._ordered(table, order_by)) as rows:
            return rows.read_all().cast(table.schema)

    def write(
        self,
        table: Table,
        path: Path,
        *,
        order_by: Sequence[str],
        metadata: Mapping[str, str] = NO_METADATA,
        row_group_rows: int = ROW_GROUP_ROWS,
    ) -> int:
        """Write one sorted Parquet file, a row group at a time; see ``Engine.write``."""
        ties = [column for column in table.columns if column not in order_by]
        with self._rows(table, self._ordered(table, [*order_by, *ties])) as rows:
            return write_parquet(rows, table.schema, path, metadata=metadata, row_group_rows=row_group_rows)

    def drop(self, table: Table) -> None:
        """Free a table's memory; see ``Engine.drop``."""
        name = self._own(table)
        self._connection.execute(f"drop {'view' if table.name in self._views else 'table'} {name}")
        self._views.discard(table.name)
        del self._tables[table.name]

    def close(self) -> None:
        """Close the connection and remove what was spilled."""
        self._tables.clear()
        self._connection.close()
        self._spill.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next(self) -> str:
        self._made += 1
        return f"byname_{self._made}"

    def _keep(self, what: str, select: str, table: Table, scalars: Mapping[str, Any] | None = None) -> Table:
        self._connection.execute(f"create temp {what} {_quoted(table.name)} as {select}", scalars or None)
        if what == "view":
            self._views.add(table.name)
        self._tables[table.name] = table
        return table

    def _own(self, table: Table) -> str:
        """The quoted name of a table, if it is this engine's and alive."""
        if self._tables.get(table.name) is not table:
            raise EngineError(
                where=f"table {table.name}",
                found="a table of another engine, or one that was dropped",
                expected="a table that this engine made",
            )
        return _quoted(table.name)

    def _ordered(self, table: Table, columns: Sequence[str]) -> str:
        """The rows of a table as SQL, in an order that both engines keep: bytes of UTF-8, nulls last."""
        table.check(columns)
        order = ", ".join(f"{_quoted(column)} asc nulls last" for column in columns)
        return f"from {self._own(table)}" + (f" order by {order}" if columns else "")

    @contextmanager
    def _rows(self, table: Table, select: str, batch_rows: int = ROW_GROUP_ROWS) -> Iterator[pa.RecordBatchReader]:
        """Stream rows; a view (files, a lazy statement) is calculated here, and may fail only now."""
        with _telling(table.origin, "rows that can be calculated"):
            reader = self._connection.sql(select).to_arrow_reader(batch_rows)
            try:
                yield reader
            finally:
                reader.close()  # an open result owns the connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cast(expression: str, kind: pa.DataType, name: str) -> str:
    return f"cast({expression} as {sql_type(kind)}) as {_quoted(name)}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _literally(path: str) -> str:
    """A path whose brackets, stars and question marks mean themselves."""
    return re.sub(r"[\[*?]", r"[\g<0>]", path)


def _bound(value: Scalar) -> object:
    """A parameter as DuckDB should take it: whole numbers in 64 bits, instants as UTC without a zone."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return duckdb.Value(value, duckdb.sqltypes.BIGINT)
    if isinstance(value, datetime):
        return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, str | float | Decimal | date):
        return value
    message = f"a parameter cannot be a {type(value).__name__}"
    raise TypeError(message)


def _without_parameters(sql: str, given: Mapping[str, Table | Scalar]) -> str:
    """The statement with its parameters written into it: a view keeps none."""
    scalars = {name: value for name, value in given.items() if not isinstance(value, Table)}
    if not scalars:
        return sql
    from byname.engines.dialect import with_literals  # SQLGlot takes half a second to load

    return with_literals(sql, scalars)


def _arrow_type(described: str, where: str) -> pa.DataType:
    """The Arrow type of a column that DuckDB described."""
    if described.endswith("[]"):
        return pa.list_(_arrow_type(described[:-2], where))
    if exact := _DECIMAL.fullmatch(described):
        return pa.decimal128(int(exact[1]), int(exact[2]))
    if described in _ARROW_OF:
        return _ARROW_OF[described]
    untyped = described == '"NULL"'
    raise EngineError(
        where=where,
        found="a column that is only null, so of no type" if untyped else f"a column of type {described}",
        expected="columns of the types in docs/sql.md",
        do="Cast it: cast(null as varchar)." if untyped else "Cast it, or leave it out.",
    )


@contextmanager
def _telling(where: str, expected: str) -> Iterator[None]:
    """Turn DuckDB's errors into ours, with its own words and the line of the statement that it points at."""
    try:
        yield
    except duckdb.Error as error:
        says = str(error)
        at = _LINE.search(says)
        # The statement starts on the second line of what was run; what is on the first is ours.
        do = f"line {int(at[1]) - 1}:{says[at.end() :]}" if at and at[1] != "1" else ""
        if isinstance(error, duckdb.OutOfMemoryException):
            do = "Raise the memory limit, or look at the disk of the spill folder."
        raise EngineError(where=where, found=says.splitlines()[0], expected=expected, do=do) from error
