"""The few column types that every engine has alike; whatever an engine calculates is brought to one of them.

Without this the same sum is a HUGEINT here and a BIGINT there, and the same file would differ by engine.
"""

from __future__ import annotations

import pyarrow as pa

from byname.errors import EngineError

__all__ = ["DECIMAL", "TIMESTAMP", "canonical", "canonical_schema", "sql_type"]

DECIMAL = pa.decimal128(18, 4)  # money, and every other exact number that is not whole
TIMESTAMP = pa.timestamp("us")  # UTC; the zone is not written, because there is only the one

_SQL = {
    pa.bool_(): "BOOLEAN",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR",
    pa.date32(): "DATE",
    TIMESTAMP: "TIMESTAMP",
    DECIMAL: "DECIMAL(18,4)",
}


def canonical(kind: pa.DataType) -> pa.DataType | None:
    """The one type that both engines keep this one as, or None if there is none."""
    tests = (
        (pa.types.is_boolean, pa.bool_()),
        (pa.types.is_integer, pa.int64()),
        (pa.types.is_floating, pa.float64()),
        (pa.types.is_decimal, DECIMAL),
        (pa.types.is_timestamp, TIMESTAMP),
        (pa.types.is_date, pa.date32()),
    )
    for test, to in tests:
        if test(kind):
            return to
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_dictionary(kind):
        return canonical(kind.value_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inside = canonical(kind.value_type)
        return None if inside is None else pa.list_(inside)
    return None


def canonical_schema(schema: pa.Schema, *, where: str) -> pa.Schema:
    """The schema with every type made canonical, nullable and without metadata.

    Raises:
        EngineError: a column is of a type that the engines do not share.
    """
    fields = []
    for field in schema:
        kind = canonical(field.type)
        if kind is None:
            raise EngineError(
                where=f'{where}, column "{field.name}"',
                found=f"type {field.type}",
                expected=f"one of {', '.join(_SQL.values())}, or a list of one",
                do="Cast it, or leave it out.",
            )
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def sql_type(kind: pa.DataType) -> str:
    """A canonical type as DuckDB's SQL names it."""
    if pa.types.is_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    return _SQL[kind]
