"""From DuckDB's dialect to Spark's: SQLGlot's translation, and our corrections where it is silently wrong.

Every entry of ``CORRECTIONS`` was found by running the same statement on both engines
(tests/engines/test_portable_rows.py) and stays there as a test.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from byname.engines.base import Scalar

__all__ = ["parse", "spark_argument", "to_spark", "with_literals"]


def parse(sql: str) -> exp.Expression:
    """The tree of a statement in DuckDB's dialect."""
    return sqlglot.parse_one(sql, read="duckdb")


@lru_cache(maxsize=1024)
def to_spark(sql: str, kinds: tuple[tuple[str, type], ...] = ()) -> str:
    """The statement in Spark's dialect, given the Python types of its parameters."""
    tree = parse(sql)
    types = dict(kinds)
    for mark in list(tree.find_all(exp.Placeholder)):
        to = _CAST_ARGUMENT.get(types.get(mark.name, str))
        if to:
            mark.replace(exp.cast(mark.copy(), to))
    # Children before parents: a correction copies what it holds, and that must be corrected by then.
    for node in reversed(list(tree.walk())):
        correct = CORRECTIONS.get(type(node))
        if correct and node.parent:
            node.replace(correct(node))
    return tree.sql(dialect="spark")


def spark_argument(value: Scalar) -> object:
    """A parameter as ``spark.sql(args=…)`` takes it; instants go as text and are cast in the statement."""
    if isinstance(value, datetime):
        return _utc(value).isoformat(" ")
    return value


def with_literals(sql: str, scalars: Mapping[str, Scalar]) -> str:
    """The statement with its parameters written into it, in DuckDB's dialect: for a view, which keeps none."""
    tree = parse(sql)
    for mark in list(tree.find_all(exp.Placeholder)):
        if mark.name in scalars:
            mark.replace(_literal(scalars[mark.name]))
    return tree.sql(dialect="duckdb")


# A bare number is an INT on Spark, and a text no instant.
_CAST_ARGUMENT = {int: "BIGINT", datetime: "TIMESTAMP"}


def _utc(value: datetime) -> datetime:
    return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)


def _literal(value: Scalar) -> exp.Expression:
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, str):
        return exp.Literal.string(value)
    as_type = {int: "BIGINT", float: "DOUBLE", Decimal: "DECIMAL(18, 4)", date: "DATE", datetime: "TIMESTAMP"}
    text = _utc(value).isoformat(" ") if isinstance(value, datetime) else str(value)
    return exp.cast(exp.Literal.string(text), as_type[type(value)])


def _days_between(node: exp.Expression) -> exp.Expression:
    """date_diff('day', a, b) counts midnights; SQLGlot's DATEDIFF(DAY, …) counts whole 24 hours."""
    return exp.Anonymous(
        this="datediff",
        expressions=[exp.cast(node.this.copy(), "DATE"), exp.cast(node.expression.copy(), "DATE")],
    )


def _best_known(node: exp.Expression) -> exp.Expression:
    """arg_max(a, b) passes over rows where a is null; max_by(a, b) gives the null."""
    known = node.this.copy().is_(exp.null()).not_()
    return exp.Filter(this=node.copy(), expression=exp.Where(this=known))


def _lower(node: exp.Expression) -> exp.Expression:
    """lower() goes by single letters here; Java's turns the dotted capital I and a last sigma in other ways."""
    plain = exp.Anonymous(
        this="translate",
        expressions=[node.this.copy(), exp.Literal.string("İΣ"), exp.Literal.string("iσ")],
    )
    return exp.Lower(this=plain)


CORRECTIONS: Mapping[type[exp.Expression], Callable[[exp.Expression], exp.Expression]] = {
    exp.DateDiff: _days_between,
    exp.ArgMax: _best_known,
    exp.ArgMin: _best_known,
    exp.Lower: _lower,
}
