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


def parse(sql: str) -> exp.Expr:
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
            corrected = correct(node)
            if corrected is not node:
                node.replace(corrected)
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


def _literal(value: Scalar) -> exp.Expr:
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, str):
        return exp.Literal.string(value)
    as_type = {int: "BIGINT", float: "DOUBLE", Decimal: "DECIMAL(18, 4)", date: "DATE", datetime: "TIMESTAMP"}
    text = _utc(value).isoformat(" ") if isinstance(value, datetime) else str(value)
    return exp.cast(exp.Literal.string(text), as_type[type(value)])


def _days_between(node: exp.Expr) -> exp.Expr:
    """date_diff('day', a, b) counts midnights; SQLGlot's DATEDIFF(DAY, …) counts whole 24 hours."""
    return _call("datediff", exp.cast(node.this.copy(), "DATE"), exp.cast(node.expression.copy(), "DATE"))


def _best_known(node: exp.Expr) -> exp.Expr:
    """arg_max(a, b) passes over rows where a is null; max_by(a, b) gives the null."""
    unknown = exp.null()
    known = exp.Case().when(node.this.copy().is_(unknown), unknown).else_(node.expression.copy())
    return type(node)(this=node.this.copy(), expression=known)


def _lower(node: exp.Expr) -> exp.Expr:
    """lower() goes by single letters here; Java's turns the dotted capital I and a last sigma in other ways."""
    plain = _call("translate", node.this.copy(), exp.Literal.string("\u0130\u03a3"), exp.Literal.string("i\u03c3"))
    return exp.Lower(this=plain)


def _contains(node: exp.Expr) -> exp.Expr:
    """A list with a null that does not contain x is false here and null there."""
    return exp.ArrayContains(this=_call("array_compact", node.this.copy()), expression=node.expression.copy())


def _cast(node: exp.Expr) -> exp.Expr:
    """A cast that drops digits rounds here; there it cuts, or goes by the digits that a double prints as.

    Spark knows the type of what is cast, SQLGlot does not: typeof() is a constant when Spark plans, and the
    branches that do not apply are gone before a row is read.
    """
    inner, to = node.this, node.args["to"]
    if isinstance(inner.unnest(), _WHOLE):
        return node
    kind = _call("typeof", inner.copy())
    # Each branch must pass Spark's analysis for any type, a boolean too: hence the casts inside.
    double = kind.copy().eq("double")
    if to.is_type(exp.DataType.Type.BIGINT):
        return (
            exp.Case()
            .when(double, _recast(node, _call("rint", exp.cast(inner.copy(), "DOUBLE"))))
            .when(kind.copy().like("decimal%"), _recast(node, _call("round", exp.cast(inner.copy(), "DECIMAL(38, 8)"))))
            .else_(node.copy())
        )
    if to.is_type(exp.DataType.Type.DECIMAL):
        scaled = _call("round", exp.Mul(this=exp.cast(inner.copy(), "DOUBLE"), expression=exp.Literal.number("1e4")))
        units = _recast(node, scaled, "BIGINT")
        exact = exp.Mul(this=units, expression=exp.Literal.number("0.0001"))
        return exp.Case().when(double, _recast(node, exact)).else_(node.copy())
    return node


def _recast(cast: exp.Expr, value: exp.Expr, to: str | None = None) -> exp.Expr:
    """The same kind of cast (trying or not) of another value."""
    again = cast.copy()
    again.set("this", value)
    if to:
        again.set("to", exp.DataType.build(to))
    return again


_WHOLE = (exp.Count, exp.CountIf, exp.Round, exp.Floor, exp.Ceil, exp.DateDiff, exp.Literal, exp.Null, exp.Placeholder)


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


CORRECTIONS: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.DateDiff: _days_between,
    exp.ArgMax: _best_known,
    exp.ArgMin: _best_known,
    exp.Lower: _lower,
    exp.ArrayContains: _contains,
    exp.Cast: _cast,
    exp.TryCast: _cast,
}
