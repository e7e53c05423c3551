"""`whom`: one SQL condition over the columns of `profile`, and nothing else.

What runs is not the text that somebody wrote, but SQL made anew from a tree of which every node is on a short list. So
no statement, sub-query, comment or function off the list can be in it, whatever the text says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError

from byname.errors import PlaybookError, nearest
from byname.playbooks.condition_kinds import Wrong, kind_of
from byname.playbooks.readable import MOST_LEVELS, cut, levels, reason, unreadable
from byname.profile_columns import PROFILE, arrow_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import pyarrow as pa

__all__ = ["FUNCTIONS", "Condition", "condition", "profile_schema"]

_MOST_DIGITS, _LONGEST_TEXT = 15, 200

FUNCTIONS = (
    "coalesce, nullif, greatest, least, abs, lower, length, starts_with, ends_with, contains, list_contains, "
    "array_length, year"
)
_ALLOWED = frozenset(
    {
        *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren),
        *(exp.And, exp.Or, exp.Not),
        *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ),
        *(exp.Is, exp.In, exp.Between, exp.Like, exp.Case, exp.If),
        *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Abs),
        *(exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least),
        *(exp.Lower, exp.Length, exp.StartsWith, exp.EndsWith, exp.Contains, exp.ArrayContains, exp.ArraySize),
        *(exp.Year, exp.Cast, exp.DataType),  # a cast only as date '2026-01-31'
    }
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was checked.

    Attributes:
        sql: normalised, in the portable subset: it runs on every engine as `where {sql}` over `profile`.
        columns: those of `profile` that it rests on, in alphabetical order.
    """

    sql: str
    columns: tuple[str, ...]

    def tree(self) -> exp.Expr:
        """The condition as SQLGlot's tree, which is shared: change a copy."""
        return _tree(self.sql)


@lru_cache(maxsize=1024)
def _tree(text: str) -> exp.Expr:
    return exp.maybe_parse(text, into=exp.Condition, dialect="duckdb")


def profile_schema(columns: Collection[str] = tuple(PROFILE)) -> pa.Schema:
    """Columns of `profile`, all unless said, with their types on every engine."""
    return arrow_schema({name: PROFILE[name].kind for name in columns})


@lru_cache(maxsize=1024)
def condition(text: str, *, where: str = "whom") -> Condition:
    """Check a condition and bring it into the form that runs.

    Args:
        text: a boolean expression in DuckDB's dialect over the columns of `profile`.
        where: file and key, for the error.

    Raises:
        PlaybookError: it is no single boolean expression, names a column that is not in `profile`, mixes types, or
            holds what is not on the list.
    """
    tree = _parsed(text, where)
    for node in tree.walk():
        problem = _problem(node)
        if problem:
            raise PlaybookError(where=where, found=problem.found, expected=problem.expected, do=problem.do)
    try:
        kind = kind_of(tree)
    except Wrong as wrong:
        raise PlaybookError(where=where, found=wrong.found, expected=wrong.expected, do=wrong.do) from None
    if kind != "flag":
        raise PlaybookError(
            where=where,
            found=f"{_shown(tree)}, which is a {kind}",
            expected="a condition that is true or false, such as orders > 3",
        )
    columns = sorted({column.name for column in tree.find_all(exp.Column)})
    return Condition(_portable(tree, columns, where), tuple(columns))


def _parsed(text: str, where: str) -> exp.Expr:
    """The tree of what was written, its names in small letters without quotes."""
    problem = unreadable(text)
    if problem is None:
        try:
            tree = _tree(text).copy()
        except (SqlglotError, RecursionError) as broken:
            problem = Wrong(f"{cut(text)!r}, which cannot be read as one", f"one condition: {reason(broken)}")
    if problem is not None:
        raise PlaybookError(where=where, found=problem.found, expected=problem.expected, do=problem.do)
    if levels(tree) > MOST_LEVELS:
        raise PlaybookError(where=where, found="a condition too long or too deep to be read", expected="fewer parts")
    for name in tree.find_all(exp.Identifier):
        if name.args.get("quoted"):
            raise PlaybookError(
                where=where,
                found=f'"{cut(name.name)}" in double quotes',
                expected="texts in single quotes, 'loyal', and columns without any",
            )
        name.set("this", name.name.lower())
    return tree


