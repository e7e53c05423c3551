"""The linter: refuses SQL that would not give the same rows on both engines, and says what to write instead."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from byname.engines.dialect import parse
from byname.engines.rules import RULES
from byname.engines.subset import ALLOWED, INSTEAD
from byname.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from byname.engines.statement import Statement

__all__ = ["Refusal", "check", "refusals"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was found in a statement, why it is not portable, and what to write instead."""

    found: str
    why: str
    instead: str

    def __str__(self) -> str:
        return f"{self.found}: {self.why}; write {self.instead}"


def check(statement: Statement, given: Mapping[str, pa.Schema] | None = None) -> None:
    """Refuse a statement that is not portable.

    Args:
        statement: what to look at.
        given: the schemas of the tables that it will get, if they are known: then types are looked at too.

    Raises:
        EngineError: names the statement and every construct in it that is not portable.
    """
    found = refusals(statement.sql, given)
    if found:
        raise EngineError(
            where=f'statement "{statement.name}"',
            found=", ".join(refusal.found for refusal in found),
            expected="the portable subset of docs/sql.md",
            do="\n  ".join(str(refusal) for refusal in found),
        )


def refusals(sql: str, given: Mapping[str, pa.Schema] | None = None) -> tuple[Refusal, ...]:
    """Everything in a statement that is not portable; empty if it is."""
    tables = tuple((name, schema) for name, schema in (given or {}).items()) if given is not None else None
    return _refusals(sql, tables)


@lru_cache(maxsize=1024)
def _refusals(sql: str, given: tuple[tuple[str, pa.Schema], ...] | None) -> tuple[Refusal, ...]:
    try:
        tree = parse(sql)
    except sqlglot.errors.SqlglotError as error:
        says = str(error).splitlines()[0]
        return (Refusal(sql.splitlines()[0], f"SQLGlot cannot read it ({says})", "one plain SELECT"),)
    if not isinstance(tree, exp.Query):
        return (Refusal(_shown(tree), "it does not make a table", "one SELECT"),)
    found = dict.fromkeys([*_result_names(tree), *_of_tree(tree)])
    if given is not None:
        from byname.engines.kinds import of_types

        schemas = dict(given)
        found |= dict.fromkeys(_of_names(tree, schemas))
        if not found:
            found |= dict.fromkeys(of_types(tree, schemas))
    return tuple(found)


def _of_tree(tree: exp.Expr) -> Iterator[Refusal]:
    for node in tree.walk():
        if type(node) not in ALLOWED:
            yield _not_listed(node)
            continue
        for rule in RULES.get(type(node), ()):
            problem = rule(node)
            if problem:
                yield Refusal(_shown(node), *problem)


def _not_listed(node: exp.Expr) -> Refusal:
    name = node.name.lower() if isinstance(node, exp.Anonymous) else ""
    known = INSTEAD.get(type(node)) or INSTEAD.get(name)
    if known:
        return Refusal(_shown(node), known.why, known.instead)
    return Refusal(_shown(node), "not known to be the same on both engines", "what docs/sql.md lists, or add it there")


def _of_names(tree: exp.Expr, given: Mapping[str, pa.Schema]) -> Iterator[Refusal]:
    """A name in FROM is a given table or a WITH, and never both."""
    made = {with_.alias_or_name.lower() for with_ in tree.find_all(exp.CTE)}
    known = {name.lower() for name in given}
    for name in sorted(made & known):
        yield Refusal(f"with {name}", "a table of this name is given", "another name")
    for table in tree.find_all(exp.Table):
        if table.name.lower() not in made | known:
            yield Refusal(f"from {table.name}", "no table of this name is given", f"one of {', '.join(given)}")


def _result_names(tree: exp.Query) -> Iterator[Refusal]:
    """Every column of the result has a name, and no two the same: the engines make up different ones."""
    names = Counter[str]()
    for column in tree.selects:
        if isinstance(column, exp.Alias | exp.Column) and not column.is_star:
            names[column.alias_or_name.lower()] += 1
        elif not column.is_star:
            yield Refusal(_shown(column), "a column without a name is named differently there", "… as name")
    for name, times in names.items():
        if times > 1:
            yield Refusal(name, "two columns of the result have this name", "a name for each")


def _shown(node: exp.Expr) -> str:
    text = node.sql(dialect="duckdb")
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a line's worth
