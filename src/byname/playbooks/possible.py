"""Whether a condition can be true for anybody, or fails to be true for somebody: decided only where it is sure.

A condition is taken apart into cases that are joined by "or", each a set of values for each column. A column's values
are cut at the literals that stand beside it, so a finite number of them stands for all. What compares two columns, or
calculates, is taken as free: it may be anything. So "impossible" is always right, and "possible" may be too kind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import exp

from byname.playbooks.domains import NEVER_NULL, WORDS, lowest_and_highest
from byname.playbooks.truth import FALSE, TRUE, UNKNOWN, Truth, is_plain, literal, truth_of
from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from byname.playbooks.condition import Condition

__all__ = ["always", "possible"]

type Cell = object  # a value that stands for all that a condition cannot tell from it
type Case = dict[str, frozenset[Cell]]

_MOST_CASES = 2000
_EVERY = frozenset({TRUE, FALSE, UNKNOWN})
_OTHER = "\N{REPLACEMENT CHARACTER}"  # any text that no literal names


class _TooMany(Exception):  # noqa: N818 - never leaves this module
    """More cases than are worth looking at."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """The values that stand for all values of each column."""

    cells: Mapping[str, frozenset[Cell]]

    def of(self, atom: exp.Expr) -> tuple[str, frozenset[Cell]]:
        """What an atom goes by: its column, or itself where it is free."""
        column = _column_of(atom)
        return (column, self.cells[column]) if column else (f"({atom.sql()})", _EVERY)


def possible(condition: Condition, given: Mapping[str, frozenset[Cell]] | None = None) -> bool:
    """Whether the condition can be true for anybody.

    Args:
        condition: a checked one.
        given: what is known of that person: for a column the values that it may have, None for null; a column of
            numbers by a few values that say enough.

    Returns:
        False only if it surely cannot.
    """
    tree = condition.tree()
    try:
        return len(_cases(tree, frozenset({TRUE}), _Grid(_cells(tree) | dict(given or {})))) > 0
    except _TooMany:
        return True


def always(condition: Condition) -> bool:
    """Whether the condition is true for everybody: surely, taking it that a count or a standing is never null."""
    tree = condition.tree()
    cells = {column: values - {None} if column in NEVER_NULL else values for column, values in _cells(tree).items()}
    try:
        return not _cases(tree, frozenset({FALSE, UNKNOWN}), _Grid(cells))
    except _TooMany:
        return False


def _cases(node: exp.Expr, wanted: frozenset[Truth], grid: _Grid) -> list[Case]:
    """The cases in which the node is one of the wanted: true, false, unknown."""
    node = node.unnest()
    if isinstance(node, exp.Not):
        turned = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}
        return _cases(node.this, frozenset(turned[one] for one in wanted), grid)
    if isinstance(node, exp.And | exp.Or):
        # Of "and", what needs both sides is to be true or not false; of "or", to be false or not true.
        strong = TRUE if isinstance(node, exp.And) else FALSE
        sides = [_cases(side, wanted, grid) for side in (node.this, node.expression)]
        found = _both(*sides) if strong in wanted else [*sides[0], *sides[1]]
        if len(found) > _MOST_CASES:
            raise _TooMany
        return found
    if not node.find(exp.Column) and is_plain(node):
        return [{}] if truth_of(node, None) in wanted else []
    name, cells = grid.of(node)
    fits = frozenset(cell for cell in cells if (cell if cells is _EVERY else truth_of(node, cell)) in wanted)
    return [{name: fits}] if fits else []


def _both(one: list[Case], other: list[Case]) -> list[Case]:
    if len(one) * len(other) > _MOST_CASES:
        raise _TooMany
    return [case for a in one for b in other if (case := _met(a, b)) is not None]


def _met(one: Case, other: Case) -> Case | None:
    """Both cases at once; None where a column has no value left."""
    met = dict(one)
    for column, cells in other.items():
        met[column] = met.get(column, cells) & cells
        if not met[column]:
            return None
    return met


def _column_of(atom: exp.Expr) -> str | None:
    """The one column of an atom whose truth can be worked out value by value."""
    columns = {column.name for column in atom.find_all(exp.Column)}
    return columns.pop() if len(columns) == 1 and is_plain(atom) else None


def _atoms(tree: exp.Expr) -> Iterator[exp.Expr]:
    node = tree.unnest()
    if isinstance(node, exp.And | exp.Or):
        yield from _atoms(node.this)
        yield from _atoms(node.expression)
    elif isinstance(node, exp.Not):
        yield from _atoms(node.this)
    else:
        yield node


def _cells(tree: exp.Expr) -> dict[str, frozenset[Cell]]:
    """For each column the values that stand for all: its literals, what lies between and beyond, and null."""
    written: dict[str, set[Cell]] = {}
    for atom in _atoms(tree):
        column = _column_of(atom)
        if column:
            written.setdefault(column, set()).update(literal(one) for one in _literals(atom))
    return {column: frozenset({None, *_standing_for(column, values)}) for column, values in written.items()}


def _literals(atom: exp.Expr) -> Iterator[exp.Expr]:
    for node in atom.walk():
        inside = isinstance(node.parent, exp.Neg | exp.Cast)
        if isinstance(node, exp.Neg | exp.Cast | exp.Boolean | exp.Literal) and not inside:
            yield node


def _standing_for(column: str, values: set[Cell]) -> set[Cell]:
    kind = PROFILE[column].kind
    texts = {one for one in values if isinstance(one, str)}
    if kind == "flag":
        return {True, False}
    if kind == "text":
        return set(WORDS[column]) if column in WORDS else {"", _OTHER, *texts, *(one + "\0" for one in texts)}
    if kind == "list":
        return {()}  # a list stands in no atom that is worked out but "is null"
    if kind == "date":
        return {"0001-01-01", "9999-12-31", *texts, *(_next_day(one) for one in texts)}
    low, high = lowest_and_highest(column)
    points = {0.0, *(one for one in values if isinstance(one, float)), *(e for e in (low, high) if math.isfinite(e))}
    near = _whole_numbers(points) if kind == "integer" else _numbers(sorted(points))
    return {one for one in near if low <= one <= high}


def _next_day(day: str) -> str:
    last = date.fromisoformat(day) == date.max
    return day if last else (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _whole_numbers(points: set[float]) -> Iterator[float]:
    """Each point that is whole, and the whole numbers next to it."""
    for point in points:
        below, above = math.floor(point), math.ceil(point)
        yield from {float(below), float(below + 1), float(above), float(above - 1)}


def _numbers(points: list[float]) -> Iterator[float]:
    """The points, one value between each two, and one beyond the ends."""
    yield from points
    yield points[0] - 1.0
    yield points[-1] + 1.0
    yield from ((one + other) / 2 for one, other in pairwise(points))
