"""What every engine can do, and the handle of a table that lives in one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, Self

from byname.errors import EngineError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa

    from byname.engines.statement import Statement

__all__ = ["APPLIED_ROWS", "NO_METADATA", "ROW_GROUP_ROWS", "Engine", "Scalar", "Table"]

type Scalar = bool | int | float | str | Decimal | date | datetime | None
"""What a ``$parameter`` may be. A datetime with a zone is converted to UTC; one without is UTC."""

NO_METADATA: Mapping[str, str] = MappingProxyType({})
# DuckDB's own size: large enough to compress and to scan well, small enough to skip most of a sorted file.
ROW_GROUP_ROWS = 122_880
APPLIED_ROWS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table that lives in the engine which made it: a handle, not the rows.

    Its rows have no order; ``fetch`` and ``write`` take one. Every column is of one of the types that both
    engines know alike (``byname.engines.types``).
    """

    name: str
    schema: pa.Schema = field(repr=False)
    origin: str
    """Where it came from, in words for an error: 'statement "value.summary"'."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(self.schema.names)

    def check(self, columns: Sequence[str]) -> None:
        """Raise an EngineError if one of these is not a column of the table."""
        for column in columns:
            if column not in self.columns:
                raise EngineError(
                    where="order_by",
                    found=f'"{column}"{nearest(column, self.columns)}',
                    expected=f"a column of the table: {', '.join(self.columns)}",
                )


class Engine(Protocol):
    """Runs table work that is written once, as SQL."""

    kind: str

    def files(self, paths: Sequence[str], schema: pa.Schema) -> Table:
        """Parquet files as one table with the columns of ``schema``, matched by name.

        A column that a file does not have is null; a column that the schema does not have is left out; no
        files give an empty table. Nothing is read before the table is used.
        """
        ...

    def arrow(self, data: pa.Table) -> Table:
        """Rows of the driver as a table."""
        ...

    def run(self, statement: Statement, /, **given: Table | Scalar) -> Table:
        """Run a statement and keep its rows.

        Tables given by keyword are the names that the SQL may use, and it may use no others; everything else
        is a ``$parameter``.

        Raises:
            EngineError: names the statement and gives the engine's own words.
        """
        ...

    def apply(self, function: Callable[[pa.RecordBatch], pa.RecordBatch], table: Table, schema: pa.Schema) -> Table:
        """What a pure function makes of the rows, a batch at a time: `APPLIED_ROWS` rows or fewer.

        For what SQL cannot say, such as reading a text. The function gives batches of ``schema``; on Spark it goes to
        the workers, so it may hold nothing that cannot be sent there. Memory does not grow with the table.
        """
        ...

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        ...

    def fetch(self, table: Table, *, order_by: Sequence[str] = ()) -> pa.Table:
        """The rows, to the driver; the schema is the table's own, whichever engine it was."""
        ...

    def write(
        self,
        table: Table,
        path: Path,
        *,
        order_by: Sequence[str],
        metadata: Mapping[str, str] = NO_METADATA,
        row_group_rows: int = ROW_GROUP_ROWS,
    ) -> int:
        """Write one Parquet file, sorted, and return its number of rows.

        The same rows give the same bytes on every engine: rows that tie on ``order_by`` are put in order by
        all their other columns.
        """
        ...

    def drop(self, table: Table) -> None:
        """Free the memory of a table. A lazy statement over it stops working; other tables do not."""
        ...

    def close(self) -> None:
        """Free everything; twice does nothing."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
