"""Writing one Parquet file from a stream of rows: the same code for every engine, so the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["write_parquet"]


def write_parquet(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    path: Path,
    *,
    metadata: Mapping[str, str],
    row_group_rows: int,
) -> int:
    """Write batches as they come; return the number of rows. A failed write leaves no file."""
    rows = 0
    stamped = schema.with_metadata(dict(metadata)) if metadata else schema
    try:
        with pq.ParquetWriter(
            path,
            stamped,
            compression="zstd",
            store_decimal_as_integer=True,  # eight bytes instead of a blob: half the time to read money
        ) as writer:
            for group in _groups(batches, schema, row_group_rows):
                writer.write_table(group.replace_schema_metadata(stamped.metadata), row_group_size=row_group_rows)
                rows += group.num_rows
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return rows


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema, rows: int) -> Iterator[pa.Table]:
    """Cut the stream into groups of exactly ``rows``: how an engine cuts it must not show in the file."""
    waiting = schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch]).cast(schema)])
        while waiting.num_rows >= rows:
            yield waiting.slice(0, rows).combine_chunks()
            waiting = waiting.slice(rows)
    if waiting.num_rows:
        yield waiting.combine_chunks()
