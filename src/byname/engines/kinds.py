"""What the linter can see only when it knows the columns' types: texts taken for numbers, and the like."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from byname.engines.portable import Refusal
from byname.engines.types import sql_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

__all__ = ["of_types"]

_TYPE = exp.DataType.Type
_KINDS = {
    "text": exp.DataType.TEXT_TYPES,
    "whole": exp.DataType.INTEGER_TYPES,
    "double": {_TYPE.DOUBLE, _TYPE.FLOAT},
    "decimal": {_TYPE.DECIMAL},
    "time": exp.DataType.TEMPORAL_TYPES,
    "flag": {_TYPE.BOOLEAN},
    "list": {_TYPE.ARRAY, _TYPE.LIST},
}
_NUMBERS = frozenset({"whole", "double", "decimal"})


def of_types(tree: exp.Query, given: Mapping[str, pa.Schema]) -> Iterator[Refusal]:
    """What is not portable because of the types; silent where they cannot be told."""
    schema: dict[str, object] = {
        name: {column: sql_type(kind) for column, kind in zip(table.names, table.types, strict=True)}
        for name, table in given.items()
    }
    try:
        typed = qualify(
            tree.copy(), schema=schema, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False
        )
        for literal in list(typed.find_all(exp.Literal)):
            # DuckDB and Spark read 1.5 as a decimal, SQLGlot as a double.
            if not literal.is_string and "." in literal.name and "e" not in literal.name.lower():
                literal.replace(exp.cast(literal.copy(), "DECIMAL(18,4)"))
        typed = annotate_types(typed, schema=schema, dialect="duckdb")
    except SqlglotError:
        return  # a column that does not exist and the like: the engine says it better
    for node in typed.walk():
        problem = _problem(node)
        if problem:
            yield Refusal(node.sql(dialect="duckdb"), *problem)


def _problem(node: exp.Expr) -> tuple[str, str] | None:  # noqa: PLR0911 - one return for each rule
    if isinstance(node, exp.Cast):
        return _of_cast(node)
    if isinstance(node, exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE | exp.In | exp.Between):
        return _of_comparison(node)
    if isinstance(node, exp.Sub) and _kind(node.this) == _kind(node.expression) == "time":
        return "the difference is a number here and an interval there", "date_diff('day', earlier, later)"
    if isinstance(node, exp.DPipe | exp.Concat):
        if any(_kind(part) not in {"text", None} for part in node.iter_expressions()):
            return "the engines write numbers differently", "cast(… as varchar), of whole numbers and decimals"
    elif isinstance(node, exp.Min | exp.Max | exp.Ordered | exp.Length) and _kind(node.this) == "list":
        return "lists are ordered and measured differently", "unnest, or array_length"
    elif isinstance(node, exp.Greatest | exp.Least | exp.Coalesce | exp.Case):
        parts = {_kind(part) for part in _branches(node)} - {None}
        if "text" in parts and len(parts) > 1:
            return "a text among other types", "cast(… as varchar)"
    return None


def _of_cast(node: exp.Cast) -> tuple[str, str] | None:
    kind, to = _kind(node.this), _kind(node)
    if kind == "text" and to not in {"text", None} and not isinstance(node.this, exp.Literal):
        return "the engines read texts differently", "a column that the reader has made"
    if kind == "double" and to == "text":
        return "the engines write doubles differently", "cast(cast(x as decimal(18,4)) as varchar)"
    return None


def _of_comparison(node: exp.Expr) -> tuple[str, str] | None:
    for one, other in combinations(node.iter_expressions(), 2):
        kinds = {_kind(one), _kind(other)}
        literal = isinstance(one, exp.Literal) or isinstance(other, exp.Literal)
        if "text" in kinds and (kinds & _NUMBERS or ("time" in kinds and not literal)):
            return "a text and another type", "both as one type"
    return None


def _branches(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.Case):
        for branch in node.args["ifs"]:
            yield branch.args["true"]
        if node.args.get("default"):
            yield node.args["default"]
    else:
        yield from node.iter_expressions()


def _kind(node: exp.Expr) -> str | None:
    """The kind of an expression's type, or None if it cannot be told (a null, a parameter)."""
    kind = node.type
    if kind is None:
        return None
    return next((name for name, members in _KINDS.items() if kind.this in members), None)