def _problem(node: exp.Expr) -> Wrong | None:
    if type(node) not in _ALLOWED:
        return Wrong(_shown(node), f"columns, literals, and or not, comparisons, in, like, between, case, {FUNCTIONS}")
    if isinstance(node, exp.Column):
        return _of_column(node)
    if isinstance(node, exp.Literal):
        return _of_literal(node)
    if isinstance(node, exp.In) and (not node.expressions or set(_given(node)) - {"this", "expressions"}):
        return Wrong(_shown(node), "values in brackets: in ('a', 'b')", "For a list: list_contains(features, 'a').")
    if isinstance(node, exp.Is) and not isinstance(node.expression, exp.Null | exp.Boolean):
        return Wrong(_shown(node), "is null, is true, is false")
    return None


def _given(node: exp.Expr) -> Iterator[str]:
    return (name for name, value in node.args.items() if value)


def _of_column(node: exp.Column) -> Wrong | None:
    if node.table or not isinstance(node.this, exp.Identifier):
        return Wrong(_shown(node), "a column's name alone, such as standing")
    if node.name not in PROFILE:
        close = nearest(node.name, PROFILE)
        do = "The columns are in docs/profile.md." + ("" if close else " Texts stand in single quotes: 'loyal'.")
        return Wrong(f'column "{node.name}"', f"a column of profile{close}", do)
    return None


def _of_literal(node: exp.Literal) -> Wrong | None:
    if node.is_string:
        if len(node.name) > _LONGEST_TEXT or "\\" in node.name or not node.name.isprintable():
            return Wrong("a text with letters that cannot be seen, or very long", "a short plain text")
        return None
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+|\d+(\.\d*)?[eE][+-]?\d{1,2}", node.name):
        return Wrong(node.name, "a number such as 3, 0.2 or 1e6")
    if len(node.name) > _MOST_DIGITS or float(node.name) > 10.0**_MOST_DIGITS:
        return Wrong(node.name, f"a number of at most {_MOST_DIGITS} digits")
    return None


def _portable(tree: exp.Expr, columns: Sequence[str], where: str) -> str:
    """The SQL that runs, after every engine's linter has seen it with the types of `profile`."""
    from byname.engines.portable import refusals

    sql = _in_doubles(tree).sql(dialect="duckdb", comments=False)
    whole = f"select person_id from profile where {sql}"  # noqa: S608 - made from a tree of which each node is listed
    found = refusals(whole, {"profile": profile_schema(("person_id", *columns))})
    if found:
        raise PlaybookError(
            where=where,
            found=found[0].found,
            expected=f"{found[0].instead} ({found[0].why})",
            do="What runs on every engine is in docs/sql.md.",
        )
    return sql


def _in_doubles(tree: exp.Expr) -> exp.Expr:
    """The same with arithmetic in doubles and divisors that may be 0: no sum of counts overflows, no share breaks."""
    tree = tree.copy()
    for node in reversed(list(tree.walk())):
        if not isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
            continue
        for key in ("this", "expression"):
            node.set(key, _double(node.args[key]))
        if isinstance(node, exp.Div):
            node.set("expression", exp.Nullif(this=node.expression, expression=exp.Literal.number("0e0")))
    return tree


def _double(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Paren) and isinstance(node.this, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return node.copy()
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return node.copy()
    return exp.cast(node.copy(), "DOUBLE", dialect="duckdb")


def _shown(node: exp.Expr) -> str:
    return cut(node.sql(dialect="duckdb"))
