"""The portable subset: every construct that gives the same rows on both engines, as one list.

``byname.engines.portable`` refuses what is not on it, tests/engines/test_portable_rows.py runs each entry on
both engines over tricky rows, and docs/sql.md shows it. To add an entry: give it a case in that test, see it
pass, then write it here. What was tried and differs stands in ``INSTEAD``, with what to write in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ALLOWED", "INSTEAD", "LIST", "Entry", "Refused", "as_markdown"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list: how it is written, and what to know."""

    sql: str
    nodes: tuple[type[exp.Expr], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """What was tried and is not the same, why, and what to write instead."""

    sql: str
    why: str
    instead: str


LIST: dict[str, tuple[Entry, ...]] = {
    "Shape": (
        Entry(
            "`select … from … where …`",
            (exp.Select, exp.From, exp.Table, exp.TableAlias, exp.Identifier, exp.Column, exp.Alias, exp.Where),
            "names without quotes in lower case; each column of the result has a name of its own",
        ),
        Entry(
            "`*`, `t.*`, `* exclude (…)`",
            (exp.Star,),
            "a bare `*` only over one table: after a join the engines disagree about its columns",
        ),
        Entry("`with a as (…)`", (exp.With, exp.CTE), "not recursive; not the name of a table that is given"),
        Entry("`(select …)`, `exists`, `in (select …)`", (exp.Subquery, exp.Exists)),
        Entry("`union [all]`, `except`, `intersect`", (exp.Union, exp.Except, exp.Intersect)),
        Entry("`values (…)`", (exp.Values, exp.Tuple)),
        Entry(
            "`[inner|left|right|full|cross|semi|anti] join … on …` or `using (…)`",
            (exp.Join,),
            "no comma joins: write `cross join`",
        ),
        Entry("`group by`, `having`", (exp.Group, exp.Having), "by expression, alias, position or `all`"),
        Entry("`distinct`", (exp.Distinct,), "not `distinct on`: `qualify row_number() …  = 1`"),
        Entry("`qualify`", (exp.Qualify,)),
        Entry(
            "`order by … [desc] [nulls first|last]`",
            (exp.Order, exp.Ordered),
            "only in a window or with a limit: a table has no order; nulls come last if nothing is said",
        ),
        Entry("`limit`, `offset`", (exp.Limit, exp.Offset), "only after an `order by` that leaves no ties"),
        Entry("`$name`", (exp.Placeholder,), "parameters by name"),
    ),
    "Conditions": (
        Entry("`= <> < <= > >=`", (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), "texts by their bytes"),
        Entry("`and or not`, `( )`", (exp.And, exp.Or, exp.Not, exp.Paren)),
        Entry("`is [not] null`, `is [not] true`", (exp.Is, exp.Null, exp.Boolean)),
        Entry("`is [not] distinct from`", (exp.NullSafeEQ, exp.NullSafeNEQ)),
        Entry("`between`, `in (…)`", (exp.Between, exp.In)),
        Entry("`like`", (exp.Like,), "the pattern is a literal without a backslash"),
        Entry("`case`, `if`", (exp.Case, exp.If)),
        Entry("`coalesce`, `ifnull`, `nullif`", (exp.Coalesce, exp.Nullif)),
        Entry("`greatest`, `least`", (exp.Greatest, exp.Least), "pass over nulls"),
    ),
    "Numbers": (
        Entry("`1`, `1.5`, `'text'`", (exp.Literal,)),
        Entry("`+ - *`, `-x`", (exp.Add, exp.Sub, exp.Mul, exp.Neg), "the product of two decimals up to 10^10"),
        Entry(
            "`cast(a as double) / nullif(b, 0)`",
            (exp.Div,),
            "one side cast to double (or a double literal such as `2e0`); the divisor `nullif(…, 0)` or a literal",
        ),
        Entry("`a % nullif(b, 0)`", (exp.Mod,), "the sign of a"),
        Entry("`abs`", (exp.Abs,)),
        Entry(
            "`cast(round(x) as bigint)`, `floor`, `ceil`",
            (exp.Round, exp.Floor, exp.Ceil),
            "directly inside a cast to bigint or double; halves go away from zero; no digits",
        ),
        Entry(
            "`cast(x as …)`, `x::…`, `try_cast`",
            (exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam),
            "to boolean, integer, bigint, double, decimal(18,4), varchar, date, timestamp, varchar[]; "
            "never a text to a number or a date (a reader does that), nor a double to a text",
        ),
    ),
    "Texts": (
        Entry("`a || b`", (exp.DPipe,), "null if one is"),
        Entry("`concat(a, b)`", (exp.Concat,), "passes over nulls"),
        Entry("`lower`", (exp.Lower,), "letter by letter; letters younger than Unicode 15 differ"),
        Entry("`trim(s, ' ')`, `ltrim`, `rtrim`", (exp.Trim,), "with the characters said"),
        Entry("`length`", (exp.Length,), "code points of a text"),
        Entry("`substr(s, from, n)`, `left`, `right`", (exp.Substring, exp.Left, exp.Right), "literals from 1"),
        Entry("`replace`, `translate`", (exp.Replace, exp.Translate)),
        Entry("`starts_with`, `ends_with`, `contains`", (exp.StartsWith, exp.EndsWith, exp.Contains)),
        Entry("`strpos`, `position(a in b)`", (exp.StrPosition,)),
        Entry(
            "`regexp_matches(s, '…')`, `regexp_replace(s, '…', '…', 'g')`",
            (exp.RegexpLike, exp.RegexpReplace),
            "a literal of plain characters, `[…]`, `\\d \\w`, `^ \\z ( | ) + * ? {n,m}` and escaped marks; "
            "in a replacement, a pattern that never matches nothing, and no `\\1`",
        ),
    ),
    "Days and times": (
        Entry("`date '2026-01-31'`, `timestamp '…'`", (exp.Cast,)),
        Entry(
            "`date_diff('day', a, b)`",
            (exp.DateDiff,),
            "midnights between; only days: the engines count other units in different ways",
        ),
        Entry(
            "`cast(date_trunc('month', t) as date)`",
            (exp.TimestampTrunc, exp.DateTrunc, exp.Var),
            "year, quarter, month, week (Monday), day, hour; directly inside a cast to date or timestamp",
        ),
        Entry(
            "`year(t)`, `extract(year from t)`",
            (exp.Extract, exp.Year, exp.Month, exp.Day),
            "year, month, day, hour; Sunday is 0 here and 1 there",
        ),
        Entry(
            "`cast(t + interval '5400' second as timestamp)`",
            (exp.Interval,),
            "second, minute, hour, day, month; directly inside a cast to date or timestamp, or in a range frame",
        ),
    ),
    "Aggregates": (
        Entry("`count(*)`, `count(x)`, `count(distinct x)`, `count_if`", (exp.Count, exp.CountIf)),
        Entry("`min`, `max`", (exp.Min, exp.Max), "not of a list"),
        Entry(
            "`cast(sum(x) as decimal(18,4))`",
            (exp.Sum,),
            "directly inside a cast to bigint, double or decimal(18,4); of doubles: the last digits depend on "
            "the order of the rows, so do that in NumPy",
        ),
        Entry("`bool_or`, `bool_and`", (exp.LogicalOr, exp.LogicalAnd)),
        Entry("`arg_max(a, b)`, `arg_min(a, b)`", (exp.ArgMax, exp.ArgMin), "b must not tie; passes over null a"),
        Entry("`… filter (where …)`", (exp.Filter,)),
    ),
    "Windows": (
        Entry("`over (partition by … order by …)`", (exp.Window, exp.WindowSpec), "frames by rows or range"),
        Entry(
            "`row_number`, `rank`, `dense_rank`, `lag`, `lead`, `first_value`, `last_value`",
            (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue),
            "with an order; `row_number`, `lag`, `lead` with one that leaves no ties",
        ),
    ),
    "Lists": (
        Entry("`select id, unnest(l) as x`", (exp.Explode,), "a null or empty list gives no row"),
        Entry("`list_contains(l, x)`", (exp.ArrayContains,)),
        Entry("`array_length(l)`", (exp.ArraySize,), "not `len`, which is a text's there"),
    ),
}

ALLOWED: frozenset[type[exp.Expr]] = frozenset(
    node for entries in LIST.values() for entry in entries for node in entry.nodes
)

INSTEAD: dict[type[exp.Expr] | str, Refused] = {
    exp.Avg: Refused("avg(x)", "a double here and a decimal there", "cast(sum(x) as double) / nullif(count(x), 0)"),
    exp.Upper: Refused("upper(s)", "ß becomes ẞ here and SS there", "lower(…)"),
    exp.ILike: Refused("ilike", "the engines fold letters in different ways", "lower(…) like '…'"),
    exp.IntDiv: Refused(
        "a // b", "negative numbers and zero differ", "cast(floor(cast(a as double) / nullif(b, 0)) as bigint)"
    ),
    exp.ArrayAgg: Refused(
        "list(x), array_agg(x)", "the order is lost on Spark", "keep rows, and collect them in Python"
    ),
    exp.GroupConcat: Refused("string_agg(x, …)", "the order is lost on Spark", "keep rows, and join them in Python"),
    exp.AnyValue: Refused(
        "any_value(x)", "any row is another row there", "min(…), or arg_max(…) by something that does not tie"
    ),
    exp.First: Refused("first(x)", "the first row is another row there", "arg_min(…) by something that does not tie"),
    exp.Last: Refused("last(x)", "the last row is another row there", "arg_max(…) by something that does not tie"),
    exp.CurrentDate: Refused("current_date, today()", "a refresh is a function of its facts and its day", "$as_of"),
    exp.CurrentTimestamp: Refused("current_timestamp", "a refresh is a function of its facts and its day", "$as_of"),
    exp.Rand: Refused("random()", "a refresh gives the same twice", "a number made in Python"),
    exp.Columns: Refused("columns(*)", "SQLGlot passes it on as it is", "the columns' names"),
    exp.Pivot: Refused("pivot", "SQLGlot passes it on as it is", "max(case when … then … end)"),
    exp.Unnest: Refused("from unnest(l)", "Spark has no such table", "select id, unnest(l) as x from …"),
    exp.Lateral: Refused("lateral", "not tried", "a join"),
    exp.JarowinklerSimilarity: Refused("jaro_winkler_similarity(a, b)", "Spark has none", "Python, on the driver"),
    exp.UnixToTime: Refused("epoch_ms(n)", "SQLGlot turns it around", "an instant made by the reader"),
    exp.RegexpFullMatch: Refused(
        "regexp_full_match(s, '…')", "the engines disagree about its ends", "regexp_matches(s, '^…\\z')"
    ),
    exp.Bracket: Refused("l[1]", "Spark counts from 0, and an index out of reach is an error there", "unnest(l)"),
    exp.Reverse: Refused("reverse(s)", "an accent is turned around there", "Python, on the driver"),
    exp.SHA2: Refused("sha256(s)", "keys that must agree are made once, in Python", "a column made by the reader"),
    exp.MD5: Refused("md5(s)", "keys that must agree are made once, in Python", "a column made by the reader"),
    exp.Ln: Refused("ln(x)", "the last digits differ, and what is below zero", "NumPy, on the driver"),
    exp.Exp: Refused("exp(x)", "the last digits differ, and what is below zero", "NumPy, on the driver"),
    exp.Pow: Refused(
        "x ^ 2, pow(x, 2)", "the last digits differ, and what is below zero", "x * x, or NumPy on the driver"
    ),
    exp.Sqrt: Refused("sqrt(x)", "the last digits differ, and what is below zero", "NumPy, on the driver"),
    "hash": Refused("hash(x)", "another number on each engine", "a key made by the reader"),
}


def as_markdown() -> Iterable[str]:
    """The list as the tables of docs/sql.md, line by line."""
    for heading, entries in LIST.items():
        yield f"### {heading}"
        yield ""
        yield "| write | know |"
        yield "|---|---|"
        for entry in entries:
            yield f"| {_cell(entry.sql)} | {_cell(entry.note)} |"
        yield ""
    yield "### Not on the list"
    yield ""
    yield "| not | because | write instead |"
    yield "|---|---|---|"
    for refused in INSTEAD.values():
        yield f"| `{_cell(refused.sql)}` | {_cell(refused.why)} | {_cell(refused.instead)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
