"""A person's several texts as one list: no engine collects rows in an order, so that is done here, without a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["collected"]


def collected(engine: Engine, table: Table, column: str) -> Table:
    """person_id and a list of that column's values, sorted, one row a person.

    Args:
        engine: where the table is.
        table: person_id and the column, a text; neither is null.
        column: which.
    """
    rows = engine.fetch(table, order_by=("person_id", column)).combine_chunks()
    if not rows.num_rows:
        empty = {"person_id": pa.array([], pa.string()), column: pa.array([], pa.list_(pa.string()))}
        return engine.arrow(pa.table(empty))
    people, values = (rows.column(name).combine_chunks() for name in ("person_id", column))
    begins = np.flatnonzero(np.append(True, pc.not_equal(people[1:], people[:-1]).to_numpy(zero_copy_only=False)))
    ends = pa.array(np.append(begins, rows.num_rows), pa.int32())
    lists = pa.ListArray.from_arrays(ends, values)
    return engine.arrow(pa.table({"person_id": people.take(pa.array(begins)), column: lists}))
