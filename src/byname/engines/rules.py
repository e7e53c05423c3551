"""What a construct on the list must look like to be portable: a rule each, told by the form alone.

A rule takes a node of SQLGlot's tree and gives None, or why it is not portable and what to write instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["RULES", "Problem"]

type Problem = tuple[str, str] | None


def _inside_cast(to: str, *kinds: str) -> Callable[[exp.Expr], Problem]:
    """A rule: the node (with its FILTER and OVER) stands directly inside a cast to one of these types."""

    def rule(node: exp.Expr) -> Problem:
        outer = node.parent
        while isinstance(outer, exp.Filter | exp.Window | exp.Paren):
            outer = outer.parent
        if isinstance(outer, exp.Cast) and _type_name(outer.args["to"]) in kinds:
            return None
        return "its type differs", f"cast(… as {to})"

    return rule


def _type_name(kind: exp.DataType) -> str:
    return kind.sql(dialect="duckdb").replace(" ", "")


_DAYS = ("DATE", "TIMESTAMP")
_CASTS = (*_DAYS, "BOOLEAN", "INT", "BIGINT", "DOUBLE", "DECIMAL(18,4)", "TEXT", "TEXT[]")


def _cast(node: exp.Expr) -> Problem:
    if _type_name(node.args["to"]) in _CASTS:
        return None
    return "the engines do not share this type", "decimal(18,4), bigint, double, varchar, date, timestamp"


def _star(node: exp.Expr) -> Problem:
    if node.args.get("replace") or node.args.get("rename"):
        return "a star that changes columns", "the columns' names"
    select = node.parent
    if isinstance(select, exp.Select) and any(_adds_columns(join) for join in select.args.get("joins") or ()):
        return "after a join the engines disagree about the columns", "t.*, or the columns' names"
    return None


def _adds_columns(join: exp.Expr) -> bool:
    return str(join.args.get("kind") or "").upper() not in {"SEMI", "ANTI"}


def _table(node: exp.Expr) -> Problem:
    if not isinstance(node.this, exp.Identifier) or not re.fullmatch(r"\w+", node.name) or node.args.get("db"):
        return "a table is a name that was given", "the name alone"
    return None


def _identifier(node: exp.Expr) -> Problem:
    if not node.args.get("quoted") and node.name != node.name.lower():
        return "the engines name the column of the result differently", "it in lower case, or in quotes as it is"
    return None


def _with(node: exp.Expr) -> Problem:
    return ("Spark has another form of it", "a loop in Python") if node.args.get("recursive") else None


def _join(node: exp.Expr) -> Problem:
    if node.args.get("method"):
        return "SQLGlot passes asof, natural and positional joins on as they are", "a plain join with on or using"
    cross = str(node.args.get("kind") or "").upper() == "CROSS"
    if not cross and not (node.args.get("on") or node.args.get("using")):
        return "a join without a condition", "cross join, or on …"
    return None


def _group(node: exp.Expr) -> Problem:
    if any(node.args.get(more) for more in ("grouping_sets", "cube", "rollup", "totals")):
        return "not tried", "a union all of plain groups"
    return None


def _distinct(node: exp.Expr) -> Problem:
    if node.args.get("on"):
        return "Spark has none", "qualify row_number() over (partition by … order by …) = 1"
    return None


def _order(node: exp.Expr) -> Problem:
    if isinstance(node.parent, exp.Window) or (node.parent and node.parent.args.get("limit")):
        return None
    return "a table has no order", "nothing here: fetch and write take order_by"


def _limit(node: exp.Expr) -> Problem:
    if node.parent and node.parent.args.get("order"):
        return None
    return "without an order the rows are others there", "order by … limit …"


def _placeholder(node: exp.Expr) -> Problem:
    return None if re.fullmatch(r"[a-z_]\w*", node.name) else ("parameters go by name", "$name")


def _like(node: exp.Expr) -> Problem:
    pattern = node.expression
    if isinstance(pattern, exp.Literal) and "\\" not in pattern.name:
        return None
    return "a backslash means itself here and an escape there", "a literal without one, or starts_with, contains"


def _division(node: exp.Expr) -> Problem:
    above, below = node.this.unnest(), node.expression.unnest()
    while isinstance(below, exp.Cast):
        below = below.this.unnest()
    if not isinstance(below, exp.Nullif | exp.Literal):
        return "zero is an error on one engine or another", "… / nullif(b, 0)"
    if not any(_is_double(side) for side in (above, node.expression.unnest(), below)):
        return "a decimal here is rounded there", "cast(a as double) / nullif(b, 0)"
    return None


def _is_double(node: exp.Expr) -> bool:
    if isinstance(node, exp.Cast):
        return _type_name(node.args["to"]) == "DOUBLE"
    if isinstance(node, exp.Literal):
        return "e" in node.name.lower() and not node.is_string
    if isinstance(node, exp.Nullif):
        return _is_double(node.this.unnest())
    # double with anything is double
    return isinstance(node, exp.Mul | exp.Add | exp.Sub | exp.Div | exp.Neg) and any(
        _is_double(side.unnest()) for side in node.iter_expressions()
    )


def _modulo(node: exp.Expr) -> Problem:
    if isinstance(node.expression.unnest(), exp.Nullif | exp.Literal):
        return None
    return "zero is an error on one engine or another", "… % nullif(b, 0)"


def _no_digits(node: exp.Expr) -> Problem:
    return ("halves differ", "cast(round(x) as bigint)") if node.args.get("decimals") else None


def _trim(node: exp.Expr) -> Problem:
    if isinstance(node.expression, exp.Literal):
        return None
    return "here it takes every kind of space and there only one", "trim(s, ' ')"


def _substring(node: exp.Expr) -> Problem:
    start, length = node.args.get("start"), node.args.get("length")
    if _whole(start, least=1) and (length is None or _whole(length, least=0)):
        return None
    return "from 0 or from the end they differ", "substr(s, 1, 2): literals, counted from 1"


def _ends(node: exp.Expr) -> Problem:
    return None if _whole(node.expression, least=0) else ("a negative length differs", "a literal from 0")


def _whole(node: object, *, least: int) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit() and int(node.name) >= least


# What both regular expression engines read alike: no dot (line ends differ), no $ (a last line end), no \s
# (vertical tab), no \b, no POSIX classes, no flags.
_PATTERN = re.compile(
    r"""(?: \\[dwztrnf] | \\[^\w\s] | \[\^?(?:\\[dwtrnf]|\\[^\w\s]|[^\]\[\\&])+\] | \{\d+(?:,\d*)?\}
        | (?<!\()\? | [*+|()^] | [^\\\[\]{}$.?*+|()^] )*""",
    re.VERBOSE,
)


def _pattern(node: exp.Expr) -> Problem:
    pattern = node.expression
    if isinstance(pattern, exp.Literal) and _PATTERN.fullmatch(pattern.name):
        return None
    return "the engines read this pattern differently", "[^\\n] for a dot, \\z for $, [ \\t\\r\\n] for \\s, …"


def _replacing(node: exp.Expr) -> Problem:
    problem = _pattern(node)
    if problem:
        return problem
    replacement, flags = node.args.get("replacement"), node.args.get("modifiers")
    if not isinstance(flags, exp.Literal) or flags.name != "g":
        return "Spark replaces every match", "regexp_replace(s, '…', '…', 'g')"
    if not isinstance(replacement, exp.Literal) or re.search(r"[\\$]", replacement.name):
        return "the engines write groups differently", "a plain literal"
    if re.search(node.expression.name.replace("\\z", "\\Z"), ""):
        return "a match of nothing counts differently", "a pattern that matches at least one letter"
    return None


def _flags(node: exp.Expr) -> Problem:
    return ("not tried", "letters of both cases in the pattern") if node.args.get("flag") else None


def _unit(units: frozenset[str]) -> Callable[[exp.Expr], Problem]:
    def rule(node: exp.Expr) -> Problem:
        unit = node.args.get("unit") or node.this
        if unit.name.upper() in units:
            return None
        return "the engines count it differently", " or ".join(sorted(unit.lower() for unit in units))

    return rule


def _interval(node: exp.Expr) -> Problem:
    if isinstance(node.parent, exp.WindowSpec):
        return None
    if not isinstance(node.parent, exp.Add | exp.Sub):
        return "a length of time is no column", "t + interval … inside a cast"
    return _inside_cast("timestamp", *_DAYS)(node.parent)


def _ordered_window(node: exp.Expr) -> Problem:
    outer = node.parent
    if isinstance(outer, exp.Window) and outer.args.get("order"):
        return None
    return "without an order the rows are others there", "over (… order by …)"


_TRUNC = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR"})
_PARTS = frozenset({"YEAR", "MONTH", "DAY", "HOUR"})
_SPANS = frozenset({"SECOND", "MINUTE", "HOUR", "DAY", "MONTH"})
_CAST_DAY = _inside_cast("date", *_DAYS)
_CAST_WHOLE = _inside_cast("bigint", "BIGINT", "DOUBLE")

RULES: Mapping[type[exp.Expr], tuple[Callable[[exp.Expr], Problem], ...]] = {
    exp.Cast: (_cast,),
    exp.TryCast: (_cast,),
    exp.Star: (_star,),
    exp.Table: (_table,),
    exp.Identifier: (_identifier,),
    exp.With: (_with,),
    exp.Join: (_join,),
    exp.Group: (_group,),
    exp.Distinct: (_distinct,),
    exp.Order: (_order,),
    exp.Limit: (_limit,),
    exp.Placeholder: (_placeholder,),
    exp.Like: (_like,),
    exp.Div: (_division,),
    exp.Mod: (_modulo,),
    exp.Round: (_no_digits, _CAST_WHOLE),
    exp.Floor: (_no_digits, _CAST_WHOLE),
    exp.Ceil: (_no_digits, _CAST_WHOLE),
    exp.Trim: (_trim,),
    exp.Substring: (_substring,),
    exp.Left: (_ends,),
    exp.Right: (_ends,),
    exp.RegexpLike: (_pattern, _flags),
    exp.RegexpReplace: (_replacing,),
    exp.DateDiff: (_unit(frozenset({"DAY"})),),
    exp.TimestampTrunc: (_unit(_TRUNC), _CAST_DAY),
    exp.DateTrunc: (_unit(_TRUNC), _CAST_DAY),
    exp.Extract: (_unit(_PARTS),),
    exp.Interval: (_unit(_SPANS), _interval),
    exp.Sum: (_inside_cast("decimal(18,4)", "DECIMAL(18,4)", "BIGINT", "DOUBLE"),),
    exp.RowNumber: (_ordered_window,),
    exp.Rank: (_ordered_window,),
    exp.DenseRank: (_ordered_window,),
    exp.Lag: (_ordered_window,),
    exp.Lead: (_ordered_window,),
    exp.FirstValue: (_ordered_window,),
    exp.LastValue: (_ordered_window,),
}
