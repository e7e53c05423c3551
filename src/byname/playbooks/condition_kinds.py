"""Whether the parts of a condition are of kinds that go together: a text is not compared with a number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from byname.errors import nearest
from byname.playbooks.domains import WORDS, lowest_and_highest
from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Wrong", "kind_of"]

_NULL = "null"  # of every kind
_COMPARED = exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE | exp.NullSafeEQ | exp.NullSafeNEQ
_ORDERED = exp.LT | exp.LTE | exp.GT | exp.GTE
_CHOICES = exp.Coalesce | exp.Greatest | exp.Least | exp.Nullif | exp.Case
_OF_TEXT = exp.StartsWith | exp.EndsWith | exp.Contains


class Wrong(Exception):  # noqa: N818 - turned into an error that names the file
    """What is wrong with a part of a condition.

    Args:
        found: the part.
        expected: what would have been right.
        do: the next step.
    """

    def __init__(self, found: str, expected: str, do: str = "") -> None:
        super().__init__(found, expected, do)
        self.found, self.expected, self.do = found, expected, do


def kind_of(node: exp.Expr) -> str:  # noqa: PLR0911 - a form a return
    """The kind of an expression: text, number, flag, date, list, or null where it can be any.

    Raises:
        Wrong: its parts do not go together.
    """
    if isinstance(node, exp.Column):
        kind = PROFILE[node.name].kind
        return "number" if kind == "integer" else kind
    if isinstance(node, exp.Literal):
        return "text" if node.is_string else "number"
    if isinstance(node, exp.Boolean):
        return "flag"
    if isinstance(node, exp.Null):
        return _NULL
    if isinstance(node, exp.Paren):
        return kind_of(node.this)
    if isinstance(node, exp.Cast):
        return _of_cast(node)
    return _of_condition(node) or _of_value(node)


def _of_condition(node: exp.Expr) -> str | None:
    """What is true or false; None for everything else."""
    if isinstance(node, exp.And | exp.Or | exp.Not):
        for part in node.iter_expressions():
            _need(part, "flag")
    elif isinstance(node, _COMPARED):
        _alike([node.this, node.expression], node, ordered=isinstance(node, _ORDERED))
        _within(node.this, node.expression)
        _within(node.expression, node.this)
    elif isinstance(node, exp.In | exp.Between):
        others = node.expressions if isinstance(node, exp.In) else [node.args["low"], node.args["high"]]
        _alike([node.this, *others], node, ordered=isinstance(node, exp.Between))
        for other in others:
            _within(node.this, other)
    elif isinstance(node, exp.Is):
        if isinstance(node.expression, exp.Boolean):
            _need(node.this, "flag")
        else:
            kind_of(node.this)
    elif isinstance(node, exp.Like | _OF_TEXT):
        _need(node.this, "text")
        _need(node.expression, "text")
    elif isinstance(node, exp.ArrayContains):
        _need(node.this, "list")
        _need(node.expression, "text")
    else:
        return None
    return "flag"


def _of_value(node: exp.Expr) -> str:
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Neg | exp.Abs):
        for part in node.iter_expressions():
            _need(part, "number")
        return "number"
    if isinstance(node, _CHOICES):
        return _alike(_branches(node), node)
    if isinstance(node, exp.Lower | exp.Length):
        _need(node.this, "text")
        return "text" if isinstance(node, exp.Lower) else "number"
    if isinstance(node, exp.ArraySize | exp.Year):
        _need(node.this, "list" if isinstance(node, exp.ArraySize) else "date")
        return "number"
    if isinstance(node, exp.If):
        return _alike(_branches(node), node)
    raise Wrong(_shown(node), "what docs/playbooks.md lists for whom")


def _branches(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Case):
        if node.this:
            raise Wrong(_shown(node), "case when … then … else … end")
        default = node.args.get("default")
        return [*_arms(node.args["ifs"]), *([default] if default else [])]
    if isinstance(node, exp.If):
        return [*_arms([node]), *([node.args["false"]] if node.args.get("false") else [])]
    return list(node.iter_expressions())


def _arms(ifs: Iterable[exp.Expr]) -> list[exp.Expr]:
    arms = []
    for one in ifs:
        _need(one.this, "flag")
        arms.append(one.args["true"])
    return arms


def _of_cast(node: exp.Cast) -> str:
    """Only a day in quotes is cast: date '2026-01-31'."""
    day = node.this
    if type(node) is exp.Cast and node.to.is_type("date") and isinstance(day, exp.Literal) and day.is_string:
        try:
            date.fromisoformat(day.name)
        except ValueError:
            raise Wrong(f"the day '{day.name}'", "a day such as date '2026-01-31'") from None
        return "date"
    raise Wrong(_shown(node), "no cast but a day: date '2026-01-31'", "Numbers are brought to one kind by themselves.")


def _need(node: exp.Expr, kind: str) -> None:
    found = kind_of(node)
    if found not in {kind, _NULL}:
        raise Wrong(f"{_shown(node)}, which is a {found}", f"a {kind} there", _hint(found, kind))


def _hint(found: str, kind: str) -> str:
    if kind == "flag":
        return "Write what is to be compared: orders > 3."
    return "A list is looked into with list_contains(features, 'a')." if "list" in {found, kind} else ""


def _alike(parts: list[exp.Expr], whole: exp.Expr, *, ordered: bool = False) -> str:
    """The one kind of all parts."""
    kinds = {_shown(part): kind_of(part) for part in parts}
    found = set(kinds.values()) - {_NULL}
    said = " and ".join(f"{part} ({kind})" for part, kind in kinds.items())
    if len(found) > 1:
        days = found == {"date", "text"}
        do = "Write a day as date '2026-01-31'." if days else _hint("", "list" if "list" in found else "")
        raise Wrong(f"{said} in {_shown(whole)}", "parts of one kind", do)
    if "list" in found:
        raise Wrong(_shown(whole), "a list only in list_contains or array_length", _hint("list", ""))
    if ordered and "flag" in found:
        raise Wrong(_shown(whole), "a flag alone, or with not: is_customer, not is_customer")
    return found.pop() if found else _NULL


def _within(one: exp.Expr, other: exp.Expr) -> None:
    """A literal beside a column (or coalesce of it) is one that the column can hold."""
    column = one.this if isinstance(one, exp.Coalesce) else one
    if not isinstance(column, exp.Column):
        return
    if isinstance(other, exp.Literal) and other.is_string:
        known = (*WORDS.get(column.name, ()), *_defaults(one))
        if column.name in WORDS and other.name not in known:
            close = nearest(other.name, known)
            raise Wrong(f"{column.name} '{other.name}'", f"one of {', '.join(WORDS[column.name])}{close}")
        return
    value = _number(other)
    low, high = lowest_and_highest(column.name)
    if value is not None and not low <= value <= high and str(value) not in _defaults(one):
        says = f"a number from {low:g} to {high:g}" if high < float("inf") else f"a number from {low:g} up"
        do = "A share is written as 0.2, not as 20." if (low, high) == (0.0, 1.0) else ""
        raise Wrong(f"{column.name} compared with {value:g}", f"{says}, as the column holds no other", do)


def _defaults(node: exp.Expr) -> tuple[str, ...]:
    """What a coalesce stands in with."""
    if not isinstance(node, exp.Coalesce):
        return ()
    return tuple(
        one.name if isinstance(one, exp.Literal) and one.is_string else str(_number(one)) for one in node.expressions
    )


def _number(node: exp.Expr) -> float | None:
    if isinstance(node, exp.Neg):
        inner = _number(node.this)
        return None if inner is None else -inner
    return float(node.name) if isinstance(node, exp.Literal) and not node.is_string else None


def _shown(node: exp.Expr) -> str:
    text = node.sql(dialect="duckdb")
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a line's worth
