"""A statement: SQL with a name, so that an error can say where and a test can walk all of them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Statement", "statement", "statements"]

_REGISTERED: dict[str, Statement] = {}


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT in the portable subset of DuckDB's dialect (docs/sql.md).

    Args:
        name: the room and what it makes, such as "value.purchase_summary"; errors and tests say it.
        sql: one SELECT, without a semicolon.
        lazy: keep no rows, calculate them each time that the table is used: right for a step that only maps
            or filters on the way to one other statement.
    """

    name: str
    sql: str
    lazy: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "sql", inspect.cleandoc(self.sql))
        if not self.sql or self.sql.endswith(";"):
            message = f'statement "{self.name}": expected one SELECT without a semicolon'
            raise ValueError(message)


def statement(name: str, sql: str, *, lazy: bool = False) -> Statement:
    """Make a statement and register it: write it at the top of a module, beside the function that runs it.

    SQL that is put together when it runs (a time zone's table, a column list) is a plain ``Statement``
    instead: Spark's engine checks that it is portable when it runs, the tests cannot before.
    """
    made = Statement(name, sql, lazy)
    known = _REGISTERED.setdefault(name, made)
    if known != made:
        message = f'statement "{name}": there is another one of this name; give each its own'
        raise ValueError(message)
    return made


def statements() -> Mapping[str, Statement]:
    """Every registered statement by its name: those of the modules imported so far."""
    return MappingProxyType(_REGISTERED)
