"""Whether a comparison of one column with literals is true for a value of it, as SQL says: true, false or unknown.

A second reading of the SQL that the engines run, for the few forms that most conditions are made of; the tests hold it
against the embedded engine.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Literal

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FALSE", "TRUE", "UNKNOWN", "Truth", "is_plain", "literal", "truth_of"]

type Truth = Literal["true", "false", "unknown"]

TRUE: Truth = "true"
FALSE: Truth = "false"
UNKNOWN: Truth = "unknown"

_PLAIN = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Neg, exp.Cast, exp.DataType),
    *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Is, exp.In, exp.Between, exp.Coalesce),
)
_COMPARE: dict[type[exp.Expr], Callable[[Any, Any], bool]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}


def is_plain(atom: exp.Expr) -> bool:
    """Whether `truth_of` can read it: literals, comparisons, in, between, is, coalesce, and a sign before a literal."""
    return all(
        type(node) in _PLAIN and (not isinstance(node, exp.Neg) or isinstance(node.this, exp.Literal))
        for node in atom.walk()
    )


def truth_of(atom: exp.Expr, value: object) -> Truth:
    """Whether the atom is true where its column has that value (None is null)."""
    found = _of(atom, value)
    return UNKNOWN if found is None else TRUE if found else FALSE


def literal(node: exp.Expr) -> object:
    """What a literal says: a text, a number as float, a flag, a day as its ISO text; None for null."""
    if isinstance(node, exp.Neg):
        return -float(node.this.name)
    if isinstance(node, exp.Cast):
        return node.this.name
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Literal):
        return node.name if node.is_string else float(node.name)
    return None


def _of(node: exp.Expr, value: object) -> Any:  # noqa: PLR0911 - a form a return
    node = node.unnest()
    if isinstance(node, exp.Column):
        return value
    if isinstance(node, exp.Neg | exp.Cast | exp.Boolean | exp.Literal | exp.Null):
        return literal(node)
    if isinstance(node, exp.Coalesce):
        return next((one for part in (node.this, *node.expressions) if (one := _of(part, value)) is not None), None)
    one = _of(node.this, value)
    if isinstance(node, exp.Is):
        return one is _of(node.expression, value)
    if isinstance(node, exp.In):
        return _any([_compared(operator.eq, one, _of(other, value)) for other in node.expressions])
    if isinstance(node, exp.Between):
        low = _compared(operator.ge, one, _of(node.args["low"], value))
        high = _compared(operator.le, one, _of(node.args["high"], value))
        return False if False in (low, high) else None if None in (low, high) else True
    other = _of(node.expression, value)
    if isinstance(node, exp.NullSafeEQ | exp.NullSafeNEQ):
        return (one == other) is isinstance(node, exp.NullSafeEQ)
    return _compared(_COMPARE[type(node)], one, other)


def _compared(compare: Callable[[Any, Any], bool], one: Any, other: Any) -> bool | None:
    return None if one is None or other is None else compare(one, other)


def _any(found: list[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False
