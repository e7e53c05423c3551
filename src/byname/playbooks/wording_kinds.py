"""Whether what a template compares and filters is of one kind: told when it loads, not when it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from byname.playbooks.filters import FILTERS
from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["mixed_kinds"]

_ANY = ""


def mixed_kinds(node: nodes.Compare | nodes.Filter) -> tuple[str, str] | None:
    """What was found and what was expected, where kinds do not go together; else None."""
    if isinstance(node, nodes.Filter):
        needs = FILTERS[node.name][0]
        if node.node is not None and _kind(node.node) not in {needs, _ANY}:
            return f"{_shown(node.node)} with the filter {node.name}", f"a {needs} before it"
        if any(not isinstance(word, nodes.Const) or _kind(word) != "text" for word in node.args):
            return f"the filter {node.name} with something else than words", "words in quotes"
        return None
    left: nodes.Node = node.expr
    for operand in node.ops:
        problem = _compared(left, operand.op, operand.expr)
        if problem:
            return problem
        left = operand.expr
    return None


def _compared(left: nodes.Node, op: str, right: nodes.Node) -> tuple[str, str] | None:
    kinds = (_kind(left), _kind(right))
    said = f"{_shown(left)} beside {_shown(right)}"
    if op in {"in", "notin"}:
        return None if kinds in {("text", "list"), ("text", "text")} else (said, "'a text' in a list or a text")
    if _ANY not in kinds and kinds[0] != kinds[1]:
        return said, "two of one kind"
    if op not in {"eq", "ne"} and "number" not in kinds and "date" not in kinds:
        return said, "numbers or dates to be larger or smaller"
    return None


def _kind(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        kind = PROFILE[node.name].kind
        return "number" if kind == "integer" else kind
    if isinstance(node, nodes.Const):
        return _of_value(node.value)
    if isinstance(node, nodes.Filter):
        return "text"
    if isinstance(node, nodes.CondExpr):
        kinds = set(_branches(node))
        return kinds.pop() if len(kinds) == 1 else _ANY
    return "flag" if isinstance(node, nodes.Compare | nodes.Not | nodes.Test) else _ANY


def _branches(node: nodes.CondExpr) -> Iterator[str]:
    yield _kind(node.expr1)
    if node.expr2 is not None:
        yield _kind(node.expr2)


def _of_value(value: object) -> str:
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) else "number" if isinstance(value, int | float) else _ANY


def _shown(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return f"{node.name} ({_kind(node)})"
    return f"{node.value!r} ({_kind(node)})" if isinstance(node, nodes.Const) else f"a {_kind(node) or 'value'}"
